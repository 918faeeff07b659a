// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include "detail/exclusive_sweep.hpp"
#include "detail/volume_cells.hpp"
#include "filter.hpp"
#include "hypervolume.hpp"

namespace paragon::pareto {

/// Contributions within the first front: dominated points go first and get 0, so they lower nobody's contribution.
struct among_front {
  friend bool operator==(among_front, among_front) = default;
};

/// At most one NaN policy, one execution policy and `among_front`.
template <class... P>
concept contribution_policies =
    ((std::same_as<P, among_front> || nan_policy<P> || execution_policy<P>)&&...) &&
    ((std::same_as<P, among_front> ? 1 : 0) + ... + 0) <= 1 && ((nan_policy<P> ? 1 : 0) + ... + 0) <= 1 &&
    ((execution_policy<P> ? 1 : 0) + ... + 0) <= 1;

namespace detail {

/// What each box alone contains, in four objectives and more: its volume less the union of the others cut down to it.
template <class V, std::size_t W, class Runner>
std::vector<V> exclusive_volumes(const std::vector<box<V, W>>& boxes, std::size_t m, Runner&& runner) {
  constexpr std::size_t block = 32;
  std::vector<V> result(boxes.size());
  runner.for_blocks(boxes.size(), block, [&](std::size_t begin, std::size_t end) {
    cell_volume<V, W> cells(m);
    for (std::size_t i = begin; i < end; ++i) {
      bool inside = false;
      for (std::size_t j = 0; j < boxes.size() && !inside; ++j) inside = j != i && contains(boxes[j], boxes[i]);
      if (inside) continue;
      cells.push_others(boxes, i);
      result[i] = product(boxes[i]) - cells.run();
      if constexpr (std::is_floating_point_v<V>) result[i] = std::max(result[i], V(0));
    }
  });
  return result;
}

/// Boxes of infinite length, unless another contains them, alone contain an infinite volume: those are returned. All are
/// then cut to where the finite ones end, which changes nothing for the others. O(n) for each infinite box.
template <class V, std::size_t W>
std::vector<std::size_t> cut_infinite(std::vector<box<V, W>>& boxes) {
  constexpr V inf = std::numeric_limits<V>::infinity();
  box<V, W> longest;
  longest.x.fill(1);
  std::vector<std::size_t> infinite;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    bool endless = false;
    for (std::size_t k = 0; k < W; ++k) {
      endless = endless || boxes[i][k] == inf;
      if (boxes[i][k] < inf) longest[k] = std::max(longest[k], boxes[i][k]);
    }
    if (!endless) continue;
    bool inside = false;
    for (std::size_t j = 0; j < boxes.size() && !inside; ++j) inside = j != i && contains(boxes[j], boxes[i]);
    if (!inside) infinite.push_back(i);
  }
  for (auto& b : boxes) {
    for (std::size_t k = 0; k < W; ++k) b[k] = std::min(b[k], longest[k]);
  }
  return infinite;
}

template <std::size_t W, class View, class T, class Runner>
std::vector<volume_of<T>> exclusive(const View& view, const std::vector<T>& reference, bool front_alone,
                                    Runner&& runner) {
  using V = working_volume<T>;
  const std::size_t m = view.objectives();
  auto list = boxes_of<W>(view, reference, true);
  std::vector<volume_of<T>> result(view.size());
  if (list.boxes.empty()) return result;
  if (front_alone) {
    const std::vector<direction> up(m, direction::maximise);
    const points<V> corners(list.boxes.front().begin(), list.boxes.size(), m, W);
    std::size_t count = 0;
    for (const std::size_t i : filter(corners, directions(up), keep_all{})) {
      list.boxes[count] = list.boxes[i];
      list.rows[count++] = list.rows[i];
    }
    list.boxes.resize(count);
    list.rows.resize(count);
  }
  std::vector<std::size_t> infinite;
  if (list.unbounded) infinite = cut_infinite(list.boxes);
  std::vector<V> values;
  const auto all = [&](const auto& boxes) {
    if constexpr (W < 4) {
      return union_of_boxes(boxes);
    } else {
      return union_of_boxes(boxes, m, runner);
    }
  };
  // The volume of all bounds every contribution: if it fits, they do.
  if constexpr (std::is_integral_v<T>) (void)exactly<T>(list.boxes, view.place(), all);
  if constexpr (W < 4) {
    values = exclusive_volumes(list.boxes);
  } else {
    values = exclusive_volumes(list.boxes, m, runner);
  }
  for (std::size_t b = 0; b < values.size(); ++b) result[list.rows[b]] = static_cast<volume_of<T>>(values[b]);
  for (const std::size_t b : infinite) result[list.rows[b]] = std::numeric_limits<volume_of<T>>::infinity();
  return result;
}

}  // namespace detail

/// The exclusive hypervolume contribution of every point: how much the hypervolume of the set falls without it.
///
/// HV(S) - HV(S without p), computed as the volume that p alone dominates. A point that another dominates or equals gets
/// 0, as do points that are not better than the reference. By this definition a dominated point lowers the contribution
/// of the one point that dominates it; `among_front` removes dominated points first.
///
/// Integers are exact; where the hypervolume of the set does not fit into 64 bits, throws. A point at minus infinity
/// that no other dominates contributes infinity.
///
/// Cost: up to three objectives O(n log n); beyond, one hypervolume for each point, of the others cut down to its box,
/// most of which then lie inside one another. Those are differences: their error is relative to the box of the point.
///
/// \param set        n points with m <= 32 objectives, any `point_set`
/// \param reference  m numbers in the caller's directions; those of ignored objectives are not read
/// \param way        one direction per objective; empty: all minimised
/// Policies: `among_front`; `nan_error` (default) or `nan_worst`: a point with a NaN then contributes nothing; `threaded`
///
/// \code
/// std::vector<std::array<double, 2>> designs{{5, 1}, {1, 5}, {4, 2}, {4, 4}, {5, 1}};
/// paragon::pareto::contributions(designs, {6, 6});                                  // {0, 3, 2, 0, 0}
/// paragon::pareto::contributions(designs, {6, 6}, paragon::pareto::among_front{});  // {0, 3, 3, 0, 0}
/// \endcode
template <point_set Set, class... P>
  requires contribution_policies<P...>
[[nodiscard]] std::vector<volume_of<value_of<Set>>> contributions(const Set& set, list_view<value_of<Set>> reference,
                                                                  directions way, P... policies) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) return {};
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, "pareto::contributions");
  const auto turned = detail::oriented_reference(view, reference, where.objectives());
  return detail::with_lanes<objectives_of<Set>>(view.objectives(), view.place(), [&]<std::size_t W>() {
    return detail::exclusive<W>(view, turned, detail::chosen<among_front, P...>, detail::runner_of(policies...));
  });
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires contribution_policies<P...>
[[nodiscard]] auto contributions(const Set& set, list_view<value_of<Set>> reference, P... policies) {
  return contributions(set, reference, directions{}, policies...);
}

}  // namespace paragon::pareto
