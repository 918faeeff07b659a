// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../backend/image_kernels.hpp"
#include "context.hpp"
#include "image_shape.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

struct pool_settings {
  std::size_t kernel = 3;  ///< pixels on a side
  std::size_t stride = 1;

  friend bool operator==(const pool_settings&, const pool_settings&) = default;
};

/// The mean of each window of images x [N, H, W, C].
///
/// Odd windows are centred: padding kernel / 2, and what lies outside the image is not counted, so the result is
/// [N, ceil(H / stride), ceil(W / stride), C]. Even windows have no padding: [N, (H - kernel) / stride + 1, ..., C].
/// As PyTorch's AvgPool2d with count_include_pad=False. O(size of x * kernel).
/// \throws error where x is no batch of images, or smaller than the window
template <class C>
[[nodiscard]] variable<C> average_pool(variable<C> x, pool_settings settings = {}) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto window = detail::window_on("autodiff::average_pool", x, settings.kernel, settings.stride,
                                        settings.kernel % 2 == 0 ? 0 : settings.kernel / 2);
  const auto y = x.context().result({window.images, window.out_height(), window.out_width(), window.channels}, x);
  B::average_pool(window, static_cast<const T*>(x.data()), y.data());
  x.context().on_backward(y, [x, y, window](auto& pass) {
    if (T* dx = pass.adjoint(x)) B::average_pool_adjoint(window, static_cast<const T*>(pass.adjoint(y)), dx);
  });
  return y;
}

/// The mean over all pixels of each image: x [N, H, W, C] to [N, C]. O(size of x).
/// \throws error where x is no batch of images
template <class C>
[[nodiscard]] variable<C> global_average_pool(variable<C> x) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto window = detail::window_on("autodiff::global_average_pool", x, 1, 1, 0);
  const std::size_t pixels = window.height * window.width;
  const auto y = x.context().result({window.images, window.channels}, x);
  B::global_average_pool(window.images, pixels, window.channels, static_cast<const T*>(x.data()), y.data());
  x.context().on_backward(y, [x, y, window, pixels](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::global_average_pool_adjoint(window.images, pixels, window.channels, static_cast<const T*>(pass.adjoint(y)),
                                     dx);
    }
  });
  return y;
}

}  // namespace paragon::autodiff
