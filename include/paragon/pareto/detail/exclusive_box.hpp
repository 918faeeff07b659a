// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "volume_boxes.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Narrows down where a box alone contains anything: to the cell between `low`, which is raised, and its corner.
///
/// A box that is shorter in one objective alone leaves no more than what lies beyond it there. After all of these, few
/// others reach into the cell: they are written to `others`, cut down to it. O(n m).
/// \returns  whether the box may alone contain anything; if not, `others` is not written
template <class V, std::size_t W>
bool cut_to_exclusive(const std::vector<box<V, W>>& boxes, std::size_t index, box<V, W>& low,
                      std::vector<box<V, W>>& others) {
  const box<V, W>& own = boxes[index];
  const auto reaches_beyond = [](const box<V, W>& a, const box<V, W>& b) {
    bool all = true;
    for (std::size_t k = 0; k < W; ++k) all &= a[k] > b[k];
    return all;
  };
  for (std::size_t j = 0; j < boxes.size(); ++j) {
    if (j == index) continue;
    std::uint32_t shorter = 0;
    for (std::size_t k = 0; k < W; ++k) shorter |= (boxes[j][k] < own[k] ? 1U : 0U) << k;
    if (shorter == 0) return false;
    if (!std::has_single_bit(shorter)) continue;
    const auto k = static_cast<std::size_t>(std::countr_zero(shorter));
    low[k] = std::max(low[k], boxes[j][k]);
  }
  if (!reaches_beyond(own, low)) return false;
  others.clear();
  for (std::size_t j = 0; j < boxes.size(); ++j) {
    if (j != index && reaches_beyond(boxes[j], low)) others.push_back(lower(boxes[j], own));
  }
  return true;
}

}  // namespace paragon::pareto::detail
