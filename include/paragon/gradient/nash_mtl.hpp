// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "concepts.hpp"
#include "detail/cosines.hpp"
#include "detail/judge.hpp"
#include "detail/scratch.hpp"
#include "detail/symmetric.hpp"
#include "min_norm.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// How `nash_mtl` is tuned.
struct nash_mtl_tuning {
  double max_norm = 1;           ///< a longer direction is shortened to this; 0: never
  std::size_t update_every = 1;  ///< the bargaining problem is solved in every n-th call, its weights kept in between
  double tolerance = 1e-10;      ///< on max_i |w_i (Gw)_i - 1|
  std::size_t maximum_iterations = 200;

  friend bool operator==(const nash_mtl_tuning&, const nash_mtl_tuning&) = default;
};

/// Nash-MTL: the Nash bargaining solution, the w > 0 with w_i (Gw)_i = 1 for all i. Free of the gradients' scales.
///
/// It is the minimiser of the strictly convex, self-concordant w'Gw/2 - sum_i log w_i, found by damped Newton steps from any
/// start (the published implementation linearises and calls a conic solver). It exists exactly where the minimum-norm point
/// of the hull is not zero; at a Pareto-stationary point the weights of `min_norm` are written, with converged = false.
///
/// Stateful where update_every > 1: kept weights are returned with iterations = 0 and the residual that they have on today's
/// Gram matrix. `reset()` forgets them. A zero gradient makes the point stationary.
/// O(k^3) a Newton step, 5 to 15 steps. Deterministic.
/// Reference: Navon et al., "Multi-task learning as a bargaining game", 2022, claim 3.1.
class nash_mtl {
public:
  /// \throws error for update_every = 0
  explicit nash_mtl(nash_mtl_tuning tuning = {}) : tuning_(tuning) {
    if (tuning.update_every == 0) throw error("nash_mtl", "update_every = 0", "at least 1");
  }

  [[nodiscard]] const nash_mtl_tuning& tuning() const noexcept { return tuning_; }

  /// Forgets the kept weights: the next call solves.
  void reset() noexcept {
    kept_.clear();
    age_ = 0;
  }

  status operator()(gram_view gram, std::span<double> weights) {
    detail::require_gram("nash_mtl", gram, weights);
    const std::size_t k = gram.size();
    status s;
    if (tuning_.update_every > 1 && kept_.size() == k && age_ < tuning_.update_every) {
      std::copy(kept_.begin(), kept_.end(), weights.begin());
      s.converged = true;
    } else {
      s = bargain(gram, weights);
      age_ = 0;
      kept_.clear();
      if (tuning_.update_every > 1 && s.converged) kept_.assign(weights.begin(), weights.end());
    }
    ++age_;
    detail::numbers product(k);
    detail::multiply(gram, weights, product.data());
    for (std::size_t i = 0; i < k; ++i) s.residual = detail::worse(s.residual, std::abs(weights[i] * product[i] - 1));
    detail::judge(weights, product.data(), s);
    const double norm = std::sqrt(s.squared_norm);
    if (tuning_.max_norm > 0 && norm > tuning_.max_norm) {
      const double factor = tuning_.max_norm / norm;
      for (double& w : weights) w *= factor;
      s.squared_norm *= factor * factor;
      s.smallest_product *= factor;
    }
    return s;
  }

private:
  [[nodiscard]] status bargain(gram_view gram, std::span<double> weights) const {
    const std::size_t k = gram.size();
    detail::square cosine(k * k);
    detail::numbers norm(k);
    detail::cosines(gram, cosine.data(), norm.data());
    status s = min_norm{}({cosine.span(), k}, weights);
    // Below rounding level the matrix cannot tell this point from a stationary one.
    if (s.squared_norm <= 16.0 * static_cast<double>(k) * std::numeric_limits<double>::epsilon()) {
      s = min_norm{}(gram, weights);
      s.converged = false;
      return s;
    }
    // On the simplex, w'Cw = |d|^2; scaled so that w'Cw = k, as it is at the solution. Vertices are moved inside.
    const double scale = std::sqrt(static_cast<double>(k) / s.squared_norm);
    for (double& w : weights) w = scale * (0.9 * w + 0.1 / static_cast<double>(k));
    s = {};
    detail::square hessian(k * k);
    detail::numbers slope(k);
    detail::numbers step(k);
    double previous = std::numeric_limits<double>::infinity();
    while (s.iterations < tuning_.maximum_iterations) {
      double worst = 0;
      for (std::size_t i = 0; i < k; ++i) {
        double product = 0;
        for (std::size_t j = 0; j < k; ++j) {
          hessian[i * k + j] = cosine[i * k + j] * weights[i] * weights[j];
          product += cosine[i * k + j] * weights[j];
        }
        hessian[i * k + i] += 1;
        slope[i] = 1 - weights[i] * product;
        step[i] = slope[i];
        worst = detail::worse(worst, std::abs(slope[i]));
      }
      s.converged = worst <= tuning_.tolerance;
      if (s.converged && (worst <= 4 * std::numeric_limits<double>::epsilon() || worst >= previous)) break;
      previous = worst;
      ++s.iterations;
      // In the variables w_i (1 + step_i) the Hessian is I + diag(w) C diag(w): eigenvalues at least 1.
      if (!detail::cholesky(hessian.data(), k, 0)) break;
      detail::cholesky_solve(hessian.data(), k, step.data());
      double decrement = 0;
      for (std::size_t i = 0; i < k; ++i) decrement += slope[i] * step[i];
      decrement = std::sqrt(std::max(decrement, 0.0));
      const double damping = decrement < 0.25 ? 1 : 1 / (1 + decrement);
      for (std::size_t i = 0; i < k; ++i) weights[i] *= 1 + damping * step[i];
    }
    for (std::size_t i = 0; i < k; ++i) weights[i] /= norm[i];
    return s;
  }

  nash_mtl_tuning tuning_;
  std::vector<double> kept_;
  std::size_t age_ = 0;
};
static_assert(stateful_weighting<nash_mtl>);

}  // namespace paragon::gradient
