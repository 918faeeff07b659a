// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <xtensor/xeval.hpp>
#include <xtensor/xexpression.hpp>
#include <xtensor/xtensor.hpp>

#include "points.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// Rows of a two-dimensional xtensor expression are points, columns are objectives.
///
/// Containers, adapted memory and strided views of any layout are viewed where they lie. An expression that has no
/// memory (`a + b`) is evaluated once. Throws `paragon::error` where the dimension is not 2.
///
/// \code
/// xt::xtensor<double, 2> objectives = ...;                                    // one design per row
/// auto front = paragon::pareto::filter(objectives);
/// auto part = paragon::pareto::filter(xt::view(objectives, xt::all(), xt::range(0, 2)));   // no copy either
/// \endcode
template <class Expression>
  requires xt::is_xexpression<Expression>::value && objective_value<typename Expression::value_type>
struct point_access<Expression> {
  using value_type = typename Expression::value_type;

  static auto get(const Expression& source) {
    if (source.dimension() != 2) {
      throw error("pareto::points", "an xtensor expression of dimension " + std::to_string(source.dimension()),
                  "2: one row for each point");
    }
    if constexpr (xt::has_data_interface<Expression>::value && xt::has_strides<Expression>::value) {
      return view(source);
    } else {
      return evaluated{source};
    }
  }

private:
  template <class Strided>
  static points<value_type> view(const Strided& source) {
    return {source.data() + source.data_offset(), static_cast<std::size_t>(source.shape()[0]),
            static_cast<std::size_t>(source.shape()[1]), static_cast<std::ptrdiff_t>(source.strides()[0]),
            static_cast<std::ptrdiff_t>(source.strides()[1])};
  }

  struct evaluated {
    xt::xtensor<value_type, 2> values;

    operator points<value_type>() const { return view(values); }
  };
};

}  // namespace paragon::pareto
