// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../backend/convolution_size.hpp"
#include "../backend/functions.hpp"
#include "../backend/image_kernels.hpp"
#include "../core/error.hpp"
#include "context.hpp"
#include "functors.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

namespace detail {

inline backend::convolution_size convolution_size(const char* place, const shape& x, const shape& w,
                                                  std::size_t stride) {
  constexpr std::size_t largest = 11;
  if (x.rank() != 4 || w.rank() != 4 || w[0] != w[1] || w[0] % 2 == 0 || w[0] > largest || w[2] != x[3] ||
      (stride != 1 && stride != 2)) {
    throw error(place,
                "images " + to_string(x) + " and weights " + to_string(w) + " with stride " + std::to_string(stride),
                "(images, height, width, in) and (k, k, in, out), k odd and at most 11, stride 1 or 2");
  }
  return {x[0], x[1], x[2], x[3], w[3], w[0], stride};
}

template <class C, class F>
variable<C> convolution_of(const char* place, variable<C> x, variable<C> w, std::size_t stride, F f) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto size = convolution_size(place, x.shape(), w.shape(), stride);
  const auto y = x.context().result({size.images, size.out_height(), size.out_width(), size.out}, x, w);
  B::convolve(size, f, static_cast<const T*>(x.data()), static_cast<const T*>(w.data()), y.data());
  x.context().on_backward(y, [=](auto& pass) {
    B::convolve_adjoint(size, f, static_cast<const T*>(x.data()), static_cast<const T*>(w.data()),
                        static_cast<const T*>(pass.adjoint(y)), pass.adjoint(x), pass.adjoint(w));
  });
  return y;
}

}  // namespace detail

/// The convolution of images x [N, H, W, in] with weights w [k, k, in, out], k odd: k / 2 zeros are put around each image,
/// so the result is [N, ceil(H / stride), ceil(W / stride), out].
///
/// y[n, h, w, o] = sum over i, j, c of x[n, stride h + i - k / 2, stride w + j - k / 2, c] w[i, j, c, o]: what PyTorch's
/// conv2d computes, with channels last and the weights' axes in the order (height, width, in, out).
/// \param stride  1 or 2
/// \throws error for other ranks, extents that disagree, an even kernel or one beyond 11, another stride
template <class C>
[[nodiscard]] variable<C> convolution(variable<C> x, variable<C> w, std::size_t stride = 1) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  return detail::convolution_of("autodiff::convolution", x, w, stride, detail::identity{});
}

/// The convolution of max(x, 0), which is never stored.
template <class C>
[[nodiscard]] variable<C> relu_convolution(variable<C> x, variable<C> w, std::size_t stride = 1) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  return detail::convolution_of("autodiff::relu_convolution", x, w, stride, functions::relu{});
}

}  // namespace paragon::autodiff
