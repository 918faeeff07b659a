// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>

#include "../backend/functions.hpp"
#include "context.hpp"
#include "functors.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// A function of one number with its derivative: y = f(x), dy/dx = f.slope(x, y). See backend/functions.hpp.
template <class F, class T>
concept differentiable_function = std::is_trivially_copyable_v<F> && requires(const F f, T x) {
  { f(x) } -> std::convertible_to<T>;
  { f.slope(x, x) } -> std::convertible_to<T>;
};

/// y[i] = f(x[i]); same shape as x.
template <class C, class F>
  requires differentiable_function<F, typename C::value_type>
[[nodiscard]] variable<C> elementwise(variable<C> x, F f) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto y = x.context().result(x.shape(), x);
  B::map(f, x.size(), y.data(), static_cast<const T*>(x.data()));
  x.context().on_backward(y, [x, y, f](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::map_add(detail::chain_rule<F>{f}, x.size(), dx, static_cast<const T*>(x.data()),
                 static_cast<const T*>(y.data()), static_cast<const T*>(pass.adjoint(y)));
    }
  });
  return y;
}

template <class C>
[[nodiscard]] variable<C> relu(variable<C> x) {
  return elementwise(x, functions::relu{});
}
template <class C>
[[nodiscard]] variable<C> tanh(variable<C> x) {
  return elementwise(x, functions::tanh{});
}
template <class C>
[[nodiscard]] variable<C> sigmoid(variable<C> x) {
  return elementwise(x, functions::sigmoid{});
}
template <class C>
[[nodiscard]] variable<C> silu(variable<C> x) {
  return elementwise(x, functions::silu{});
}
template <class C>
[[nodiscard]] variable<C> hard_sigmoid(variable<C> x) {
  return elementwise(x, functions::hard_sigmoid{});
}
template <class C>
[[nodiscard]] variable<C> hard_swish(variable<C> x) {
  return elementwise(x, functions::hard_swish{});
}
template <class C>
[[nodiscard]] variable<C> elu(variable<C> x) {
  return elementwise(x, functions::elu{});
}
template <class C>
[[nodiscard]] variable<C> exp(variable<C> x) {
  return elementwise(x, functions::exp{});
}
template <class C>
[[nodiscard]] variable<C> log(variable<C> x) {
  return elementwise(x, functions::log{});
}
template <class C>
[[nodiscard]] variable<C> sin(variable<C> x) {
  return elementwise(x, functions::sin{});
}
template <class C>
[[nodiscard]] variable<C> square(variable<C> x) {
  return elementwise(x, functions::square{});
}
template <class C>
[[nodiscard]] variable<C> softplus(variable<C> x) {
  return elementwise(x, functions::softplus{});
}

/// scale x + offset
template <class C>
[[nodiscard]] variable<C> affine(variable<C> x, typename C::value_type scale, typename C::value_type offset = 0) {
  return elementwise(x, functions::affine<typename C::value_type>{scale, offset});
}

}  // namespace paragon::autodiff
