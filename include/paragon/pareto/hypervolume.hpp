// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "detail/oriented.hpp"
#include "detail/rank_set.hpp"

namespace paragon::pareto {

/// What volumes of points in T are counted in: `std::int64_t` for integers (exact, or an error), `double` for `float`
/// and `double`, `long double` for itself.
template <objective_value T>
using volume_of = std::conditional_t<std::is_integral_v<T>, std::int64_t,
                                     std::conditional_t<std::is_same_v<T, long double>, long double, double>>;

/// A hypervolume and the number of points that had no part in it.
template <class V>
struct volume {
  V value = 0;
  std::size_t ignored = 0;  ///< points that are not better than the reference in every objective

  friend bool operator==(const volume&, const volume&) = default;
};

namespace detail {

[[noreturn]] inline void refuse_volume() {
  throw error("pareto::hypervolume", "the volume of integer points exceeds 64 bits", "floating-point objectives");
}

template <class V, class T>
V extent(T from, T to) {
  if constexpr (std::is_integral_v<T>) {
    V result = 0;
    if (__builtin_sub_overflow(to, from, &result)) refuse_volume();
    return result;
  } else {
    return static_cast<V>(to) - static_cast<V>(from);
  }
}

/// sum + a * b for non-negative numbers; integers that overflow throw.
template <class V>
V plus_product(V sum, V a, V b) {
  if constexpr (std::is_integral_v<V>) {
    V product = 0;
    if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(sum, product, &sum)) refuse_volume();
    return sum;
  } else {
    return sum + a * b;
  }
}

/// A box between the origin and `side`, a point of positive numbers.
template <class V, std::size_t M>
using box = std::array<V, M>;

template <class V>
V union_of_boxes(std::vector<box<V, 1>>& boxes) {
  V longest = 0;
  for (const auto& b : boxes) longest = std::max(longest, b[0]);
  return longest;
}

/// From the widest box to the narrowest, each adds what it is higher than those before. O(n log n).
template <class V>
V union_of_boxes(std::vector<box<V, 2>>& boxes) {
  std::sort(boxes.begin(), boxes.end(), [](const auto& a, const auto& b) { return a[0] > b[0]; });
  V area = 0;
  V height = 0;
  for (const auto& b : boxes) {
    if (b[1] <= height) continue;
    area = plus_product(area, b[0], b[1] - height);
    height = b[1];
  }
  return area;
}

/// From the highest box to the lowest, each adds its height times the area that its base adds to the bases before,
/// which form a staircase. All terms are positive, so no digits cancel. O(n log n).
/// Reference: Fonseca, Paquete, Lopez-Ibanez, "An improved dimension-sweep algorithm for the hypervolume indicator",
/// CEC 2006; Beume et al., "On the complexity of computing the hypervolume indicator", IEEE TEC 13, 2009.
template <class V>
V union_of_boxes(std::vector<box<V, 3>>& boxes) {
  const std::size_t n = boxes.size();
  std::sort(boxes.begin(), boxes.end(), [](const auto& a, const auto& b) { return a[0] > b[0]; });
  // The widest box has rank 0. `width` and `depth` are by rank; `order` runs from the highest to the lowest.
  struct by_height {
    V height;
    std::size_t rank;
  };
  std::vector<by_height> order(n);
  for (std::size_t r = 0; r < n; ++r) order[r] = {boxes[r][2], r};
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.height != b.height ? a.height > b.height : a.rank < b.rank; });

  rank_set staircase(n);  // by rank: width falls, depth rises
  V total = 0;
  for (const auto& [height, rank] : order) {
    const V depth = boxes[rank][1];
    const std::size_t wider = staircase.previous(rank);
    V covered = wider == staircase.none() ? V(0) : boxes[wider][1];  // depth covered left of `right`
    if (covered >= depth) continue;
    V added = 0;
    V right = boxes[rank][0];
    std::size_t narrower = staircase.next(rank);
    while (narrower != staircase.none()) {
      added = plus_product(added, right - boxes[narrower][0], depth - covered);
      right = boxes[narrower][0];
      covered = boxes[narrower][1];
      if (covered > depth) break;
      staircase.erase(narrower);
      narrower = staircase.next(rank);
    }
    if (narrower == staircase.none()) added = plus_product(added, right, depth - covered);
    staircase.insert(rank);
    total = plus_product(total, added, height);
  }
  return total;
}

