// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>

#include "reduce.cuh"

namespace paragon::backend::cuda_kernels {

namespace on_device {

template <unsigned width, class T>
__global__ void normalise(std::size_t rows, std::size_t columns, T epsilon, const T* x, T* y, T* scale) {
  using team = row_team<width>;
  const T n = static_cast<T>(columns);
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    const T* in = x + r * columns;
    T* out = y + r * columns;
    T sum = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) sum += in[c];
    const T mean = team::total(sum) / n;
    T squares = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) squares += (in[c] - mean) * (in[c] - mean);
    const T s = T(1) / std::sqrt(team::total(squares) / n + epsilon);
    for (std::size_t c = team::lane(); c < columns; c += width) out[c] = (in[c] - mean) * s;
    if (team::lane() == 0) scale[r] = s;
  }
}

template <unsigned width, class T>
__global__ void normalise_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* scale, const T* dy,
                                  T* dx) {
  using team = row_team<width>;
  const T n = static_cast<T>(columns);
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    const std::size_t at = r * columns;
    T sum = 0;
    T product = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      sum += dy[at + c];
      product += dy[at + c] * y[at + c];
    }
    const T mean = team::total(sum) / n;
    const T inner = team::total(product) / n;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      dx[at + c] += scale[r] * (dy[at + c] - mean - y[at + c] * inner);
    }
  }
}

}  // namespace on_device

/// Layer normalisation over the columns of each row (Ba, Kiros, Hinton, 2016).
struct layer_norm_kernels {
  /// y = (x - mean) / sqrt(variance + epsilon); `scale` receives 1 / sqrt(variance + epsilon) of each row.
  /// The variance divides by the number of columns. Gain and bias are separate element-wise steps.
  template <class T>
  static void normalise(std::size_t rows, std::size_t columns, T epsilon, const T* x, T* y, T* scale) {
    for_rows("cuda::normalise", rows, columns, on_device::normalise<warp_size, T>, on_device::normalise<block_size, T>,
             epsilon, x, y, scale);
  }

  /// dx += scale (dy - mean(dy) - y mean(dy y)), row by row
  template <class T>
  static void normalise_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* scale, const T* dy, T* dx) {
    for_rows("cuda::normalise_adjoint", rows, columns, on_device::normalise_adjoint<warp_size, T>,
             on_device::normalise_adjoint<block_size, T>, y, scale, dy, dx);
  }
};

}  // namespace paragon::backend::cuda_kernels
