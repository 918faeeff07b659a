// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "detail/nearest.hpp"
#include "detail/two_fronts.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// The mean of the p-th powers of distances, and its p-th root. Relative to the largest, so that no power overflows.
inline double power_mean(const std::vector<double>& distances, double p) {
  if (p == 1) return mean_of(distances);
  const double largest = *std::max_element(distances.begin(), distances.end());
  if (largest == 0 || largest == std::numeric_limits<double>::infinity()) return largest;
  double sum = 0;
  for (const double x : distances) sum += p == 2 ? (x / largest) * (x / largest) : std::pow(x / largest, p);
  return largest * std::pow(sum / static_cast<double>(distances.size()), 1 / p);
}

}  // namespace detail

/// Hausdorff distance between two fronts: the largest Euclidean distance from a point of one to the nearest of the
/// other. A metric, and one stray point decides it.
///
/// In double; O(n r m) at worst, with searching in boxes and ending early as soon as a point cannot change the result.
/// O((n + r) m) memory. The result does not depend on threads.
///
/// \param found, reference  two fronts, any `point_set` of one number type; their order does not matter
/// \param way               one direction per objective; empty: all minimised. It matters for `ignore` and NaN alone.
/// Policies: `nan_error` (default) or `nan_worst`; `threaded`
/// Throws `paragon::error` where a front is empty, where the numbers of objectives differ, for NaN.
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double hausdorff(const Found& found, const Reference& reference, directions way, P... policies) {
  const auto measure = [&](const auto& front, const auto& target) {
    constexpr std::size_t fixed = detail::objectives_of_either<Found, Reference>;
    const detail::double_rows a(front);
    const detail::double_rows r(target);
    auto&& runner = detail::runner_of(policies...);
    return std::max(detail::greatest_nearest_distance<fixed>(a, r, detail::euclidean{}, runner),
                    detail::greatest_nearest_distance<fixed>(r, a, detail::euclidean{}, runner));
  };
  return detail::with_two_fronts<P...>("pareto::hausdorff", found, reference, way, measure);
}

/// The same with all objectives minimised.
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double hausdorff(const Found& found, const Reference& reference, P... policies) {
  return hausdorff(found, reference, directions{}, policies...);
}

/// Averaged Hausdorff distance, Delta_p: the larger of the two mean distances, each a p-th root of the mean of p-th
/// powers.
///
/// With p = 1 it is max(gd, igd); the larger p, the more a stray point counts, up to `hausdorff`. Means instead of
/// sums, so that the sizes of the fronts do not matter. In double, cost as `igd`.
///
/// \param found, reference  two fronts, any `point_set` of one number type; their order does not matter
/// \param p                 at least 1; 1 and 2 are usual
/// \param way               one direction per objective; empty: all minimised. It matters for `ignore` and NaN alone.
/// Policies: `nan_error` (default) or `nan_worst`; `threaded`
/// Throws `paragon::error` where a front is empty, where the numbers of objectives differ, for NaN, for p < 1.
/// Reference: Schütze, Esquivel, Lara, Coello Coello, "Using the averaged Hausdorff distance as a performance measure
/// in evolutionary multiobjective optimization", IEEE TEC 16, 2012.
///
/// \code
/// paragon::pareto::averaged_hausdorff(found, truth, 1);
/// \endcode
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double averaged_hausdorff(const Found& found, const Reference& reference, double p, directions way,
                                        P... policies) {
  constexpr const char* place = "pareto::averaged_hausdorff";
  if (!(p >= 1 && p < std::numeric_limits<double>::infinity())) {
    throw error(place, "p = " + number_text(p), "a finite number of at least 1");
  }
  const auto measure = [&](const auto& front, const auto& target) {
    constexpr std::size_t fixed = detail::objectives_of_either<Found, Reference>;
    const detail::double_rows a(front);
    const detail::double_rows r(target);
    auto&& runner = detail::runner_of(policies...);
    return std::max(detail::power_mean(detail::nearest_distances<fixed>(a, r, detail::euclidean{}, runner), p),
                    detail::power_mean(detail::nearest_distances<fixed>(r, a, detail::euclidean{}, runner), p));
  };
  return detail::with_two_fronts<P...>(place, found, reference, way, measure);
}

/// The same with all objectives minimised.
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double averaged_hausdorff(const Found& found, const Reference& reference, double p, P... policies) {
  return averaged_hausdorff(found, reference, p, directions{}, policies...);
}

}  // namespace paragon::pareto
