// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>

#include "reduce.hpp"

namespace paragon::backend::cpu_kernels {

/// Layer normalisation over the columns of each row (Ba, Kiros, Hinton, 2016).
struct layer_norm_kernels {
  /// y = (x - mean) / sqrt(variance + epsilon); `scale` receives 1 / sqrt(variance + epsilon) of each row.
  /// The variance divides by the number of columns. Gain and bias are separate element-wise steps.
  template <class T>
  static void normalise(std::size_t rows, std::size_t columns, T epsilon, const T* x, T* y, T* scale) {
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        const T* in = x + r * columns;
        T* out = y + r * columns;
        const T n = static_cast<T>(columns);
        const T mean = reduce::sum<T>(
                           columns, [](T v) { return v; }, in) /
                       n;
        const T variance = reduce::sum<T>(
                               columns, [mean](T v) { return (v - mean) * (v - mean); }, in) /
                           n;
        const T s = T(1) / std::sqrt(variance + epsilon);
        for (std::size_t c = 0; c < columns; ++c) out[c] = (in[c] - mean) * s;
        scale[r] = s;
      }
    });
  }

  /// dx += scale (dy - mean(dy) - y mean(dy y)), row by row
  template <class T>
  static void normalise_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* scale, const T* dy, T* dx) {
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        const std::size_t at = r * columns;
        const T n = static_cast<T>(columns);
        const T mean = reduce::sum<T>(
                           columns, [](T v) { return v; }, dy + at) /
                       n;
        const T inner = reduce::dot(columns, dy + at, y + at) / n;
        for (std::size_t c = 0; c < columns; ++c) dx[at + c] += scale[r] * (dy[at + c] - mean - y[at + c] * inner);
      }
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
