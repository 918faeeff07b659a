// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "threads.cuh"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

namespace on_device {

template <class F, class T, class... In>
__global__ void map(F f, std::size_t n, T* out, const In*... in) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) out[i] = f(in[i]...);
}

template <class F, class T>
__global__ void map_index(F f, std::size_t n, T* out) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) out[i] = f(i);
}

template <class F, class T, class... In>
__global__ void map_add(F f, std::size_t n, T* out, const In*... in) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) out[i] += f(in[i]...);
}

template <class F, class T>
__global__ void map_by_column(F f, std::size_t n, std::size_t columns, T* out, const T* a, const T* b) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) out[i] = f(a[i], b[i % columns]);
}

template <class F, class T>
__global__ void map_by_row(F f, std::size_t n, std::size_t columns, T* out, const T* a, const T* b) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) out[i] = f(a[i], b[i / columns]);
}

}  // namespace on_device

/// Element-wise kernels. Functors are copied to the device; their call operator is `PARAGON_HOST_DEVICE`.
struct map_kernels {
  /// out[i] = f(in[i]...)
  template <class F, class T, class... In>
  static void map(F f, std::size_t n, T* out, const In*... in) {
    for_elements("cuda::map", n, on_device::map<F, T, In...>, f, n, out, in...);
  }

  /// out[i] = f(i)
  template <class F, class T>
  static void map_index(F f, std::size_t n, T* out) {
    for_elements("cuda::map_index", n, on_device::map_index<F, T>, f, n, out);
  }

  /// out[i] += f(in[i]...)
  template <class F, class T, class... In>
  static void map_add(F f, std::size_t n, T* out, const In*... in) {
    for_elements("cuda::map_add", n, on_device::map_add<F, T, In...>, f, n, out, in...);
  }

  /// out[r, c] = f(a[r, c], b[c])
  template <class F, class T>
  static void map_by_column(F f, std::size_t rows, std::size_t columns, T* out, const T* a, const T* b) {
    for_elements("cuda::map_by_column", rows * columns, on_device::map_by_column<F, T>, f, rows * columns, columns, out,
                 a, b);
  }

  /// out[r, c] = f(a[r, c], b[r])
  template <class F, class T>
  static void map_by_row(F f, std::size_t rows, std::size_t columns, T* out, const T* a, const T* b) {
    for_elements("cuda::map_by_row", rows * columns, on_device::map_by_row<F, T>, f, rows * columns, columns, out, a,
                 b);
  }
};

}  // namespace paragon::backend::cuda_kernels
