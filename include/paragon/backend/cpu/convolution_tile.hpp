// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "../convolution_size.hpp"
#include "registers.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Register sums of one tile: what leaves room for a row of weights.
inline constexpr std::size_t tile_pixels = vector_registers == 32 ? 16 : 8;

/// One image as planes [blocks of channels][height + 2 padding][width + 2 padding][lanes], zeros around it.
template <class T>
struct plane_layout {
  static constexpr std::size_t lanes = register_of<T>::lanes;

  std::size_t channels;
  std::size_t height;
  std::size_t width;
  std::size_t padding;

  plane_layout(std::size_t c, std::size_t h, std::size_t w, std::size_t p) noexcept
      : channels(c), height(h), width(w), padding(p) {}

  [[nodiscard]] std::size_t blocks() const noexcept { return (channels + lanes - 1) / lanes; }
  [[nodiscard]] std::size_t row() const noexcept { return (width + 2 * padding) * lanes; }
  [[nodiscard]] std::size_t plane() const noexcept { return (height + 2 * padding) * row(); }
  [[nodiscard]] std::size_t size() const noexcept { return blocks() * plane(); }
  [[nodiscard]] std::size_t at(std::size_t block, std::size_t h, std::size_t w) const noexcept {
    return block * plane() + h * row() + w * lanes;
  }

  T* clear(T* room) const noexcept {
    std::fill_n(room, size(), T(0));
    return room;
  }

  /// Copies f of an image [height, width, channels] into a cleared room.
  template <class F>
  void pack(F f, const T* x, T* room) const noexcept {
    for (std::size_t b = 0; b < blocks(); ++b) {
      const std::size_t used = std::min(lanes, channels - b * lanes);
      for (std::size_t h = 0; h < height; ++h) {
        const T* from = x + h * width * channels + b * lanes;
        T* to = room + at(b, h + padding, padding);
        if (used == lanes) {
          for (std::size_t w = 0; w < width; ++w) {
            for (std::size_t l = 0; l < lanes; ++l) to[w * lanes + l] = f(from[w * channels + l]);
          }
        } else {
          for (std::size_t w = 0; w < width; ++w) {
            for (std::size_t l = 0; l < used; ++l) to[w * lanes + l] = f(from[w * channels + l]);
          }
        }
      }
    }
  }
};

/// Which weights meet which neighbours of a pixel.
template <class T>
struct taps {
  static constexpr std::size_t lanes = register_of<T>::lanes;
  static constexpr std::size_t largest = 11;  ///< kernel

  std::size_t count = 0;
  std::array<std::size_t, largest * largest> offset{};  ///< of the neighbour within a plane
  std::array<std::size_t, largest * largest> weight{};  ///< number of the weight matrix

  void add(std::size_t where, std::size_t which) noexcept {
    offset[count] = where;
    weight[count++] = which;
  }

  [[nodiscard]] static taps forward(const convolution_size& s) noexcept {
    taps t;
    const std::size_t row = (s.width + 2 * s.padding()) * lanes;
    for (std::size_t k = 0; k < s.kernel * s.kernel; ++k) t.add(k / s.kernel * row + k % s.kernel * lanes, k);
    return t;
  }

  /// Those of the input pixels with these remainders by the stride: input h meets output (h + padding - k) / stride where
  /// that is whole.
  [[nodiscard]] static taps adjoint(const convolution_size& s, std::size_t h, std::size_t w) noexcept {
    taps t;
    const std::size_t p = s.padding();
    const std::size_t row = (s.out_width() + 2 * p) * lanes;
    const std::size_t base = s.stride * p + p;  // keeps the differences positive
    for (std::size_t i = 0; i < s.kernel; ++i) {
      if ((h + base - i) % s.stride != 0) continue;
      for (std::size_t j = 0; j < s.kernel; ++j) {
        if ((w + base - j) % s.stride != 0) continue;
        t.add((h + base - i) / s.stride * row + (w + base - j) / s.stride * lanes, i * s.kernel + j);
      }
    }
    return t;
  }

  /// Registers for the outputs from `o` on: two, or one where no more are left.
  [[nodiscard]] static std::size_t columns(std::size_t out, std::size_t o) noexcept { return out - o > lanes ? 2 : 1; }

  [[nodiscard]] std::size_t packed(std::size_t in, std::size_t out) const noexcept {
    return count * in * ((out + lanes - 1) / lanes * lanes);
  }
  [[nodiscard]] static std::size_t adjoint_packed(const convolution_size& s) noexcept {
    return s.kernel * s.kernel * s.out * ((s.in + lanes - 1) / lanes * lanes);
  }
};

template <class T>
struct tile_source {
  const plane_layout<T>& planes;
  const taps<T>& t;
  const T* x;
  const T* w;
};

/// Stores sums as pixels of an image.
template <class T>
struct write_pixels {
  T* y;
  std::size_t row;
  std::size_t channels;

  void operator()(std::size_t r, std::size_t c, std::size_t v,
                  const typename register_of<T>::type& sum) const noexcept {
    constexpr std::size_t lanes = register_of<T>::lanes;
    T* to = y + r * row + c * channels + v * lanes;
    if ((v + 1) * lanes <= channels) {
      *reinterpret_cast<typename register_of<T>::unaligned*>(to) = sum;
    } else {
      for (std::size_t l = 0; l < channels - v * lanes; ++l) to[l] = sum[l];
    }
  }
};

