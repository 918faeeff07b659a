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
template <class Sum, class V>
std::vector<Sum> exclusive_volumes(const std::vector<box<V, 1>>& boxes, const box<V, 1>& base) {
  std::vector<Sum> result(boxes.size());
  std::size_t longest = 0;
  V second = base[0];
  for (std::size_t i = 1; i < boxes.size(); ++i) {
    const bool longer = boxes[i][0] > boxes[longest][0];
    second = std::max(second, longer ? boxes[longest][0] : boxes[i][0]);
    if (longer) longest = i;
  }
  if (!boxes.empty()) result[longest] = length<Sum>(second, boxes[longest][0]);
  return result;
}

/// What each box alone contains. From the widest to the narrowest: the box on top so far alone contains what lies above
/// the second highest so far. O(n log n).
template <class Sum, class V>
std::vector<Sum> exclusive_volumes(const std::vector<box<V, 2>>& boxes, const box<V, 2>& base) {
  std::vector<Sum> result(boxes.size());
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
  V second = base[1];
  V right = boxes[top][0];  // where `second` begins
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& b = boxes[order[i]];
    if (b[1] <= second) continue;
    const V height = boxes[top][1];
    result[top] += length<Sum>(b[0], right) * length<Sum>(second, height);
    right = b[0];
    if (b[1] > height) {
      second = height;
      top = order[i];
    } else {
      second = b[1];
    }
  }
  result[top] += length<Sum>(base[0], right) * length<Sum>(second, boxes[top][1]);
  return result;
}

/// What each box alone contains, in three objectives: a sweep from the highest box to the lowest that keeps two layers of
/// their bases. The first is the staircase of all bases so far. Each of its steps alone covers a rectangle between its
/// neighbours, less the second layer: the bases that lie in that rectangle and in no other base of it. What a step
/// covers alone only shrinks, so what it loses at some height was its own from its top down to there, and is added when
/// it is lost, in rectangles: nothing is ever subtracted. O(n log n): each base enters and leaves each layer once.
/// Reference: Emmerich, Fonseca, "Computing hypervolume contributions in low dimensions: asymptotically optimal algorithm
/// and complexity results", EMO 2011. There, dominated points are excluded.
template <class V, class Sum>
class exclusive_sweep {
public:
  exclusive_sweep(const std::vector<box<V, 3>>& boxes, const box<V, 3>& base)
      : base_(base), order_(boxes), first_(boxes.size()), second_(boxes.size()), none_(first_.none()),
        steps_(boxes.size()) {
    for (const auto& [height, rank] : order_.tops) {
      const std::size_t wider = first_.previous(rank);
      if (wider != none_ && depth(wider) >= depth(rank)) {
        cover(wider, rank, height);
      } else {
        enter(wider, rank, height);
      }
    }
    for (std::size_t r = 0; r != none_; r = first_.next(r)) {  // nothing contains the widest, so it is a step
      lose(r, area_of(r, depth(first_.previous(r)), first_.next(r)), base[2]);
    }
  }

  /// By box.
  [[nodiscard]] std::vector<Sum> volumes() const {
    std::vector<Sum> result(steps_.size());
    for (std::size_t r = 0; r < steps_.size(); ++r) result[order_.by_width[r]] = steps_[r].volume;
    return result;
  }

private:
  struct step {
    V top{};       ///< where it became a step
    Sum volume{};  ///< of what it has lost
  };

  // A rank may be none: the staircase ends with no width and begins with no depth.
  [[nodiscard]] V width(std::size_t r) const noexcept { return r == none_ ? base_[0] : order_.bases[r].width; }
  [[nodiscard]] V depth(std::size_t r) const noexcept { return r == none_ ? base_[1] : order_.bases[r].depth; }

  /// Step r is no longer alone in an area below some height.
  void lose(std::size_t r, const Sum& area, V height) noexcept {
    steps_[r].volume += area * length<Sum>(height, steps_[r].top);
  }

  /// The depth below which step `owner`, with neighbour `wider`, is not alone just right of the position of `rank`.
  [[nodiscard]] V level_before(std::size_t owner, std::size_t wider, std::size_t rank) const noexcept {
    const std::size_t s = second_.previous(rank);
    return s != none_ && s > owner ? std::max(depth(s), depth(wider)) : depth(wider);
  }

  /// What a step covers alone from depth `level` up, and from the narrower step `end` on.
  [[nodiscard]] Sum area_of(std::size_t owner, V level, std::size_t end) const noexcept {
    Sum area{};
    V right = width(owner);
    for (std::size_t s = second_.next(owner); s < end; s = second_.next(s)) {
      area += length<Sum>(width(s), right) * length<Sum>(level, depth(owner));
      right = width(s);
      level = depth(s);
    }
    return area += length<Sum>(width(end), right) * length<Sum>(level, depth(owner));
  }

  /// What a step covers alone from `right` to the narrower step `end`, up to a depth; `level` is where that begins at
  /// `right`. Bases of the second layer that lie there, narrower than `rank`, go.
  Sum clear(std::size_t rank, V level, V right, V up_to, std::size_t end) {
    Sum area{};
    std::size_t s = second_.next(rank);
    for (; s < end && depth(s) <= up_to; s = second_.next(rank)) {
      area += length<Sum>(width(s), right) * length<Sum>(level, up_to);
      right = width(s);
      level = depth(s);
      second_.erase(s);
    }
    return area += length<Sum>(width(std::min(s, end)), right) * length<Sum>(level, up_to);
  }

  /// A base inside that of step `owner`: it enters the second layer unless it is inside another base as well.
  void cover(std::size_t owner, std::size_t rank, V height) {
    const V level = level_before(owner, first_.previous(owner), rank);
    if (level >= depth(rank)) return;
    lose(owner, clear(rank, level, width(rank), depth(rank), first_.next(owner)), height);
    second_.insert(rank);
  }

  /// A base that becomes a step.
  void enter(std::size_t wider, std::size_t rank, V height) {
    // The wider neighbour's rectangle now ends at the new step.
    if (wider != none_) {
      const V level = level_before(wider, first_.previous(wider), rank);
      lose(wider, clear(rank, level, width(rank), depth(wider), first_.next(rank)), height);
    }
    // Steps inside the new one become its second layer; their own second layers end.
    V level = depth(wider);
    std::size_t inner = first_.next(rank);
    for (; inner != none_ && depth(inner) <= depth(rank); inner = first_.next(rank)) {
      const std::size_t end = first_.next(inner);
      lose(inner, area_of(inner, level, end), height);
      level = depth(inner);
      first_.erase(inner);
      for (std::size_t s = second_.next(inner); s < end; s = second_.next(inner)) second_.erase(s);
      second_.insert(inner);
    }
    // The narrower neighbour's rectangle now begins at the depth of the new step.
    if (inner != none_) lose(inner, clear(inner, level, width(inner), depth(rank), first_.next(inner)), height);
    first_.insert(rank);
    steps_[rank].top = height;
  }

  box<V, 3> base_;
  sweep_order<V> order_;
  rank_set first_;
  rank_set second_;
  std::size_t none_;
  std::vector<step> steps_;
};

template <class Sum, class V>
std::vector<Sum> exclusive_volumes(const std::vector<box<V, 3>>& boxes, const box<V, 3>& base) {
  return exclusive_sweep<V, Sum>(boxes, base).volumes();
}

}  // namespace paragon::pareto::detail
