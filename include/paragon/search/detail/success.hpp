// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../../space/decision.hpp"
#include "../history.hpp"

namespace paragon::inline PARAGON_ISA::search::detail {

/// How likely it is that an evaluation of each row does not fail, by how those like it did: the share of successes, weighted by
/// exp(-2 * decisions that differ), with the share of all as prior. O(rows * told * decisions); 1 where nothing failed.
template <class S>
[[nodiscard]] std::vector<double> success_chances(const history<S>& known,
                                                  std::span<const std::vector<space::choice_index>> rows) {
  std::vector<double> chances(rows.size(), 1.0);
  if (known.failures() == 0) return chances;
  const double share =
      (static_cast<double>(known.size() - known.failures()) + 1) / (static_cast<double>(known.size()) + 1);
  const std::size_t n = known.decisions();
  std::vector<double> scale(n);
  for (std::size_t d = 0; d < n; ++d) {
    const auto c = static_cast<double>(known.space().choices(d));
    scale[d] = c > 1 ? (space::is_ordered(known.space(), d) ? 1 / (c - 1) : 1) : 0;
  }
  for (std::size_t k = 0; k < rows.size(); ++k) {
    double good = share;
    double all = 1;
    for (std::size_t i = 0; i < known.size(); ++i) {
      const auto other = known.choices(i);
      double distance = 0;
      for (std::size_t d = 0; d < n; ++d) {
        const double apart = std::abs(static_cast<double>(rows[k][d]) - static_cast<double>(other[d]));
        distance += space::is_ordered(known.space(), d) ? apart * scale[d] : (apart > 0 ? 1.0 : 0.0);
      }
      const double weight = std::exp(-2 * distance);
      all += weight;
      if (!known.failed(i)) good += weight;
    }
    chances[k] = good / all;
  }
  return chances;
}

}  // namespace paragon::search::detail
