// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/nonnegative_quadratic.hpp"
#include "detail/scaled_gram.hpp"
#include "detail/scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// UPGrad: every gradient is projected on the dual cone {d : <g_j, d> >= 0 for all j}, and the projections are averaged.
///
/// The result conflicts with no objective, is linear in each gradient's length, and is the plain mean where nothing
/// conflicts. Each projection is exact: minimise v'Gv over v >= e_i, by an active set.
///
/// status: `residual` is the largest violation of the optimality conditions of the k projections, relative.
/// O(k^4) at worst, O(k^2) without conflict. Deterministic.
/// Reference: Quinton, Rey, "Jacobian descent for multi-objective optimization", 2024.
struct upgrad {
  double tolerance = 1e-10;
  std::size_t maximum_iterations = 0;  ///< a projection; 0: 20 k + 100

  friend bool operator==(const upgrad&, const upgrad&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("upgrad", gram, weights);
    const std::size_t k = gram.size();
    const std::size_t limit = maximum_iterations == 0 ? 20 * k + 100 : maximum_iterations;
    std::fill(weights.begin(), weights.end(), 0.0);
    const detail::scaled_gram scaled(gram);
    detail::nonnegative_quadratic program(scaled.entries.data(), k, false);
    detail::numbers right(k);
    detail::numbers extra(k);
    status s{.converged = true};
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < k; ++j) right[j] = -scaled.entries[i * k + j];
      const auto found = program.solve({right.data(), k}, extra.span(), limit);
      s.converged = s.converged && found.converged && found.violation <= tolerance;
      s.iterations += found.iterations;
      s.residual = detail::worse(s.residual, found.violation);
      for (std::size_t j = 0; j < k; ++j) weights[j] += extra[j] * scaled.length[i] * scaled.per_length[j];
      weights[i] += 1;
    }
    for (double& w : weights) w /= static_cast<double>(k);
    detail::numbers product(k);
    detail::multiply(gram, weights, product.data());
    detail::judge(weights, product.data(), s);
    return s;
  }
};
static_assert(weighting<upgrad>);

}  // namespace paragon::gradient
