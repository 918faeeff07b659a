// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// The `count` nearest of all that are offered; of equally near ones those with the lower number. O(log count) each.
template <class Number>
class nearest_few {
public:
  explicit nearest_few(std::size_t count) : count_(count) {}

  void offer(long double distance, Number name) {
    const std::pair<long double, Number> found(distance, name);
    if (best_.size() == count_) {
      if (count_ == 0 || !(found < best_.front())) return;
      std::pop_heap(best_.begin(), best_.end());
      best_.pop_back();
    }
    best_.push_back(found);
    std::push_heap(best_.begin(), best_.end());
  }

  /// What is farther than this need not be offered.
  [[nodiscard]] long double reach() const noexcept {
    return best_.size() < count_ || best_.empty() ? std::numeric_limits<long double>::infinity() : best_.front().first;
  }

  /// The numbers, nearest first.
  [[nodiscard]] std::vector<std::size_t> take() {
    std::sort_heap(best_.begin(), best_.end());
    std::vector<std::size_t> names;
    names.reserve(best_.size());
    for (const auto& found : best_) names.push_back(found.second);
    best_.clear();
    return names;
  }

private:
  std::size_t count_;
  std::vector<std::pair<long double, Number>> best_;  // a heap, the farthest first
};

}  // namespace paragon::pareto::detail
