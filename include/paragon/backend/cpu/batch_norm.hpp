// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "columns.hpp"
#include "threads.hpp"
#include "workspace.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Normalisation of columns by the mean and variance of all rows. Each kernel reads its matrices once.
///
/// Rows are cut into blocks of about 32768 elements, and those into pieces that fit the first-level cache. A piece is
/// summed twice, for its mean and for the squares about that mean; pieces and blocks are combined in double and in order
/// (Chan, Golub, LeVeque, 1979). So a mean far from 0 costs a float's variance no digits, and results do not depend on
/// the threads.
struct batch_norm_kernels {
  /// mean[c], variance[c] (the sum of squares divided by rows) and scale[c] = 1 / sqrt(variance + epsilon)
  template <class T>
  static void batch_statistics(std::size_t rows, std::size_t columns, T epsilon, const T* x, T* mean, T* variance,
                               T* scale) {
    if (rows == 0 || columns == 0) return;
    const column_lines<T> lines(columns);
    const std::size_t block = lines.rows_of_block();
    const std::size_t blocks = (rows + block - 1) / block;
    double* parts = workspace<double, parts_room>::take(blocks * 2 * columns);
    threads::for_range(rows, block, [&](std::size_t begin, std::size_t end) {
      block_moments(lines, begin, end, x, parts + begin / block * 2 * columns);
    });
    for (std::size_t b = 1; b < blocks; ++b) {
      const double* part = parts + b * 2 * columns;
      combine(columns, b * block, std::min(block, rows - b * block), parts, part, part + columns);
    }
    for (std::size_t c = 0; c < columns; ++c) {
      const double v = parts[columns + c] / static_cast<double>(rows);
      mean[c] = static_cast<T>(parts[c]);
      variance[c] = static_cast<T>(v);
      scale[c] = static_cast<T>(1 / std::sqrt(v + static_cast<double>(epsilon)));
    }
  }

  /// y = (x - mean) scale gain + bias; gain and bias may be nullptr
  template <class T>
  static void batch_normalise(std::size_t rows, std::size_t columns, const T* mean, const T* scale, const T* gain,
                              const T* bias, const T* x, T* y) {
    for_lines<3, T>(
        rows, columns,
        [&](std::size_t c) {
          const T factor = gain == nullptr ? scale[c] : scale[c] * gain[c];
          return std::array<T, 3>{mean[c], factor, bias == nullptr ? T(0) : bias[c]};
        },
        [=](std::size_t i, std::size_t n, const std::array<T*, 3>& by_column) {
          const T* __restrict in = x + i;
          const T* __restrict centre = by_column[0];
          const T* __restrict factor = by_column[1];
          const T* __restrict offset = by_column[2];
          T* __restrict out = y + i;
          for (std::size_t j = 0; j < n; ++j) out[j] = (in[j] - centre[j]) * factor[j] + offset[j];
        });
  }

  /// sum[c] = the sum of dy, inner[c] = that of dy (x - mean) scale: the adjoints of bias and gain, and what the adjoint
  /// of x needs
  template <class T>
  static void batch_normalise_sums(std::size_t rows, std::size_t columns, const T* mean, const T* scale, const T* x,
                                   const T* dy, T* sum, T* inner) {
    if (columns == 0) return;
    const column_lines<T> lines(columns);
    const std::size_t block = lines.rows_of_block();
    const std::size_t blocks = (rows + block - 1) / block;
    double* parts = workspace<double, parts_room>::take((blocks + 1) * 2 * columns);
    threads::for_range(rows, block, [&](std::size_t begin, std::size_t end) {
      T* line = workspace<T, line_room>::take(3 * lines.length);
      const std::array<T*, 2> sums{line + lines.length, line + 2 * lines.length};
      lines.spread(mean, line);
      double* part = parts + (begin / block + 1) * 2 * columns;
      std::fill(part, part + 2 * columns, 0.0);
      for (std::size_t r = begin; r < end; r += lines.rows_at_once()) {
        const T* in = x + r * columns;
        const T* adjoint = dy + r * columns;
        lines.template sums<2>(
            std::min(lines.rows_at_once(), end - r),
            [=]<class V>(V* to, std::size_t i, std::size_t j) {
              const V d = V::load(adjoint + i);
              to[0].v += d.v;
              to[1].v += d.v * (V::load(in + i).v - V::load(line + j).v);
            },
            sums);
        for (std::size_t c = 0; c < columns; ++c) {
          part[c] += static_cast<double>(sums[0][c]);
          part[columns + c] += static_cast<double>(sums[1][c]);
        }
      }
    });
    std::fill(parts, parts + 2 * columns, 0.0);
    for (std::size_t b = 1; b <= blocks; ++b) {
      for (std::size_t c = 0; c < 2 * columns; ++c) parts[c] += parts[b * 2 * columns + c];
    }
    for (std::size_t c = 0; c < columns; ++c) {
      sum[c] = static_cast<T>(parts[c]);
      inner[c] = static_cast<T>(parts[columns + c] * static_cast<double>(scale[c]));
    }
  }

