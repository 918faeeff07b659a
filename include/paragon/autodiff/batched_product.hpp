// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// C_i = alpha op(A_i) op(B_i) for `count` matrices lying one after the other in a and b.
///
/// a holds matrices of [p, q], b of [r, s], as stored: a is [count * p, q], b is [count * r, s]. The result is [count * m, n].
template <class C>
[[nodiscard]] variable<C> batched_product(std::size_t count, variable<C> a, backend::transposed ta, variable<C> b,
                                          backend::transposed tb, typename C::value_type alpha = 1) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  using backend::transposed;
  const std::size_t q = a.columns();
  const std::size_t s = b.columns();
  const std::size_t p = a.rows() / std::max<std::size_t>(count, 1);
  const std::size_t r = b.rows() / std::max<std::size_t>(count, 1);
  const bool ta_yes = ta == transposed::yes;
  const bool tb_yes = tb == transposed::yes;
  const std::size_t m = ta_yes ? q : p;
  const std::size_t k = ta_yes ? p : q;
  const std::size_t n = tb_yes ? r : s;
  if (count == 0 || a.rows() % count != 0 || b.rows() % count != 0 || k != (tb_yes ? s : r)) {
    throw error("autodiff::batched_product",
                std::to_string(count) + " products of " + to_string(a.shape()) + " and " + to_string(b.shape()),
                "rows that divide into the products, and inner extents that agree");
  }
  const auto y = a.context().result({count * m, n}, a, b);
  B::gemm_batched(count, ta, tb, m, n, k, alpha, static_cast<const T*>(a.data()), q, p * q,
                  static_cast<const T*>(b.data()), s, r * s, T(0), y.data(), n, m * n);
  a.context().on_backward(y, [=](auto& pass) {
    const T* dy = pass.adjoint(y);
    const T* av = a.data();
    const T* bv = b.data();
    if (T* da = pass.adjoint(a)) {
      if (ta_yes) {  // dA = op(B) dC^T
        B::gemm_batched(count, tb, transposed::yes, p, q, n, alpha, bv, s, r * s, dy, n, m * n, T(1), da, q, p * q);
      } else {  // dA = dC op(B)^T
        B::gemm_batched(count, transposed::no, tb_yes ? transposed::no : transposed::yes, p, q, n, alpha, dy, n, m * n,
                        bv, s, r * s, T(1), da, q, p * q);
      }
    }
    if (T* db = pass.adjoint(b)) {
      if (tb_yes) {  // dB = dC^T op(A)
        B::gemm_batched(count, transposed::yes, ta, r, s, m, alpha, dy, n, m * n, av, q, p * q, T(1), db, s, r * s);
      } else {  // dB = op(A)^T dC
        B::gemm_batched(count, ta_yes ? transposed::no : transposed::yes, transposed::no, r, s, m, alpha, av, q, p * q,
                        dy, n, m * n, T(1), db, s, r * s);
      }
    }
  });
  return y;
}

/// y_i = A x_i: one constant matrix A [to, n] (an adjacency, or some of its rows) times each of the `rows / n` blocks of n
/// rows of x; [blocks * to, columns]. A is in the backend's memory and must outlive the context's variables.
template <class C>
[[nodiscard]] variable<C> propagate(const typename C::value_type* matrix, std::size_t to, std::size_t n,
                                    variable<C> x) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  using backend::transposed;
  if (n == 0 || x.rows() % n != 0) {
    throw error("autodiff::propagate", to_string(x.shape()) + " with " + std::to_string(n) + " nodes",
                "a multiple of that many rows");
  }
  const std::size_t count = x.rows() / n;
  const std::size_t f = x.columns();
  const auto y = x.context().result({count * to, f}, x);
  B::gemm_batched(count, transposed::no, transposed::no, to, f, n, T(1), matrix, n, 0, static_cast<const T*>(x.data()),
                  f, n * f, T(0), y.data(), f, to * f);
  x.context().on_backward(y, [=](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::gemm_batched(count, transposed::yes, transposed::no, n, f, to, T(1), matrix, n, 0,
                      static_cast<const T*>(pass.adjoint(y)), f, to * f, T(1), dx, f, n * f);
    }
  });
  return y;
}

/// The same for a square matrix [n, n].
template <class C>
[[nodiscard]] variable<C> propagate(const typename C::value_type* matrix, std::size_t n, variable<C> x) {
  return propagate(matrix, n, n, x);
}

}  // namespace paragon::autodiff
