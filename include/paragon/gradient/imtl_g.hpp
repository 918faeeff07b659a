// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "concepts.hpp"
#include "detail/cosines.hpp"
#include "detail/judge.hpp"
#include "detail/scratch.hpp"
#include "detail/symmetric.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// IMTL-G: the direction that has the same projection on every gradient, with weights that sum to one.
///
/// In closed form: C y = 1 for the matrix C of cosines, w_i = y_i / |g_i|, divided by the sum. Weights may be negative. Where
/// C is singular the shortest y is taken; a zero gradient gets weight zero.
///
/// status: `residual` is max_i |(Cy)_i - 1| over the gradients that are not zero. Not converged where no direction has equal
/// projections (the weights are then a least-squares answer) or where the weights cannot be made to sum to one (then zero).
/// O(k^3). Reference: Liu et al., "Towards impartial multi-task learning", 2021, section 3.1.
struct imtl_g {
  double tolerance = 1e-8;

  friend bool operator==(const imtl_g&, const imtl_g&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("imtl_g", gram, weights);
    const std::size_t k = gram.size();
    detail::square cosine(k * k);
    detail::numbers norm(k);
    detail::cosines(gram, cosine.data(), norm.data(), 1.0);
    detail::square factor(k * k);
    std::copy_n(cosine.data(), k * k, factor.data());
    std::fill(weights.begin(), weights.end(), 1.0);
    status s{.converged = true};
    if (detail::cholesky(factor.data(), k, 1e-10)) {
      detail::cholesky_solve(factor.data(), k, weights.data());
    } else {
      shortest_solution(cosine.data(), factor.data(), weights);
    }
    double sum = 0;
    double size = 0;
    for (std::size_t i = 0; i < k; ++i) {
      double projection = 0;
      for (std::size_t j = 0; j < k; ++j) projection += cosine[i * k + j] * weights[j];
      s.residual = detail::worse(s.residual, std::abs(projection - 1));
    }
    for (std::size_t i = 0; i < k; ++i) {
      weights[i] = norm[i] == 0 ? 0 : weights[i] / norm[i];
      sum += weights[i];
      size += std::abs(weights[i]);
    }
    s.converged = s.residual <= tolerance && std::abs(sum) > 1e-14 * size;
    const double factor_of_all = std::abs(sum) > 1e-14 * size ? 1 / sum : 0;
    for (double& w : weights) w *= factor_of_all;
    detail::multiply(gram, weights, norm.data());
    detail::judge(weights, norm.data(), s);
    return s;
  }

private:
  /// y = pseudo-inverse of C times 1.
  static void shortest_solution(const double* cosine, double* vectors, std::span<double> y) {
    const std::size_t k = y.size();
    detail::square values(k * k);
    std::copy_n(cosine, k * k, values.data());
    detail::jacobi_eigen(values.data(), vectors, k);
    std::fill(y.begin(), y.end(), 0.0);
    const double floor = 1e-12 * static_cast<double>(k);
    for (std::size_t e = 0; e < k; ++e) {
      if (values[e * k + e] <= floor) continue;
      const double* vector = vectors + e * k;
      double along = 0;
      for (std::size_t i = 0; i < k; ++i) along += vector[i];
      along /= values[e * k + e];
      for (std::size_t i = 0; i < k; ++i) y[i] += along * vector[i];
    }
  }
};
static_assert(weighting<imtl_g>);

}  // namespace paragon::gradient
