// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// [a, b]: the columns of a, then those of b; both have the same number of rows.
template <class C>
[[nodiscard]] variable<C> concatenate(variable<C> a, variable<C> b) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  if (a.rows() != b.rows()) {
    throw error("autodiff::concatenate", to_string(a.shape()) + " with " + to_string(b.shape()), "equal rows");
  }
  const std::size_t rows = a.rows();
  const std::size_t p = a.columns();
  const std::size_t q = b.columns();
  const auto y = a.context().result({rows, p + q}, a, b);
  B::copy_columns(rows, p, static_cast<const T*>(a.data()), p, y.data(), p + q);
  B::copy_columns(rows, q, static_cast<const T*>(b.data()), q, y.data() + p, p + q);
  a.context().on_backward(y, [a, b, y, rows, p, q](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* da = pass.adjoint(a)) B::add_columns(rows, p, dy, p + q, da, p);
    if (T* db = pass.adjoint(b)) B::add_columns(rows, q, dy + p, p + q, db, q);
  });
  return y;
}

/// Columns [first, first + count) of each row; shape {rows, count}. A copy, since they are not contiguous.
template <class C>
[[nodiscard]] variable<C> slice_columns(variable<C> x, std::size_t first, std::size_t count) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const std::size_t rows = x.rows();
  const std::size_t columns = x.columns();
  if (count > columns || first > columns - count) {
    throw error(
        "autodiff::slice_columns",
        "columns " + std::to_string(first) + " to " + std::to_string(first + count) + " of " + to_string(x.shape()),
        "columns of the variable");
  }
  const auto y = x.context().result({rows, count}, x);
  B::copy_columns(rows, count, static_cast<const T*>(x.data()) + first, columns, y.data(), count);
  x.context().on_backward(y, [x, y, rows, columns, first, count](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      B::add_columns(rows, count, static_cast<const T*>(pass.adjoint(y)), count, dx + first, columns);
    }
  });
  return y;
}

/// The same elements under another shape: no copy. \throws error where the sizes differ
template <class C>
[[nodiscard]] variable<C> reshape(variable<C> x, const shape& extents) {
  if (extents.size() != x.size()) {
    throw error("autodiff::reshape", to_string(x.shape()) + " to " + to_string(extents), "equal sizes");
  }
  return x.context().view(x, 0, extents);
}

}  // namespace paragon::autodiff
