// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/nonnegative_quadratic.hpp"
#include "detail/scratch.hpp"
#include "min_norm_pair.hpp"

namespace paragon::gradient {

/// The exact minimum-norm point of the convex hull of k gradients (MGDA): min w'Gw over the simplex. The default weighting.
///
/// Its negative is the common descent direction that serves the worst-off objective best; it is zero exactly where the point
/// is Pareto stationary. An active set ends at the exact face, where Frank-Wolfe leaves 1 to 3 per cent after 100 steps. Weights
/// that are zero at the optimum are exactly zero.
///
/// How: with c = min_i G_ii, the minimiser of x'Gx + c (1'x - 1)^2 over x >= 0 is the wanted w times a number, which drops
/// the equality constraint and keeps the matrix definite where the hull contains zero. Every test is relative to the norms of
/// the gradients involved, so scales from 1e-70 to 1e70 and gradients of very different lengths are treated alike.
/// Duplicates, collinear and zero gradients are allowed; where several w give the same point, one of them is returned.
///
/// status: `iterations` counts changes of the face after the start; `residual` is the certificate: the largest
/// w'Gw - (Gw)_i relative to m max(|g_i|, m) with m = sum_j w_j |g_j|; converged means that it is at most `tolerance`.
///
/// Cost O(k^3), about a microsecond for k = 13; no allocation for k <= 32. Deterministic.
/// Reference: Désidéri, "Multiple-gradient descent algorithm", 2012; Wolfe, "Finding the nearest point in a polytope", 1976.
/// \code
/// std::vector<double> w(k);
/// auto s = paragon::gradient::min_norm{}(gram, w);   // s.gap() proves it
/// \endcode
struct min_norm {
  double tolerance = 1e-11;
  std::size_t maximum_iterations = 0;  ///< 0: 20 k + 100, which ordinary input never reaches

  friend bool operator==(const min_norm&, const min_norm&) = default;

  /// \throws error where `gram` is not a Gram matrix or `weights` has another size
  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("min_norm", gram, weights);
    const std::size_t k = gram.size();
    status s;
    solve(gram, weights, s);
    detail::numbers product(k);
    detail::multiply(gram, weights, product.data());
    detail::certify(gram, weights, product.data(), s);
    s.converged = s.residual <= tolerance;
    return s;
  }

private:
  void solve(gram_view gram, std::span<double> weights, status& s) const {
    const std::size_t k = gram.size();
    std::size_t shortest = 0;
    double longest = 0;
    for (std::size_t i = 0; i < k; ++i) {
      if (gram(i, i) < gram(shortest, shortest)) shortest = i;
      longest = std::max(longest, gram(i, i));
    }
    const double constant = gram(shortest, shortest);
    if (k == 1 || constant == 0) {
      detail::choose_only(shortest, weights);
      return;
    }
    if (k == 2) {
      min_norm_pair{}(gram, weights);
      return;
    }
    int exponent = 0;
    std::frexp(longest, &exponent);
    const double unit = std::ldexp(1.0, -exponent);
    const double shift = constant * unit;
    detail::square matrix(k * k);
    const auto entries = gram.entries();
    for (std::size_t i = 0; i < k * k; ++i) matrix[i] = entries[i] * unit + shift;
    detail::numbers right(k);
    std::fill_n(right.data(), k, shift);
    detail::nonnegative_quadratic program(matrix.data(), k, true);
    s.iterations =
        program.solve({right.data(), k}, weights, maximum_iterations == 0 ? 20 * k + 100 : maximum_iterations)
            .iterations;
    double sum = 0;
    for (const double x : weights) sum += x;
    for (double& x : weights) x /= sum;
  }
};
static_assert(weighting<min_norm>);

}  // namespace paragon::gradient
