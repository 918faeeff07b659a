// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "arithmetic.hpp"
#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// y = x w^T for x of [rows, in] (leading axes count as rows) and w of [out, in], as PyTorch stores weights.
/// O(rows in out).
template <class C>
[[nodiscard]] variable<C> linear(variable<C> x, variable<C> w) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const std::size_t rows = x.rows();
  const std::size_t in = x.columns();
  const std::size_t out = w.rows();
  if (w.columns() != in) {
    throw error("autodiff::linear", "x " + to_string(x.shape()) + " with weights " + to_string(w.shape()),
                "weights of [out, " + std::to_string(in) + "]");
  }
  const auto y = x.context().result({rows, out}, x, w);
  B::gemm(backend::transposed::no, backend::transposed::yes, rows, out, in, T(1), static_cast<const T*>(x.data()), in,
          static_cast<const T*>(w.data()), in, T(0), y.data(), out);
  x.context().on_backward(y, [x, w, y, rows, in, out](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* dx = pass.adjoint(x)) {
      B::gemm(backend::transposed::no, backend::transposed::no, rows, in, out, T(1), dy, out,
              static_cast<const T*>(w.data()), in, T(1), dx, in);
    }
    pass.add_outer(w, rows, out, dy, in, x.data());
  });
  return y;
}

/// y = x w^T + b, with b of out numbers.
template <class C>
[[nodiscard]] variable<C> linear(variable<C> x, variable<C> w, variable<C> b) {
  if (b.size() != w.rows()) {
    throw error("autodiff::linear", "a bias of shape " + to_string(b.shape()) + " with weights " + to_string(w.shape()),
                std::to_string(w.rows()) + " numbers");
  }
  return add(linear(x, w), b);
}

/// y = x w for x of [rows, in] and w of [in, out]. O(rows in out).
template <class C>
[[nodiscard]] variable<C> matmul(variable<C> x, variable<C> w) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const std::size_t rows = x.rows();
  const std::size_t in = x.columns();
  const std::size_t out = w.columns();
  if (w.rows() != in) {
    throw error("autodiff::matmul", to_string(x.shape()) + " times " + to_string(w.shape()),
                "a second factor of [" + std::to_string(in) + ", out]");
  }
  const auto y = x.context().result({rows, out}, x, w);
  B::gemm(backend::transposed::no, backend::transposed::no, rows, out, in, T(1), static_cast<const T*>(x.data()), in,
          static_cast<const T*>(w.data()), out, T(0), y.data(), out);
  x.context().on_backward(y, [x, w, y, rows, in, out](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* dx = pass.adjoint(x)) {
      B::gemm(backend::transposed::no, backend::transposed::yes, rows, in, out, T(1), dy, out,
              static_cast<const T*>(w.data()), out, T(1), dx, in);
    }
    pass.add_outer(w, rows, in, x.data(), out, dy);
  });
  return y;
}

}  // namespace paragon::autodiff
