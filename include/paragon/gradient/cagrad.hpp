// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "../core/error.hpp"
#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/nonnegative_quadratic.hpp"
#include "detail/scaled_gram.hpp"
#include "detail/scratch.hpp"
#include "min_norm.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// CAGrad: of all directions within c |g_0| of the mean gradient g_0, the one whose smallest product with a gradient is largest.
///
/// Exact, by a parametric active set: the shortest u with <g_i, g_0 + u> >= s for all i is a quadratic program over the
/// non-negative orthant; s is lowered by Newton's rule, whose next s is the dual value min_w <g_w, g_0> + c |g_0| |g_w|
/// at the normalised multipliers w, until |u| = c |g_0|. The dual values fall monotonically, in 5 to 10 steps. Where several
/// directions are best (at a Pareto-stationary point) the one nearest to g_0 is taken.
///
/// c = 0 is the mean; below 1 the method converges to a minimum of the mean objective.
/// status: `iterations` counts Newton steps; `residual` is (|u| - c |g_0|) / (c |g_0|), cut at 0.
/// Reference: Liu et al., "Conflict-averse gradient descent for multi-task learning", 2021, equations 2 to 4 (without the
/// rescaling by 1 / (1 + c^2) that some implementations add).
struct cagrad {
  double c = 0.5;
  double tolerance = 1e-9;
  std::size_t maximum_iterations = 100;

  friend bool operator==(const cagrad&, const cagrad&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("cagrad", gram, weights);
    if (!(c >= 0)) throw error("cagrad", "c = " + number_text(c), "a number >= 0");
    const std::size_t k = gram.size();
    const double share = 1.0 / static_cast<double>(k);
    detail::numbers towards_mean(k);  // <g_i, g_0>
    std::fill(weights.begin(), weights.end(), share);
    detail::multiply(gram, weights, towards_mean.data());
    status s{.converged = true};
    detail::judge(weights, towards_mean.data(), s);
    const double radius = c * std::sqrt(s.squared_norm);
    if (radius == 0) return s;

    const auto dual = [&](std::span<const double> w, double norm) {
      double value = radius * norm;
      for (std::size_t i = 0; i < k; ++i) value += w[i] * towards_mean[i];
      return value;
    };
    const status nearest = min_norm{}(gram, weights);
    double longest = 0;
    for (std::size_t i = 0; i < k; ++i) longest = std::max(longest, gram(i, i));
    // Where the hull contains zero, no level above zero can be reached at all: stay clear of it by more than rounding.
    const bool stationary = nearest.squared_norm <= 1e-13 * longest;
    double level = stationary ? -1e-12 * std::sqrt(longest) * std::sqrt(s.squared_norm)
                              : dual(weights, std::sqrt(nearest.squared_norm));
    for (std::size_t i = 0; i < k; ++i) level = std::min(level, towards_mean[i] + radius * std::sqrt(gram(i, i)));

    const detail::scaled_gram scaled(gram);
    detail::nonnegative_quadratic program(scaled.entries.data(), k, false);
    detail::numbers right(k);
    detail::numbers product(k);
    s.converged = false;
    while (s.iterations < maximum_iterations) {
      ++s.iterations;
      for (std::size_t i = 0; i < k; ++i) right[i] = (level - towards_mean[i]) * scaled.per_length[i];
      const auto found = program.solve({right.data(), k}, weights, 20 * k + 100);
      for (std::size_t i = 0; i < k; ++i) weights[i] *= scaled.per_length[i];
      detail::multiply(gram, weights, product.data());
      double squared = 0;
      double sum = 0;
      for (std::size_t i = 0; i < k; ++i) {
        squared += weights[i] * product[i];
        sum += weights[i];
      }
      const double length = squared < 0 ? 0 : std::sqrt(squared);
      s.residual = detail::worse(0, (length - radius) / radius);
      s.converged = found.converged && found.violation <= tolerance && s.residual <= tolerance;
      if (s.residual <= 4 * std::numeric_limits<double>::epsilon() || sum == 0) break;
      for (double& w : weights) w /= sum;
      const double next = dual(weights, length / sum);
      for (double& w : weights) w *= sum;
      if (!(next < level)) break;
      level = next;
    }
    const double shrink = 1 / (1 + s.residual);
    for (double& w : weights) w = share + shrink * w;
    detail::multiply(gram, weights, product.data());
    detail::judge(weights, product.data(), s);
    return s;
  }
};
static_assert(weighting<cagrad>);

}  // namespace paragon::gradient
