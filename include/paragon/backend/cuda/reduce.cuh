// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "memory.cuh"
#include "threads.cuh"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

namespace on_device {

/// The threads that share a row: one warp, or one block where rows are long.
///
/// Their partial results are combined in an order that the width alone fixes, and every thread receives the same bits.
/// All threads of a team reach each `combine` together.
template <unsigned width>
struct row_team {
  static_assert(width == warp_size || width == block_size);
  static constexpr unsigned rows_per_block = block_size / width;

  static __device__ std::size_t first_row() { return std::size_t{blockIdx.x} * rows_per_block + threadIdx.x / width; }
  static __device__ std::size_t row_stride() { return std::size_t{gridDim.x} * rows_per_block; }
  static __device__ unsigned lane() { return threadIdx.x % width; }

  /// \pre f is commutative
  template <class T, class F>
  static __device__ T combine(T value, F f) {
    for (unsigned offset = warp_size / 2; offset > 0; offset /= 2) {
      value = f(value, __shfl_xor_sync(0xFFFFFFFFU, value, static_cast<int>(offset)));
    }
    if constexpr (width > warp_size) {
      __shared__ T partial[width / warp_size];
      __syncthreads();  // the previous combination may still be read
      if (threadIdx.x % warp_size == 0) partial[threadIdx.x / warp_size] = value;
      __syncthreads();
      value = partial[0];
      for (unsigned w = 1; w < width / warp_size; ++w) value = f(value, partial[w]);
    }
    return value;
  }

  template <class T>
  static __device__ T total(T value) {
    return combine(value, [](T a, T b) { return a + b; });
  }

  /// NaN where any value is.
  template <class T>
  static __device__ T greatest(T value) {
    return combine(value, [](T a, T b) { return a > b || a != a ? a : b; });
  }
};

// Sums are formed in double whatever the type of the elements, and rounded once.

/// out[0] += scale * sum of x, by one block.
template <class T, class Out>
__global__ void sum_by_one_block(std::size_t n, double scale, const T* x, Out* out) {
  double sum = 0;
  for (std::size_t i = threadIdx.x; i < n; i += block_size) sum += static_cast<double>(x[i]);
  sum = row_team<block_size>::total(sum);
  if (threadIdx.x == 0) *out = static_cast<Out>(static_cast<double>(*out) + scale * sum);
}

/// out[b] = the sum of f over the elements of block b.
template <class F, class T>
__global__ void sum_by_block(F f, std::size_t n, const T* x, double* out) {
  double sum = 0;
  for (std::size_t i = first_element(); i < n; i += element_stride()) sum += f(static_cast<double>(x[i]));
  sum = row_team<block_size>::total(sum);
  if (threadIdx.x == 0) out[blockIdx.x] = sum;
}

struct itself {
  __device__ double operator()(double x) const { return x; }
};

struct square_of_scaled {
  double scale;
  __device__ double operator()(double x) const { return (x * scale) * (x * scale); }
};

/// A block of 32 x 32 threads adds 32 columns; warp w takes rows w, w + 32, ...
template <class T>
__global__ void sum_rows(std::size_t rows, std::size_t columns, const T* x, T* out) {
  __shared__ double partial[warp_size][warp_size];
  for (std::size_t first = std::size_t{blockIdx.x} * warp_size; first < columns;
       first += std::size_t{gridDim.x} * warp_size) {
    const std::size_t c = first + threadIdx.x;
    double sum = 0;
    if (c < columns) {
      for (std::size_t r = threadIdx.y; r < rows; r += warp_size) sum += static_cast<double>(x[r * columns + c]);
    }
    partial[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    for (unsigned half = warp_size / 2; half > 0; half /= 2) {
      if (threadIdx.y < half) partial[threadIdx.y][threadIdx.x] += partial[threadIdx.y + half][threadIdx.x];
      __syncthreads();
    }
    if (threadIdx.y == 0 && c < columns) {
      out[c] = static_cast<T>(static_cast<double>(out[c]) + partial[0][threadIdx.x]);
    }
    __syncthreads();
  }
}

template <unsigned width, class T>
__global__ void sum_columns(std::size_t rows, std::size_t columns, const T* x, T* out) {
  using team = row_team<width>;
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    double sum = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) sum += static_cast<double>(x[r * columns + c]);
    sum = team::total(sum);
    if (team::lane() == 0) out[r] = static_cast<T>(static_cast<double>(out[r]) + sum);
  }
}

template <unsigned width, class T>
__global__ void dot_columns(std::size_t rows, std::size_t columns, const T* x, const T* y, T* out) {
  using team = row_team<width>;
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    double sum = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      sum += static_cast<double>(x[r * columns + c]) * static_cast<double>(y[r * columns + c]);
    }
    sum = team::total(sum);
    if (team::lane() == 0) out[r] = static_cast<T>(static_cast<double>(out[r]) + sum);
  }
}

/// The root of the sum of squares, given also those of the numbers times 2^-600 and 2^600, for where squares leave the
/// range of double.
__device__ inline double norm_of(double squares, double of_smaller, double of_greater) {
  if (!(squares <= 1e280)) return sqrt(of_smaller) * 0x1p600;
  return squares < 1e-280 ? sqrt(of_greater) * 0x1p-600 : sqrt(squares);
}