  /// d = gain scale (d - sum / rows - (x - mean) scale inner / rows); without sum and inner, that is where the statistics
  /// do not depend on x, d = gain scale d. gain may be nullptr.
  template <class T>
  static void batch_normalise_adjoint(std::size_t rows, std::size_t columns, const T* mean, const T* scale,
                                      const T* gain, const T* sum, const T* inner, const T* x, T* d) {
    const auto factor_of = [=](std::size_t c) { return gain == nullptr ? scale[c] : scale[c] * gain[c]; };
    if (sum == nullptr) {
      for_lines<1, T>(
          rows, columns, [&](std::size_t c) { return std::array<T, 1>{factor_of(c)}; },
          [=](std::size_t i, std::size_t n, const std::array<T*, 1>& by_column) {
            const T* __restrict factor = by_column[0];
            T* __restrict adjoint = d + i;
            for (std::size_t j = 0; j < n; ++j) adjoint[j] *= factor[j];
          });
      return;
    }
    const T share = T(1) / static_cast<T>(rows);
    for_lines<4, T>(
        rows, columns,
        [&](std::size_t c) {
          const T factor = factor_of(c);
          return std::array<T, 4>{mean[c], factor, -factor * scale[c] * inner[c] * share, -factor * sum[c] * share};
        },
        [=](std::size_t i, std::size_t n, const std::array<T*, 4>& by_column) {
          const T* __restrict in = x + i;
          const T* __restrict centre = by_column[0];
          const T* __restrict factor = by_column[1];
          const T* __restrict slope = by_column[2];
          const T* __restrict offset = by_column[3];
          T* __restrict adjoint = d + i;
          for (std::size_t j = 0; j < n; ++j) {
            adjoint[j] = factor[j] * adjoint[j] + slope[j] * (in[j] - centre[j]) + offset[j];
          }
        });
  }

private:
  struct parts_room;
  struct line_room;
  struct piece_room;

  /// Mean [columns] and sum of squares about it [columns] of rows [begin, end).
  template <class T>
  static void block_moments(const column_lines<T>& lines, std::size_t begin, std::size_t end, const T* x,
                            double* moments) {
    const std::size_t columns = lines.columns;
    T* line = workspace<T, line_room>::take(3 * lines.length);
    double* piece = workspace<double, piece_room>::take(2 * columns);
    const std::array<T*, 1> total{line + lines.length};
    const std::array<T*, 2> centred{line + lines.length, line + 2 * lines.length};
    for (std::size_t r = begin; r < end; r += lines.rows_at_once()) {
      const T* in = x + r * columns;
      const std::size_t n = std::min(lines.rows_at_once(), end - r);
      lines.spread(in, line);
      lines.template sums<1>(
          n, [=]<class V>(V* to, std::size_t i, std::size_t j) { to[0].v += V::load(in + i).v - V::load(line + j).v; },
          total);
      for (std::size_t c = 0; c < columns; ++c) total[0][c] = in[c] + total[0][c] / static_cast<T>(n);
      lines.spread(total[0], line);
      lines.template sums<2>(
          n,
          [=]<class V>(V* to, std::size_t i, std::size_t j) {
            const auto d = V::load(in + i).v - V::load(line + j).v;
            to[0].v += d;
            to[1].v += d * d;
          },
          centred);
      // The centre is the mean but for rounding, of which the sum of differences is the measure.
      double* to = r == begin ? moments : piece;
      for (std::size_t c = 0; c < columns; ++c) {
        const double shift = static_cast<double>(centred[0][c]) / static_cast<double>(n);
        to[c] = static_cast<double>(line[c]) + shift;
        to[columns + c] = std::max(0.0, static_cast<double>(centred[1][c]) - shift * shift * static_cast<double>(n));
      }
      for (std::size_t c = 0; c < columns; ++c) {
        if (!(to[columns + c] <= std::numeric_limits<double>::max())) wide_moments(columns, n, in, c, to);
      }
      if (r > begin) combine(columns, r - begin, n, moments, piece, piece + columns);
    }
  }

  /// The moments of column c where squares left the range of T: in double.
  template <class T>
  static void wide_moments(std::size_t columns, std::size_t n, const T* x, std::size_t c, double* moments) noexcept {
    const double first = static_cast<double>(x[c]);
    double shift = 0;
    for (std::size_t r = 0; r < n; ++r) {
      shift += (static_cast<double>(x[r * columns + c]) - first) / static_cast<double>(n);
    }
    double squares = 0;
    for (std::size_t r = 0; r < n; ++r) {
      const double d = static_cast<double>(x[r * columns + c]) - first - shift;
      squares += d * d;
    }
    moments[c] = first + shift;
    moments[columns + c] = squares;
  }

  /// Adds the moments of n rows to those of `before` rows.
  static void combine(std::size_t columns, std::size_t before, std::size_t n, double* moments, const double* mean,
                      const double* squares) noexcept {
    const double share = static_cast<double>(n) / static_cast<double>(before + n);
    const double weight = share * static_cast<double>(before);
    for (std::size_t c = 0; c < columns; ++c) {
      const double delta = mean[c] - moments[c];
      moments[c] += share * delta;
      moments[columns + c] += squares[c] + weight * delta * delta;
    }
  }

  /// Calls `body(first element, elements, arrays)` for all lines, where arrays holds the N numbers `prepare(c)` of each
  /// column of the line.
  template <std::size_t N, class T, class Prepare, class Body>
  static void for_lines(std::size_t rows, std::size_t columns, Prepare prepare, Body body) {
    if (columns == 0) return;
    const column_lines<T> lines(columns);
    threads::for_range(rows, lines.rows_of_block(), [&](std::size_t begin, std::size_t end) {
      T* line = workspace<T, line_room>::take(N * lines.length);
      std::array<T*, N> arrays;
      for (std::size_t k = 0; k < N; ++k) arrays[k] = line + k * lines.length;
      for (std::size_t j = 0; j < lines.length; ++j) {
        const std::array<T, N> values = prepare(j % columns);
        for (std::size_t k = 0; k < N; ++k) arrays[k][j] = values[k];
      }
      for (std::size_t i = begin * columns; i < end * columns; i += lines.length) {
        body(i, std::min(lines.length, end * columns - i), arrays);
      }
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
