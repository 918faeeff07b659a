// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include "columns.hpp"
#include "threads.hpp"
#include "vector.hpp"
#include "workspace.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Sums that go on in double after at most sixteen additions in T and are rounded once, so that a sum of very many floats
/// neither stops growing nor loses more than a few roundings. The order of additions depends on their number alone, never on
/// the threads.
struct reduce {
  /// The sum of f(in[i]...) over [0, n) in double throughout. f takes and returns doubles, and vectors of them.
  template <class F, class... In>
  [[nodiscard]] static double sum(std::size_t n, F f, const In*... in) {
    if (n < short_row) return plain(n, f, in...);
    constexpr std::size_t lanes = 16;
    lane_sums<lanes> sums;
    std::size_t i = 0;
    for (; i + lanes <= n; i += lanes) sums.add(f, (in + i)...);
    return sums.total(n - i, f, (in + i)...);
  }

  /// The same with f in T: at most sixteen numbers are added in T, side by side and pairwise, before the sum goes on in
  /// double. As fast as a sum in T. \pre no term leaves the range of T
  template <class T, class F, class... In>
  [[nodiscard]] static double sum_in(std::size_t n, F f, const In*... in) {
    if constexpr (std::is_same_v<T, double>) {
      return sum(n, f, in...);
    } else {
      if (n < short_row) return plain(n, f, in...);
      constexpr std::size_t lanes = 32;
      constexpr std::size_t block = 16 * lanes;
      double all = 0;
      for (; n >= block; n -= block) {
        lane_sums<lanes, T> sums;
        PARAGON_UNROLL(4)
        for (std::size_t i = 0; i < block; i += lanes) sums.add(f, (in + i)...);
        all += static_cast<double>(sums.total(0, f, in...));
        ((in += block), ...);
      }
      lane_sums<lanes, T> sums;
      for (; n >= lanes; n -= lanes) {
        sums.add(f, in...);
        ((in += lanes), ...);
      }
      return all + static_cast<double>(sums.total(n, f, in...));
    }
  }

  /// The sum of x.
  template <class T>
  [[nodiscard]] static double total(std::size_t n, const T* x) {
    return sum_in<T>(
        n, [](auto value) { return value; }, x);
  }

  /// The sum of a[i] b[i]. \pre no product leaves the range of T
  template <class T>
  [[nodiscard]] static double dot(std::size_t n, const T* a, const T* b) {
    return sum_in<T>(
        n, [](auto x, auto y) { return x * y; }, a, b);
  }

  /// out[0] += scale * sum of x
  template <class T>
  static void sum_all(std::size_t n, T scale, const T* x, T* out) {
    const double all = in_blocks(n, [x](std::size_t begin, std::size_t end) { return total(end - begin, x + begin); });
    *out = static_cast<T>(static_cast<double>(*out) + static_cast<double>(scale) * all);
  }

  /// out[r] = the Euclidean norm of row r, right also where squares leave the range of T
  template <class T>
  static void row_norms(std::size_t rows, std::size_t columns, const T* x, double* out) {
    if (rows == 1) {
      *out = norm<T>([&](auto sum_of) {
        return in_blocks(columns, [&](std::size_t begin, std::size_t end) { return sum_of(end - begin, x + begin); });
      });
      return;
    }
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        out[r] = norm<T>([&](auto sum_of) { return sum_of(columns, x + r * columns); });
      }
    });
  }

  /// out[c] += sum over r of x[r, c]
  template <class T>
  static void sum_rows(std::size_t rows, std::size_t columns, const T* x, T* out) {
    if (rows == 0 || columns == 0) return;
    if (columns >= column_lines<T>::unrolled * column_lines<T>::lanes) {
      sum_rows_in<T>(rows, columns, x, out);
    } else {
      sum_rows_in<double>(rows, columns, x, out);
    }
  }

  /// out[r] += sum over c of x[r, c]
  template <class T>
  static void sum_columns(std::size_t rows, std::size_t columns, const T* x, T* out) {
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        out[r] = static_cast<T>(static_cast<double>(out[r]) + total(columns, x + r * columns));
      }
    });
  }

  /// out[r] += sum over c of x[r, c] y[r, c]
  template <class T>
  static void dot_columns(std::size_t rows, std::size_t columns, const T* x, const T* y, T* out) {
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        out[r] = static_cast<T>(static_cast<double>(out[r]) + dot(columns, x + r * columns, y + r * columns));
      }
    });
  }

