// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "vector.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Sums over the rows of matrices whose rows may be shorter than a vector register.
///
/// Consecutive rows are taken together as one *line* of at least four registers: [rows, columns] is also
/// [rows / repeat, length], and the sums of the line's columns, added `repeat` to one, are those of the matrix.
template <class T>
struct column_lines {
  static constexpr std::size_t lanes = register_width<T>;
  static constexpr std::size_t unrolled = 4;

  explicit column_lines(std::size_t n) noexcept
      : columns(n), repeat(n >= unrolled * lanes ? 1 : (unrolled * lanes + n - 1) / n), length(repeat * n) {}

  std::size_t columns;
  std::size_t repeat;
  std::size_t length;

  /// Rows whose sums are formed at once: they stay in the first-level cache, and are few enough for sums in T.
  [[nodiscard]] std::size_t rows_at_once() const noexcept { return repeat * std::max<std::size_t>(16, 4096 / length); }
  /// Rows of a block of work, about 32768 elements.
  [[nodiscard]] std::size_t rows_of_block() const noexcept {
    return rows_at_once() * std::max<std::size_t>(1, 32768 / (rows_at_once() * columns));
  }

  /// `values` [columns], `repeat` times.
  void spread(const T* values, T* line) const noexcept {
    for (std::size_t r = 0; r < repeat; ++r) std::copy(values, values + columns, line + r * columns);
  }

  /// out[t][c] = the sum over r < rows of term t at [r, c], for Terms terms.
  ///
  /// `step(sums, i, j)` adds to the `Terms` vectors of `sums` the terms of elements i, i + 1, ..., which lie in columns
  /// j, j + 1, ... of a line; vectors are `vector_of<T, N>` of any N.
  /// \param out  arrays of [length]
  template <std::size_t Terms, class Step>
  void sums(std::size_t rows, Step step, const std::array<T*, Terms>& out) const noexcept {
    const std::size_t lines = rows / repeat;
    std::size_t j = 0;
    for (; j + unrolled * lanes <= length; j += unrolled * lanes) group<unrolled, lanes, Terms>(lines, j, step, out);
    for (; j + lanes <= length; j += lanes) group<1, lanes, Terms>(lines, j, step, out);
    // The last ones once more, beside what is left: they get the same sums again.
    if (j < length) group<1, lanes, Terms>(lines, length - lanes, step, out);
    for (std::size_t t = 0; t < Terms; ++t) {
      for (std::size_t r = 1; r < repeat; ++r) {
        for (std::size_t c = 0; c < columns; ++c) out[t][c] += out[t][r * columns + c];
      }
    }
    for (std::size_t r = lines * repeat; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        std::array<vector_of<T, 1>, Terms> rest{};
        step(rest.data(), r * columns + c, c);
        for (std::size_t t = 0; t < Terms; ++t) out[t][c] += rest[t].v;
      }
    }
  }

private:
  template <std::size_t Vectors, std::size_t N, std::size_t Terms, class Step>
  void group(std::size_t lines, std::size_t j, Step step, const std::array<T*, Terms>& out) const noexcept {
    vector_of<T, N> sums[Vectors][Terms] = {};
    for (std::size_t l = 0; l < lines; ++l) {
      for (std::size_t p = 0; p < Vectors; ++p) step(sums[p], l * length + j + p * N, j + p * N);
    }
    for (std::size_t p = 0; p < Vectors; ++p) {
      for (std::size_t t = 0; t < Terms; ++t) sums[p][t].store(out[t] + j + p * N);
    }
  }
};

}  // namespace paragon::backend::cpu_kernels
