// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "detail/oriented.hpp"
#include "detail/ranking.hpp"
#include "filter.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// The rank of a point that a limit left out.
inline constexpr std::size_t unranked = std::numeric_limits<std::size_t>::max();

/// Limit of `rank`: the points of the first `count` fronts only.
struct first_fronts {
  std::size_t count;
  friend bool operator==(first_fronts, first_fronts) = default;
};

/// Limit of `rank`: whole fronts until `count` points have a rank.
struct first_points {
  std::size_t count;
  friend bool operator==(first_points, first_points) = default;
};

template <class P>
concept rank_limit = std::same_as<P, first_fronts> || std::same_as<P, first_points>;

/// As `filter_policies`, and at most one limit.
template <class... P>
concept rank_policies = ((duplicate_policy<P> || nan_policy<P> || execution_policy<P> || rank_limit<P>)&&...) &&
                        ((duplicate_policy<P> ? 1 : 0) + ... + 0) <= 1 && ((nan_policy<P> ? 1 : 0) + ... + 0) <= 1 &&
                        ((execution_policy<P> ? 1 : 0) + ... + 0) <= 1 && ((rank_limit<P> ? 1 : 0) + ... + 0) <= 1;

namespace detail {

/// Where a ranking may stop: after so many fronts, or so many points.
struct rank_limits {
  std::size_t fronts = unranked;
  std::size_t points = unranked;

  void set(first_fronts limit) noexcept { fronts = limit.count; }
  void set(first_points limit) noexcept { points = limit.count; }
  template <class Other>
  void set(const Other&) noexcept {}
};

/// Throws for a NaN that the policy forbids.
template <class View>
void check_all(const View& view) {
  for (std::size_t i = 0; i < view.size(); ++i) view.check(i);
}

/// All candidates ranked, up to a number of fronts.
template <class View, class Runner>
front_numbers ranks_of(const View& view, const std::vector<std::size_t>& rows, bool all, std::size_t limit,
                       Runner& runner) {
  if (view.objectives() == 1) return ranks_1(ordered_column(view, rows, 0), all, limit);
  if (view.objectives() == 2) {
    return ranks_2(ordered_column(view, rows, 0), ordered_column(view, rows, 1), all, limit);
  }
  const rank_table table(view, rows, runner);
  if (view.objectives() == 3) return ranks_3(table, all, limit);
  return ranks_n(table, all, limit, runner);
}

/// Ranks within the limits: a few fronts one by one, then the rest at once.
template <class View, class Runner>
std::vector<std::size_t> ranked(const View& view, bool all, rank_limits limits, Runner& runner) {
  const std::size_t n = view.size();
  if (n > std::numeric_limits<position>::max()) {
    throw error(view.place(), std::to_string(n) + " points", "at most 4294967295");
  }
  std::vector<std::size_t> ranks(n, unranked);
  std::vector<std::size_t> rows(n);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  check_all(view);
  const std::size_t wanted = std::min(limits.points, n);
  // While fronts are few and small, the filter finds them faster than a ranking of all points. Large sets of three
  // objectives start with one in any case, so that a set that is one front is cheap.
  const std::size_t m = view.objectives();
  const bool limited = wanted < n || limits.fronts < unranked;
  const std::size_t to_peel = limited ? (m < 3 ? 4 : 32) : (m == 3 && n >= 4000 ? 1 : 0);
  std::size_t front = 0;
  while (front < std::min(to_peel, limits.fronts) && n - rows.size() < std::min(wanted, n / 4 + 1)) {
    for (const std::size_t i : first_front(view, rows.data(), rows.size(), all, runner)) ranks[i] = front;
    ++front;
    std::erase_if(rows, [&](std::size_t i) { return ranks[i] != unranked; });
  }
  // The number of fronts that hold the wanted points is not known beforehand. Where a search that passes a limit ends
  // early, it is doubled until it is enough; up to three objectives a limit saves nothing.
  std::size_t limit = m > 3 && wanted < n ? 16 : unranked;
  while (front < limits.fronts && n - rows.size() < wanted) {
    limit = std::min(limit, limits.fronts - front);
    const front_numbers found = ranks_of(view, rows, all, limit, runner);
    std::vector<std::size_t> sizes;
    for (const position f : found) {
      if (f == beyond_limit) continue;
      if (f >= sizes.size()) sizes.resize(f + std::size_t{1});
      ++sizes[f];
    }
    std::size_t covered = n - rows.size();
    std::size_t last = 0;
    while (last < sizes.size() && covered < wanted) covered += sizes[last++];
    if (covered < wanted && last == limit && limit < limits.fronts - front) {
      limit *= 2;
      continue;
    }
    for (std::size_t c = 0; c < rows.size(); ++c) {
      if (found[c] < last) ranks[rows[c]] = front + found[c];
    }
    break;
  }
  return ranks;
}

}  // namespace detail

