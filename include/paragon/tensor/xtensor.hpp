// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <xtensor/xadapt.hpp>
#include <xtensor/xexpression.hpp>
#include <xtensor/xnoalias.hpp>

#include "../core/error.hpp"
#include "shape.hpp"
#include "tensor.hpp"

namespace paragon::inline PARAGON_ISA {

namespace xtensor_detail {

template <std::size_t Rank>
[[nodiscard]] std::array<std::size_t, Rank> extents(const shape& s) {
  if (s.rank() != Rank) {
    throw error("as_xtensor", "a tensor of shape " + to_string(s), std::to_string(Rank) + " axes");
  }
  std::array<std::size_t, Rank> out{};
  for (std::size_t axis = 0; axis < Rank; ++axis) out[axis] = s[axis];
  return out;
}

}  // namespace xtensor_detail

/// The tensor as an xtensor container of `Rank` axes, without a copy. The view must not outlive the tensor.
///
/// Any xtensor expression of the same shape can be assigned to it; `xt::noalias` avoids xtensor's temporary.
/// \throws error where the tensor has another number of axes
///
/// \code
/// auto w = paragon::as_xtensor<2>(weights);
/// xt::noalias(w) = xt::clip(w, -1.0, 1.0);
/// \endcode
template <std::size_t Rank, class T>
[[nodiscard]] auto as_xtensor(tensor<T>& t) {
  return xt::adapt(t.data(), t.size(), xt::no_ownership(), xtensor_detail::extents<Rank>(t.shape()));
}
template <std::size_t Rank, class T>
[[nodiscard]] auto as_xtensor(const tensor<T>& t) {
  return xt::adapt(t.data(), t.size(), xt::no_ownership(), xtensor_detail::extents<Rank>(t.shape()));
}
template <std::size_t Rank, class T>
void as_xtensor(const tensor<T>&&) = delete;

/// A tensor with the values of an xtensor container or expression, evaluated straight into its memory.
/// \throws error for more than four axes
template <class E>
[[nodiscard]] tensor<typename E::value_type> from_xtensor(const xt::xexpression<E>& expression) {
  const E& values = expression.derived_cast();
  std::array<std::size_t, shape::max_rank> extents{};
  const std::size_t rank = values.dimension();
  if (rank > extents.size()) throw error("from_xtensor", std::to_string(rank) + " axes", "at most 4");
  for (std::size_t axis = 0; axis < rank; ++axis) extents[axis] = static_cast<std::size_t>(values.shape(axis));
  tensor<typename E::value_type> out(shape(std::span<const std::size_t>(extents.data(), rank)));
  auto view = xt::adapt(
      out.data(), out.size(), xt::no_ownership(),
      xt::svector<std::size_t, shape::max_rank>(extents.begin(), extents.begin() + static_cast<std::ptrdiff_t>(rank)));
  xt::noalias(view) = values;
  return out;
}

}  // namespace paragon
