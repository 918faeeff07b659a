// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "../backend/optimiser_steps.hpp"
#include "../core/error.hpp"
#include "../core/host_device.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// Moves parameters against a gradient: `step(store, gradient, rate)` with the learning rate of this step.
template <class O, class T, class Backend>
concept optimiser =
    requires(O& o, parameters<T, Backend>& store, const T* gradient, double rate) { o.step(store, gradient, rate); };

struct adam_settings {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double l2 = 0;     ///< coupled weight decay: part of the gradient, as PyTorch's Adam
  double decay = 0;  ///< decoupled weight decay: AdamW

  friend bool operator==(const adam_settings&, const adam_settings&) = default;
};

/// Adam, and with `decay` AdamW (Kingma, Ba, ICLR 2015; Loshchilov, Hutter, ICLR 2019).
template <class T, class Backend = backend::cpu>
class adam {
public:
  explicit adam(adam_settings settings = {}) : settings_(settings) {}

  /// \throws error where the store has another size than in the first step
  void step(parameters<T, Backend>& store, const T* gradient, double rate) {
    if (steps_ == 0) {
      mean_ = tensor<T, Backend>(shape{store.size()});
      variance_ = tensor<T, Backend>(shape{store.size()});
    }
    if (mean_.size() != store.size()) {
      throw error("nn::adam", std::to_string(store.size()) + " parameters", std::to_string(mean_.size()));
    }
    ++steps_;
    const auto t = static_cast<double>(steps_);
    // 1 / (1 - beta^t), by which the averages are too small after t steps, without the cancellation for beta near 1
    const auto correction = [t](double beta) { return -1 / std::expm1(t * std::log1p(beta - 1)); };
    const backend::adam_step<T> update{static_cast<T>(rate),
                                       static_cast<T>(1 - settings_.beta1),
                                       static_cast<T>(1 - settings_.beta2),
                                       static_cast<T>(settings_.epsilon),
                                       static_cast<T>(settings_.l2),
                                       static_cast<T>(settings_.decay),
                                       static_cast<T>(correction(settings_.beta1)),
                                       static_cast<T>(correction(settings_.beta2))};
    Backend::adam(update, store.size(), store.data(), gradient, mean_.data(), variance_.data());
  }

  /// What a checkpoint keeps: the averages of gradients and of their squares, and the number of steps.
  [[nodiscard]] const tensor<T, Backend>& mean() const noexcept { return mean_; }
  [[nodiscard]] const tensor<T, Backend>& variance() const noexcept { return variance_; }
  [[nodiscard]] std::size_t steps() const noexcept { return steps_; }
  /// Goes on from a checkpoint. \throws error where the sizes differ
  void restore(tensor<T, Backend> mean, tensor<T, Backend> variance, std::size_t steps) {
    if (mean.size() != variance.size()) {
      throw error("nn::adam::restore",
                  std::to_string(mean.size()) + " and " + std::to_string(variance.size()) + " numbers",
                  "two averages of one size");
    }
    mean_ = std::move(mean);
    variance_ = std::move(variance);
    steps_ = steps;
  }

private:
  adam_settings settings_;
  tensor<T, Backend> mean_{shape{0}};
  tensor<T, Backend> variance_{shape{0}};
  std::size_t steps_ = 0;
};

struct sgd_settings {
  double momentum = 0;
  double l2 = 0;
  bool nesterov = false;

  friend bool operator==(const sgd_settings&, const sgd_settings&) = default;
};

/// Stochastic gradient descent with momentum, as PyTorch's SGD without dampening.
template <class T, class Backend = backend::cpu>
class sgd {
public:
  explicit sgd(sgd_settings settings = {}) : settings_(settings) {}

  /// \throws error where the store has another size than in the first step
  void step(parameters<T, Backend>& store, const T* gradient, double rate) {
    if (velocity_.size() == 0) velocity_ = tensor<T, Backend>(shape{store.size()});
    if (velocity_.size() != store.size()) {
      throw error("nn::sgd", std::to_string(store.size()) + " parameters", std::to_string(velocity_.size()));
    }
    Backend::sgd(backend::sgd_step<T>{static_cast<T>(rate), static_cast<T>(settings_.momentum),
                                      static_cast<T>(settings_.l2), settings_.nesterov},
                 store.size(), store.data(), gradient, velocity_.data());
  }

  /// What a checkpoint keeps; empty before the first step.
  [[nodiscard]] const tensor<T, Backend>& velocity() const noexcept { return velocity_; }
  /// Goes on from a checkpoint.
  void restore(tensor<T, Backend> velocity) { velocity_ = std::move(velocity); }

private:
  sgd_settings settings_;
  tensor<T, Backend> velocity_{shape{0}};
};

namespace detail {

template <class T>
struct times {
  double factor;
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept { return static_cast<T>(factor * static_cast<double>(x)); }
};

}  // namespace detail

/// Scales a gradient of n numbers to a norm of at most `greatest`; returns the norm it had.
///
/// The norm is right for numbers of any size, whose squares the type need not hold. Where a number is NaN the norm is,
/// and the gradient stays as it is.
template <class T, class Backend = backend::cpu>
double clip_norm(std::size_t n, T* gradient, double greatest) {
  tensor<double, Backend> length({1});
  Backend::row_norms(1, n, static_cast<const T*>(gradient), length.data());
  double norm = 0;
  Backend::copy_to_host(&norm, length.data(), sizeof(double));
  if (norm > greatest) {
    Backend::map(detail::times<T>{greatest / norm}, n, gradient, static_cast<const T*>(gradient));
  }
  return norm;
}

}  // namespace paragon::nn
