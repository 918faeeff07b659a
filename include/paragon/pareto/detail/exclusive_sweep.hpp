// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "rank_set.hpp"
#include "volume_boxes.hpp"
#include "volume_sweep.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// What each box alone contains: of the longest box, what the second longest leaves. O(n).
template <class V>
std::vector<V> exclusive_volumes(const std::vector<box<V, 1>>& boxes) {
  std::vector<V> result(boxes.size());
  std::size_t longest = 0;
  V second = 0;
  for (std::size_t i = 1; i < boxes.size(); ++i) {
    const bool longer = boxes[i][0] > boxes[longest][0];
    second = std::max(second, longer ? boxes[longest][0] : boxes[i][0]);
    if (longer) longest = i;
  }
  if (!boxes.empty()) result[longest] = boxes[longest][0] - second;
  return result;
}

/// What each box alone contains. From the widest to the narrowest: the box on top so far alone contains what lies above
/// the second highest so far. O(n log n).
template <class V>
std::vector<V> exclusive_volumes(const std::vector<box<V, 2>>& boxes) {
  std::vector<V> result(boxes.size());
  if (boxes.empty()) return result;
  auto order = longest_first(boxes, 0);
  for (std::size_t first = 0; first < order.size();) {  // of equal widths the highest first
    std::size_t last = first + 1;
    while (last < order.size() && boxes[order[last]][0] == boxes[order[first]][0]) ++last;
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(last),
              [&](position a, position b) { return boxes[a][1] != boxes[b][1] ? boxes[a][1] > boxes[b][1] : a < b; });
    first = last;
  }
  position top = order[0];
  V second = 0;
  V right = boxes[top][0];  // where `second` begins
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& b = boxes[order[i]];
    if (b[1] <= second) continue;
    const V height = boxes[top][1];
    result[top] += (right - b[0]) * (height - second);
    right = b[0];
    if (b[1] > height) {
      second = height;
      top = order[i];
    } else {
      second = b[1];
    }
  }
  result[top] += right * (boxes[top][1] - second);
  return result;
}

/// What each box alone contains, in three objectives: a sweep from the highest box to the lowest that keeps two layers of
/// their bases. The first is the staircase of all bases so far. Each of its steps alone covers a rectangle between its
/// neighbours, less the second layer: the bases that lie in that rectangle and in no other base of it. A step's volume
/// grows by its area times the way down whenever the area changes. O(n log n): each base enters and leaves each layer
/// once.
/// Reference: Emmerich, Fonseca, "Computing hypervolume contributions in low dimensions: asymptotically optimal algorithm
/// and complexity results", EMO 2011. There, dominated points are excluded.
template <class V>
class exclusive_sweep {
public:
  explicit exclusive_sweep(const std::vector<box<V, 3>>& boxes)
      : order_(boxes), first_(boxes.size()), second_(boxes.size()), none_(first_.none()), steps_(boxes.size()) {
    for (const auto& [height, rank] : order_.tops) {
      const std::size_t wider = first_.previous(rank);
      if (wider != none_ && depth(wider) >= depth(rank)) {
        cover(wider, rank, height);
      } else {
        enter(wider, rank, height);
      }
    }
    for (std::size_t r = 0; r < boxes.size(); ++r) {
      if (steps_[r].on_top) settle(r, V(0));
    }
  }

  /// By box.
  [[nodiscard]] std::vector<V> volumes() const {
    std::vector<V> result(steps_.size());
    for (std::size_t r = 0; r < steps_.size(); ++r) result[order_.by_width[r]] = steps_[r].volume;
    return result;
  }

private:
  struct step {
    V area = 0;    ///< what the base alone covers
    V since = 0;   ///< the height at which the area last changed
    V volume = 0;  ///< above that height
    bool on_top = false;
  };

  // A rank may be none: the staircase ends with no width and begins with no depth.
  [[nodiscard]] V width(std::size_t r) const noexcept { return r == none_ ? V(0) : order_.bases[r].width; }
  [[nodiscard]] V depth(std::size_t r) const noexcept { return r == none_ ? V(0) : order_.bases[r].depth; }

