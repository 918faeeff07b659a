// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::backend {

/// The sizes of a convolution of images [images, height, width, in] with weights [kernel, kernel, in, out].
///
/// Channels come last, the kernel is odd, and `kernel / 2` zeros surround each image, so the result has
/// ceil(height / stride) x ceil(width / stride) pixels of `out` channels.
struct convolution_size {
  std::size_t images = 1;
  std::size_t height = 1;
  std::size_t width = 1;
  std::size_t in = 1;
  std::size_t out = 1;
  std::size_t kernel = 3;
  std::size_t stride = 1;

  [[nodiscard]] constexpr std::size_t padding() const noexcept { return kernel / 2; }
  [[nodiscard]] constexpr std::size_t out_height() const noexcept { return (height + stride - 1) / stride; }
  [[nodiscard]] constexpr std::size_t out_width() const noexcept { return (width + stride - 1) / stride; }
  [[nodiscard]] constexpr std::size_t weights() const noexcept { return kernel * kernel * in * out; }
  /// Multiply-adds of the forward pass, those with padding included.
  [[nodiscard]] constexpr std::size_t macs() const noexcept { return images * out_height() * out_width() * weights(); }

  friend bool operator==(const convolution_size&, const convolution_size&) = default;
};

}  // namespace paragon::backend