private:
  struct parts_room;
  struct line_room;

  /// Below, registers have nothing to add side by side.
  static constexpr std::size_t short_row = 16;

  /// N running sums, which are combined pairwise in the end.
  template <std::size_t N, class Number = double>
  struct lane_sums {
    static constexpr std::size_t width = std::min(N, register_width<Number>);
    static constexpr std::size_t registers = N / width;
    vector_of<Number, width> part[registers] = {};

    /// Adds f of N elements, computed in Number.
    template <class F, class... In>
    void add(F f, const In*... in) noexcept {
      PARAGON_UNROLL(16)
      for (std::size_t p = 0; p < registers; ++p) part[p].v += f(load_as<Number, width>(in + p * width).v...);
    }

    /// The sum of all, and of f of `rest` < N further elements: each power of two in rest joins at its level.
    template <class F, class... In>
    [[nodiscard]] Number total(std::size_t rest, F f, const In*... in) const noexcept {
      if constexpr (N == 1) {
        return part[0].v;
      } else {
        lane_sums<N / 2, Number> half;
        if constexpr (registers > 1) {
          PARAGON_UNROLL(8)
          for (std::size_t p = 0; p < registers / 2; ++p) half.part[p].v = part[p].v + part[p + registers / 2].v;
        } else {
          half.part[0] = fold(part[0]);
        }
        if ((rest & (N / 2)) == 0) return half.total(rest, f, in...);
        half.add(f, in...);
        return half.total(rest, f, (in + N / 2)...);
      }
    }
  };

  /// Sums of rows, sixteen of which at most are added in Number before the sum goes on in double.
  template <class Number, class T>
  static void sum_rows_in(std::size_t rows, std::size_t columns, const T* x, T* out) {
    const column_lines<Number> lines(columns);
    const std::size_t at_once = 16 * lines.repeat;
    const std::size_t block = at_once * std::max<std::size_t>(1, element_grain / (at_once * columns));
    const std::size_t blocks = (rows + block - 1) / block;
    double* parts = workspace<double, parts_room>::take(blocks * columns);
    threads::for_range(rows, block, [&](std::size_t begin, std::size_t end) {
      const std::array<Number*, 1> line{workspace<Number, line_room>::take(lines.length)};
      double* __restrict part = parts + begin / block * columns;
      for (std::size_t r = begin; r < end; r += at_once) {
        const T* in = x + r * columns;
        lines.template sums<1>(
            std::min(at_once, end - r),
            [in]<std::size_t N>(vector_of<Number, N>* to, std::size_t i, std::size_t) {
              to[0].v += load_as<Number, N>(in + i).v;
            },
            line);
        const Number* __restrict from = line[0];
        if (r == begin) std::fill_n(part, columns, 0.0);
        for (std::size_t c = 0; c < columns; ++c) part[c] += static_cast<double>(from[c]);
      }
    });
    for (std::size_t b = 1; b < blocks; ++b) {
      for (std::size_t c = 0; c < columns; ++c) parts[c] += parts[b * columns + c];
    }
    for (std::size_t c = 0; c < columns; ++c) out[c] = static_cast<T>(static_cast<double>(out[c]) + parts[c]);
  }

  template <class F, class... In>
  [[nodiscard]] static double plain(std::size_t n, F f, const In*... in) {
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) total += f(static_cast<double>(in[i])...);
    return total;
  }

  /// The norm of numbers of which `over(f)` adds up f(n, piece): the squares are formed in T where their sum proves that
  /// none that counts left its range, else in double, of numbers made smaller or greater where need be.
  template <class T, class Over>
  [[nodiscard]] static double norm(Over over) {
    constexpr double least = std::is_same_v<T, float> ? 1e-20 : 1e-280;
    constexpr double greatest = std::is_same_v<T, float> ? 1e30 : 1e280;
    const double squares = over([](std::size_t n, const T* x) { return dot(n, x, x); });
    if (squares >= least && squares <= greatest) return std::sqrt(squares);
    const auto in_units = [&](double unit) {
      return std::sqrt(over([unit](std::size_t n, const T* x) {
               return sum(
                   n, [unit](auto value) { return (value * unit) * (value * unit); }, x);
             })) /
             unit;
    };
    const double plain = in_units(1);
    return plain >= 1e-140 && plain <= 1e140 ? plain : in_units(plain < 1 ? 0x1p600 : 0x1p-600);
  }

  /// The sum of `part(begin, end)` over blocks of [0, n), in their order.
  template <class Part>
  [[nodiscard]] static double in_blocks(std::size_t n, Part part) {
    if (n <= element_grain) return part(std::size_t{0}, n);
    const std::size_t blocks = (n + element_grain - 1) / element_grain;
    double* parts = workspace<double, parts_room>::take(blocks);
    threads::for_range(n, element_grain,
                       [&](std::size_t begin, std::size_t end) { parts[begin / element_grain] = part(begin, end); });
    return total(blocks, parts);
  }
};

}  // namespace paragon::backend::cpu_kernels
