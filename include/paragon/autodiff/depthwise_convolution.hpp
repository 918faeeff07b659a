// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../backend/image_kernels.hpp"
#include "context.hpp"
#include "image_shape.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// Each channel of x [N, H, W, C] convolved with its own window of w [k, k, C], k odd, with padding k / 2.
///
/// y[n, i, j, c] = sum over a, b of w[a, b, c] x[n, i stride + a - k / 2, j stride + b - k / 2, c], zero outside of the
/// image; [N, ceil(H / stride), ceil(W / stride), C]. O(size of y * k^2).
/// \throws error where the shapes disagree or k is even or beyond 11
template <class C>
[[nodiscard]] variable<C> depthwise_convolution(variable<C> x, variable<C> w, std::size_t stride = 1) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const shape k = w.shape();
  if (x.shape().rank() != 4 || k.rank() != 3 || k[0] != k[1] || k[0] % 2 == 0 || k[0] > 11 || k[2] != x.columns()) {
    throw error("autodiff::depthwise_convolution", to_string(x.shape()) + " with weights " + to_string(k),
                "[images, height, width, channels] with [k, k, channels], k odd and at most 11");
  }
  const auto window = detail::window_on("autodiff::depthwise_convolution", x, k[0], stride, k[0] / 2);
  const auto y = x.context().result({window.images, window.out_height(), window.out_width(), window.channels}, x, w);
  B::depthwise(window, static_cast<const T*>(x.data()), static_cast<const T*>(w.data()), y.data());
  x.context().on_backward(y, [x, w, y, window](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* dx = pass.adjoint(x)) B::depthwise_adjoint(window, static_cast<const T*>(w.data()), dy, dx);
    if (T* dw = pass.adjoint(w)) B::depthwise_weight_adjoint(window, static_cast<const T*>(x.data()), dy, dw);
  });
  return y;
}

}  // namespace paragon::autodiff
