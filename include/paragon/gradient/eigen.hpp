// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "views.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Eigen types: derived from `Eigen::DenseBase`.
template <class M>
concept eigen_dense = std::derived_from<M, Eigen::DenseBase<M>>;

/// Matrices, maps, references and blocks are viewed where they lie; products and other expressions are evaluated once.
template <eigen_dense M>
struct matrix_access<M> {
  template <class F>
  static decltype(auto) with(const M& m, F&& f) {
    if constexpr ((M::Flags & Eigen::DirectAccessBit) != 0) {
      constexpr bool row_major = (M::Flags & Eigen::RowMajorBit) != 0;
      const auto outer = static_cast<std::ptrdiff_t>(m.outerStride());
      const auto inner = static_cast<std::ptrdiff_t>(m.innerStride());
      return f(matrix_view<const typename M::Scalar>(m.derived().data(), static_cast<std::size_t>(m.rows()),
                                                     static_cast<std::size_t>(m.cols()), row_major ? outer : inner,
                                                     row_major ? inner : outer));
    } else {
      const typename M::PlainObject evaluated = m;
      return matrix_access<typename M::PlainObject>::with(evaluated, f);
    }
  }
};

/// Vectors, of either orientation. Only what lies in memory can be written to.
template <eigen_dense V>
  requires(V::IsVectorAtCompileTime != 0)
struct vector_access<V> {
  template <class U, class F>
    requires((V::Flags & Eigen::DirectAccessBit) != 0)
  static decltype(auto) with(U& v, F&& f) {
    return f(vector_view(v.derived().data(), static_cast<std::size_t>(v.size()),
                         static_cast<std::ptrdiff_t>(v.innerStride())));
  }

  template <class F>
    requires((V::Flags & Eigen::DirectAccessBit) == 0)
  static decltype(auto) with(const V& v, F&& f) {
    const typename V::PlainObject evaluated = v;
    return vector_access<typename V::PlainObject>::with(evaluated, f);
  }
};

}  // namespace paragon::gradient