template <std::size_t M, class View, class T>
volume<volume_of<T>> measure(const View& view, const std::vector<T>& reference) {
  using V = volume_of<T>;
  std::vector<box<V, M>> boxes;
  volume<V> result;
  bool unbounded = false;
  double largest = 0;
  box<V, M> best{};
  for (std::size_t i = 0; i < view.size(); ++i) {
    view.check(i);
    bool inside = true;
    for (std::size_t k = 0; k < M; ++k) inside = inside && view(i, k) < reference[k];
    if (!inside) {
      ++result.ignored;
      continue;
    }
    box<V, M> side;
    for (std::size_t k = 0; k < M; ++k) {
      side[k] = extent<V>(view(i, k), reference[k]);
      unbounded = unbounded || (std::numeric_limits<V>::has_infinity && side[k] > std::numeric_limits<V>::max());
    }
    boxes.push_back(side);
    double product = 1;
    for (std::size_t k = 0; k < M; ++k) product *= static_cast<double>(side[k]);
    if (product > largest) {
      largest = product;
      best = side;
    }
  }
  // Boxes inside the largest one add nothing; of uniform data these are nearly all.
  std::erase_if(boxes, [&](const auto& b) {
    bool within = b != best;
    for (std::size_t k = 0; k < M; ++k) within = within && b[k] <= best[k];
    return within;
  });
  result.value = unbounded ? std::numeric_limits<V>::infinity() : union_of_boxes(boxes);
  return result;
}

}  // namespace detail

/// The volume that a set of points dominates, up to a reference point.
///
/// Points that are not strictly better than the reference in every objective contribute nothing; they are counted in
/// `ignored`. Dominated and duplicate points change nothing either. The reference is the caller's, so that several
/// fronts can share one. A point at minus infinity (or a reference at plus infinity) makes the volume infinite.
///
/// Integers are exact: the volume is an `std::int64_t`, and one that does not fit throws. Floating-point volumes are
/// sums of positive terms: their relative error is of the order of n rounding errors at worst.
///
/// Cost: one objective O(n), two and three O(n log n), O(n) memory. More than three throw `paragon::error`.
///
/// \param set        n points with m objectives, any `point_set`
/// \param reference  m numbers in the caller's directions; those of ignored objectives are not read
/// \param way        one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`: a point with a NaN is then ignored
///
/// \code
/// std::vector<std::array<double, 2>> front{{5, 5}, {4, 6}, {2, 7}, {7, 4}};
/// paragon::pareto::hypervolume(front, {10, 10}).value;  // 38
/// \endcode
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] volume<volume_of<value_of<Set>>> hypervolume(const Set& set, list_view<value_of<Set>> reference,
                                                           directions way, P...) {
  using T = value_of<Set>;
  constexpr const char* place = "pareto::hypervolume";
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) return {};
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, place);
  if (reference.size() != where.objectives()) {
    throw error(place, "a reference point of " + std::to_string(reference.size()) + " numbers",
                std::to_string(where.objectives()) + ", one for each objective");
  }
  std::vector<T> turned(view.objectives());
  for (std::size_t k = 0; k < turned.size(); ++k) {
    const T r = reference[view.column(k)];
    if (r != r) throw error(place, "NaN in the reference point", "numbers");
    turned[k] = view.turned(r, k);
  }
  switch (view.objectives()) {
    case 1: return detail::measure<1>(view, turned);
    case 2: return detail::measure<2>(view, turned);
    case 3: return detail::measure<3>(view, turned);
    default: throw error(place, std::to_string(view.objectives()) + " objectives", "1, 2 or 3 that are not ignored");
  }
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] auto hypervolume(const Set& set, list_view<value_of<Set>> reference, P... policies) {
  return hypervolume(set, reference, directions{}, policies...);
}

}  // namespace paragon::pareto
