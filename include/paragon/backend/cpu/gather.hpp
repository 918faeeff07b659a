// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Rows picked from and added to a table. Indices are not checked here.
struct gather_kernels {
  /// out[r] = table[index[r]]
  template <class T>
  static void gather(std::size_t rows, std::size_t columns, const T* table, const std::uint32_t* index, T* out) {
    for (std::size_t r = 0; r < rows; ++r)
      memory::copy(out + r * columns, table + index[r] * columns, sizeof(T) * columns);
  }

  /// table[index[r]] += x[r], in the order of r
  template <class T>
  static void scatter_add(std::size_t rows, std::size_t columns, const T* x, const std::uint32_t* index, T* table) {
    for (std::size_t r = 0; r < rows; ++r) {
      T* out = table + index[r] * columns;
      for (std::size_t c = 0; c < columns; ++c) out[c] += x[r * columns + c];
    }
  }

  /// matrix[i, j] = 0 where row_index[i] != column_index[j]
  template <class T>
  static void keep_equal(std::size_t rows, std::size_t columns, const std::uint32_t* row_index,
                         const std::uint32_t* column_index, T* matrix) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        if (row_index[i] != column_index[j]) matrix[i * columns + j] = T(0);
      }
    }
  }

  /// Copies a block of `columns` columns between matrices of row strides `from_stride` and `to_stride`.
  template <class T>
  static void copy_columns(std::size_t rows, std::size_t columns, const T* from, std::size_t from_stride, T* to,
                           std::size_t to_stride) {
    for (std::size_t r = 0; r < rows; ++r)
      memory::copy(to + r * to_stride, from + r * from_stride, sizeof(T) * columns);
  }

  /// The same, added.
  template <class T>
  static void add_columns(std::size_t rows, std::size_t columns, const T* from, std::size_t from_stride, T* to,
                          std::size_t to_stride) {
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) to[r * to_stride + c] += from[r * from_stride + c];
    }
  }
};

}  // namespace paragon::backend::cpu_kernels
