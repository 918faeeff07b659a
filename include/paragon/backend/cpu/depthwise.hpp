// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "../image_window.hpp"
#include "threads.hpp"
#include "vector.hpp"
#include "workspace.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Convolution of each channel with a window of its own, weights [kernel, kernel, channels], kernel <= 11.
///
/// Channels lie in vector registers, and each loaded weight serves several neighbouring pixels. The adjoint of the images
/// is the same sum over the windows that see a pixel, column by column modulo the stride. Work is cut into rows.
struct depthwise_kernels {
  static constexpr std::size_t largest = 11;

  /// y[n, i, j, c] = sum over a, b of weight[a, b, c] x[n, i stride + a - padding, j stride + b - padding, c]
  template <class T>
  static void depthwise(const image_window& w, const T* x, const T* weight, T* y) {
    const std::size_t in_row = w.width * w.channels;
    const std::size_t out_row = w.out_width() * w.channels;
    const std::size_t out_height = w.out_height();
    threads::for_range(w.images * out_height, grain(out_row), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        taps<T> all;
        for (std::size_t a = 0; a < w.kernel; ++a) {
          const std::size_t row = r % out_height * w.stride + a;
          if (row < w.padding || row - w.padding >= w.height) continue;
          const T* from = x + (r / out_height * w.height + row - w.padding) * in_row;
          for (std::size_t b = 0; b < w.kernel; ++b) {
            const auto offset = as_signed(b) - as_signed(w.padding);
            all.add({from, weight + (a * w.kernel + b) * w.channels, offset, offset * as_signed(w.channels)});
          }
        }
        sum_row<false>(all, w.width, w.stride, w.channels, w.out_width(), y + r * out_row, 1);
      }
    });
  }

  /// dx += the adjoint by the images
  template <class T>
  static void depthwise_adjoint(const image_window& w, const T* weight, const T* dy, T* dx) {
    const std::size_t in_row = w.width * w.channels;
    const std::size_t out_row = w.out_width() * w.channels;
    const std::size_t out_height = w.out_height();
    threads::for_range(w.images * w.height, grain(in_row), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        for (std::size_t phase = 0; phase < std::min(w.stride, w.width); ++phase) {
          taps<T> all;
          for (std::size_t a = 0; a < w.kernel; ++a) {
            const std::size_t row = r % w.height + w.padding;
            if (row < a || (row - a) % w.stride != 0 || (row - a) / w.stride >= out_height) continue;
            const T* from = dy + (r / w.height * out_height + (row - a) / w.stride) * out_row;
            for (std::size_t b = (phase + w.padding) % w.stride; b < w.kernel; b += w.stride) {
              const auto offset = (as_signed(phase + w.padding) - as_signed(b)) / as_signed(w.stride);
              all.add({from, weight + (a * w.kernel + b) * w.channels, offset, offset * as_signed(w.channels)});
            }
          }
          const std::size_t pixels = (w.width - phase + w.stride - 1) / w.stride;
          sum_row<true>(all, w.out_width(), 1, w.channels, pixels, dx + r * in_row + phase * w.channels, w.stride);
        }
      }
    });
  }

  /// dweight[a, b, c] += sum over n, i, j of dy[n, i, j, c] x[n, i stride + a - padding, j stride + b - padding, c]
  ///
  /// Blocks of rows, of a number that depends on the shape alone, are summed in T, and the blocks in double.
  template <class T>
  static void depthwise_weight_adjoint(const image_window& w, const T* x, const T* dy, T* dweight) {
    const std::size_t in_row = w.width * w.channels;
    const std::size_t out_height = w.out_height();
    const std::size_t out_row = w.out_width() * w.channels;
    const std::size_t rows = w.images * out_height;
    const std::size_t weights = w.kernel * w.kernel * w.channels;
    const std::size_t block = std::max(grain(out_row), (rows + most_blocks - 1) / most_blocks);
    const std::size_t blocks = (rows + block - 1) / block;
    T* parts = workspace<T, depthwise_kernels>::take(blocks * weights);
    threads::for_range(rows, block, [&](std::size_t begin, std::size_t end) {
      T* part = parts + begin / block * weights;
      std::fill(part, part + weights, T(0));
      for (std::size_t r = begin; r < end; ++r) {
        for (std::size_t a = 0; a < w.kernel; ++a) {
          const std::size_t row = r % out_height * w.stride + a;
          if (row < w.padding || row - w.padding >= w.height) continue;
          const T* from = x + (r / out_height * w.height + row - w.padding) * in_row;
          T* to = part + a * w.kernel * w.channels;
          if (w.kernel == 3) {
            weight_row<3>(w, 0, from, dy + r * out_row, to);
          } else if (w.kernel == 5) {
            weight_row<5>(w, 0, from, dy + r * out_row, to);
          } else if (w.kernel == 7) {
            weight_row<7>(w, 0, from, dy + r * out_row, to);
          } else {
            for (std::size_t b = 0; b < w.kernel; ++b) weight_row<1>(w, b, from, dy + r * out_row, to);
          }
        }
      }
    });
    for (std::size_t i = 0; i < weights; ++i) {
      double sum = 0;
      for (std::size_t b = 0; b < blocks; ++b) sum += static_cast<double>(parts[b * weights + i]);
      dweight[i] += static_cast<T>(sum);
    }
  }

