// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "../math.hpp"
#include "reduce.cuh"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

namespace on_device {

template <unsigned width, class T>
__device__ T row_greatest(std::size_t columns, const T* x) {
  T greatest = -std::numeric_limits<T>::infinity();
  for (std::size_t c = row_team<width>::lane(); c < columns; c += width) {
    greatest = x[c] > greatest || x[c] != x[c] ? x[c] : greatest;
  }
  return row_team<width>::greatest(greatest);
}

template <unsigned width, class T>
__global__ void softmax(std::size_t rows, std::size_t columns, const T* x, T* y) {
  using team = row_team<width>;
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    const T* in = x + r * columns;
    T* out = y + r * columns;
    const T greatest = row_greatest<width>(columns, in);
    const bool masked = greatest == -std::numeric_limits<T>::infinity();
    double sum = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      const T e = masked ? T(0) : math::exp(in[c] - greatest);
      out[c] = e;
      sum += static_cast<double>(e);
    }
    sum = team::total(sum);
    const T scale = masked ? T(0) : static_cast<T>(1 / sum);
    for (std::size_t c = team::lane(); c < columns; c += width) out[c] *= scale;
  }
}

template <unsigned width, class T>
__global__ void softmax_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* dy, T* dx) {
  using team = row_team<width>;
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    const std::size_t at = r * columns;
    double products = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      products += static_cast<double>(y[at + c]) * static_cast<double>(dy[at + c]);
    }
    const T inner = static_cast<T>(team::total(products));
    for (std::size_t c = team::lane(); c < columns; c += width) dx[at + c] += y[at + c] * (dy[at + c] - inner);
  }
}

template <unsigned width, class T>
__global__ void log_softmax(std::size_t rows, std::size_t columns, const T* x, T* y) {
  using team = row_team<width>;
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    const T* in = x + r * columns;
    T* out = y + r * columns;
    const T greatest = row_greatest<width>(columns, in);
    const bool masked = greatest == -std::numeric_limits<T>::infinity();
    double sum = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      sum += masked ? 0 : static_cast<double>(math::exp(in[c] - greatest));
    }
    const T logarithm = std::log(static_cast<T>(team::total(sum)));
    for (std::size_t c = team::lane(); c < columns; c += width) {
      out[c] = masked ? greatest : in[c] - greatest - logarithm;
    }
  }
}

template <unsigned width, class T>
__global__ void log_softmax_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* dy, T* dx) {
  using team = row_team<width>;
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    const std::size_t at = r * columns;
    double total = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) total += static_cast<double>(dy[at + c]);
    const T sum = static_cast<T>(team::total(total));
    for (std::size_t c = team::lane(); c < columns; c += width) dx[at + c] += dy[at + c] - math::exp(y[at + c]) * sum;
  }
}

}  // namespace on_device

/// Softmax over the columns of each row, shifted by the row's maximum so that it can't overflow.
/// A row of which every entry is minus infinity (all masked) becomes zeros.
struct softmax_kernels {
  template <class T>
  static void softmax(std::size_t rows, std::size_t columns, const T* x, T* y) {
    for_rows("cuda::softmax", rows, columns, on_device::softmax<warp_size, T>, on_device::softmax<block_size, T>, x, y);
  }

  /// dx += y (dy - <y, dy>), row by row
  template <class T>
  static void softmax_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* dy, T* dx) {
    for_rows("cuda::softmax_adjoint", rows, columns, on_device::softmax_adjoint<warp_size, T>,
             on_device::softmax_adjoint<block_size, T>, y, dy, dx);
  }

  /// y = x - log sum exp x, row by row; minus infinity where every entry of the row is
  template <class T>
  static void log_softmax(std::size_t rows, std::size_t columns, const T* x, T* y) {
    for_rows("cuda::log_softmax", rows, columns, on_device::log_softmax<warp_size, T>,
             on_device::log_softmax<block_size, T>, x, y);
  }

  /// dx += dy - softmax(x) sum(dy), row by row; y is the log softmax
  template <class T>
  static void log_softmax_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* dy, T* dx) {
    for_rows("cuda::log_softmax_adjoint", rows, columns, on_device::log_softmax_adjoint<warp_size, T>,
             on_device::log_softmax_adjoint<block_size, T>, y, dy, dx);
  }
};

}  // namespace paragon::backend::cuda_kernels