template <unsigned width, class T>
__global__ void row_norms(std::size_t rows, std::size_t columns, const T* x, double* out) {
  using team = row_team<width>;
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    double sums[3] = {0, 0, 0};
    for (std::size_t c = team::lane(); c < columns; c += width) {
      const double value = static_cast<double>(x[r * columns + c]);
      sums[0] += value * value;
      sums[1] += square_of_scaled{0x1p-600}(value);
      sums[2] += square_of_scaled{0x1p600}(value);
    }
    for (double& sum : sums) sum = team::total(sum);
    if (team::lane() == 0) out[r] = norm_of(sums[0], sums[1], sums[2]);
  }
}

/// The norm of what `blocks` blocks have added up, the three sums of `norm_of` after each other.
template <class Sum>
__global__ void norm_of_blocks(std::size_t blocks, const Sum* partial, double* out) {
  double sums[3] = {0, 0, 0};
  for (std::size_t b = threadIdx.x; b < blocks; b += block_size) {
    for (std::size_t k = 0; k < 3; ++k) sums[k] += partial[k * blocks + b];
  }
  for (double& sum : sums) sum = row_team<block_size>::total(sum);
  if (threadIdx.x == 0) *out = norm_of(sums[0], sums[1], sums[2]);
}

}  // namespace on_device

/// Columns up to which a warp takes a row; above, a block does.
inline constexpr std::size_t warp_columns = 1024;

/// Launches the kernel for warps or the one for blocks, by the length of the rows.
template <class... Parameters, class... Arguments>
void for_rows(std::string_view place, std::size_t rows, std::size_t columns, void (*by_warp)(Parameters...),
              void (*by_block)(Parameters...), Arguments... arguments) {
  if (rows == 0) return;
  if (columns <= warp_columns) {
    by_warp<<<blocks_for(rows, block_size / warp_size), block_size>>>(rows, columns, arguments...);
  } else {
    by_block<<<blocks_for(rows, 1), block_size>>>(rows, columns, arguments...);
  }
  check(cudaGetLastError(), place);
}

/// Sums without atomic additions: the order is fixed by the sizes, so two runs give the same bits.
struct reduce {
  /// out[0] += scale * sum of x
  template <class T>
  static void sum_all(std::size_t n, T scale, const T* x, T* out) {
    if (n == 0) return;
    const unsigned blocks = blocks_of(n);
    if (blocks <= 1) {
      on_device::sum_by_one_block<<<1, block_size>>>(n, static_cast<double>(scale), x, out);
    } else {
      double* partial = partial_sums();
      on_device::sum_by_block<<<blocks, block_size>>>(on_device::itself{}, n, x, partial);
      check(cudaGetLastError(), "cuda::sum_all");
      on_device::sum_by_one_block<<<1, block_size>>>(std::size_t{blocks}, static_cast<double>(scale),
                                                     static_cast<const double*>(partial), out);
    }
    check(cudaGetLastError(), "cuda::sum_all");
  }

  /// out[c] += sum over r of x[r, c]. Matrices of few columns and very many rows leave most of the device idle.
  template <class T>
  static void sum_rows(std::size_t rows, std::size_t columns, const T* x, T* out) {
    if (rows == 0 || columns == 0) return;
    on_device::sum_rows<<<blocks_for(columns, warp_size), dim3(warp_size, warp_size)>>>(rows, columns, x, out);
    check(cudaGetLastError(), "cuda::sum_rows");
  }

  /// out[r] += sum over c of x[r, c]
  template <class T>
  static void sum_columns(std::size_t rows, std::size_t columns, const T* x, T* out) {
    for_rows("cuda::sum_columns", rows, columns, on_device::sum_columns<warp_size, T>,
             on_device::sum_columns<block_size, T>, x, out);
  }

  /// out[r] += sum over c of x[r, c] y[r, c]
  template <class T>
  static void dot_columns(std::size_t rows, std::size_t columns, const T* x, const T* y, T* out) {
    for_rows("cuda::dot_columns", rows, columns, on_device::dot_columns<warp_size, T>,
             on_device::dot_columns<block_size, T>, x, y, out);
  }

  /// out[r] = the Euclidean norm of row r, right also where squares leave the range of T
  template <class T>
  static void row_norms(std::size_t rows, std::size_t columns, const T* x, double* out) {
    const unsigned blocks = blocks_of(columns);
    if (rows != 1 || blocks <= 1) {
      for_rows("cuda::row_norms", rows, columns, on_device::row_norms<warp_size, T>,
               on_device::row_norms<block_size, T>, x, out);
      return;
    }
    double* partial = partial_sums();
    for (const double unit : {1.0, 0x1p-600, 0x1p600}) {
      on_device::sum_by_block<<<blocks, block_size>>>(on_device::square_of_scaled{unit}, columns, x, partial);
      check(cudaGetLastError(), "cuda::row_norms");
      partial += blocks;
    }
    on_device::norm_of_blocks<<<1, block_size>>>(std::size_t{blocks}, static_cast<const double*>(partial_sums()), out);
    check(cudaGetLastError(), "cuda::row_norms");
  }

private:
  static constexpr std::size_t elements_per_block = 8192;
  static constexpr std::size_t most_partial_sums = 512;

  static unsigned blocks_of(std::size_t n) {
    return static_cast<unsigned>(std::min(n / elements_per_block, most_partial_sums));
  }

  /// Each host thread has its own: calls of two threads interleave on the stream.
  static double* partial_sums() {
    struct scratch {
      double* pointer = static_cast<double*>(memory::allocate(3 * most_partial_sums * sizeof(double)));
      scratch() = default;
      scratch(const scratch&) = delete;
      scratch& operator=(const scratch&) = delete;
      ~scratch() { memory::deallocate(pointer); }
    };
    static thread_local const scratch mine;
    return mine.pointer;
  }
};

}  // namespace paragon::backend::cuda_kernels
