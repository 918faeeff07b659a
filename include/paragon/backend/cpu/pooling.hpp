// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "../image_window.hpp"
#include "columns.hpp"
#include "threads.hpp"
#include "workspace.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Means of windows and of whole images.
///
/// A window's sum is taken over rows first: a row of an image is width * channels numbers side by side, so that loop, and
/// with stride 1 the one over columns too, runs over whole rows whatever the number of channels. 2 kernel
/// additions per element instead of kernel^2. Work is cut into rows.
struct pooling_kernels {
  /// y = the mean of the pixels within the image that the window sees
  template <class T>
  static void average_pool(const image_window& w, const T* x, T* y) {
    const std::size_t in_row = w.width * w.channels;
    const std::size_t out_row = w.out_width() * w.channels;
    const std::size_t out_height = w.out_height();
    const bool stencil = w.stride == 1 && 2 * w.padding + 1 == w.kernel;
    for_rows(w.images * out_height, in_row, [&](std::size_t begin, std::size_t end) {
      T* padded = cleared<T>(w);
      T* sum = padded + w.padding * w.channels;
      for (std::size_t r = begin; r < end; ++r) {
        const range rows = seen(w, r % out_height, w.height);
        const T* image = x + r / out_height * w.height * in_row;
        add_rows(
            rows.begin, rows.end, in_row, image, [](std::size_t) { return T(1); }, sum);
        T* out = y + r * out_row;
        if (stencil) {
          const T share = T(1) / static_cast<T>(rows.count() * w.kernel);
          slide<false>(in_row, w.kernel, w.channels, share, padded, out);
          make_up_for_edges(w, out);
          continue;
        }
        for (std::size_t j = 0; j < w.out_width(); ++j) {
          const range columns = seen(w, j, w.width);
          const T share = T(1) / static_cast<T>(rows.count() * columns.count());
          const T* __restrict from = sum + columns.begin * w.channels;
          T* __restrict to = out + j * w.channels;
          for (std::size_t c = 0; c < w.channels; ++c) to[c] = from[c];
          for (std::size_t k = 1; k < columns.count(); ++k) {
            for (std::size_t c = 0; c < w.channels; ++c) to[c] += from[k * w.channels + c];
          }
          for (std::size_t c = 0; c < w.channels; ++c) to[c] *= share;
        }
      }
    });
  }

  /// dx += the adjoint of the above: each pixel gets, of every window that sees it, the window's share
  template <class T>
  static void average_pool_adjoint(const image_window& w, const T* dy, T* dx) {
    const std::size_t in_row = w.width * w.channels;
    const std::size_t out_width = w.out_width();
    const std::size_t out_row = out_width * w.channels;
    const std::size_t out_height = w.out_height();
    const bool stencil = w.stride == 1 && 2 * w.padding + 1 == w.kernel;
    for_rows(w.images * w.height, in_row, [&](std::size_t begin, std::size_t end) {
      T* padded = cleared<T>(w);
      T* sum = padded + w.padding * w.channels;
      for (std::size_t r = begin; r < end; ++r) {
        const std::size_t h = r % w.height;
        // Window i sees row h where i stride <= h + padding < i stride + kernel.
        const std::size_t last = h + w.padding;
        const range windows{last < w.kernel ? 0 : (last - w.kernel) / w.stride + 1,
                            std::min(out_height, last / w.stride + 1)};
        T* out = dx + r * in_row;
        add_rows(
            windows.begin, std::max(windows.begin, windows.end), out_row, dy + r / w.height * out_height * out_row,
            [&](std::size_t i) { return T(1) / static_cast<T>(seen(w, i, w.height).count() * w.kernel); }, sum);
        make_up_for_edges(w, sum);
        if (stencil) {
          slide<true>(in_row, w.kernel, w.channels, T(1), padded, out);
          continue;
        }
        for (std::size_t j = 0; j < out_width; ++j) {
          const range columns = seen(w, j, w.width);
          const T* __restrict from = sum + j * w.channels;
          for (std::size_t k = columns.begin; k < columns.end; ++k) {
            T* __restrict to = out + k * w.channels;
            for (std::size_t c = 0; c < w.channels; ++c) to[c] += from[c];
          }
        }
      }
    });
  }

  /// y[n, c] = the mean over p of x[n, p, c]
  template <class T>
  static void global_average_pool(std::size_t images, std::size_t pixels, std::size_t channels, const T* x, T* y) {
    if (channels == 0) return;
    const column_lines<T> lines(channels);
    threads::for_range(images, 1 + element_grain / (pixels * channels + 1), [&](std::size_t begin, std::size_t end) {
      const std::array<T*, 1> line{workspace<T, pooling_kernels>::take(lines.length)};
      for (std::size_t n = begin; n < end; ++n) {
        const T* in = x + n * pixels * channels;
        lines.template sums<1>(
            pixels, [=]<class V>(V* to, std::size_t i, std::size_t) { to[0].v += V::load(in + i).v; }, line);
        for (std::size_t c = 0; c < channels; ++c) y[n * channels + c] = line[0][c] / static_cast<T>(pixels);
      }
    });
  }

