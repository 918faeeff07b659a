// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "threads.hpp"

namespace paragon::backend::cpu_kernels {

/// Sums. The order of additions depends on their number alone (sixteen running sums, combined pairwise, then the rest one
/// by one), never on the threads.
struct reduce {
  /// The sum of f(in[i]...) over [0, n).
  template <class T, class F, class... In>
  [[nodiscard]] static T sum(std::size_t n, F f, const In*... in) {
    constexpr std::size_t lanes = 16;
    const std::size_t whole = n - n % lanes;
    T total = 0;
    if (whole > 0) {
      T partial[lanes] = {};
      for (std::size_t i = 0; i < whole; i += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) partial[l] += f(in[i + l]...);
      }
      for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t l = 0; l < width; ++l) partial[l] += partial[l + width];
      }
      total = partial[0];
    }
    T rest = 0;
    for (std::size_t i = whole; i < n; ++i) rest += f(in[i]...);
    return total + rest;
  }

  template <class T>
  [[nodiscard]] static T dot(std::size_t n, const T* a, const T* b) {
    return sum<T>(
        n, [](T x, T y) { return x * y; }, a, b);
  }

  /// out[0] += scale * sum of x
  template <class T>
  static void sum_all(std::size_t n, T scale, const T* x, T* out) {
    *out += scale * sum<T>(
                        n, [](T value) { return value; }, x);
  }

  /// out[c] += sum over r of x[r, c]
  template <class T>
  static void sum_rows(std::size_t rows, std::size_t columns, const T* x, T* out) {
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) out[c] += x[r * columns + c];
    }
  }

  /// out[r] += sum over c of x[r, c]
  template <class T>
  static void sum_columns(std::size_t rows, std::size_t columns, const T* x, T* out) {
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        out[r] += sum<T>(
            columns, [](T value) { return value; }, x + r * columns);
      }
    });
  }

  /// out[r] += sum over c of x[r, c] y[r, c]
  template <class T>
  static void dot_columns(std::size_t rows, std::size_t columns, const T* x, const T* y, T* out) {
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) out[r] += dot(columns, x + r * columns, y + r * columns);
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
