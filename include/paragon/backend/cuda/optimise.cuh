// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../optimiser_steps.hpp"
#include "threads.cuh"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

namespace on_device {

template <class T>
__global__ void adam(adam_step<T> step, std::size_t n, T* parameter, const T* gradient, T* mean, T* variance) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    step(parameter[i], gradient[i], mean[i], variance[i]);
  }
}

template <class T>
__global__ void sgd(sgd_step<T> step, std::size_t n, T* parameter, const T* gradient, T* velocity) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) step(parameter[i], gradient[i], velocity[i]);
}

}  // namespace on_device

/// Optimiser steps over flat arrays. Limited by memory bandwidth: Adam reads four arrays and writes three.
struct optimise {
  template <class T>
  static void adam(adam_step<T> step, std::size_t n, T* parameter, const T* gradient, T* mean, T* variance) {
    for_elements("cuda::adam", n, on_device::adam<T>, step, n, parameter, gradient, mean, variance);
  }

  template <class T>
  static void sgd(sgd_step<T> step, std::size_t n, T* parameter, const T* gradient, T* velocity) {
    for_elements("cuda::sgd", n, on_device::sgd<T>, step, n, parameter, gradient, velocity);
  }
};

}  // namespace paragon::backend::cuda_kernels
