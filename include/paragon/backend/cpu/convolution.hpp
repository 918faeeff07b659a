// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "../convolution_size.hpp"
#include "convolution_tile.hpp"
#include "pointwise.hpp"
#include "registers.hpp"
#include "threads.hpp"
#include "workspace.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Convolutions of channels-last images: 1x1 ones of many channels as matrix products, all others directly.
///
/// Each image is copied once into *planes*, blocks of as many channels as a register has lanes, surrounded by zeros, with
/// the function of the input applied on the way: then tiles of pixels times channels are summed in registers over all
/// taps and channels, with addresses that are constants of the compiler, and padding costs nothing. The adjoint by the
/// input is the same computation with the weights turned round; for stride 2 once for each parity of the pixel, so that
/// no multiply-add meets an inserted zero. Images are shared out among the threads; the sums of the adjoint by the
/// weights are kept for blocks of images whose number depends on the size alone, so no result depends on the threads.
struct convolution {
  /// y = conv(f(x), w)
  template <class F, class T>
  static void convolve(const convolution_size& s, F f, const T* x, const T* w, T* y) {
    if (pointwise::suits(s)) return pointwise::convolve(s, f, x, w, y);
    const taps<T> t = taps<T>::forward(s);
    const T* packed = pack_weights<false>(s, t, w, workspace<T, weights_room>::take(t.packed(s.in, s.out)));
    const plane_layout<T> planes(s.in, s.height, s.width, s.padding());
    const std::size_t step_in = s.height * s.width * s.in;
    const std::size_t step_out = s.out_height() * s.out_width() * s.out;
    threads::for_range(s.images, grain(s), [&](std::size_t begin, std::size_t end) {
      T* room = planes.clear(workspace<T, planes_room>::take(planes.size()));
      for (std::size_t n = begin; n < end; ++n) {
        planes.pack(f, x + n * step_in, room);
        const write_pixels<T> store{y + n * step_out, s.out_width() * s.out, s.out};
        correlate(planes, room, t, packed, s.out, s.stride, s.out_height(), s.out_width(), store);
      }
    });
  }

  /// dx += f'(x) conv'(dy, w) unless dx is nullptr; dw += the gradient by the weights unless dw is nullptr.
  template <class F, class T>
  static void convolve_adjoint(const convolution_size& s, F f, const T* x, const T* w, const T* dy, T* dx, T* dw) {
    if (pointwise::suits(s)) return pointwise::adjoint(s, f, x, w, dy, dx, dw);
    const std::size_t parities = s.stride == 1 ? 1 : 4;
    std::array<taps<T>, 4> t;
    std::array<const T*, 4> packed{};
    if (dx != nullptr) {
      T* room = workspace<T, weights_room>::take(taps<T>::adjoint_packed(s));
      for (std::size_t i = 0; i < parities; ++i) {
        t[i] = taps<T>::adjoint(s, i / 2, i % 2);
        packed[i] = pack_weights<true>(s, t[i], w, room);
        room += t[i].packed(s.out, s.in);
      }
    }
    const plane_layout<T> in(s.in, s.height, s.width, s.padding());
    const plane_layout<T> out(s.out, s.out_height(), s.out_width(), s.padding());
    const std::size_t step_in = s.height * s.width * s.in;
    const std::size_t step_out = s.out_height() * s.out_width() * s.out;
    // Sums over few pixels cost more to store than to make: small images are taken several at a time.
    const std::size_t group = std::max<std::size_t>(1, 256 / (s.out_height() * s.out_width()));
    const std::size_t block = weight_block(s, group);
    const std::size_t blocks = (s.images + block - 1) / block;
    const std::size_t sums = dw == nullptr ? 0 : s.weights();
    T* partial = workspace<T, sums_room>::take(blocks * sums);
    threads::for_range(s.images, block, [&](std::size_t begin, std::size_t end) {
      T* out_room = workspace<T, planes_room>::take(group * (in.size() + out.size()));
      T* in_room = out_room + group * out.size();
      for (std::size_t g = 0; g < group; ++g) {
        out.clear(out_room + g * out.size());
        if (dw != nullptr) in.clear(in_room + g * in.size());
      }
      T* sum = partial + begin / block * sums;
      std::fill_n(sum, sums, T(0));
      for (std::size_t first = begin; first < end; first += group) {
        const std::size_t images = std::min(group, end - first);
        for (std::size_t g = 0; g < images; ++g) {
          out.pack(unchanged{}, dy + (first + g) * step_out, out_room + g * out.size());
          if (dw != nullptr) in.pack(f, x + (first + g) * step_in, in_room + g * in.size());
        }
        if (dw != nullptr) add_weight_sums(s, in, in_room, out, out_room, images, sum);
        for (std::size_t g = 0; dx != nullptr && g < images; ++g) {
          for (std::size_t i = 0; i < parities; ++i) {
            if (t[i].count == 0) continue;
            const std::size_t at = (first + g) * step_in + (i / 2 * s.width + i % 2) * s.in;
            const add_pixels<F, T> store{f, x + at, dx + at, s.stride * s.width * s.in, s.stride * s.in, s.in};
            correlate(out, out_room + g * out.size(), t[i], packed[i], s.in, 1,
                      (s.height - i / 2 + s.stride - 1) / s.stride, (s.width - i % 2 + s.stride - 1) / s.stride, store);
          }
        }
      }
    });
    for (std::size_t b = 0; dw != nullptr && b < blocks; ++b) {
      for (std::size_t i = 0; i < sums; ++i) dw[i] += partial[b * sums + i];
    }
  }

private:
  struct weights_room;
  struct planes_room;
  struct sums_room;
  struct unchanged {
    template <class T>
    T operator()(T value) const noexcept {
      return value;
    }
  };

