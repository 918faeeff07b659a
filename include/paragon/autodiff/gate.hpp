// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../backend/image_kernels.hpp"
#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// y[n, i, j, c] = x[n, i, j, c] g[n, c]: images [N, H, W, C] times one number per image and channel, g [N, C].
/// \throws error for other shapes
template <class C>
[[nodiscard]] variable<C> gate(variable<C> x, variable<C> g) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const shape s = x.shape();
  if (s.rank() != 4 || g.size() != s[0] * s[3] || g.columns() != s[3]) {
    throw error("autodiff::gate", to_string(s) + " with " + to_string(g.shape()),
                "[images, height, width, channels] with [images, channels]");
  }
  const std::size_t images = s[0];
  const std::size_t pixels = s[1] * s[2];
  const std::size_t channels = s[3];
  const auto y = x.context().result(s, x, g);
  B::gate(images, pixels, channels, static_cast<const T*>(x.data()), static_cast<const T*>(g.data()), y.data());
  x.context().on_backward(y, [x, g, y, images, pixels, channels](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* dx = pass.adjoint(x)) B::gate_adjoint(images, pixels, channels, dy, static_cast<const T*>(g.data()), dx);
    if (T* dg = pass.adjoint(g)) {
      B::gate_gain_adjoint(images, pixels, channels, static_cast<const T*>(x.data()), dy, dg);
    }
  });
  return y;
}

}  // namespace paragon::autodiff
