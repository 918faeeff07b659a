// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "detail/nearest.hpp"
#include "detail/oriented.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// Spacing: how unevenly the points of a front lie. The standard deviation of the distances to the nearest other point,
/// in the sum of absolute differences.
///
/// 0 for points at equal distances and for a single one; an equal point is at distance 0. Objectives should have
/// comparable scales (`normalise`). It says nothing about how good a front is. Smaller is better. In double; O(n^2 m)
/// at worst, with searching in boxes, O(n m) memory. The result does not depend on threads.
///
/// \param set  n points with m objectives, any `point_set`
/// \param way  one direction per objective; empty: all minimised. It matters for `ignore` and NaN alone.
/// Policies: `nan_error` (default) or `nan_worst`; `threaded`
/// Throws `paragon::error` for an empty front, for NaN. Points at an infinite distance make it infinite.
/// Reference: Schott, "Fault tolerant design using single and multicriteria genetic algorithm optimization", 1995.
///
/// \code
/// std::vector<std::array<double, 2>> front{{0, 4}, {1, 3}, {3, 1}, {4, 0}};
/// paragon::pareto::spacing(front);  // 0: every point has its neighbour at distance 2
/// \endcode
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] double spacing(const Set& set, directions way, P... policies) {
  constexpr const char* place = "pareto::spacing";
  constexpr double infinity = std::numeric_limits<double>::infinity();
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) throw error(place, "no points", "at least one");
  detail::double_rows rows(detail::oriented<T, detail::chosen<nan_worst, P...>>(where, way, place));
  const std::size_t n = rows.size();
  if (n == 1) return 0;
  const int exponent = std::max(0, detail::exponent_of_differences(rows, rows));  // sums of huge differences
  if (exponent > 0) rows = detail::scaled(rows, -exponent);

  const detail::nearest_search<detail::manhattan> search(rows, n >= 16, rows.finite());
  std::vector<double> distance(n);
  detail::with_objectives<objectives_of<Set>, 3>(rows.objectives, [&]<std::size_t M>() {
    detail::runner_of(policies...).for_blocks(n, 256, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) distance[i] = search.template find<M>(rows[i], -infinity, i);
    });
  });
  double mean = 0;
  for (const double d : distance) mean += d / static_cast<double>(n);
  if (mean == infinity) return infinity;
  double farthest = 0;
  for (const double d : distance) farthest = std::max(farthest, std::abs(d - mean));
  if (farthest == 0) return 0;
  double sum = 0;
  for (const double d : distance) sum += (d - mean) / farthest * ((d - mean) / farthest);
  return std::ldexp(farthest * std::sqrt(sum / static_cast<double>(n - 1)), exponent);
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] double spacing(const Set& set, P... policies) {
  return spacing(set, directions{}, policies...);
}

}  // namespace paragon::pareto
