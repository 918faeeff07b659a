// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "reduce.cuh"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

namespace on_device {

/// The greatest |x - first| / 2, which the difference of any two doubles can hold.
template <unsigned width, class T>
__device__ double half_range(std::size_t columns, const T* x) {
  double greatest = 0;
  for (std::size_t c = row_team<width>::lane(); c < columns; c += width) {
    greatest = std::fmax(greatest, std::fabs(0.5 * static_cast<double>(x[c]) - 0.5 * static_cast<double>(x[0])));
  }
  return row_team<width>::greatest(greatest);
}

/// In double, on differences from the row's first element; those of doubles in units of the greatest one, so that their
/// squares stay in range.
template <unsigned width, class T>
__global__ void normalise(std::size_t rows, std::size_t columns, T epsilon, const T* x, T* y, T* scale) {
  using team = row_team<width>;
  const double n = static_cast<double>(columns);
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    const T* in = x + r * columns;
    T* out = y + r * columns;
    double unit = 1;
    if constexpr (sizeof(T) == sizeof(double)) {
      const double greatest = half_range<width>(columns, in);
      if (greatest > 0 && greatest <= std::numeric_limits<double>::max() && !(greatest > 1e-100 && greatest < 1e100)) {
        unit = std::ldexp(1.0, std::min(1000, -std::ilogb(greatest) - 2));
      }
    }
    const double first = static_cast<double>(in[0]) * unit;
    double sum = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) sum += static_cast<double>(in[c]) * unit - first;
    const double shift = team::total(sum) / n;
    double squares = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      const double d = static_cast<double>(in[c]) * unit - first - shift;
      squares += d * d;
    }
    const double deviation = std::sqrt(team::total(squares) / n);
    const double spread = std::hypot(deviation, std::sqrt(static_cast<double>(epsilon)) * unit);
    const double s = spread == 0 ? 0 : 1 / spread;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      out[c] = static_cast<T>((static_cast<double>(in[c]) * unit - first - shift) * s);
    }
    if (team::lane() == 0) scale[r] = static_cast<T>(s * unit);
  }
}

template <unsigned width, class T>
__global__ void normalise_adjoint(std::size_t rows, std::size_t columns, const T* y, const T* scale, const T* dy,
                                  T* dx) {
  using team = row_team<width>;
  const double n = static_cast<double>(columns);
  for (std::size_t r = team::first_row(); r < rows; r += team::row_stride()) {
    const std::size_t at = r * columns;
    double sum = 0;
    double product = 0;
    for (std::size_t c = team::lane(); c < columns; c += width) {
      sum += static_cast<double>(dy[at + c]);
      product += static_cast<double>(dy[at + c]) * static_cast<double>(y[at + c]);
    }
    const T mean = static_cast<T>(team::total(sum) / n);
    const T inner = static_cast<T>(team::total(product) / n);
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
    if (columns == 0) return;
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
