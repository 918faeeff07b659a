// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "context.hpp"
#include "functors.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

namespace detail {

/// How the second operand of a binary operator meets the first.
enum class meeting { same, by_column, by_row };

/// Equal sizes; or b has one value per column of a (a bias); or one per row. Where both would do, b's shape decides: one
/// column means one value per row, anything else one per column.
template <class C>
meeting meet(const char* place, variable<C> a, variable<C> b) {
  if (a.size() == b.size()) return meeting::same;
  if (b.columns() == 1 && b.rows() == a.rows()) return meeting::by_row;
  if (b.size() == a.columns()) return meeting::by_column;
  if (b.size() == a.rows()) return meeting::by_row;
  throw error(place, to_string(a.shape()) + " with " + to_string(b.shape()),
              "equal sizes, one value per column, or one per row");
}

template <class C, class F>
variable<C> binary(meeting how, variable<C> a, variable<C> b, F f) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto y = a.context().result(a.shape(), a, b);
  const T* x = a.data();
  const T* z = b.data();
  switch (how) {
    case meeting::same: B::map(f, a.size(), y.data(), x, z); break;
    case meeting::by_column: B::map_by_column(f, a.rows(), a.columns(), y.data(), x, z); break;
    case meeting::by_row: B::map_by_row(f, a.rows(), a.columns(), y.data(), x, z); break;
  }
  return y;
}

/// Adds `dy`, reduced to the shape of b, to the adjoint of b.
template <class P, class C>
void add_reduced(P& pass, meeting how, variable<C> a, variable<C> b, const typename C::value_type* dy) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  switch (how) {
    case meeting::same:
      if (a.rows() == 1) {  // a bias meets a single row: it may be a shared parameter
        pass.add_row_sum(b, 1, a.size(), dy);
      } else if (T* db = pass.adjoint(b)) {
        B::map_add(identity{}, b.size(), db, dy);
      }
      break;
    case meeting::by_column: pass.add_row_sum(b, a.rows(), a.columns(), dy); break;
    case meeting::by_row:
      if (T* db = pass.adjoint(b)) B::sum_columns(a.rows(), a.columns(), dy, db);
      break;
  }
}

}  // namespace detail

/// a + b, where b has a's size, one value per column of a (shape {columns}), or one per row (shape {rows, 1}).
/// \throws error for other sizes
template <class C>
[[nodiscard]] variable<C> add(variable<C> a, variable<C> b) {
  using T = typename C::value_type;
  const auto how = detail::meet("autodiff::add", a, b);
  const auto y = detail::binary(how, a, b, detail::plus{});
  a.context().on_backward(y, [a, b, y, how](auto& pass) {
    detail::add_reduced(pass, how, a, b, static_cast<const T*>(pass.adjoint(y)));
    pass.give(y, a);
  });
  return y;
}

/// a - b, with the same broadcasting.
template <class C>
[[nodiscard]] variable<C> subtract(variable<C> a, variable<C> b) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto how = detail::meet("autodiff::subtract", a, b);
  const auto y = detail::binary(how, a, b, detail::minus{});
  a.context().on_backward(y, [a, b, y, how](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* da = pass.adjoint(a)) B::map_add(detail::identity{}, a.size(), da, dy);
    if (!b.needs_gradient()) return;
    T* negative = pass.scratch(a.size());
    B::map(detail::negate{}, a.size(), negative, dy);
    detail::add_reduced(pass, how, a, b, negative);
  });
  return y;
}

/// a b element by element, with the same broadcasting.
template <class C>
[[nodiscard]] variable<C> multiply(variable<C> a, variable<C> b) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const auto how = detail::meet("autodiff::multiply", a, b);
  const auto y = detail::binary(how, a, b, detail::times{});
  a.context().on_backward(y, [a, b, y, how](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* da = pass.adjoint(a)) {
      T* scaled = pass.scratch(a.size());
      const T* z = b.data();
      switch (how) {
        case detail::meeting::same: B::map(detail::times{}, a.size(), scaled, dy, z); break;
        case detail::meeting::by_column: B::map_by_column(detail::times{}, a.rows(), a.columns(), scaled, dy, z); break;
        case detail::meeting::by_row: B::map_by_row(detail::times{}, a.rows(), a.columns(), scaled, dy, z); break;
      }
      B::map_add(detail::identity{}, a.size(), da, static_cast<const T*>(scaled));
    }
    if (!b.needs_gradient()) return;
    T* scaled = pass.scratch(a.size());
    B::map(detail::times{}, a.size(), scaled, dy, static_cast<const T*>(a.data()));
    detail::add_reduced(pass, how, a, b, static_cast<const T*>(scaled));
  });
  return y;
}

template <class C>
[[nodiscard]] variable<C> operator+(variable<C> a, variable<C> b) {
  return add(a, b);
}
template <class C>
[[nodiscard]] variable<C> operator-(variable<C> a, variable<C> b) {
  return subtract(a, b);
}
template <class C>
[[nodiscard]] variable<C> operator*(variable<C> a, variable<C> b) {
  return multiply(a, b);
}

}  // namespace paragon::autodiff
