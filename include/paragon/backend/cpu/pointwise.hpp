// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "../convolution_size.hpp"
#include "product.hpp"
#include "threads.hpp"
#include "workspace.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Convolutions 1x1 of stride 1 as matrix products of [pixels, in] with [in, out] by BLAS.
///
/// From about 32 x 32 channels on this is faster than the direct way (bench/backend/convolution.cpp): what it loses by a
/// pass over f(x), BLAS gains by its kernels for many channels.
struct pointwise {
  [[nodiscard]] static bool suits(const convolution_size& s) noexcept {
    return s.kernel == 1 && s.stride == 1 && s.in >= 32 && s.out >= 32;
  }

  /// y = conv(f(x), w)
  template <class F, class T>
  static void convolve(const convolution_size& s, F f, const T* x, const T* w, T* y) {
    threads::for_range(pixels(s), rows, [&](std::size_t begin, std::size_t end) {
      const T* in = apply(f, (end - begin) * s.in, x + begin * s.in);
      product::gemm(transposed::no, transposed::no, end - begin, s.out, s.in, T(1), in, s.in, w, s.out, T(0),
                    y + begin * s.out, s.out);
    });
  }

  /// dx += f'(x) (dy w^T) unless dx is nullptr; dw += f(x)^T dy unless dw is nullptr.
  template <class F, class T>
  static void adjoint(const convolution_size& s, F f, const T* x, const T* w, const T* dy, T* dx, T* dw) {
    // At most sixteen sums, whatever the threads.
    const std::size_t each = (pixels(s) + 16 * rows - 1) / (16 * rows) * rows;
    const std::size_t blocks = (pixels(s) + each - 1) / each;
    const std::size_t sums = dw == nullptr ? 0 : s.in * s.out;
    T* partial = workspace<T, sums_room>::take(blocks * sums);
    threads::for_range(pixels(s), each, [&](std::size_t begin, std::size_t end) {
      T* sum = partial + begin / each * sums;
      std::fill_n(sum, sums, T(0));
      for (std::size_t first = begin; first < end; first += rows) {
        const std::size_t n = std::min(rows, end - first);
        const T* up = dy + first * s.out;
        const T* from = x + first * s.in;
        if (dw != nullptr) {
          product::gemm(transposed::yes, transposed::no, s.in, s.out, n, T(1), apply(f, n * s.in, from), s.in, up,
                        s.out, T(1), sum, s.out);
        }
        if (dx == nullptr) continue;
        T* back = workspace<T, back_room>::take(n * s.in);
        product::gemm(transposed::no, transposed::yes, n, s.in, s.out, T(1), up, s.out, w, s.out, T(0), back, s.in);
        T* to = dx + first * s.in;
        for (std::size_t i = 0; i < n * s.in; ++i) to[i] += f.slope(from[i], f(from[i])) * back[i];
      }
    });
    for (std::size_t b = 0; dw != nullptr && b < blocks; ++b) {
      for (std::size_t i = 0; i < sums; ++i) dw[i] += partial[b * sums + i];
    }
  }

private:
  struct apply_room;
  struct back_room;
  struct sums_room;

  /// Pixels taken at once: f of them stays in the second-level cache.
  static constexpr std::size_t rows = 256;

  static std::size_t pixels(const convolution_size& s) noexcept { return s.images * s.height * s.width; }

  template <class F, class T>
  static const T* apply(F f, std::size_t n, const T* x) {
    T* room = workspace<T, apply_room>::take(n);
    for (std::size_t i = 0; i < n; ++i) room[i] = f(x[i]);
    return room;
  }
};

}  // namespace paragon::backend::cpu_kernels
