// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "rank_set.hpp"
#include "sorted_order.hpp"
#include "volume_boxes.hpp"
#include "wide.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// The positions of the boxes, from the longest in objective k to the shortest. O(n), or O(n log n) for `long double`.
template <class V, std::size_t W>
std::vector<position> longest_first(const std::vector<box<V, W>>& boxes, std::size_t k) {
  if constexpr (sizeof(V) <= sizeof(std::uint64_t)) {
    std::vector<std::uint64_t> keys(boxes.size());
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = ~ordered_bits(boxes[i][k]);
    return sorted_order(keys);
  } else {
    std::vector<position> order(boxes.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<position>(i);
    std::stable_sort(order.begin(), order.end(), [&](position a, position b) { return boxes[a][k] > boxes[b][k]; });
    return order;
  }
}

/// The volumes below are sums in Sum, which is V, or `wide<V>` where a product may leave its range.
template <class Sum, class V>
Sum union_of_boxes(const std::vector<box<V, 1>>& boxes, const box<V, 1>& base) {
  V farthest = base[0];
  for (const auto& b : boxes) farthest = std::max(farthest, b[0]);
  return length<Sum>(base[0], farthest);
}

/// From the widest box to the narrowest, each adds what it is higher than those before. O(n) beyond the sorting.
template <class Sum, class V>
Sum union_of_boxes(const std::vector<box<V, 2>>& boxes, const box<V, 2>& base) {
  Sum area{};
  V height = base[1];
  for (const position i : longest_first(boxes, 0)) {
    if (boxes[i][1] <= height) continue;
    area += length<Sum>(base[0], boxes[i][0]) * length<Sum>(height, boxes[i][1]);
    height = boxes[i][1];
  }
  return area;
}

/// Three boxes' worth of columns: the bases by rank (the widest has rank 0), and the order from the highest to the lowest.
template <class V>
struct sweep_order {
  struct base {
    V width;
    V depth;
  };
  struct top {
    V height;
    position rank;
  };
  std::vector<base> bases;
  std::vector<top> tops;
  std::vector<position> by_width;  ///< the box of each rank

  explicit sweep_order(const std::vector<box<V, 3>>& boxes) : by_width(longest_first(boxes, 0)) {
    const std::size_t n = boxes.size();
    for (std::size_t first = 0; first < n;) {  // of equal widths the deepest first
      std::size_t last = first + 1;
      while (last < n && boxes[by_width[last]][0] == boxes[by_width[first]][0]) ++last;
      const auto begin = by_width.begin() + static_cast<std::ptrdiff_t>(first);
      if (last - first > 1) {
        std::sort(begin, by_width.begin() + static_cast<std::ptrdiff_t>(last), [&](position a, position b) {
          return boxes[a][1] != boxes[b][1] ? boxes[a][1] > boxes[b][1] : a < b;
        });
      }
      first = last;
    }
    bases.resize(n);
    std::vector<position> rank(n);
    for (std::size_t r = 0; r < n; ++r) {
      rank[by_width[r]] = static_cast<position>(r);
      bases[r] = {boxes[by_width[r]][0], boxes[by_width[r]][1]};
    }
    tops.resize(n);
    std::size_t t = 0;
    for (const position i : longest_first(boxes, 2)) tops[t++] = {boxes[i][2], rank[i]};
  }
};

/// From the highest box to the lowest, each adds its height times the area that its base adds to the bases before,
/// which form a staircase. All terms are positive, so no digits cancel. O(n log n).
/// Reference: Fonseca, Paquete, Lopez-Ibanez, "An improved dimension-sweep algorithm for the hypervolume indicator",
/// CEC 2006; Beume et al., "On the complexity of computing the hypervolume indicator", IEEE TEC 13, 2009.
template <class Sum, class V>
Sum union_of_boxes(const std::vector<box<V, 3>>& boxes, const box<V, 3>& base) {
  const sweep_order<V> order(boxes);
  const auto& bases = order.bases;
  rank_set staircase(bases.size());  // by rank: width falls, depth rises
  Sum total{};
  for (const auto& [height, rank] : order.tops) {
    const V depth = bases[rank].depth;
    const std::size_t wider = staircase.previous(rank);
    V covered = wider == staircase.none() ? base[1] : bases[wider].depth;  // depth covered left of `right`
    if (covered >= depth) continue;
    Sum added{};
    V right = bases[rank].width;
    std::size_t narrower = staircase.next(rank);
    while (narrower != staircase.none()) {
      added += length<Sum>(bases[narrower].width, right) * length<Sum>(covered, depth);
      right = bases[narrower].width;
      covered = bases[narrower].depth;
      if (covered > depth) break;
      staircase.erase(narrower);
      narrower = staircase.next(rank);
    }
    if (narrower == staircase.none()) added += length<Sum>(base[0], right) * length<Sum>(covered, depth);
    staircase.insert(rank);
    total += added * length<Sum>(base[2], height);
  }
  return total;
}

}  // namespace paragon::pareto::detail
