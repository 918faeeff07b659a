// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "context.hpp"
#include "functors.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// The sum of all elements times `scale`; shape {1}.
template <class C>
[[nodiscard]] variable<C> sum(variable<C> x, typename C::value_type scale = 1) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto y = x.context().result({1}, x);
  B::zero(y.data(), sizeof(T));
  B::sum_all(x.size(), scale, static_cast<const T*>(x.data()), y.data());
  x.context().on_backward(y, [x, y, scale](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::map_by_row(detail::add_scaled<T>{scale}, 1, x.size(), dx, static_cast<const T*>(dx),
                    static_cast<const T*>(pass.adjoint(y)));
    }
  });
  return y;
}

/// The mean of all elements; shape {1}.
template <class C>
[[nodiscard]] variable<C> mean(variable<C> x) {
  using T = typename C::value_type;
  return sum(x, T(1) / static_cast<T>(x.size()));
}

/// The sum over the columns of each row; shape {rows, 1}.
template <class C>
[[nodiscard]] variable<C> sum_columns(variable<C> x) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto y = x.context().result({x.rows(), 1}, x);
  B::zero(y.data(), sizeof(T) * y.size());
  B::sum_columns(x.rows(), x.columns(), static_cast<const T*>(x.data()), y.data());
  x.context().on_backward(y, [x, y](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::map_by_row(detail::plus{}, x.rows(), x.columns(), dx, static_cast<const T*>(dx),
                    static_cast<const T*>(pass.adjoint(y)));
    }
  });
  return y;
}

}  // namespace paragon::autodiff
