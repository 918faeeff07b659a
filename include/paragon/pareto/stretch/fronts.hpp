// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <vector>

#include "../candidates.hpp"
#include "../rank.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// How `stretch` divides candidates into fronts.
///
/// Semantics: `fronts(set, enough)` returns the front number of every candidate, 0 for the first. Candidates may be
/// `unranked` where the fronts before them hold at least `enough`.
/// Models: `all_objectives`, `per_metric_union`, `per_metric_intersection`.
template <class F, class T>
concept fronts_policy = objective_value<T> && requires(const F& fronts, const candidates<T>& set, std::size_t enough) {
  { fronts(set, enough) } -> std::same_as<std::vector<std::size_t>>;
};

/// The fronts of all objectives at once. The default.
struct all_objectives {
  template <objective_value T, execution_policy... P>
  [[nodiscard]] std::vector<std::size_t> operator()(const candidates<T>& set, std::size_t enough, P... where) const {
    return rank(set.values(), first_points{std::max<std::size_t>(enough, 1)}, where...);
  }
  friend bool operator==(all_objectives, all_objectives) = default;
};

namespace detail {

/// For every candidate, `merge` of its ranks in the two-objective fronts of `quality` against each other objective.
template <class T, class Merge, class... P>
std::vector<std::size_t> ranks_by_metric(const candidates<T>& set, std::size_t column, Merge merge, P... policies) {
  const std::size_t quality = set.objective(column);
  const std::size_t m = set.objectives();
  if (m < 2) throw error(set.place(), "no metric beside column " + std::to_string(column), "at least 2 objectives");
  std::vector<std::size_t> merged;
  for (std::size_t k = 0; k < m; ++k) {
    if (k == quality) continue;
    const points<T> pair(set.values().data() + quality, set.size(), 2, static_cast<std::ptrdiff_t>(m),
                         static_cast<std::ptrdiff_t>(k) - static_cast<std::ptrdiff_t>(quality));
    const std::vector<std::size_t> ranks = rank(pair, policies...);
    if (merged.empty()) {
      merged = ranks;
    } else {
      std::transform(merged.begin(), merged.end(), ranks.begin(), merged.begin(), merge);
    }
  }
  return merged;
}

}  // namespace detail

/// One two-objective front for each metric, `quality` against it; a point's front is the best that it has with any
/// metric, so the first front is the union of the first fronts.
///
/// This is POMONAG's filter (accuracy against parameters, against MACs, against latency), merged. Points that are equal
/// in both columns of a pair share a front. The union may hold a point that another dominates in all objectives: one
/// that ties with it in a pair. O(m n log n).
struct per_metric_union {
  std::size_t quality = 0;  ///< a column of the set

  template <objective_value T, execution_policy... P>
  [[nodiscard]] std::vector<std::size_t> operator()(const candidates<T>& set, std::size_t enough, P... where) const {
    // The fronts of one metric that hold enough bound those of the union, so all that count are ranked.
    const auto better = [](std::size_t a, std::size_t b) { return std::min(a, b); };
    return detail::ranks_by_metric(set, quality, better, first_points{std::max<std::size_t>(enough, 1)}, where...);
  }
  friend bool operator==(per_metric_union, per_metric_union) = default;
};

/// The same fronts; a point's front is the worst that it has with any metric, so the first front is the intersection of
/// the first fronts. It may be empty. O(m n log n).
struct per_metric_intersection {
  std::size_t quality = 0;  ///< a column of the set

  template <objective_value T, execution_policy... P>
  [[nodiscard]] std::vector<std::size_t> operator()(const candidates<T>& set, std::size_t, P... where) const {
    const auto worse = [](std::size_t a, std::size_t b) { return std::max(a, b); };
    return detail::ranks_by_metric(set, quality, worse, where...);
  }
  friend bool operator==(per_metric_intersection, per_metric_intersection) = default;
};

}  // namespace paragon::pareto