  /// Images for one block of the forward pass: at most sixteen blocks, of at least some ten microseconds of work.
  static std::size_t grain(const convolution_size& s) noexcept {
    const std::size_t blocks = std::clamp<std::size_t>(s.macs() / 1'000'000, 1, 16);
    return (s.images + blocks - 1) / blocks;
  }

  /// Images for one block of the adjoint: at most sixteen blocks, fewer where their sums would be the larger part.
  static std::size_t weight_block(const convolution_size& s, std::size_t group) noexcept {
    const std::size_t pixels = s.images * s.out_height() * s.out_width();
    const std::size_t blocks = std::clamp<std::size_t>(pixels / 512, 1, 16);
    const std::size_t images = (s.images + blocks - 1) / blocks;
    return (images + group - 1) / group * group;
  }

  /// Weights [taps][in][out] in the order in which `correlate` reads them.
  template <bool Adjoint, class T>
  static const T* pack_weights(const convolution_size& s, const taps<T>& t, const T* w, T* room) {
    constexpr std::size_t lanes = register_of<T>::lanes;
    const std::size_t in = Adjoint ? s.out : s.in;
    const std::size_t out = Adjoint ? s.in : s.out;
    T* to = room;
    for (std::size_t o = 0; o < out; o += taps<T>::columns(out, o) * lanes) {
      const std::size_t width = taps<T>::columns(out, o) * lanes;
      const std::size_t used = std::min(width, out - o);
      for (std::size_t first = 0; first < in; first += lanes) {
        const std::size_t last = std::min(in, first + lanes);
        for (std::size_t k = 0; k < t.count; ++k) {
          const T* from = w + t.weight[k] * s.in * s.out;
          for (std::size_t i = first; i < last; ++i, to += width) {
            if constexpr (Adjoint) {
              for (std::size_t c = 0; c < used; ++c) to[c] = from[(o + c) * s.out + i];
            } else {
              std::memcpy(to, from + i * s.out + o, used * sizeof(T));
            }
            std::fill(to + used, to + width, T(0));
          }
        }
      }
    }
    return room;
  }

