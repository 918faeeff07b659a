// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

namespace detail {

/// Checks that rows of `x` fall into groups of `width`, and returns how many groups there are.
template <class C>
std::size_t groups(const char* place, variable<C> x, std::size_t width) {
  if (width == 0 || x.columns() % width != 0) {
    throw error(place, "groups of " + std::to_string(width) + " in " + to_string(x.shape()),
                "a divisor of the number of columns");
  }
  return x.size() / width;
}

}  // namespace detail

/// Softmax over consecutive groups of `width` columns (0: over whole rows); same shape as x.
template <class C>
[[nodiscard]] variable<C> softmax(variable<C> x, std::size_t width = 0) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  if (width == 0) width = x.columns();
  const std::size_t rows = detail::groups("autodiff::softmax", x, width);
  const auto y = x.context().result(x.shape(), x);
  B::softmax(rows, width, static_cast<const T*>(x.data()), y.data());
  x.context().on_backward(y, [x, y, rows, width](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::softmax_adjoint(rows, width, static_cast<const T*>(y.data()), static_cast<const T*>(pass.adjoint(y)), dx);
    }
  });
  return y;
}

/// Logarithm of the softmax, without its overflow.
template <class C>
[[nodiscard]] variable<C> log_softmax(variable<C> x, std::size_t width = 0) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  if (width == 0) width = x.columns();
  const std::size_t rows = detail::groups("autodiff::log_softmax", x, width);
  const auto y = x.context().result(x.shape(), x);
  B::log_softmax(rows, width, static_cast<const T*>(x.data()), y.data());
  x.context().on_backward(y, [x, y, rows, width](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::log_softmax_adjoint(rows, width, static_cast<const T*>(y.data()), static_cast<const T*>(pass.adjoint(y)), dx);
    }
  });
  return y;
}

}  // namespace paragon::autodiff
