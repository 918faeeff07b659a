// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <xtensor/xexpression.hpp>
#include <xtensor/xtensor.hpp>

#include "../core/error.hpp"
#include "views.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// xtensor types: containers, adaptors, views and lazy expressions.
template <class M>
concept xtensor_expression = xt::is_xexpression<M>::value;

namespace detail {

/// Whether the elements lie in memory at strides.
template <class M>
concept strided_xtensor = requires(M& m) {
  m.data();
  m.data_offset();
  m.strides();
};

template <class M>
void require_axes(const M& m, std::size_t axes) {
  if (m.dimension() != axes) {
    throw error("gradient", "an xtensor expression of " + std::to_string(m.dimension()) + " axes",
                std::to_string(axes));
  }
}

}  // namespace detail

/// Containers, adaptors and strided views are viewed where they lie; lazy expressions are evaluated once.
template <xtensor_expression M>
struct matrix_access<M> {
  template <class F>
  static decltype(auto) with(const M& m, F&& f) {
    detail::require_axes(m, 2);
    if constexpr (detail::strided_xtensor<const M>) {
      const auto rows = static_cast<std::size_t>(m.shape()[0]);
      const auto columns = static_cast<std::size_t>(m.shape()[1]);
      return f(matrix_view<const typename M::value_type>(m.data() + m.data_offset(), rows, columns,
                                                         static_cast<std::ptrdiff_t>(m.strides()[0]),
                                                         static_cast<std::ptrdiff_t>(m.strides()[1])));
    } else {
      const xt::xtensor<typename M::value_type, 2> evaluated = m;
      return matrix_access<xt::xtensor<typename M::value_type, 2>>::with(evaluated, f);
    }
  }
};

/// Expressions of one axis. Only what lies in memory can be written to.
template <xtensor_expression V>
struct vector_access<V> {
  template <class U, class F>
    requires detail::strided_xtensor<U>
  static decltype(auto) with(U& v, F&& f) {
    detail::require_axes(v, 1);
    return f(vector_view(v.data() + v.data_offset(), static_cast<std::size_t>(v.shape()[0]),
                         static_cast<std::ptrdiff_t>(v.strides()[0])));
  }

  template <class F>
    requires(!detail::strided_xtensor<const V>)
  static decltype(auto) with(const V& v, F&& f) {
    detail::require_axes(v, 1);
    const xt::xtensor<typename V::value_type, 1> evaluated = v;
    return vector_access<xt::xtensor<typename V::value_type, 1>>::with(evaluated, f);
  }
};

}  // namespace paragon::gradient
