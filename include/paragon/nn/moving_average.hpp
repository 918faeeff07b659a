// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../core/host_device.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

namespace detail {

/// a + share (b - a), for a share that 1 - decay in T would round to 0
template <class T>
struct step_towards {
  T share;
  PARAGON_HOST_DEVICE T operator()(T a, T b) const noexcept { return a + share * (b - a); }
};

}  // namespace detail

/// An exponential moving average of a model's parameters: average = decay * average + (1 - decay) * parameters.
///
/// It starts as a copy; the early average is kept from lagging by a decay of at most (1 + n) / (10 + n) at update n.
template <class T, class Backend = backend::cpu>
class moving_average {
public:
  explicit moving_average(const parameters<T, Backend>& store, double decay = 0.999) : average_(store), decay_(decay) {}

  void update(const parameters<T, Backend>& store) {
    const auto n = static_cast<double>(++updates_);
    const double keep = decay_ < (1 + n) / (10 + n) ? decay_ : (1 + n) / (10 + n);
    Backend::map(detail::step_towards<T>{static_cast<T>(1 - keep)}, store.size(), average_.data(),
                 static_cast<const T*>(average_.data()), store.data());
  }

  /// The averaged parameters, for the same layers.
  [[nodiscard]] const parameters<T, Backend>& average() const noexcept { return average_; }

  [[nodiscard]] std::size_t updates() const noexcept { return updates_; }
  /// Goes on from a checkpoint. \throws error where the size differs
  void restore(const tensor<T, Backend>& average, std::size_t updates) {
    if (average.size() != average_.size()) {
      throw error("nn::moving_average::restore", std::to_string(average.size()) + " numbers",
                  std::to_string(average_.size()));
    }
    Backend::copy(average_.data(), average.data(), sizeof(T) * average.size());
    updates_ = updates;
  }

private:
  parameters<T, Backend> average_;
  double decay_;
  std::size_t updates_ = 0;
};

}  // namespace paragon::nn
