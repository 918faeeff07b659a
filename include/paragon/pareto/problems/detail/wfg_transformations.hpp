// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

#include "../../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::problems::detail {

// The transformations of Huband, Hingston, Barone, While, IEEE TEC 10, 2006, table XI. They map [0, 1] to [0, 1]; what
// rounding adds is cut off. The constants are those that all nine problems share.

inline double cut(double y) noexcept { return std::clamp(y, 0.0, 1.0); }

/// b_flat with A = 0.8, B = 0.75, C = 0.85.
inline double biased_flat(double y) noexcept {
  if (y < 0.75) return cut(0.8 - 0.8 * (0.75 - y) / 0.75);
  return y > 0.85 ? cut(0.8 + 0.2 * (y - 0.85) / 0.15) : 0.8;
}

/// b_param with A = 0.98 / 49.98, B = 0.02, C = 50: y to a power between 0.02 and 50 that depends on u.
inline double biased_by(double u, double y) noexcept {
  constexpr double a = 0.98 / 49.98;
  const double v = a - (1 - 2 * u) * std::abs(std::floor(0.5 - u) + a);
  return std::pow(y, 0.02 + 49.98 * v);
}

/// s_linear with A = 0.35. A distance from A that only rounding makes is none: the power of 0.02 that follows in WFG1
/// would turn 1e-16 into 0.5, and no decision vector of floating-point numbers would be optimal.
inline double shifted(double y) noexcept {
  const double apart = std::abs(y - 0.35);
  if (apart < 1e-15) return 0;
  return cut(apart / std::abs(std::floor(0.35 - y) + 0.35));
}

/// s_decept with A = 0.35, B = 0.001, C = 0.05.
inline double deceptive(double y) noexcept {
  constexpr double a = 0.35;
  constexpr double b = 0.001;
  constexpr double c = 0.05;
  const double left = std::floor(y - a + b) * (1 - c + (a - b) / b) / (a - b);
  const double right = std::floor(a + b - y) * (1 - c + (1 - a - b) / b) / (1 - a - b);
  return cut(1 + (std::abs(y - a) - b) * (left + right + 1 / b));
}

/// s_multi with A = 30 waves and C = 0.35.
/// \param b  how deep the waves are: the larger, the shallower
inline double multimodal(double y, double b) noexcept {
  const double apart = std::abs(y - 0.35) / (2 * (std::floor(0.35 - y) + 0.35));
  return cut((1 + std::cos(122 * std::numbers::pi * (0.5 - apart)) + 4 * b * apart * apart) / (b + 2));
}

/// r_sum with equal weights.
inline double mean(std::span<const double> y) noexcept {
  double sum = 0;
  for (const double t : y) sum += t;
  return cut(sum / static_cast<double>(y.size()));
}

/// r_sum with the weights 2, 4, 6, ... of WFG1.
/// \param first  where y starts among all variables
inline double rising_mean(std::span<const double> y, std::size_t first) noexcept {
  double sum = 0;
  double weights = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double w = 2 * static_cast<double>(first + i + 1);
    sum += w * y[i];
    weights += w;
  }
  return cut(sum / weights);
}

/// r_nonsep with the degree of non-separability A = |y|: the values and all their differences. O(|y|^2).
inline double nonseparable(std::span<const double> y) noexcept {
  double sum = 0;
  for (const double t : y) {
    sum += t;
    for (const double other : y) sum += std::abs(t - other);
  }
  const double a = static_cast<double>(y.size());
  const double half = std::ceil(a / 2);
  return cut(sum / (half * (1 + 2 * a - 2 * half)));
}

}  // namespace paragon::pareto::problems::detail
