// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Objectives scaled to [0, 1] over some candidates: 0 the best finite value among them, 1 the worst. Infinite values
/// count as the best or the worst finite one; an objective in which all are equal is 0.
class unit_box {
public:
  /// \param members  indices of the candidates that count
  template <class Candidates, class Members>
  unit_box(const Candidates& set, const Members& members) : best_(set.objectives()), range_(set.objectives()) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < best_.size(); ++k) {
      double best = infinity;
      double worst = -infinity;
      for (const std::size_t i : members) {
        // Half of the value, so that the range of finite numbers is finite.
        const double x = static_cast<double>(set(i, k)) / 2;
        if (x == infinity || x == -infinity) continue;
        best = std::min(best, x);
        worst = std::max(worst, x);
      }
      best_[k] = best;
      range_[k] = worst > best ? worst - best : 0;
    }
  }

  template <class T>
  [[nodiscard]] double operator()(T value, std::size_t k) const noexcept {
    if (range_[k] == 0) return 0;
    return std::clamp((static_cast<double>(value) / 2 - best_[k]) / range_[k], 0.0, 1.0);
  }

private:
  std::vector<double> best_;
  std::vector<double> range_;
};

}  // namespace paragon::pareto::detail
