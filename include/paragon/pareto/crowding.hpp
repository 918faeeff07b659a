// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "detail/difference.hpp"
#include "detail/oriented.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

template <class T>
struct ordered_value {
  T value;
  std::size_t place;  ///< breaks ties

  friend bool operator<(const ordered_value& a, const ordered_value& b) noexcept {
    return a.value != b.value ? a.value < b.value : a.place < b.place;
  }
};

/// What one objective adds to the crowding distances: for each point, how far its neighbours are apart, as a part of
/// the range; infinity for the two ends.
/// \param column  sorted
template <class T>
void add_crowding(const std::vector<ordered_value<T>>& column, std::vector<double>& distance) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!(column.front().value < column.back().value)) return;  // a constant: no point is at an end
  const auto finite = [](const ordered_value<T>& v) {
    return v.value >= std::numeric_limits<T>::lowest() && v.value <= std::numeric_limits<T>::max();
  };
  const auto least = std::find_if(column.begin(), column.end(), finite);
  const auto most = std::find_if(column.rbegin(), column.rend(), finite);
  T unit = 1;
  double range = 0;
  if (least != column.end()) {
    unit = unit_of_differences(most->value, least->value);
    range = difference_of(most->value, least->value, unit);
  }
  for (std::size_t i = 1; i + 1 < column.size(); ++i) {
    const double apart = difference_of(column[i + 1].value, column[i - 1].value, unit);
    if (apart > 0) distance[column[i].place] += apart == infinity ? infinity : apart / range;
  }
  distance[column.front().place] = infinity;
  distance[column.back().place] = infinity;
}

}  // namespace detail

/// Crowding distance: how much room each point has among the others. Larger is lonelier.
///
/// For every objective the points are sorted; a point gets the distance between its two neighbours divided by the
/// range, and the two at the ends get infinity. The sum over the objectives is the result, for each point in input
/// order. It is meant for the points of one front; other sets are measured as they are.
///
/// Where the definition leaves room, the result does not depend on the order of the input:
/// - equal points: the first has the distance that it would have alone, each repeat 0;
/// - points that tie in one objective: in lexicographic order of all objectives, the first objective counting most;
/// - an objective in which all points are equal says nothing: it adds 0, and nobody is at its ends;
/// - infinite values: the range is that of the finite values; a point beside an infinite gap gets infinity;
/// - a set with one point, repeats apart, gives that point infinity.
///
/// In double, O(m n log n), O(n) memory, on the calling thread.
///
/// \param set  n points with m objectives, any `point_set`
/// \param way  one direction per objective; empty: all minimised. They matter for ties alone.
/// Policies: `nan_error` (default) or `nan_worst`
/// Throws `paragon::error` for NaN under `nan_error` and for a wrong number of directions.
/// Reference: Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE TEC
/// 6, 2002, section III.B.
///
/// \code
/// std::vector<std::array<double, 2>> front{{0, 0}, {1, -1}, {2, -2}, {4, -4}};
/// paragon::pareto::crowding_distance(front);  // infinity, 1, 1.5, infinity
/// \endcode
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] std::vector<double> crowding_distance(const Set& set, directions way, P...) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) return {};
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, "pareto::crowding_distance");
  const std::size_t n = view.size();
  const std::size_t m = view.objectives();
  for (std::size_t i = 0; i < n; ++i) view.check(i);

  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  const auto before = [&](std::size_t i, std::size_t j) {
    for (std::size_t k = 0; k < m; ++k) {
      const T a = view(i, k);
      const T b = view(j, k);
      if (a != b) return a < b;
    }
    return i < j;
  };
  std::sort(order.begin(), order.end(), before);
  const auto equal = [&](std::size_t i, std::size_t j) {
    for (std::size_t k = m; k-- > 0;) {
      if (view(i, k) != view(j, k)) return false;
    }
    return true;
  };
  order.erase(std::unique(order.begin(), order.end(), equal), order.end());

  std::vector<double> among_distinct(order.size());
  std::vector<detail::ordered_value<T>> column(order.size());
  for (std::size_t k = 0; k < m; ++k) {
    for (std::size_t place = 0; place < order.size(); ++place) column[place] = {view(order[place], k), place};
    if (k > 0) std::sort(column.begin(), column.end());
    detail::add_crowding(column, among_distinct);
  }
  if (order.size() == 1) among_distinct[0] = std::numeric_limits<double>::infinity();
  std::vector<double> result(n, 0.0);
  for (std::size_t place = 0; place < order.size(); ++place) result[order[place]] = among_distinct[place];
  return result;
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] std::vector<double> crowding_distance(const Set& set, P... policies) {
  return crowding_distance(set, directions{}, policies...);
}

}  // namespace paragon::pareto
