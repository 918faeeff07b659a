// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>

#include "../core/host_device.hpp"
#include "math.hpp"

/// Element-wise functions as values: y = f(x), and the derivative dy/dx as f.slope(x, y).
///
/// Any type with these two members is an operator for `autodiff::elementwise`, on every backend.
namespace paragon::inline PARAGON_ISA::functions {

struct relu {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return x < T(0) ? T(0) : x;
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept {
    return x > T(0) ? T(1) : T(0);
  }
};

struct tanh {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return math::tanh(x);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T, T y) const noexcept {
    return T(1) - y * y;
  }
};

struct sigmoid {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return math::sigmoid(x);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T, T y) const noexcept {
    return y * (T(1) - y);
  }
};

/// x * sigmoid(x), also called swish.
struct silu {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return x * math::sigmoid(x);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T y) const noexcept {
    const T s = math::sigmoid(x);
    return s + y * (T(1) - s);
  }
};

/// min(max(x / 6 + 1 / 2, 0), 1): the sigmoid without exponential (Howard et al., ICCV 2019).
struct hard_sigmoid {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    const T y = x * T(1.0 / 6) + T(0.5);
    return y < T(0) ? T(0) : (y > T(1) ? T(1) : y);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept {
    return x > T(-3) && x < T(3) ? T(1.0 / 6) : T(0);
  }
};

/// x hard_sigmoid(x) (Howard et al., ICCV 2019).
struct hard_swish {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return x * hard_sigmoid{}(x);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept {
    return x <= T(-3) ? T(0) : (x >= T(3) ? T(1) : x * T(1.0 / 3) + T(0.5));
  }
};

/// x where positive, e^x - 1 elsewhere.
struct elu {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return x > T(0) ? x : math::expm1(x);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T y) const noexcept {
    return x > T(0) ? T(1) : y + T(1);
  }
};

struct exp {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return math::exp(x);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T, T y) const noexcept {
    return y;
  }
};

struct log {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return std::log(x);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept {
    return T(1) / x;
  }
};

struct sin {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return std::sin(x);
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept {
    return std::cos(x);
  }
};

struct square {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return x * x;
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept {
    return T(2) * x;
  }
};

/// log(1 + e^x)
struct softplus {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return (x > T(0) ? x : T(0)) + std::log1p(math::exp(x > T(0) ? -x : x));
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept {
    return math::sigmoid(x);
  }
};

/// a x + b
template <class T>
struct affine {
  T scale = T(1);
  T offset = T(0);
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept { return scale * x + offset; }
  PARAGON_HOST_DEVICE T slope(T, T) const noexcept { return scale; }
};

/// The Huber loss of a difference: x^2 / 2 within `width`, linear outside.
template <class T>
struct huber {
  T width = T(1);
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    const T magnitude = x < T(0) ? -x : x;
    return magnitude <= width ? T(0.5) * x * x : width * (magnitude - T(0.5) * width);
  }
  PARAGON_HOST_DEVICE T slope(T x, T) const noexcept { return x > width ? width : (x < -width ? -width : x); }
};

}  // namespace paragon::functions
