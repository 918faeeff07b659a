// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::backend {

/// A square window that moves over images [images, height, width, channels], row-major, channels last.
///
/// Output pixel (i, j) sees rows i * stride - padding + [0, kernel) and columns j * stride - padding + [0, kernel), as
/// far as they lie within the image.
/// \pre kernel >= 1, stride >= 1, padding < kernel, height + 2 padding >= kernel, width + 2 padding >= kernel
struct image_window {
  std::size_t images = 1;
  std::size_t height = 1;
  std::size_t width = 1;
  std::size_t channels = 1;
  std::size_t kernel = 3;
  std::size_t stride = 1;
  std::size_t padding = 1;

  [[nodiscard]] constexpr std::size_t out_height() const noexcept {
    return (height + 2 * padding - kernel) / stride + 1;
  }
  [[nodiscard]] constexpr std::size_t out_width() const noexcept { return (width + 2 * padding - kernel) / stride + 1; }

  friend bool operator==(const image_window&, const image_window&) = default;
};

}  // namespace paragon::backend
