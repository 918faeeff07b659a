// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "candidates.hpp"
#include "stretch/by_contribution.hpp"
#include "stretch/by_crowding.hpp"
#include "stretch/by_rays.hpp"
#include "stretch/fronts.hpp"
#include "stretch/spread.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// A spread policy, a fronts policy, a NaN policy, an execution policy.
template <class P, class T>
concept stretch_policy = spread_policy<P, T> || fronts_policy<P, T> || nan_policy<P> || execution_policy<P>;

/// Policies in any order, each kind at most once.
template <class T, class... P>
concept stretch_policies = (stretch_policy<P, T> && ...) && ((spread_policy<P, T> ? 1 : 0) + ... + 0) <= 1 &&
                           ((fronts_policy<P, T> ? 1 : 0) + ... + 0) <= 1 && ((nan_policy<P> ? 1 : 0) + ... + 0) <= 1 &&
                           ((execution_policy<P> ? 1 : 0) + ... + 0) <= 1;

namespace detail {

/// The spread policy among `policies`, or the default.
template <class T>
by_crowding spread_of() {
  return {};
}
template <class T, class First, class... P>
decltype(auto) spread_of(const First& first, const P&... rest) {
  if constexpr (spread_policy<First, T>) {
    return (first);
  } else {
    return spread_of<T>(rest...);
  }
}

/// The fronts policy among `policies`, or the default.
template <class T>
all_objectives fronts_of() {
  return {};
}
template <class T, class First, class... P>
decltype(auto) fronts_of(const First& first, const P&... rest) {
  if constexpr (fronts_policy<First, T>) {
    return (first);
  } else {
    return fronts_of<T>(rest...);
  }
}

/// The front numbers, computed where the execution policy among `policies` says if the fronts policy can.
template <class F, class T>
std::vector<std::size_t> numbered_fronts(const F& policy, const candidates<T>& set, std::size_t enough) {
  return policy(set, enough);
}
template <class F, class T, class First, class... P>
std::vector<std::size_t> numbered_fronts(const F& policy, const candidates<T>& set, std::size_t enough,
                                         const First& first, const P&... rest) {
  if constexpr (execution_policy<First> && requires { policy(set, enough, first); }) {
    return policy(set, enough, first);
  } else {
    return numbered_fronts(policy, set, enough, rest...);
  }
}

/// The first front and those after it up to `target` candidates, the last cut by the spread policy.
template <class T, class Spread>
std::vector<std::size_t> stretched(const candidates<T>& set, std::size_t target, const Spread& spread,
                                   const std::vector<std::size_t>& ranks) {
  std::vector<std::size_t> order(set.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ranks[a] < ranks[b]; });
  std::vector<std::size_t> chosen;
  for (std::size_t begin = 0; begin < order.size();) {
    const std::size_t front = ranks[order[begin]];
    std::size_t end = begin;
    while (end < order.size() && ranks[order[end]] == front) ++end;
    const std::span<const std::size_t> members(order.data() + begin, end - begin);
    if (front > 0 && chosen.size() >= target) break;
    if (front == unranked) {
      throw error(set.place(), "a fronts policy that ranks " + std::to_string(begin) + " points",
                  "all that are wanted");
    }
    if (front == 0 || chosen.size() + members.size() <= target) {
      chosen.insert(chosen.end(), members.begin(), members.end());
    } else {
      const std::size_t count = target - chosen.size();
      std::sort(chosen.begin(), chosen.end());
      const std::vector<std::size_t> part = spread(set, chosen, members, count);
      if (part.size() != count) {
        throw error(set.place(), "a spread policy that chose " + std::to_string(part.size()) + " points",
                    std::to_string(count));
      }
      chosen.insert(chosen.end(), part.begin(), part.end());
    }
    begin = end;
  }
  return chosen;
}

}  // namespace detail

/// A minimum number of candidates: the first front, and as many of the next fronts as it takes. POMONAG's stretching.
///
/// The whole first front is in the result, however large it is. Where it has fewer than `minimum` points, the next
/// fronts are added in order; the one that does not fit is cut by the spread policy, so that the result has exactly
/// `minimum` points. A minimum of 0 gives the first front alone, under any fronts policy: with `all_objectives` what
/// `filter` gives. A minimum above n gives all n.
///
/// Of equal points the first counts; the others come last, after every distinct point, in order of their front (within
/// it lexicographic).
/// The points chosen do not depend on the order of the input, nor on threads.
///
/// Cost: O(n m + n log n), `rank` up to the front that is cut, and the spread policy's; O(n m) memory.
///
/// \param set      n points with m objectives, any `point_set`
/// \param minimum  how many points are wanted
/// \param way      one direction per objective; empty: all minimised
/// Policies, in any order:
/// - spread: `by_crowding` (default), `by_contribution`, `by_rays`, or a `spread_policy` of your own
/// - fronts: `all_objectives` (default), `per_metric_union`, `per_metric_intersection`, or a `fronts_policy`
/// - `nan_error` (default) or `nan_worst`; `threaded` for the ranking
/// \return indices in input order
/// Throws `paragon::error` for NaN under `nan_error`, a wrong number of directions, and as its policies do.
/// Reference: POMONAG, arXiv 2409.20447, section 3.4, as a rule of selection.
///
/// \code
/// using enum paragon::direction;
/// // accuracy, parameters, latency
/// const auto designs = stretch(cells, 20, {maximise, minimise, minimise}, per_metric_union{.quality = 0});
/// \endcode
template <point_set Set, class... P>
  requires stretch_policies<value_of<Set>, P...>
[[nodiscard]] std::vector<std::size_t> stretch(const Set& set, std::size_t minimum, directions way,
                                               const P&... policies) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  const std::size_t n = where.size();
  if (n == 0) return {};
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, "pareto::stretch");
  std::vector<std::size_t> rows(n);
  for (std::size_t i = 0; i < n; ++i) {
    view.check(i);
    rows[i] = i;
  }
  const candidates<T> distinct(view, where.objectives(), rows);
  const std::size_t target = std::min(minimum, distinct.size());
  const std::vector<std::size_t> ranks =
      detail::numbered_fronts(detail::fronts_of<T>(policies...), distinct, target, policies...);

  if (ranks.size() != distinct.size()) {
    throw error(view.place(), "a fronts policy that ranks " + std::to_string(ranks.size()) + " points",
                std::to_string(distinct.size()));
  }
  std::vector<std::size_t> result = detail::stretched(distinct, target, detail::spread_of<T>(policies...), ranks);
  for (std::size_t& i : result) i = distinct.row(i);
  if (minimum > distinct.size()) {
    struct late_row {
      std::size_t front;
      std::size_t candidate;
      std::size_t row;
      auto operator<=>(const late_row&) const = default;
    };
    std::vector<late_row> repeats;
    for (const auto& [candidate, row] : distinct.repeats()) repeats.push_back({ranks[candidate], candidate, row});
    std::sort(repeats.begin(), repeats.end());
    repeats.resize(std::min(minimum, n) - distinct.size());
    for (const late_row& late : repeats) result.push_back(late.row);
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires stretch_policies<value_of<Set>, P...>
[[nodiscard]] std::vector<std::size_t> stretch(const Set& set, std::size_t minimum, const P&... policies) {
  return stretch(set, minimum, directions{}, policies...);
}

}  // namespace paragon::pareto
