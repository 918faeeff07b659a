// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../backend/image_window.hpp"
#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff::detail {

/// The window of an operator on images x [images, height, width, channels].
/// \throws error for another rank, a kernel or stride of 0, or images smaller than the window
template <class C>
backend::image_window window_on(const char* place, variable<C> x, std::size_t kernel, std::size_t stride,
                                std::size_t padding) {
  const shape s = x.shape();
  if (s.rank() != 4) throw error(place, to_string(s), "[images, height, width, channels]");
  if (kernel == 0 || stride == 0 || s[1] + 2 * padding < kernel || s[2] + 2 * padding < kernel) {
    throw error(
        place,
        "a window of " + std::to_string(kernel) + " with stride " + std::to_string(stride) + " on " + to_string(s),
        "sizes of at least 1 and a window that fits into the image");
  }
  return {.images = s[0],
          .height = s[1],
          .width = s[2],
          .channels = s[3],
          .kernel = kernel,
          .stride = stride,
          .padding = padding};
}

}  // namespace paragon::autodiff::detail
