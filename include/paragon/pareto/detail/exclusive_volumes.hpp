// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include "../policies.hpp"
#include "exclusive_box.hpp"
#include "exclusive_cells.hpp"
#include "exclusive_sweep.hpp"
#include "volume_range.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// What each box alone contains, in up to three objectives.
template <class Sum, class V, std::size_t W, class Runner>
  requires(W < 4)
std::vector<Sum> exclusive_volumes(const std::vector<box<V, W>>& boxes, const box<V, W>& base, std::size_t, Runner&&) {
  return exclusive_volumes<Sum>(boxes, base);
}

/// Ends infinite boxes at the farthest finite ones, and an infinite reference at the nearest corner. For what no box
/// alone contains without end this changes nothing. O(n m).
template <class V, std::size_t W>
void cut_to_finite(std::vector<box<V, W>>& boxes, box<V, W>& base) {
  constexpr V most = std::numeric_limits<V>::max();
  for (std::size_t k = 0; k < W; ++k) {
    V nearest = most;
    V farthest = -most;
    for (const auto& b : boxes) {
      if (b[k] <= most) nearest = std::min(nearest, b[k]);
      if (b[k] <= most) farthest = std::max(farthest, b[k]);
    }
    if (nearest > farthest) nearest = farthest = std::max(base[k], -most);  // all are infinite
    if (base[k] < -most) base[k] = nearest;
    for (auto& b : boxes) b[k] = std::min(b[k], farthest);
  }
}

/// What the first box alone contains; infinite where that has no end. O(n m), and the volume of what is left between
/// it and its nearest others. Changes the boxes.
template <class V, std::size_t W>
V exclusive_volume(std::vector<box<V, W>>& boxes, box<V, W>& base, std::size_t m) {
  if constexpr (std::is_floating_point_v<V>) {
    constexpr V most = std::numeric_limits<V>::max();
    bool bounded = true;
    for (const auto& b : boxes) bounded = bounded && !is_unbounded(base, b);
    if (!bounded) {
      // Whether another box contains it, and whether one does but for an objective without end.
      std::vector<char> alone(m + 1, 1);
      for (std::size_t j = 1; j < boxes.size(); ++j) {
        std::size_t shorter = 0;
        std::size_t last = m;
        for (std::size_t k = 0; k < m; ++k) {
          if (!(boxes[j][k] < boxes[0][k])) continue;
          ++shorter;
          last = k;
        }
        if (shorter == 0) return 0;
        if (shorter == 1) alone[last] = 0;
      }
      for (std::size_t k = 0; k < m; ++k) {
        if (boxes[0][k] > most || (base[k] < -most && alone[k] != 0)) return std::numeric_limits<V>::infinity();
      }
      cut_to_finite(boxes, base);
    }
  }
  std::vector<box<V, W>> others;
  if (!cut_to_exclusive(boxes, 0, base, others)) return 0;
  others.insert(others.begin(), boxes[0]);
  const auto compute = [&]<class Sum>(const auto& some, const auto& low) {
    if constexpr (W < 4) {
      return std::vector<Sum>{exclusive_volumes<Sum>(some, low).front()};
    } else {
      return std::vector<Sum>{exclusive_cells<V, W, Sum>(m).exclusive({low, some, {}}, 0)};
    }
  };
  if constexpr (std::is_integral_v<V>) {
    return compute.template operator()<V>(others, base).front();
  } else {
    return parts_in_range(others, base, m, compute).front();
  }
}

}  // namespace paragon::pareto::detail