private:
  static constexpr std::size_t most_blocks = 64;

  static std::ptrdiff_t as_signed(std::size_t n) noexcept { return static_cast<std::ptrdiff_t>(n); }
  static std::size_t grain(std::size_t row) noexcept { return 1 + element_grain / (row + 1); }

  /// One term of the sums of a row: pixel i of the result reads pixel i * step + offset of `row`, times `weight`.
  template <class T>
  struct tap {
    const T* row;
    const T* weight;
    std::ptrdiff_t offset;
    std::ptrdiff_t shift;  ///< offset * channels
  };

  template <class T>
  struct taps {
    std::array<tap<T>, largest * largest> at;
    std::size_t count = 0;
    void add(tap<T> t) noexcept { at[count++] = t; }
  };

  /// Pixels [0, pixels) of `out`, which lie `out_step` pixels apart, become the sums of all taps, or get them added.
  /// Taps that read outside of [0, width) count as zero.
  template <bool Add, class T>
  static void sum_row(const taps<T>& all, std::size_t width, std::size_t step, std::size_t channels, std::size_t pixels,
                      T* out, std::size_t out_step) {
    // Pixels [first, last) see all taps.
    std::ptrdiff_t first = 0;
    std::ptrdiff_t last = as_signed(pixels);
    const std::ptrdiff_t s = as_signed(step);
    for (std::size_t t = 0; t < all.count; ++t) {
      first = std::max(first, (s - 1 - all.at[t].offset) / s);
      last = std::min(last, (as_signed(width) - all.at[t].offset + s - 1) / s);
    }
    first = std::min(first, as_signed(pixels));
    last = std::max(last, first);
    const auto some = [&](std::ptrdiff_t i) {
      taps<T> seen;
      for (std::size_t t = 0; t < all.count; ++t) {
        const std::ptrdiff_t at = i * s + all.at[t].offset;
        if (at >= 0 && at < as_signed(width)) seen.add(all.at[t]);
      }
      sum_pixels<Add, 1>(seen, step, channels, i, i + 1, out, out_step);
    };
    for (std::ptrdiff_t i = 0; i < first; ++i) some(i);
    sum_pixels<Add, vector_registers / 4>(all, step, channels, first, last, out, out_step);
    for (std::ptrdiff_t i = last; i < as_signed(pixels); ++i) some(i);
  }

  template <bool Add, std::size_t Together, class T>
  static void sum_pixels(const taps<T>& all, std::size_t step, std::size_t channels, std::ptrdiff_t first,
                         std::ptrdiff_t last, T* out, std::size_t out_step) {
    for (; first + as_signed(Together) <= last; first += as_signed(Together)) {
      for_vectors<T>(channels, [&]<std::size_t N>(std::size_t c) {
        sum_together<Add, N, Together>(all, step, channels, first, c, out, out_step);
      });
    }
    if constexpr (Together > 1) {
      if (first < last) sum_pixels<Add, Together / 2>(all, step, channels, first, last, out, out_step);
    }
  }

  template <bool Add, std::size_t N, std::size_t Pixels, class T>
  static void sum_together(const taps<T>& all, std::size_t step, std::size_t channels, std::ptrdiff_t i, std::size_t c,
                           T* out, std::size_t out_step) {
    using vector = vector_of<T, N>;
    std::array<vector, Pixels> sums{};
    const std::ptrdiff_t first = i * as_signed(step * channels) + as_signed(c);
    for (std::size_t t = 0; t < all.count; ++t) {
      const auto& term = all.at[t];
      const vector weight = vector::load(term.weight + c);
      const T* from = term.row + (first + term.shift);
      for (std::size_t p = 0; p < Pixels; ++p) {
        sums[p].v += weight.v * vector::load(from + p * step * channels).v;
      }
    }
    T* to = out + static_cast<std::size_t>(i) * out_step * channels + c;
    for (std::size_t p = 0; p < Pixels; ++p) {
      T* at = to + p * out_step * channels;
      if constexpr (Add) sums[p].v += vector::load(at).v;
      sums[p].store(at);
    }
  }

  /// to[b, c] += sum over j of dy[j, c] x[j stride + b - padding, c] for b in [first, first + K)
  template <std::size_t K, class T>
  static void weight_row(const image_window& w, std::size_t first, const T* x, const T* dy, T* to) {
    const std::size_t channels = w.channels;
    // Columns [left, right) see all K.
    const std::size_t left =
        std::min(w.out_width(), first < w.padding ? (w.padding - first + w.stride - 1) / w.stride : 0);
    const std::size_t reach = w.width + w.padding;
    const std::size_t right =
        std::max(left, std::min(w.out_width(), reach < first + K ? 0 : (reach - first - K) / w.stride + 1));
    for_vectors<T>(channels, [&]<std::size_t N>(std::size_t c) {
      using vector = vector_of<T, N>;
      std::array<vector, K> sums{};
      const auto some = [&](std::size_t j) {
        const vector d = vector::load(dy + j * channels + c);
        for (std::size_t b = 0; b < K; ++b) {
          const std::size_t at = j * w.stride + first + b;
          if (at < w.padding || at - w.padding >= w.width) continue;
          sums[b].v += d.v * vector::load(x + (at - w.padding) * channels + c).v;
        }
      };
      for (std::size_t j = 0; j < left; ++j) some(j);
      for (std::size_t j = left; j < right; ++j) {
        const vector d = vector::load(dy + j * channels + c);
        const T* from = x + (j * w.stride + first - w.padding) * channels + c;
        for (std::size_t b = 0; b < K; ++b) sums[b].v += d.v * vector::load(from + b * channels).v;
      }
      for (std::size_t j = right; j < w.out_width(); ++j) some(j);
      for (std::size_t b = 0; b < K; ++b) {
        T* at = to + (first + b) * channels + c;
        sums[b].v += vector::load(at).v;
        sums[b].store(at);
      }
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
