// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "detail/nearest.hpp"
#include "detail/two_fronts.hpp"
#include "filter.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// Which of the others are weakly dominated by a point of the front. Compared in T, all with all.
template <class View>
std::size_t count_covered_exactly(const View& front, const std::vector<std::size_t>& members, const View& others) {
  std::size_t count = 0;
  for (std::size_t j = 0; j < others.size(); ++j) {
    count += std::any_of(members.begin(), members.end(), [&](std::size_t i) {
      for (std::size_t k = 0; k < front.objectives(); ++k) {
        if (front(i, k) > others(j, k)) return false;
      }
      return true;
    });
  }
  return count;
}

/// The same for numbers that are exact in double: a box whose best corner does not cover a point is skipped.
template <std::size_t Fixed, class View, class Runner>
std::size_t count_covered(const View& front, const std::vector<std::size_t>& members, const View& others,
                          Runner&& runner) {
  constexpr std::size_t block = 256;
  const std::size_t m = front.objectives();
  std::vector<double> values(members.size() * m);
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (std::size_t k = 0; k < m; ++k) values[i * m + k] = static_cast<double>(front(members[i], k));
  }
  const double_rows a(std::move(values), m);
  const double_rows b(others);
  const nearest_search<worst_difference> search(a, b.size() >= 16, a.finite() && b.finite());
  std::vector<std::size_t> counts((b.size() + block - 1) / block);
  with_objectives<Fixed, 3>(m, [&]<std::size_t M>() {
    runner.for_blocks(b.size(), block, [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) {
        constexpr double positive = std::numeric_limits<double>::denorm_min();
        counts[begin / block] +=
            search.template find<M>(b[j], 0, nearest_search<worst_difference>::nobody, positive) <= 0;
      }
    });
  });
  std::size_t count = 0;
  for (const std::size_t c : counts) count += c;
  return count;
}

}  // namespace detail

/// Coverage, the C metric: the part of the second front that the first weakly dominates, in [0, 1].
///
/// coverage(a, b) = 1: every point of b is dominated by or equal to one of a. It is not symmetric: look at both ways.
/// Equal points of b count one by one. Comparisons are exact for every number type.
///
/// Cost: a `filter` of the first front, and O(f r m) at worst for its f survivors, with searching in boxes.
/// O((f + r) m) memory. The result does not depend on threads.
///
/// \param found      n points that may dominate, any `point_set`
/// \param reference  r points that may be dominated, of the same number type
/// \param way        one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`; `threaded`
/// Throws `paragon::error` where a front is empty, where the numbers of objectives differ, for NaN.
/// Reference: Zitzler, Thiele, "Multiobjective evolutionary algorithms: a comparative case study and the strength
/// Pareto approach", IEEE TEC 3, 1999.
///
/// \code
/// std::vector<std::array<double, 2>> a{{1, 2}, {2, 1}}, b{{1, 3}, {0, 4}};
/// paragon::pareto::coverage(a, b);  // 0.5
/// \endcode
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double coverage(const Found& found, const Reference& reference, directions way, P... policies) {
  constexpr bool exact_in_double = std::numeric_limits<value_of<Found>>::digits <= std::numeric_limits<double>::digits;
  const auto measure = [&](const auto& front, const auto& target) {
    for (std::size_t i = 0; i < front.size(); ++i) front.check(i);
    const std::vector<std::size_t> members = filter(found, way, policies...);
    for (std::size_t j = 0; j < target.size(); ++j) target.check(j);
    std::size_t count = 0;
    if constexpr (exact_in_double) {
      count = detail::count_covered<detail::objectives_of_either<Found, Reference>>(front, members, target,
                                                                                    detail::runner_of(policies...));
    } else {
      count = detail::count_covered_exactly(front, members, target);
    }
    return static_cast<double>(count) / static_cast<double>(target.size());
  };
  return detail::with_two_fronts<P...>("pareto::coverage", found, reference, way, measure);
}

/// The same with all objectives minimised.
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double coverage(const Found& found, const Reference& reference, P... policies) {
  return coverage(found, reference, directions{}, policies...);
}

}  // namespace paragon::pareto