/// Non-dominated sorting: the number of the front that each point belongs to, counted from 0.
///
/// Front 0 is what no point dominates, front f what nothing but points of earlier fronts dominates: the rank of a point
/// is the length of the longest chain of points before it, each dominated by the next. Equal points share a rank, as
/// neither dominates the other. Under `keep_first` a repeat goes to the next front, as it does when `filter` is
/// repeated on what it left over. Exact for integers; infinities are legal; the result depends on neither threads nor
/// order.
///
/// How it works. One objective: sorting. Two: a sweep with a binary search over the fronts, O(n log k) for k fronts.
/// Three: divide and conquer over such sweeps, O(n log^2 n). Four and more: points are inserted in an order in which
/// dominators come first, and each asks a tree of boxes for the last front among the points that cover it; O(m n log n)
/// for ranks and tree and n searches, each some dozens of blocks of 16 points on uniform data and O(m n) at worst.
/// O(m n) memory, never more: no lists of who dominates whom. Under `threaded`, preparations and peeling use the pool.
///
/// With `first_fronts{k}` or `first_points{count}` points in later fronts get `unranked`. Few fronts are peeled off
/// with `filter`; beyond that a search ends as soon as it is known to lead past the limit. `first_points` completes the
/// front that reaches the count, so more points may be ranked.
///
/// \param set  n points with m objectives, any `point_set`; n < 2^32
/// \param way  one direction per objective; empty: all minimised
/// Policies: any of `keep_all` (default) or `keep_first`, `nan_error` (default) or `nan_worst`, `threaded`, and one of
/// `first_fronts` or `first_points`
/// Throws `paragon::error` for NaN under `nan_error`, for a wrong number of directions, for no objective to compare,
/// for too many points.
/// References: Jensen, "Reducing the run-time complexity of multiobjective EAs", IEEE TEC 7, 2003 (two and three
/// objectives); Gustavsson, Syberfeldt, "A new algorithm using the non-dominated tree to improve non-dominated
/// sorting", Evolutionary Computation 26, 2018 (searching a tree of the points before).
///
/// \code
/// std::vector<std::array<double, 2>> designs{{1, 1}, {0, 1}, {1, 0}, {2, 2}};
/// paragon::pareto::rank(designs);                                    // {1, 0, 0, 2}
/// paragon::pareto::rank(designs, paragon::pareto::first_fronts{2});  // {1, 0, 0, unranked}
/// \endcode
template <point_set Set, class... P>
  requires rank_policies<P...>
[[nodiscard]] std::vector<std::size_t> rank(const Set& set, directions way, P... policies) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(source, way, "pareto::rank");
  detail::rank_limits limits;
  (limits.set(policies), ...);
  auto&& runner = detail::runner_of(policies...);
  return detail::ranked(view, !detail::chosen<keep_first, P...>, limits, runner);
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires rank_policies<P...>
[[nodiscard]] std::vector<std::size_t> rank(const Set& set, P... policies) {
  return rank(set, directions{}, policies...);
}

}  // namespace paragon::pareto
