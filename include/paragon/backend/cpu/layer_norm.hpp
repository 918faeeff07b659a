// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "reduce.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Whether squares in T, of which `variance` is the mean, have stayed in its range, but for some that epsilon makes too small
/// to count.
template <class T>
[[nodiscard]] bool in_range(double variance, T epsilon) noexcept {
  constexpr double least = std::is_same_v<T, float> ? 1e-22 : 1e-270;
  constexpr double greatest = std::is_same_v<T, float> ? 1e30 : 1e280;
  return variance + static_cast<double>(epsilon) >= least && variance <= greatest;
}

/// Normalises any row of numbers `stride` apart, also of equal numbers or with NaN: in double, in units of the greatest
/// difference. Returns the scale.
template <class T>
T normalise_carefully(std::size_t n, std::size_t stride, T epsilon, const T* x, T* y) noexcept {
  const double share = 1 / static_cast<double>(n);
  double greatest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    greatest = std::max(greatest, std::abs(0.5 * static_cast<double>(x[i * stride]) - 0.5 * static_cast<double>(x[0])));
  }
  const bool finite = greatest > 0 && greatest <= std::numeric_limits<double>::max();
  const double unit = finite ? std::ldexp(1.0, std::min(1000, -std::ilogb(greatest) - 2)) : 1;
  const double first = static_cast<double>(x[0]) * unit;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(x[i * stride]) * unit - first;
  const double shift = sum * share;
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(x[i * stride]) * unit - first - shift;
    squares += d * d;
  }
  const double spread = std::hypot(std::sqrt(squares * share), std::sqrt(static_cast<double>(epsilon)) * unit);
  const double s = spread == 0 ? 0 : 1 / spread;
  for (std::size_t i = 0; i < n; ++i) {
    y[i * stride] = static_cast<T>((static_cast<double>(x[i * stride]) * unit - first - shift) * s);
  }
  return static_cast<T>(s * unit);
}

/// Layer normalisation over the columns of each row (Ba, Kiros, Hinton, 2016).
///
/// The mean is that of the differences from the row's first element, added to it in double; the squares are those of the
/// differences from the mean, whose rounding is taken off again. So a mean far from 0 costs no digits, and a row of equal
/// numbers gives zeros exactly. Rows whose squares leave the range of T are done in double, on numbers near 1.
struct layer_norm_kernels {
  /// y = (x - mean) / sqrt(variance + epsilon); `scale` receives 1 / sqrt(variance + epsilon) of each row, or 0 where both
  /// are 0. The variance divides by the number of columns. Gain and bias are separate element-wise steps.
  template <class T>
  static void normalise(std::size_t rows, std::size_t columns, T epsilon, const T* x, T* y, T* scale) {
    if (columns == 0) return;
    const double n = static_cast<double>(columns);
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        const T* in = x + r * columns;
        T* out = y + r * columns;
        const T first = in[0];
        const double shift = reduce::sum_in<T>(
                                 columns, [first](auto value) { return value - first; }, in) /
                             n;
        const T centre = static_cast<T>(static_cast<double>(first) + shift);
        const T rest = static_cast<T>(shift - (static_cast<double>(centre) - static_cast<double>(first)));
        const auto squared = [centre, rest](auto value) {
          const auto d = value - centre - rest;
          return d * d;
        };
        const double variance = reduce::sum_in<T>(columns, squared, in) / n;
        if (!in_range<T>(variance, epsilon)) {
          scale[r] = normalise_carefully(columns, 1, epsilon, in, out);
          continue;
        }
        const T s = static_cast<T>(1 / std::sqrt(variance + static_cast<double>(epsilon)));
        for_vectors<T>(columns, [=]<std::size_t N>(std::size_t c) {
          auto v = vector_of<T, N>::load(in + c);
          v.v = (v.v - centre - rest) * s;
          v.store(out + c);
        });
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
        const double n = static_cast<double>(columns);
        const T mean = static_cast<T>(reduce::total(columns, dy + at) / n);
        const T inner = static_cast<T>(reduce::dot(columns, dy + at, y + at) / n);
        const T s = scale[r];
        for_vectors<T>(columns, [=]<std::size_t N>(std::size_t c) {
          using vector = vector_of<T, N>;
          auto v = vector::load(dx + at + c);
          v.v += s * (vector::load(dy + at + c).v - mean - vector::load(y + at + c).v * inner);
          v.store(dx + at + c);
        });
      }
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
