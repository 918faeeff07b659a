// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <vector>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// How much each of n observations counts, the oldest first: the `recent` last ones 1, those before them less and less,
/// down to 1 / n in equal steps. O(n).
/// Reference: Bergstra, Yamins, Cox, "Making a science of model search", ICML 2013; the default of Optuna.
[[nodiscard]] inline std::vector<double> recency_weights(std::size_t n, std::size_t recent = 25) {
  std::vector<double> weights(n, 1.0);
  if (n <= recent) return weights;
  const std::size_t old = n - recent;
  const double first = 1 / static_cast<double>(n);
  const double slope = old > 1 ? (1 - first) / static_cast<double>(old - 1) : 0;
  for (std::size_t i = 0; i < old; ++i) weights[i] = first + static_cast<double>(i) * slope;
  return weights;
}

}  // namespace paragon::tune
