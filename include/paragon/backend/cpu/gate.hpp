// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "columns.hpp"
#include "threads.hpp"
#include "workspace.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Images times one number per image and channel. Each image is a piece of work.
struct gate_kernels {
  /// y[n, p, c] = x[n, p, c] g[n, c]
  template <class T>
  static void gate(std::size_t images, std::size_t pixels, std::size_t channels, const T* x, const T* g, T* y) {
    for_lines(images, pixels, channels, g, [=](std::size_t i, std::size_t n, const T* line) {
      const T* __restrict in = x + i;
      const T* __restrict factor = line;
      T* __restrict out = y + i;
      for (std::size_t j = 0; j < n; ++j) out[j] = in[j] * factor[j];
    });
  }

  /// dx[n, p, c] += dy[n, p, c] g[n, c]
  template <class T>
  static void gate_adjoint(std::size_t images, std::size_t pixels, std::size_t channels, const T* dy, const T* g,
                           T* dx) {
    for_lines(images, pixels, channels, g, [=](std::size_t i, std::size_t n, const T* line) {
      const T* __restrict in = dy + i;
      const T* __restrict factor = line;
      T* __restrict out = dx + i;
      for (std::size_t j = 0; j < n; ++j) out[j] += in[j] * factor[j];
    });
  }

  /// dg[n, c] += sum over p of x[n, p, c] dy[n, p, c]
  template <class T>
  static void gate_gain_adjoint(std::size_t images, std::size_t pixels, std::size_t channels, const T* x, const T* dy,
                                T* dg) {
    if (channels == 0) return;
    const column_lines<T> lines(channels);
    threads::for_range(images, grain(pixels, channels), [&](std::size_t begin, std::size_t end) {
      const std::array<T*, 1> line{workspace<T, gate_kernels>::take(lines.length)};
      for (std::size_t n = begin; n < end; ++n) {
        const T* in = x + n * pixels * channels;
        const T* adjoint = dy + n * pixels * channels;
        lines.template sums<1>(
            pixels,
            [=]<class V>(V* to, std::size_t i, std::size_t) { to[0].v += V::load(in + i).v * V::load(adjoint + i).v; },
            line);
        for (std::size_t c = 0; c < channels; ++c) dg[n * channels + c] += line[0][c];
      }
    });
  }

private:
  static std::size_t grain(std::size_t pixels, std::size_t channels) noexcept {
    return 1 + element_grain / (pixels * channels + 1);
  }

  /// Calls `body(first element, elements, g's line)` for all lines of all images.
  template <class T, class Body>
  static void for_lines(std::size_t images, std::size_t pixels, std::size_t channels, const T* g, Body body) {
    if (channels == 0) return;
    const column_lines<T> lines(channels);
    threads::for_range(images, grain(pixels, channels), [&](std::size_t begin, std::size_t end) {
      T* line = workspace<T, gate_kernels>::take(lines.length);
      for (std::size_t n = begin; n < end; ++n) {
        lines.spread(g + n * channels, line);
        const std::size_t last = (n + 1) * pixels * channels;
        for (std::size_t i = n * pixels * channels; i < last; i += lines.length) {
          body(i, std::min(lines.length, last - i), line);
        }
      }
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
