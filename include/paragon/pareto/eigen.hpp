// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <cstddef>

#include "points.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// Rows of an Eigen matrix or array are points, columns are objectives.
///
/// Matrices, maps, blocks, transposes and references, row- or column-major, are viewed where they lie. An expression
/// that has no memory (`a + b`) is evaluated once.
///
/// \code
/// Eigen::MatrixXd objectives = ...;                                      // one design per row
/// auto front = paragon::pareto::filter(objectives);
/// auto part = paragon::pareto::filter(objectives.leftCols(2));           // no copy either
/// \endcode
template <class Derived>
  requires std::derived_from<Derived, Eigen::DenseBase<Derived>> && objective_value<typename Derived::Scalar>
struct point_access<Derived> {
  using value_type = typename Derived::Scalar;
  static constexpr std::size_t objectives =
      Derived::ColsAtCompileTime == Eigen::Dynamic ? 0 : static_cast<std::size_t>(Derived::ColsAtCompileTime);

  static auto get(const Derived& source) {
    if constexpr ((Derived::Flags & Eigen::DirectAccessBit) != 0) {
      return view(source);
    } else {
      return evaluated{source};
    }
  }

private:
  template <class Dense>
  static points<value_type> view(const Dense& source) {
    return {source.data(), static_cast<std::size_t>(source.rows()), static_cast<std::size_t>(source.cols()),
            source.rowStride(), source.colStride()};
  }

  struct evaluated {
    typename Derived::PlainObject values;

    operator points<value_type>() const { return view(values); }
  };
};

}  // namespace paragon::pareto
