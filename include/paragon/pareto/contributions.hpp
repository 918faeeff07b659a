// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "detail/exclusive_volumes.hpp"
#include "detail/volume_range.hpp"
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

/// The boxes that are in no other, in order; equal ones all. Objective `left_out`, if there is one, does not count.
template <class V, std::size_t W>
std::vector<std::size_t> outer_boxes(const std::vector<box<V, W>>& boxes, std::size_t m, std::size_t left_out) {
  std::vector<direction> way(m, direction::maximise);
  if (left_out < m) way[left_out] = direction::ignore;
  return filter(points<V>(boxes.front().begin(), boxes.size(), m, W), directions(way), keep_all{});
}

/// The boxes that alone contain an infinite volume: those without an end in some objective that are in no other, and,
/// where the reference is infinite in some objective, those that are in no other as far as the rest is concerned.
/// At most a `filter` for each objective, O(m n log n) beyond.
template <class V, std::size_t W>
std::vector<std::size_t> unbounded_parts(const std::vector<box<V, W>>& boxes, const box<V, W>& base, std::size_t m) {
  constexpr V most = std::numeric_limits<V>::max();
  std::vector<char> unbounded(boxes.size());
  for (std::size_t left_out = 0; left_out <= m; ++left_out) {
    if (left_out < m && base[left_out] >= -most) continue;
    if (m == 1 && left_out == 0) {
      unbounded.front() = boxes.size() == 1 ? 1 : 0;
      continue;
    }
    auto outer = outer_boxes(boxes, m, left_out);
    const auto projected = [&](std::size_t i) {
      auto b = boxes[i];
      if (left_out < m) b[left_out] = 0;
      return b;
    };
    std::sort(outer.begin(), outer.end(), [&](auto a, auto b) { return projected(a).x < projected(b).x; });
    for (std::size_t i = 0; i < outer.size(); ++i) {
      const auto b = projected(outer[i]);
      const bool repeats =
          (i > 0 && b == projected(outer[i - 1])) || (i + 1 < outer.size() && b == projected(outer[i + 1]));
      const bool endless = left_out < m || std::any_of(b.begin(), b.end(), [](V x) { return x > most; });
      if (endless && !repeats) unbounded[outer[i]] = 1;
    }
  }
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (unbounded[i] != 0) result.push_back(i);
  }
  return result;
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
    for (const std::size_t i : outer_boxes(list.boxes, m, m)) {
      list.boxes[count] = list.boxes[i];
      list.rows[count++] = list.rows[i];
    }
    list.boxes.resize(count);
    list.rows.resize(count);
  }
  const auto compute = [&]<class Sum>(const auto& boxes, const auto& base) {
    return exclusive_volumes<Sum>(boxes, base, m, runner);
  };
  if constexpr (std::is_integral_v<T>) {  // the volume of all bounds every contribution: if it fits, they do
    (void)exact_union(list.boxes, m, view.place(), runner);
    const auto values = compute.template operator()<V>(list.boxes, list.base);
    for (std::size_t b = 0; b < values.size(); ++b) result[list.rows[b]] = static_cast<std::int64_t>(values[b]);
  } else {
    std::vector<std::size_t> infinite;
    if (list.unbounded) {
      infinite = unbounded_parts(list.boxes, list.base, m);
      cut_to_finite(list.boxes, list.base);
    }
    const auto values = parts_in_range(list.boxes, list.base, m, compute);
    for (std::size_t b = 0; b < values.size(); ++b) result[list.rows[b]] = values[b];
    for (const std::size_t b : infinite) result[list.rows[b]] = std::numeric_limits<V>::infinity();
  }
  return result;
}

}  // namespace detail

/// The exclusive hypervolume contribution of every point: how much the hypervolume of the set falls without it.
///
/// HV(S) - HV(S without p), computed as the volume that p alone dominates. A point that another dominates or equals gets
/// 0, as do points that are not better than the reference. By this definition a dominated point lowers the contribution
/// of the one point that dominates it; `among_front` removes dominated points first.
///
/// Integers are exact; where the hypervolume of the set does not fit into 64 bits, throws. In floating point every
/// contribution is right to a few rounding errors of its own, however small it is beside the volume of the set and
/// however far the reference lies, over the whole range of the type; contributions are never differences of volumes.
/// A point whose own part has no end contributes infinity: one at minus infinity that no other dominates, and one that
/// is alone in reaching an infinite reference. The others' contributions are finite.
///
/// Cost: up to three objectives O(n log n); beyond, some tens of times the hypervolume of the set. Extreme ranges cost a
/// multiple.
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
