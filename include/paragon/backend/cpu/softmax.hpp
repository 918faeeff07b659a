// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "../math.hpp"
#include "reduce.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Softmax over the columns of each row, shifted by the row's maximum so that it can't overflow.
/// A row of which every entry is minus infinity (all masked) becomes zeros.
struct softmax_kernels {
  template <class T>
  static void softmax(std::size_t rows, std::size_t columns, const T* x, T* y) {
    for_blocks(rows, columns, [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) shift(columns, x + r * columns, y + r * columns);
      // One loop over all rows: rows are often shorter than a vector register.
      for (std::size_t i = begin * columns; i < end * columns; ++i) y[i] = math::exp(y[i]);
      for (std::size_t r = begin; r < end; ++r) {
        T* out = y + r * columns;
        const T total = static_cast<T>(reduce::total(columns, out));
        const T scale = total == T(0) ? T(0) : T(1) / total;
        for (std::size_t c = 0; c < columns; ++c) out[c] *= scale;
      }
    });
  }

  /// dx += y (dy - <y, dy>), row by row
  template <class T>
  static void softmax_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* dy, T* dx) {
    for_rows(rows, columns, [&](std::size_t r) {
      const std::size_t at = r * columns;
      const T inner = static_cast<T>(reduce::dot(columns, y + at, dy + at));
      for (std::size_t c = 0; c < columns; ++c) dx[at + c] += y[at + c] * (dy[at + c] - inner);
    });
  }

  /// y = x - log sum exp x, row by row; minus infinity where every entry of the row is
  template <class T>
  static void log_softmax(std::size_t rows, std::size_t columns, const T* x, T* y) {
    for_blocks(rows, columns, [&](std::size_t begin, std::size_t end) {
      constexpr std::size_t buffer_size = 512;
      T buffer[buffer_size];
      const std::size_t group = columns < 16 ? buffer_size / columns : 1;
      for (std::size_t first = begin; first < end; first += group) {
        const std::size_t last = std::min(end, first + group);
        for (std::size_t r = first; r < last; ++r) shift(columns, x + r * columns, y + r * columns);
        for (std::size_t i = 0; columns < 16 && i < (last - first) * columns; ++i) {
          buffer[i] = math::exp(y[first * columns + i]);
        }
        for (std::size_t r = first; r < last; ++r) {
          T* out = y + r * columns;
          double total = 0;
          if (columns < 16) {
            total = reduce::total(columns, buffer + (r - first) * columns);
          } else {
            for (std::size_t c = 0; c < columns; c += buffer_size) {
              const std::size_t count = std::min(buffer_size, columns - c);
              exponentials(count, out + c, buffer);
              total += reduce::total(count, buffer);
            }
          }
          const T logarithm = total == 0 ? T(0) : std::log(static_cast<T>(total));
          subtract(columns, out, logarithm, out);
        }
      }
    });
  }

  /// dx += dy - softmax(x) sum(dy), row by row; y is the log softmax
  template <class T>
  static void log_softmax_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* dy, T* dx) {
    for_rows(rows, columns, [&](std::size_t r) {
      const std::size_t at = r * columns;
      const T total = static_cast<T>(reduce::total(columns, dy + at));
      for (std::size_t c = 0; c < columns; ++c) dx[at + c] += dy[at + c] - math::exp(y[at + c]) * total;
    });
  }

private:
  template <class Body>
  static void for_blocks(std::size_t rows, std::size_t columns, Body&& body) {
    if (columns > 0) threads::for_range(rows, 1 + element_grain / (columns + 1), body);
  }

  template <class Body>
  static void for_rows(std::size_t rows, std::size_t columns, Body&& body) {
    for_blocks(rows, columns, [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) body(r);
    });
  }

  /// y = exp x, in sixteens, which compilers turn into vector instructions at -O2 too.
  template <class T>
  static void exponentials(std::size_t n, const T* x, T* __restrict y) {
    constexpr std::size_t lanes = 16;
    const std::size_t whole = n - n % lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
      for (std::size_t l = 0; l < lanes; ++l) y[i + l] = math::exp(x[i + l]);
    }
    for (std::size_t i = whole; i < n; ++i) y[i] = math::exp(x[i]);
  }

  /// y = x - max x, or minus infinity where that is the maximum.
  template <class T>
  static void shift(std::size_t columns, const T* x, T* y) {
    const T greatest = maximum(columns, x);
    const T offset = greatest == -std::numeric_limits<T>::infinity() ? T(0) : greatest;
    subtract(columns, x, offset, y);
  }

  /// y = x - offset
  template <class T>
  static void subtract(std::size_t columns, const T* x, T offset, T* y) {
    for_vectors<T>(columns, [=]<std::size_t N>(std::size_t c) {
      auto v = vector_of<T, N>::load(x + c);
      v.v -= offset;
      v.store(y + c);
    });
  }

  /// In sixteen lanes, as the compiler may not reorder comparisons by itself. Where an entry is NaN the result may be
  /// any: that entry alone makes the row's sum NaN.
  template <class T>
  static T maximum(std::size_t n, const T* x) {
    constexpr std::size_t lanes = 16;
    const auto greater = [](T a, T b) { return a > b ? a : b; };
    T greatest = x[0];
    const std::size_t whole = n - n % lanes;
    if (whole > 0) {
      T partial[lanes];
      for (std::size_t l = 0; l < lanes; ++l) partial[l] = x[l];
      for (std::size_t i = lanes; i < whole; i += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) partial[l] = greater(x[i + l], partial[l]);
      }
      for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t l = 0; l < width; ++l) partial[l] = greater(partial[l + width], partial[l]);
      }
      greatest = partial[0];
    }
    for (std::size_t i = whole; i < n; ++i) greatest = greater(x[i], greatest);
    return greatest;
  }
};

}  // namespace paragon::backend::cpu_kernels
