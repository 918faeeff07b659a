// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "crowding.hpp"
#include "rank.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// The k best points: whole fronts while they fit, then the loneliest points of the front that does not; their indices
/// in input order.
///
/// This is the survival rule of NSGA-II. Lonely is what `crowding_distance` calls so, measured once among all points of
/// that front and not again after each choice; of equally lonely points the first in input order is taken. `stretch`
/// has other rules. All points are returned where there are no more than k.
///
/// The ranking stops at the front that is cut, so the cost is that of `rank` with `first_points{k}`, and O(m f log f)
/// for the f points of that front. O(n) memory. Deterministic.
///
/// \param set  n points with m objectives, any `point_set`
/// \param k    how many points are wanted
/// \param way  one direction per objective; empty: all minimised
/// Policies: any of `keep_all` (default: equal points are in the same front) or `keep_first` (a repeat is in the next),
/// `nan_error` (default) or `nan_worst`, `threaded`
/// Throws `paragon::error` as `rank` does.
/// Reference: Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE TEC
/// 6, 2002.
///
/// \code
/// std::vector<std::array<double, 2>> designs{{0, 4}, {1, 3}, {2, 2}, {4, 0}, {5, 5}};
/// paragon::pareto::top(designs, 3);  // {0, 2, 3}: the ends and the point between the widest gap
/// \endcode
template <point_set Set, class... P>
  requires filter_policies<P...>
[[nodiscard]] std::vector<std::size_t> top(const Set& set, std::size_t k, directions way, P... policies) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  const std::vector<std::size_t> ranks = rank(where, way, policies..., first_points{k});
  std::vector<std::size_t> chosen;
  std::size_t last = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] == unranked) continue;
    chosen.push_back(i);
    last = std::max(last, ranks[i]);
  }
  if (chosen.size() <= k) return chosen;

  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, "pareto::top");
  std::vector<std::size_t> front;
  std::vector<T> rows;
  for (const std::size_t i : chosen) {
    if (ranks[i] != last) continue;
    front.push_back(i);
    for (std::size_t column = 0; column < view.objectives(); ++column) rows.push_back(view(i, column));
  }
  const std::vector<double> distance = crowding_distance(points<T>(rows, view.objectives()));
  std::vector<std::size_t> lonely(front.size());
  for (std::size_t f = 0; f < front.size(); ++f) lonely[f] = f;
  std::sort(lonely.begin(), lonely.end(), [&](std::size_t a, std::size_t b) {
    return distance[a] != distance[b] ? distance[a] > distance[b] : a < b;
  });
  std::vector<bool> dropped(ranks.size());
  for (std::size_t f = front.size() - (chosen.size() - k); f < front.size(); ++f) dropped[front[lonely[f]]] = true;
  std::erase_if(chosen, [&](std::size_t i) { return dropped[i]; });
  return chosen;
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires filter_policies<P...>
[[nodiscard]] std::vector<std::size_t> top(const Set& set, std::size_t k, P... policies) {
  return top(set, k, directions{}, policies...);
}

}  // namespace paragon::pareto
