// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/reduce.hpp"
#include "../core/host_device.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

/// What training minimises: `l(prediction, target)`, both [n, 1], gives a mean over the n samples of shape {1}.
///
/// The smallest model: `mean_squared_error`.
template <class L, class T = float>
concept loss = requires(const L& l, autodiff::variable<autodiff::tape<T>> x) {
  { l(x, x) } -> std::same_as<autodiff::variable<autodiff::tape<T>>>;
};

namespace detail {

/// x^2 / 2 up to delta, linear from there on.
template <class T>
struct huber {
  T delta;
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    const T magnitude = x < T(0) ? -x : x;
    return magnitude <= delta ? T(0.5) * x * x : delta * (magnitude - T(0.5) * delta);
  }
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept { return x > delta ? delta : x < -delta ? -delta : x; }
};

/// 1 / (|x| + floor)
template <class T>
struct reciprocal_magnitude {
  T floor;
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept { return T(1) / ((x < T(0) ? -x : x) + floor); }
  PARAGON_HOST_DEVICE T slope(T x, T y) const noexcept { return x < T(0) ? y * y : -y * y; }
};

}  // namespace detail

/// The mean of (prediction - target)^2.
struct mean_squared_error {
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> prediction, autodiff::variable<C> target) const {
    return autodiff::mean(autodiff::square(prediction - target));
  }
  friend bool operator==(mean_squared_error, mean_squared_error) = default;
};

/// Half the square for differences up to `delta`, linear from there on: outliers pull with a bounded force.
/// Reference: Huber, "Robust estimation of a location parameter", 1964.
struct huber_loss {
  double delta = 1;

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> prediction, autodiff::variable<C> target) const {
    using T = typename C::value_type;
    return autodiff::mean(autodiff::elementwise(prediction - target, detail::huber<T>{static_cast<T>(delta)}));
  }
  friend bool operator==(const huber_loss&, const huber_loss&) = default;
};

/// The mean of ((prediction - target) / (|target| + floor))^2, for costs that span orders of magnitude.
struct relative_squared_error {
  double floor = 1e-3;

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> prediction, autodiff::variable<C> target) const {
    using T = typename C::value_type;
    const auto scale = autodiff::elementwise(target, detail::reciprocal_magnitude<T>{static_cast<T>(floor)});
    return autodiff::mean(autodiff::square((prediction - target) * scale));
  }
  friend bool operator==(const relative_squared_error&, const relative_squared_error&) = default;
};

}  // namespace paragon::predictor