  void settle(std::size_t r, V height) noexcept {
    step& s = steps_[r];
    s.volume += s.area * (s.since - height);
    s.since = height;
  }

  void take(std::size_t r, V area, V height) noexcept {
    settle(r, height);
    V& left = steps_[r].area;
    if constexpr (std::is_floating_point_v<V>) {
      left = std::max(left - area, V(0));
    } else {
      left -= area;
    }
  }

  /// The depth below which step `owner`, with neighbour `wider`, is not alone just right of the position of `rank`.
  [[nodiscard]] V level_before(std::size_t owner, std::size_t wider, std::size_t rank) const noexcept {
    const std::size_t s = second_.previous(rank);
    return s != none_ && s > owner ? std::max(depth(s), depth(wider)) : depth(wider);
  }

  /// A base inside that of step `owner`: it enters the second layer unless it is inside another base as well.
  void cover(std::size_t owner, std::size_t rank, V height) {
    const std::size_t wider = first_.previous(owner);
    const std::size_t end = first_.next(owner);
    V level = level_before(owner, wider, rank);
    if (level >= depth(rank)) return;
    V covered = 0;
    V right = width(rank);
    std::size_t s = second_.next(rank);
    for (; s < end && depth(s) <= depth(rank); s = second_.next(rank)) {
      covered += (right - width(s)) * (depth(rank) - level);
      right = width(s);
      level = depth(s);
      second_.erase(s);
    }
    covered += (right - width(std::min(s, end))) * (depth(rank) - level);
    take(owner, covered, height);
    if (width(rank) == width(owner) && depth(rank) == depth(owner)) steps_[owner].area = 0;  // without rounding
    second_.insert(rank);
  }

  /// A base that becomes a step.
  void enter(std::size_t wider, std::size_t rank, V height) {
    // The wider neighbour's rectangle now ends at the new step.
    if (wider != none_) {
      const std::size_t end = first_.next(rank);
      V level = level_before(wider, first_.previous(wider), rank);
      V covered = 0;
      V right = width(rank);
      for (std::size_t s = second_.next(rank); s < end; s = second_.next(rank)) {
        covered += (right - width(s)) * (depth(wider) - level);
        right = width(s);
        level = depth(s);
        second_.erase(s);
      }
      covered += (right - width(end)) * (depth(wider) - level);
      take(wider, covered, height);
    }
    // Steps inside the new one become its second layer; their own second layers end.
    V area = 0;
    V level = depth(wider);
    V right = width(rank);
    std::size_t inner = first_.next(rank);
    for (; inner != none_ && depth(inner) <= depth(rank); inner = first_.next(rank)) {
      area += (right - width(inner)) * (depth(rank) - level);
      right = width(inner);
      level = depth(inner);
      settle(inner, height);
      steps_[inner].on_top = false;
      first_.erase(inner);
      const std::size_t end = first_.next(rank);
      for (std::size_t s = second_.next(inner); s < end; s = second_.next(inner)) second_.erase(s);
      second_.insert(inner);
    }
    area += (right - width(inner)) * (depth(rank) - level);
    // The narrower neighbour's rectangle now begins at the depth of the new step.
    if (inner != none_) {
      const std::size_t end = first_.next(inner);
      V covered = 0;
      right = width(inner);
      std::size_t s = second_.next(inner);
      for (; s < end && depth(s) <= depth(rank); s = second_.next(inner)) {
        covered += (right - width(s)) * (depth(rank) - level);
        right = width(s);
        level = depth(s);
        second_.erase(s);
      }
      covered += (right - width(std::min(s, end))) * (depth(rank) - level);
      take(inner, covered, height);
    }
    first_.insert(rank);
    steps_[rank] = {area, height, V(0), true};
  }

  sweep_order<V> order_;
  rank_set first_;
  rank_set second_;
  std::size_t none_;
  std::vector<step> steps_;
};

template <class V>
std::vector<V> exclusive_volumes(const std::vector<box<V, 3>>& boxes) {
  return exclusive_sweep<V>(boxes).volumes();
}

}  // namespace paragon::pareto::detail
