// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>

#include "../core/random_key.hpp"
#include "../tensor/shape.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// Gives the first value of element `i` of a parameter of that shape.
template <class I>
concept initialiser = requires(const I f, paragon::random_key key, std::size_t i, const shape& extents) {
  { f(key, i, extents) } -> std::convertible_to<double>;
};

/// The same number everywhere.
struct fill {
  double value = 0;
  double operator()(paragon::random_key, std::size_t, const shape&) const noexcept { return value; }
};

/// Normal with mean 0.
struct normal {
  double deviation = 1;
  double operator()(paragon::random_key key, std::size_t i, const shape&) const noexcept {
    return deviation * key.normal(i);
  }
};

/// Uniform in [-bound, bound].
struct uniform {
  double bound = 1;
  double operator()(paragon::random_key key, std::size_t i, const shape&) const noexcept {
    return bound * (2 * key.uniform(i) - 1);
  }
};

/// Uniform with variance gain^2 / fan_in, where fan_in is the last extent of weights stored as [out, in].
/// gain sqrt(2) suits ReLU (He et al., ICCV 2015), 1 suits tanh and SiLU, 1 / sqrt(3) is PyTorch's default.
struct fan_in_uniform {
  double gain = 1;
  double operator()(paragon::random_key key, std::size_t i, const shape& extents) const noexcept {
    return gain * std::sqrt(3.0 / static_cast<double>(extents.columns())) * (2 * key.uniform(i) - 1);
  }
};

/// Uniform with variance 2 / (fan_in + fan_out) (Glorot, Bengio, AISTATS 2010).
struct glorot_uniform {
  double operator()(paragon::random_key key, std::size_t i, const shape& extents) const noexcept {
    return std::sqrt(6.0 / static_cast<double>(extents.columns() + extents.rows())) * (2 * key.uniform(i) - 1);
  }
};

/// Normal with variance 2 / fan_in for convolution weights stored as [k, k, in, out]: fan_in is the product of all extents
/// but the last (He et al., ICCV 2015).
struct he_normal {
  double operator()(paragon::random_key key, std::size_t i, const shape& extents) const noexcept {
    return std::sqrt(2.0 / static_cast<double>(extents.rows())) * key.normal(i);
  }
};

}  // namespace paragon::nn