/// Adds sums times the slope of f to pixels `row` and `column` elements apart.
template <class F, class T>
struct add_pixels {
  F f;
  const T* x;
  T* dx;
  std::size_t row;
  std::size_t column;
  std::size_t channels;

  void operator()(std::size_t r, std::size_t c, std::size_t v,
                  const typename register_of<T>::type& sum) const noexcept {
    constexpr std::size_t lanes = register_of<T>::lanes;
    const std::size_t at = r * row + c * column + v * lanes;
    if ((v + 1) * lanes <= channels) {
      for (std::size_t l = 0; l < lanes; ++l) dx[at + l] += f.slope(x[at + l], f(x[at + l])) * sum[l];
    } else {
      for (std::size_t l = 0; l < channels - v * lanes; ++l) {
        dx[at + l] += f.slope(x[at + l], f(x[at + l])) * sum[l];
      }
    }
  }
};

/// Sums of Rows x Columns pixels and Wide registers of outputs over all taps and inputs; calls
/// `store(row, column, register, sum)` for those from `skip_rows`, `skip_columns` on.
template <std::size_t Stride, std::size_t Rows, std::size_t Columns, std::size_t Wide, class T, class Store>
inline void sum_tile(const tile_source<T>& from, std::size_t row, std::size_t column, std::size_t skip_rows,
                     std::size_t skip_columns, std::size_t v, const Store& store) {
  using vector = typename register_of<T>::type;
  constexpr std::size_t lanes = register_of<T>::lanes;
  vector sum[Rows][Columns][Wide];
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t c = 0; c < Columns; ++c) {
      for (std::size_t q = 0; q < Wide; ++q) sum[r][c][q] = vector{};
    }
  }
  const std::size_t next_row = Stride * from.planes.row();
  const T* w = from.w;
  for (std::size_t b = 0; b < from.planes.blocks(); ++b) {
    const T* plane = from.x + from.planes.at(b, Stride * row, Stride * column);
    const std::size_t used = std::min(lanes, from.planes.channels - b * lanes);
    for (std::size_t k = 0; k < from.t.count; ++k) {
      const T* x = plane + from.t.offset[k];
      for (std::size_t i = 0; i < used; ++i, ++x, w += Wide * lanes) {
        vector weight[Wide];
        PARAGON_UNROLL(2)
        for (std::size_t q = 0; q < Wide; ++q) weight[q] = reinterpret_cast<const vector*>(w)[q];
        PARAGON_UNROLL(8)
        for (std::size_t r = 0; r < Rows; ++r) {
          PARAGON_UNROLL(16)
          for (std::size_t c = 0; c < Columns; ++c) {
            const T value = x[r * next_row + c * Stride * lanes];
            PARAGON_UNROLL(2)
            for (std::size_t q = 0; q < Wide; ++q) sum[r][c][q] += value * weight[q];
          }
        }
      }
    }
  }
  for (std::size_t r = skip_rows; r < Rows; ++r) {
    for (std::size_t c = skip_columns; c < Columns; ++c) {
      for (std::size_t q = 0; q < Wide; ++q) store(row + r, column + c, v + q, sum[r][c][q]);
    }
  }
}

/// Inputs and adjoints of some images, from the first pixel on.
template <class T>
struct outer_source {
  const T* x;
  const T* dy;
  std::size_t x_row;
  std::size_t dy_row;
  std::size_t x_image;
  std::size_t dy_image;
};

/// to[i, o] += sum over the pixels of x[i] dy[o], for at most `Rows` inputs and a register of outputs.
template <std::size_t Stride, std::size_t Rows, class T>
inline void add_outer(const outer_source<T>& from, std::size_t images, std::size_t rows, std::size_t columns, T* to,
                      std::size_t to_row, std::size_t used_rows, std::size_t used_columns) {
  using vector = typename register_of<T>::type;
  constexpr std::size_t lanes = register_of<T>::lanes;
  vector sum[Rows];
  for (auto& s : sum) s = vector{};
  for (std::size_t n = 0; n < images; ++n) {
    for (std::size_t r = 0; r < rows; ++r) {
      const T* x = from.x + n * from.x_image + r * from.x_row;
      const T* dy = from.dy + n * from.dy_image + r * from.dy_row;
      for (std::size_t c = 0; c < columns; ++c, x += Stride * lanes, dy += lanes) {
        const vector d = *reinterpret_cast<const vector*>(dy);
        PARAGON_UNROLL(16)
        for (std::size_t i = 0; i < Rows; ++i) sum[i] += x[i] * d;
      }
    }
  }
  PARAGON_UNROLL(16)
  for (std::size_t i = 0; i < Rows; ++i) {
    if (i >= used_rows) break;
    T* row = to + i * to_row;
    if (used_columns == lanes) {
      *reinterpret_cast<typename register_of<T>::unaligned*>(row) += sum[i];
    } else {
      for (std::size_t o = 0; o < used_columns; ++o) row[o] += sum[i][o];
    }
  }
}

}  // namespace paragon::backend::cpu_kernels
