// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "rank_set.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// A box as positions in the thresholds of the three axes: from `low` to `high`, and on the last axis from the bottom.
struct free_box {
  std::array<std::uint32_t, 2> low;
  std::array<std::uint32_t, 3> high;
};

/// Cuts the region that a front leaves free, below a reference point, into at most 2 n + 1 disjoint boxes.
///
/// A point improves the front by the volume of what it dominates of that region; box by box this is a product of one
/// factor for each axis. The points are added in the order of their last coordinate. What a point takes away of the
/// other two, up to the staircase of the points before, falls into strips: each was free for all smaller last
/// coordinates, and is a box. What is left at the end falls into strips as well. Fewer than three objectives are given
/// constant axes. O(n log n), O(n) memory.
/// Reference: Yang, Emmerich, Deutz, Bäck, "Efficient computation of expected hypervolume improvement using box
/// decomposition algorithms", J. Global Optim. 75, 2019.
class free_boxes {
public:
  static constexpr std::size_t axes = 3;

  /// \param front      n rows of m coordinates, minimised, better than the reference everywhere
  /// \param reference  m coordinates, m <= 3
  free_boxes(const std::vector<double>& front, const std::vector<double>& reference) {
    const std::size_t m = reference.size();
    const std::size_t n = m == 0 ? 0 : front.size() / m;
    std::vector<std::array<std::uint32_t, axes>> points(n);
    for (std::size_t k = 0; k < m; ++k) {
      auto& values = thresholds_[k];
      for (std::size_t i = 0; i < n; ++i) values.push_back(front[i * m + k]);
      values.push_back(reference[k]);
      values.push_back(-std::numeric_limits<double>::infinity());
      std::sort(values.begin(), values.end());
      values.erase(std::unique(values.begin(), values.end()), values.end());
      for (std::size_t i = 0; i < n; ++i) {
        const auto at = std::lower_bound(values.begin(), values.end(), front[i * m + k]);
        points[i][k] = static_cast<std::uint32_t>(at - values.begin());
      }
    }
    // On a constant axis every point is at the bottom, and the reference one step above.
    for (std::size_t k = m; k < axes; ++k) thresholds_[k] = {-std::numeric_limits<double>::infinity(), 0.0};

    staircase_ = rank_set(top(0) + 1);
    height_.resize(top(0) + 1);
    std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a[2] < b[2]; });
    for (const auto& p : points) add(p[0], p[1], p[2]);
    add(0, 0, top(2));  // takes away all that is left
  }

  [[nodiscard]] const std::vector<free_box>& boxes() const noexcept { return boxes_; }

  /// The different coordinates of an axis, sorted: minus infinity first, the reference last.
  [[nodiscard]] const std::vector<double>& thresholds(std::size_t axis) const noexcept { return thresholds_[axis]; }

private:
  [[nodiscard]] std::uint32_t top(std::size_t axis) const noexcept {
    return static_cast<std::uint32_t>(thresholds_[axis].size() - 1);
  }

  void add(std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    const std::size_t left = staircase_.previous(x + 1);
    const std::uint32_t ceiling = left == staircase_.none() ? top(1) : height_[left];
    if (ceiling <= y) return;  // a point before covers it
    for_strips(x, y, ceiling, z);
    staircase_.insert(x);
    height_[x] = y;
  }

  /// Makes boxes of the free region right of `left` and above `bottom`, and takes the steps there off the staircase.
  void for_strips(std::uint32_t left, std::uint32_t bottom, std::uint32_t ceiling, std::uint32_t z) {
    while (ceiling > bottom) {
      const std::size_t next = staircase_.next(left);
      const bool ends = next == staircase_.none();
      const std::uint32_t right = ends ? top(0) : static_cast<std::uint32_t>(next);
      if (z > 0) boxes_.push_back({{left, bottom}, {right, ceiling, z}});
      if (ends) return;
      left = right;
      ceiling = height_[next];
      if (ceiling >= bottom) staircase_.erase(next);
    }
  }

  std::array<std::vector<double>, axes> thresholds_;
  std::vector<free_box> boxes_;
  rank_set staircase_{1};              // of the positions on the first axis
  std::vector<std::uint32_t> height_;  // by position: where the step is on the second axis
};

}  // namespace paragon::pareto::detail
