// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "detail/exclusive_cells.hpp"
#include "detail/exclusive_sweep.hpp"
#include "detail/volume_cells.hpp"
#include "filter.hpp"
#include "hypervolume.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

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

/// The boxes that are in no other, in order; equal ones all.
template <class V, std::size_t W>
std::vector<std::size_t> outer_boxes(const std::vector<box<V, W>>& boxes, std::size_t m) {
  const std::vector<direction> up(m, direction::maximise);
  return filter(points<V>(boxes.front().begin(), boxes.size(), m, W), directions(up), keep_all{});
}

/// Sets the volumes of boxes inside another to 0, which rounding may have missed. As `outer_boxes`, and O(n log n).
template <class V, std::size_t W>
void clear_inner(const std::vector<box<V, W>>& boxes, std::size_t m, std::vector<V>& volumes) {
  auto outer = outer_boxes(boxes, m);
  std::sort(outer.begin(), outer.end(), [&](std::size_t a, std::size_t b) { return boxes[a].x < boxes[b].x; });
  std::vector<V> cleared(volumes.size());
  for (std::size_t i = 0; i < outer.size(); ++i) {
    const bool repeats = (i > 0 && boxes[outer[i]] == boxes[outer[i - 1]]) ||
                         (i + 1 < outer.size() && boxes[outer[i]] == boxes[outer[i + 1]]);
    if (!repeats) cleared[outer[i]] = volumes[outer[i]];
  }
  volumes = std::move(cleared);
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
    std::size_t count = 0;
    for (const std::size_t i : outer_boxes(list.boxes, m)) {
      list.boxes[count] = list.boxes[i];
      list.rows[count++] = list.rows[i];
    }
    list.boxes.resize(count);
    list.rows.resize(count);
  }
  std::vector<std::size_t> infinite;
  if (list.unbounded) infinite = cut_infinite(list.boxes);
  if constexpr (std::is_integral_v<T>) {  // the volume of all bounds every contribution: if it fits, they do
    (void)exactly<T>(list.boxes, view.place(), [&](const auto& boxes) { return volume_of_union(boxes, m, runner); });
  }
  std::vector<V> values;
  if constexpr (W < 4) {
    values = exclusive_volumes(list.boxes);
  } else {
    values = exclusive_volumes(list.boxes, m, runner);
    if constexpr (std::is_floating_point_v<V>) clear_inner(list.boxes, m, values);
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
/// Cost: up to three objectives O(n log n); beyond, some tens of times the hypervolume of the set. There, contributions
/// are sums of differences: their error is relative to the hypervolume, not to themselves.
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
