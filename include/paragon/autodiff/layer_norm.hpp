// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// (x - mean) / sqrt(variance + epsilon) over the columns of each row, without gain and bias.
template <class C>
[[nodiscard]] variable<C> normalise_rows(variable<C> x, typename C::value_type epsilon) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto y = x.context().result(x.shape(), x);
  T* scale = x.context().scratch(x.rows());
  B::normalise(x.rows(), x.columns(), epsilon, static_cast<const T*>(x.data()), y.data(), scale);
  x.context().on_backward(y, [x, y, scale](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::normalise_adjoint(x.rows(), x.columns(), static_cast<const T*>(y.data()), static_cast<const T*>(scale),
                           static_cast<const T*>(pass.adjoint(y)), dx);
    }
  });
  return y;
}

}  // namespace paragon::autodiff
