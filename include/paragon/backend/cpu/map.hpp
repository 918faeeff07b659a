// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "threads.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Element-wise kernels: plain loops over functors, which the compiler turns into vector instructions.
struct map_kernels {
  /// out[i] = f(in[i]...)
  template <class F, class T, class... In>
  static void map(F f, std::size_t n, T* out, const In*... in) {
    threads::for_range(n, element_grain, [&](std::size_t begin, std::size_t end) {
      const F local = f;  // stores cannot change it, so that the loop becomes vector instructions
      for (std::size_t i = begin; i < end; ++i) out[i] = local(in[i]...);
    });
  }

  /// out[i] = f(i)
  template <class F, class T>
  static void map_index(F f, std::size_t n, T* out) {
    threads::for_range(n, index_grain, [&](std::size_t begin, std::size_t end) {
      const F local = f;
      for (std::size_t i = begin; i < end; ++i) out[i] = local(i);
    });
  }

  /// out[i] += f(in[i]...)
  template <class F, class T, class... In>
  static void map_add(F f, std::size_t n, T* out, const In*... in) {
    threads::for_range(n, element_grain, [&](std::size_t begin, std::size_t end) {
      const F local = f;
      for (std::size_t i = begin; i < end; ++i) out[i] += local(in[i]...);
    });
  }

  /// out[r, c] = f(a[r, c], b[c])
  template <class F, class T>
  static void map_by_column(F f, std::size_t rows, std::size_t columns, T* out, const T* a, const T* b) {
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      const F local = f;
      for (std::size_t r = begin; r < end; ++r) {
        for (std::size_t c = 0; c < columns; ++c) out[r * columns + c] = local(a[r * columns + c], b[c]);
      }
    });
  }

  /// out[r, c] = f(a[r, c], b[r])
  template <class F, class T>
  static void map_by_row(F f, std::size_t rows, std::size_t columns, T* out, const T* a, const T* b) {
    threads::for_range(rows, 1 + element_grain / (columns + 1), [&](std::size_t begin, std::size_t end) {
      const F local = f;
      for (std::size_t r = begin; r < end; ++r) {
        for (std::size_t c = 0; c < columns; ++c) out[r * columns + c] = local(a[r * columns + c], b[r]);
      }
    });
  }

private:
  static constexpr std::size_t index_grain = 1024;  // what is made from an index alone costs more than an element read
};

}  // namespace paragon::backend::cpu_kernels
