// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include "detail/oriented.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// How the first of two points stands to the second.
enum class relation { equal, dominates, dominated, incomparable };

/// One point: a contiguous range of numbers, such as `std::array`, `std::vector`, a span.
template <class Point>
concept objective_vector = requires(const Point& point) {
  std::span(point);
  requires objective_value<typename decltype(std::span(point))::value_type>;
};

/// Compares two points in every objective. No tolerances; infinities are legal. O(m).
///
/// \param a, b      points of the same number type and length
/// \param way       one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`
/// Throws `paragon::error` for different lengths, for NaN under `nan_error`.
///
/// \code
/// compare(std::array{1, 2}, std::array{1, 3});  // relation::dominates
/// \endcode
template <objective_vector A, objective_vector B, class... P>
  requires measure_policies<P...>
[[nodiscard]] relation compare(const A& a, const B& b, directions way, P...) {
  using T = typename decltype(std::span(a))::value_type;
  static_assert(std::is_same_v<T, typename decltype(std::span(b))::value_type>, "both points need one number type");
  constexpr const char* place = "pareto::compare";
  const std::span<const T> first(a);
  const std::span<const T> second(b);
  if (first.size() != second.size()) {
    throw error(place, std::to_string(first.size()) + " objectives against " + std::to_string(second.size()),
                "as many in both points");
  }
  if (first.empty()) return relation::equal;
  using view = detail::oriented<T, detail::chosen<nan_worst, P...>>;
  const view left(points<T>(first, first.size()), way, place);
  const view right(points<T>(second, second.size()), way, place);
  left.check(0);
  right.check(0);
  bool better = false;
  bool worse = false;
  for (std::size_t k = 0; k < left.objectives(); ++k) {
    better = better || left(0, k) < right(0, k);
    worse = worse || left(0, k) > right(0, k);
  }
  if (better) return worse ? relation::incomparable : relation::dominates;
  return worse ? relation::dominated : relation::equal;
}

/// The same with all objectives minimised.
template <objective_vector A, objective_vector B, class... P>
  requires measure_policies<P...>
[[nodiscard]] relation compare(const A& a, const B& b, P... policies) {
  return compare(a, b, directions{}, policies...);
}

/// Whether a is at least as good as b in every objective and better in one. As `compare`, NaN is an error.
template <objective_vector A, objective_vector B>
[[nodiscard]] bool dominates(const A& a, const B& b, directions way = {}) {
  return compare(a, b, way) == relation::dominates;
}

/// Whether a is at least as good as b in every objective. As `compare`, NaN is an error.
template <objective_vector A, objective_vector B>
[[nodiscard]] bool weakly_dominates(const A& a, const B& b, directions way = {}) {
  const relation r = compare(a, b, way);
  return r == relation::dominates || r == relation::equal;
}

}  // namespace paragon::pareto
