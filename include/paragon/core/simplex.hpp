// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// Whether all entries are at least -tolerance and their sum is 1 within tolerance. O(n).
template <class T>
[[nodiscard]] bool is_on_simplex(std::span<const T> point, T tolerance = T(1e-6)) {
  T sum = 0;
  for (const T x : point) {
    if (!(x >= -tolerance)) return false;
    sum += x;
  }
  return std::abs(sum - T(1)) <= tolerance;
}

/// Replaces `point` by the nearest point (Euclidean) of the probability simplex. O(n log n).
/// Reference: Held, Wolfe, Crowder, "Validation of subgradient optimization", 1974; Duchi et al., ICML 2008, figure 1.
template <class T>
void project_on_simplex(std::span<T> point) {
  if (point.empty()) return;
  std::vector<T> sorted(point.begin(), point.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  T sum = 0;
  T shift = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sum += sorted[i];
    const T candidate = (sum - T(1)) / static_cast<T>(i + 1);
    if (sorted[i] > candidate) shift = candidate;
  }
  for (T& x : point) x = std::max(T(0), x - shift);
}

}  // namespace paragon