  /// dx[n, p, c] += dy[n, c] / pixels
  template <class T>
  static void global_average_pool_adjoint(std::size_t images, std::size_t pixels, std::size_t channels, const T* dy,
                                          T* dx) {
    if (channels == 0) return;
    const column_lines<T> lines(channels);
    const T share = T(1) / static_cast<T>(pixels);
    threads::for_range(images, 1 + element_grain / (pixels * channels + 1), [&](std::size_t begin, std::size_t end) {
      T* line = workspace<T, pooling_kernels>::take(lines.length);
      for (std::size_t n = begin; n < end; ++n) {
        lines.spread(dy + n * channels, line);
        const std::size_t last = (n + 1) * pixels * channels;
        for (std::size_t i = n * pixels * channels; i < last; i += lines.length) {
          const std::size_t count = std::min(lines.length, last - i);
          const T* __restrict from = line;
          T* __restrict to = dx + i;
          for (std::size_t j = 0; j < count; ++j) to[j] += share * from[j];
        }
      }
    });
  }

private:
  struct range {
    std::size_t begin;
    std::size_t end;
    [[nodiscard]] std::size_t count() const noexcept { return end - begin; }
  };

  /// The rows or columns within [0, size) that window i sees.
  static range seen(const image_window& w, std::size_t i, std::size_t size) noexcept {
    const std::size_t first = i * w.stride;
    return {first > w.padding ? first - w.padding : 0, std::min(size, first + w.kernel - w.padding)};
  }

  /// Pixels of a row of the result that were shared out as if all `kernel` columns lay within the image.
  template <class T>
  static void make_up_for_edges(const image_window& w, T* row) {
    const std::size_t out_width = w.out_width();
    const auto scale = [&](std::size_t j) {
      const std::size_t columns = seen(w, j, w.width).count();
      if (columns == w.kernel) return false;
      const T more = static_cast<T>(w.kernel) / static_cast<T>(columns);
      for (std::size_t c = 0; c < w.channels; ++c) row[j * w.channels + c] *= more;
      return true;
    };
    std::size_t left = 0;
    while (left < out_width && scale(left)) ++left;
    for (std::size_t right = out_width; right > left && scale(right - 1);) --right;
  }

  template <class Body>
  static void for_rows(std::size_t rows, std::size_t row, Body&& body) {
    threads::for_range(rows, 1 + element_grain / (row + 1), body);
  }

  /// A row of pixels, with `padding` zeros on either side.
  template <class T>
  static T* cleared(const image_window& w) {
    const std::size_t n = (w.width + 2 * w.padding) * w.channels;
    T* room = workspace<T, pooling_kernels>::take(n);
    std::fill(room, room + n, T(0));
    return room;
  }

  /// out = the sum of factor(i) times row i, for i in [begin, end)
  template <class T, class Factor>
  static void add_rows(std::size_t begin, std::size_t end, std::size_t row, const T* x, Factor factor, T* to) {
    T* __restrict out = to;
    if (end - begin == 3) {
      const T* __restrict a = x + begin * row;
      const T* __restrict b = a + row;
      const T* __restrict c = b + row;
      const T fa = factor(begin);
      const T fb = factor(begin + 1);
      const T fc = factor(begin + 2);
      for (std::size_t j = 0; j < row; ++j) out[j] = fa * a[j] + fb * b[j] + fc * c[j];
      return;
    }
    std::fill(out, out + row, T(0));
    for (std::size_t i = begin; i < end; ++i) {
      const T* __restrict a = x + i * row;
      const T f = factor(i);
      for (std::size_t j = 0; j < row; ++j) out[j] += f * a[j];
    }
  }

  /// out[j] = share (x[j] + x[j + step] + ... + x[j + (kernel - 1) step]), or that added, for j < n.
  template <bool Add, class T>
  static void slide(std::size_t n, std::size_t kernel, std::size_t step, T share, const T* x, T* out) {
    if (kernel == 3) {
      const T* __restrict a = x;
      const T* __restrict b = x + step;
      const T* __restrict c = x + 2 * step;
      T* __restrict to = out;
      for (std::size_t j = 0; j < n; ++j) {
        const T mean = share * (a[j] + b[j] + c[j]);
        to[j] = Add ? to[j] + mean : mean;
      }
      return;
    }
    for_vectors<T>(n, [=]<std::size_t N>(std::size_t first) {
      using vector = vector_of<T, N>;
      vector sum = vector::load(x + first);
      for (std::size_t k = 1; k < kernel; ++k) sum.v += vector::load(x + first + k * step).v;
      sum.v *= share;
      if constexpr (Add) sum.v += vector::load(out + first).v;
      sum.store(out + first);
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
