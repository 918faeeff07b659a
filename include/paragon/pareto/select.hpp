// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "candidates.hpp"
#include "filter.hpp"
#include "select/constraints.hpp"
#include "select/rules.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// A constraint, a NaN policy or an execution policy.
template <class P, class T>
concept select_argument = selection_constraint<P, T> || nan_policy<P> || execution_policy<P>;

/// Any number of constraints, at most one NaN policy and one execution policy, in any order.
template <class T, class... P>
concept select_arguments = (select_argument<P, T> && ...) && ((nan_policy<P> ? 1 : 0) + ... + 0) <= 1 &&
                           ((execution_policy<P> ? 1 : 0) + ... + 0) <= 1;

namespace detail {

template <class T, class P>
bool satisfies(const points<T>& set, std::size_t i, const P& argument) {
  if constexpr (selection_constraint<P, T>) {
    return argument(set, i);
  } else {
    return true;
  }
}

/// The first front of some rows. The filter reads rows at a fixed distance, so they are gathered first.
template <class View, class... P>
std::vector<std::size_t> front_of_rows(const View& view, const std::vector<std::size_t>& rows, const P&... policies) {
  using T = typename View::value_type;
  std::vector<T> values;
  values.reserve(rows.size() * view.objectives());
  for (const std::size_t i : rows) {
    for (std::size_t k = 0; k < view.objectives(); ++k) values.push_back(view(i, k));
  }
  std::vector<std::size_t> front = filter(points<T>(values, view.objectives()), policies...);
  for (std::size_t& i : front) i = rows[i];
  return front;
}

template <class View>
std::vector<std::size_t> front_by_policies(const View& view, const std::vector<std::size_t>& rows) {
  return front_of_rows(view, rows);
}
template <class View, class First, class... P>
std::vector<std::size_t> front_by_policies(const View& view, const std::vector<std::size_t>& rows, const First& first,
                                           const P&... rest) {
  if constexpr (execution_policy<First>) {
    return front_of_rows(view, rows, first);
  } else {
    return front_by_policies(view, rows, rest...);
  }
}

}  // namespace detail

/// One point by a rule, or none where no point satisfies the constraints.
///
/// Of the points that satisfy all constraints only those that none of them dominates are candidates, so that a
/// dominated point is never selected and changes nothing. Of candidates that the rule finds equally good the first in
/// lexicographic order is taken (the best in the first objective, of these in the second, ...), of equal points the
/// first in input order. So the point does not depend on the order of the input.
///
/// Cost: O(n m), `filter`, and the rule on the front; O(n m) memory.
///
/// \param set   n points with m objectives, any `point_set`
/// \param rule  `most_accurate`, `balanced`, `most_efficient`, `knee`, `nearest_to_ray`, or a `selection_rule`
/// \param way   one direction per objective; empty: all minimised. Rules use objectives that are not ignored
/// \param rest  constraints: `at_most`, `at_least`, or a function of (points, row); `nan_error` (default) or
///              `nan_worst`; `threaded` for the filter. A NaN in a point that the constraints exclude does not matter
/// \return an index in the set, or none where no point satisfies all constraints
/// Throws `paragon::error` for NaN under `nan_error`, a wrong number of directions, and as the rule does.
///
/// \code
/// using enum paragon::direction;
/// // accuracy and latency; the most accurate design of at most 5 ms
/// const auto pick = select(designs, most_accurate{.quality = 0}, {maximise, minimise}, at_most{1, 5.0});
/// \endcode
template <point_set Set, selection_rule<value_of<Set>> Rule, class... P>
  requires select_arguments<value_of<Set>, P...>
[[nodiscard]] std::optional<std::size_t> select(const Set& set, const Rule& rule, directions way, const P&... rest) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) return std::nullopt;
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, "pareto::select");
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < where.size(); ++i) {
    if (!(detail::satisfies(where, i, rest) && ...)) continue;
    view.check(i);
    rows.push_back(i);
  }
  if (rows.empty()) return std::nullopt;
  const candidates<T> front(view, where.objectives(), detail::front_by_policies(view, rows, rest...));
  const std::size_t taken = rule(front);
  if (taken >= front.size()) {
    throw error("pareto::select", "a rule that takes candidate " + std::to_string(taken),
                "less than " + std::to_string(front.size()) + ", the number of candidates");
  }
  return front.row(taken);
}

/// The same with all objectives minimised.
template <point_set Set, selection_rule<value_of<Set>> Rule, class... P>
  requires select_arguments<value_of<Set>, P...>
[[nodiscard]] std::optional<std::size_t> select(const Set& set, const Rule& rule, const P&... rest) {
  return select(set, rule, directions{}, rest...);
}

}  // namespace paragon::pareto
