// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "points.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// What volumes of points in T are counted in: `std::int64_t` for integers (exact, or an error), `double` for `float`
/// and `double`, `long double` for itself.
template <objective_value T>
using volume_of = std::conditional_t<std::is_integral_v<T>, std::int64_t,
                                     std::conditional_t<std::is_same_v<T, long double>, long double, double>>;

/// A hypervolume and the number of points that had no part in it.
template <class V>
struct volume {
  V value = 0;
  std::size_t ignored = 0;  ///< points that are not better than the reference in every objective

  friend bool operator==(const volume&, const volume&) = default;
};

}  // namespace paragon::pareto
