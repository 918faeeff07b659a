// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../optimiser_steps.hpp"
#include "threads.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Optimiser steps over flat arrays. Limited by memory bandwidth: Adam reads four arrays and writes three.
struct optimise {
  template <class T>
  static void adam(adam_step<T> step, std::size_t n, T* parameter, const T* gradient, T* mean, T* variance) {
    threads::for_range(n, element_grain, [&](std::size_t begin, std::size_t end) {
      const adam_step<T> local = step;  // stores cannot change it, so that the loop becomes vector instructions
      for (std::size_t i = begin; i < end; ++i) {
        T p = parameter[i];
        T m = mean[i];
        T v = variance[i];
        local(p, gradient[i], m, v);
        parameter[i] = p;
        mean[i] = m;
        variance[i] = v;
      }
    });
  }

  template <class T>
  static void sgd(sgd_step<T> step, std::size_t n, T* parameter, const T* gradient, T* velocity) {
    threads::for_range(n, element_grain, [&](std::size_t begin, std::size_t end) {
      const sgd_step<T> local = step;
      for (std::size_t i = begin; i < end; ++i) {
        T p = parameter[i];
        T v = velocity[i];
        local(p, gradient[i], v);
        parameter[i] = p;
        velocity[i] = v;
      }
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
