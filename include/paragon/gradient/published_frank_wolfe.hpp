// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// The minimum-norm solver of MODNAS as published, quirks included, to measure it beside `min_norm`.
///
/// Starts at the best point of all pairs (the first of equals); steps are clamped to [0.001, 0.999], so the optimum is
/// never a vertex; stops when the weights move by less than 1e-5 in L1 and returns the weights *before* that move. Two
/// gradients get the clamped closed form. The published loop has no effective cap and, because of the clamps, need not
/// end: here `maximum_iterations` ends it with converged = false.
///
/// status: `iterations` counts the moves made; `converged` means that the stopping rule fired, not that the point is optimal:
/// look at `residual` and `gap()`.
/// O(k^2) an iteration. Deterministic.
/// Reference: Sukthanker et al., "Multi-objective differentiable neural architecture search", 2024; the solver descends from
/// Sener, Koltun, 2018.
struct published_frank_wolfe {
  std::size_t maximum_iterations = 100'000;

  friend bool operator==(const published_frank_wolfe&, const published_frank_wolfe&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("published_frank_wolfe", gram, weights);
    const std::size_t k = gram.size();
    status s;
    detail::numbers product(k);
    if (k == 1) {
      weights[0] = 1;
      s.converged = true;
    } else {
      best_pair(gram, weights);
      s.converged = k == 2;
    }
    detail::numbers next(k);
    while (!s.converged && s.iterations < maximum_iterations) {
      s.converged = step(gram, weights, product.data(), next.data()) < 1e-5;
      if (s.converged) break;
      std::copy_n(next.data(), k, weights.data());
      ++s.iterations;
    }
    detail::multiply(gram, weights, product.data());
    detail::certify(gram, weights, product.data(), s);
    return s;
  }

private:
  struct line {
    double weight;  // of the first end
    double cost;    // the squared norm there, as published: that of the end itself where clamped
  };

  static line search(double a, double b, double c) noexcept {
    if (b >= a) return {0.999, a};
    if (b >= c) return {0.001, c};
    const double weight = -((b - c) / (a + c - 2 * b));
    return {weight, c + weight * (b - c)};
  }

  static void best_pair(gram_view gram, std::span<double> weights) {
    std::size_t first = 0;
    std::size_t second = 1;
    line best{0.5, std::numeric_limits<double>::infinity()};
    for (std::size_t i = 0; i < gram.size(); ++i) {
      for (std::size_t j = i + 1; j < gram.size(); ++j) {
        const line found = search(gram(i, i), gram(i, j), gram(j, j));
        if (found.cost < best.cost) {
          best = found;
          first = i;
          second = j;
        }
      }
    }
    std::fill(weights.begin(), weights.end(), 0.0);
    weights[first] = best.weight;
    weights[second] = 1 - best.weight;
  }

  /// Writes the next weights and returns how far they moved.
  static double step(gram_view gram, std::span<const double> weights, double* product, double* next) {
    const std::size_t k = gram.size();
    detail::multiply(gram, weights, product);
    const auto vertex = static_cast<std::size_t>(std::min_element(product, product + k) - product);
    double norm = 0;
    for (std::size_t i = 0; i < k; ++i) norm += weights[i] * product[i];
    const double keep = search(norm, product[vertex], gram(vertex, vertex)).weight;
    double moved = 0;
    for (std::size_t i = 0; i < k; ++i) {
      next[i] = keep * weights[i] + (i == vertex ? 1 - keep : 0);
      moved += std::abs(next[i] - weights[i]);
    }
    return moved;
  }
};
static_assert(weighting<published_frank_wolfe>);

}  // namespace paragon::gradient
