// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "difference.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Objectives scaled to [0, 1] over some candidates: 0 the best finite value among them, 1 the worst. Infinite values
/// count as the best or the worst finite one; an objective in which all are equal is 0.
class unit_box {
public:
  /// \param members  indices of the candidates that count
  template <class Candidates, class Members>
  unit_box(const Candidates& set, const Members& members)
      : best_(set.objectives()), range_(set.objectives()), unit_(set.objectives(), 1) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < best_.size(); ++k) {
      double best = infinity;
      double worst = -infinity;
      for (const std::size_t i : members) {
        const double x = static_cast<double>(set(i, k));
        if (x == infinity || x == -infinity) continue;
        best = std::min(best, x);
        worst = std::max(worst, x);
      }
      best_[k] = best;
      if (!(worst > best)) continue;
      unit_[k] = unit_of_differences(worst, best);
      range_[k] = difference_of(worst, best, unit_[k]);
    }
  }

  template <class T>
  [[nodiscard]] double operator()(T value, std::size_t k) const noexcept {
    if (range_[k] == 0) return 0;
    const double x = static_cast<double>(value);
    return x > best_[k] ? std::min(difference_of(x, best_[k], unit_[k]) / range_[k], 1.0) : 0.0;
  }

private:
  std::vector<double> best_;
  std::vector<double> range_;
  std::vector<double> unit_;
};

}  // namespace paragon::pareto::detail
