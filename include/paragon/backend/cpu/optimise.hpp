// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../optimiser_steps.hpp"
#include "threads.hpp"

namespace paragon::backend::cpu_kernels {

/// Optimiser steps over flat arrays. Limited by memory bandwidth: Adam reads four arrays and writes three.
struct optimise {
  template <class T>
  static void adam(adam_step<T> step, std::size_t n, T* parameter, const T* gradient, T* mean, T* variance) {
    threads::for_range(n, element_grain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) step(parameter[i], gradient[i], mean[i], variance[i]);
    });
  }

  template <class T>
  static void sgd(sgd_step<T> step, std::size_t n, T* parameter, const T* gradient, T* velocity) {
    threads::for_range(n, element_grain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) step(parameter[i], gradient[i], velocity[i]);
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
