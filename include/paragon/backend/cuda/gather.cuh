// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include "threads.cuh"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

namespace on_device {

template <class T>
__global__ void gather(std::size_t n, std::size_t columns, const T* table, const std::uint32_t* index, T* out) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    out[i] = table[index[i / columns] * columns + i % columns];
  }
}

/// The block of the first row with an index adds all rows with that index, in their order; no other block writes there.
template <class T>
__global__ void scatter_add(std::size_t rows, std::size_t columns, const T* x, const std::uint32_t* index, T* table) {
  for (std::size_t r = blockIdx.x; r < rows; r += gridDim.x) {
    const std::uint32_t target = index[r];
    int earlier = 0;
    for (std::size_t other = threadIdx.x; other < r && earlier == 0; other += block_size) {
      earlier = index[other] == target ? 1 : 0;
    }
    if (__syncthreads_or(earlier) != 0) continue;
    for (std::size_t c = threadIdx.x; c < columns; c += block_size) {
      T sum = table[target * columns + c];
      for (std::size_t other = r; other < rows; ++other) {
        if (index[other] == target) sum += x[other * columns + c];
      }
      table[target * columns + c] = sum;
    }
  }
}

template <class T>
__global__ void keep_equal(std::size_t n, std::size_t columns, const std::uint32_t* row_index,
                           const std::uint32_t* column_index, T* matrix) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    if (row_index[i / columns] != column_index[i % columns]) matrix[i] = T(0);
  }
}

template <class T>
__global__ void copy_columns(std::size_t n, std::size_t columns, const T* from, std::size_t from_stride, T* to,
                             std::size_t to_stride) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    to[i / columns * to_stride + i % columns] = from[i / columns * from_stride + i % columns];
  }
}

template <class T>
__global__ void add_columns(std::size_t n, std::size_t columns, const T* from, std::size_t from_stride, T* to,
                            std::size_t to_stride) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    to[i / columns * to_stride + i % columns] += from[i / columns * from_stride + i % columns];
  }
}

}  // namespace on_device

/// Rows picked from and added to a table. Indices are not checked here, and lie in the memory of the device.
struct gather_kernels {
  /// out[r] = table[index[r]]
  template <class T>
  static void gather(std::size_t rows, std::size_t columns, const T* table, const std::uint32_t* index, T* out) {
    for_elements("cuda::gather", rows * columns, on_device::gather<T>, rows * columns, columns, table, index, out);
  }

  /// table[index[r]] += x[r], in the order of r: the bits are those of the host. Each of the blocks reads all indices,
  /// which is right for batches of some thousand rows.
  template <class T>
  static void scatter_add(std::size_t rows, std::size_t columns, const T* x, const std::uint32_t* index, T* table) {
    if (rows == 0 || columns == 0) return;
    on_device::scatter_add<<<blocks_for(rows, 1), block_size>>>(rows, columns, x, index, table);
    check(cudaGetLastError(), "cuda::scatter_add");
  }

  /// matrix[i, j] = 0 where row_index[i] != column_index[j]
  template <class T>
  static void keep_equal(std::size_t rows, std::size_t columns, const std::uint32_t* row_index,
                         const std::uint32_t* column_index, T* matrix) {
    for_elements("cuda::keep_equal", rows * columns, on_device::keep_equal<T>, rows * columns, columns, row_index,
                 column_index, matrix);
  }

  /// Copies a block of `columns` columns between matrices of row strides `from_stride` and `to_stride`.
  template <class T>
  static void copy_columns(std::size_t rows, std::size_t columns, const T* from, std::size_t from_stride, T* to,
                           std::size_t to_stride) {
    for_elements("cuda::copy_columns", rows * columns, on_device::copy_columns<T>, rows * columns, columns, from,
                 from_stride, to, to_stride);
  }

  /// The same, added.
  template <class T>
  static void add_columns(std::size_t rows, std::size_t columns, const T* from, std::size_t from_stride, T* to,
                          std::size_t to_stride) {
    for_elements("cuda::add_columns", rows * columns, on_device::add_columns<T>, rows * columns, columns, from,
                 from_stride, to, to_stride);
  }
};

}  // namespace paragon::backend::cuda_kernels