  /// All outputs of one image.
  template <class T, class Store>
  static void correlate(const plane_layout<T>& planes, const T* x, const taps<T>& t, const T* w, std::size_t out,
                        std::size_t stride, std::size_t rows, std::size_t columns, const Store& store) {
    constexpr std::size_t lanes = register_of<T>::lanes;
    for (std::size_t v = 0; v * lanes < out;) {
      const std::size_t wide = taps<T>::columns(out, v * lanes);
      const tile_source<T> from{planes, t, x, w};
      if (wide == 2) {
        stride == 1 ? cover<1, 2>(from, rows, columns, v, store) : cover<2, 2>(from, rows, columns, v, store);
      } else {
        stride == 1 ? cover<1, 1>(from, rows, columns, v, store) : cover<2, 1>(from, rows, columns, v, store);
      }
      w += t.count * planes.channels * wide * lanes;
      v += wide;
    }
  }

  /// Covers rows x columns with the largest tiles that fit; tiles at the far edges overlap, what they repeat is not
  /// stored twice.
  template <std::size_t Stride, std::size_t Wide, class T, class Store>
  static void cover(const tile_source<T>& from, std::size_t rows, std::size_t columns, std::size_t v,
                    const Store& store) {
    constexpr std::size_t area = tile_pixels / Wide;
    if constexpr (area >= 16) {
      if (columns >= 16 && columns % 16 == 0) return sweep<Stride, 1, 16, Wide>(from, rows, columns, v, store);
    }
    if constexpr (area >= 8) {
      if (columns >= 8 && rows >= area / 8) return sweep<Stride, area / 8, 8, Wide>(from, rows, columns, v, store);
    }
    if (columns >= 4 && rows >= area / 4) return sweep<Stride, area / 4, 4, Wide>(from, rows, columns, v, store);
    sweep<Stride, 1, 1, Wide>(from, rows, columns, v, store);
  }

  template <std::size_t Stride, std::size_t Rows, std::size_t Columns, std::size_t Wide, class T, class Store>
  static void sweep(const tile_source<T>& from, std::size_t rows, std::size_t columns, std::size_t v,
                    const Store& store) {
    for (std::size_t r = 0; r < rows; r += Rows) {
      const std::size_t row = std::min(r, rows - Rows);
      for (std::size_t c = 0; c < columns; c += Columns) {
        const std::size_t column = std::min(c, columns - Columns);
        sum_tile<Stride, Rows, Columns, Wide>(from, row, column, r - row, c - column, v, store);
      }
    }
  }

  /// sum [kernel, kernel, in, out] += the products of inputs and adjoints of some images.
  template <class T>
  static void add_weight_sums(const convolution_size& s, const plane_layout<T>& in, const T* x,
                              const plane_layout<T>& out, const T* dy, std::size_t images, T* sum) {
    constexpr std::size_t lanes = register_of<T>::lanes;
    for (std::size_t o = 0; o < s.out; o += lanes) {
      const T* adjoints = dy + out.at(o / lanes, out.padding, out.padding);
      for (std::size_t i = 0; i < s.in; i += lanes) {
        for (std::size_t k = 0; k < s.kernel * s.kernel; ++k) {
          const T* inputs = x + in.at(i / lanes, k / s.kernel, k % s.kernel);
          T* to = sum + (k * s.in + i) * s.out + o;
          const std::size_t rows = std::min(lanes, s.in - i);
          const std::size_t columns = std::min(lanes, s.out - o);
          const outer_source<T> from{inputs, adjoints, in.row() * s.stride, out.row(), in.size(), out.size()};
          const auto add = [&]<std::size_t Rows>(std::integral_constant<std::size_t, Rows>) {
            s.stride == 1 ? add_outer<1, Rows>(from, images, s.out_height(), s.out_width(), to, s.out, rows, columns)
                          : add_outer<2, Rows>(from, images, s.out_height(), s.out_width(), to, s.out, rows, columns);
          };
          if (rows <= 4) {  // an image's colours
            add(std::integral_constant<std::size_t, std::min<std::size_t>(4, lanes)>{});
          } else {
            add(std::integral_constant<std::size_t, lanes>{});
          }
        }
      }
    }
  }
};

}  // namespace paragon::backend::cpu_kernels
