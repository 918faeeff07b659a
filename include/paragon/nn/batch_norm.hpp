// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../autodiff/batch_norm.hpp"
#include "../core/host_device.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// Normalise by the statistics of the batch; keep nothing.
struct batch_statistics {};

/// Normalise by the kept statistics, bound to the context: inference. `freeze` them, as no gradient goes to them.
template <class Context>
struct running_statistics {
  bound<Context> kept;

  explicit running_statistics(bound<Context> statistics) : kept(statistics) {}
};

/// Normalise by the statistics of the batch, and move the kept ones: kept = momentum kept + (1 - momentum) batch's, with
/// the unbiased variance.
///
/// `momentum` is the share that stays (PyTorch's is one minus it: its default of 0.1 is 0.9 here). With 1 - 1 / n at
/// batch n = 1, 2, ... they become the plain average over batches: the recalibration of a network whose weights were
/// trained in others.
template <class T, class Backend>
struct collect_statistics {
  parameters<T, Backend>* kept;
  double momentum;

  /// Borrowed: the store must outlive this value.
  explicit collect_statistics(parameters<T, Backend>& statistics, double share_kept = 0.9)
      : kept(&statistics), momentum(share_kept) {}
};

namespace detail {

template <class T>
struct blend {
  T first, second;
  PARAGON_HOST_DEVICE T operator()(T a, T b) const noexcept { return first * a + second * b; }
};

}  // namespace detail

struct batch_norm_settings {
  bool affine = true;  ///< trained gain and bias
  bool track = true;   ///< keep a running mean and variance
  double epsilon = 1e-5;

  friend bool operator==(const batch_norm_settings&, const batch_norm_settings&) = default;
};

/// gain (x - mean) / sqrt(variance + epsilon) + bias by columns (channels of images): "NAME.weight" and "NAME.bias".
///
/// Whose mean and variance is said at the call: `batch_statistics{}`, `running_statistics(kept)` or
/// `collect_statistics(store, momentum)`. The kept ones are "NAME.mean" (0 at first) and "NAME.variance" (1) in a store of
/// their own, which no optimiser sees. A layer that does not track uses the batch's statistics whatever is asked for, as
/// the published search cells do: a network that must run on single images tracks in every layer.
///
/// \code
/// nn::parameters<float> weights, statistics;
/// const nn::batch_norm norm(weights, statistics, "norm", 16);
/// auto y = norm(nn::bind(tape, weights), x, nn::collect_statistics(statistics));                  // training
/// auto z = norm(nn::freeze(eval, weights), v, nn::running_statistics(nn::freeze(eval, statistics)));  // inference
/// \endcode
class batch_norm {
public:
  /// \param statistics  where the kept ones go; gets nothing from a layer that does not track
  template <class T, class B>
  batch_norm(parameters<T, B>& store, parameters<T, B>& statistics, const std::string& name, std::size_t channels,
             batch_norm_settings settings = {})
      : settings_(settings) {
    if (settings.affine) {
      gain_ = store.add(name + ".weight", {channels}, fill{1}, {});
      bias_ = store.add(name + ".bias", {channels}, fill{0}, {});
    }
    if (settings.track) {
      mean_ = statistics.add(name + ".mean", {channels}, fill{0}, {});
      variance_ = statistics.add(name + ".variance", {channels}, fill{1}, {});
    }
  }

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, autodiff::variable<C> x,
                                                 batch_statistics = {}) const {
    return of_batch(theta, x, nullptr);
  }

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, autodiff::variable<C> x,
                                                 const running_statistics<C>& norm) const {
    if (!settings_.track) return of_batch(theta, x, nullptr);
    const auto epsilon = static_cast<typename C::value_type>(settings_.epsilon);
    const auto mean = norm.kept[mean_];
    const auto variance = norm.kept[variance_];
    if (!settings_.affine) return autodiff::normalise_by(x, mean, variance, epsilon);
    return autodiff::normalise_by(x, mean, variance, epsilon, theta[gain_], theta[bias_]);
  }

  template <class C, class T, class B>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, autodiff::variable<C> x,
                                                 const collect_statistics<T, B>& norm) const {
    autodiff::batch_moments<T> moments;
    const auto y = of_batch(theta, x, &moments);
    if (settings_.track) {
      const T share = static_cast<T>(1 - norm.momentum);
      move<T, B>(norm, mean_, moments.mean, share);
      move<T, B>(norm, variance_, moments.variance, share * moments.unbiased());
    }
    return y;
  }

  [[nodiscard]] const batch_norm_settings& settings() const noexcept { return settings_; }

private:
  template <class C>
  autodiff::variable<C> of_batch(const bound<C>& theta, autodiff::variable<C> x,
                                 autodiff::batch_moments<typename C::value_type>* moments) const {
    const auto epsilon = static_cast<typename C::value_type>(settings_.epsilon);
    if (!settings_.affine) return autodiff::batch_norm(x, epsilon, moments);
    return autodiff::batch_norm(x, theta[gain_], theta[bias_], epsilon, moments);
  }

  /// kept = momentum kept + share batch
  template <class T, class B>
  static void move(const collect_statistics<T, B>& norm, const slot& where, const T* batch, T share) {
    T* kept = norm.kept->data() + where.offset;
    B::map(detail::blend<T>{static_cast<T>(norm.momentum), share}, where.extents.size(), kept,
           static_cast<const T*>(kept), batch);
  }

  batch_norm_settings settings_;
  slot gain_;
  slot bias_;
  slot mean_;
  slot variance_;
};

}  // namespace paragon::nn
