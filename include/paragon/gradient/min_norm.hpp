// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/nonnegative_quadratic.hpp"
#include "detail/scaled_gram.hpp"
#include "detail/scratch.hpp"
#include "min_norm_pair.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// The exact minimum-norm point of the convex hull of k gradients (MGDA): min w'Gw over the simplex. The default weighting.
///
/// Its negative is the common descent direction that serves the worst-off objective best; it is zero exactly where the point
/// is Pareto stationary. An active set ends at the exact face, where Frank-Wolfe leaves 1 to 3 per cent after 100 steps. Weights
/// that are zero at the optimum are exactly zero.
///
/// How: with c = min_i G_ii, the minimiser of x'Gx + c (1'x - 1)^2 over x >= 0 is the wanted w times a number, which drops
/// the equality constraint and keeps the matrix definite where the hull contains zero. It is solved in units of the gradients'
/// own lengths and every test is relative to them, so gradients of any lengths, also very different ones, are treated alike.
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
    for (std::size_t i = 0; i < k; ++i) {
      if (gram(i, i) < gram(shortest, shortest)) shortest = i;
    }
    if (k == 1 || gram(shortest, shortest) == 0) {
      detail::choose_only(shortest, weights);
      return;
    }
    if (k == 2) {
      min_norm_pair::choose(gram, weights);
      return;
    }
    // With x_i = y_i / length_i: minimise y'(C + c pp')y - 2 c p'y for p_i = 1 / length_i, in units of the shortest length.
    const detail::scaled_gram scaled(gram);
    const double* cosine = scaled.entries.data();
    detail::numbers share(k);
    for (std::size_t i = 0; i < k; ++i) share[i] = scaled.length[shortest] * scaled.per_length[i];
    const double shift = cosine[shortest * k + shortest];
    detail::square matrix(k * k);
    detail::numbers right(k);
    for (std::size_t i = 0; i < k; ++i) {
      right[i] = shift * share[i];
      for (std::size_t j = 0; j < k; ++j) matrix[i * k + j] = cosine[i * k + j] + right[i] * share[j];
    }
    detail::nonnegative_quadratic program(matrix.data(), k, true);
    s.iterations =
        program.solve({right.data(), k}, weights, maximum_iterations == 0 ? 20 * k + 100 : maximum_iterations)
            .iterations;
    for (std::size_t i = 0; i < k; ++i) weights[i] *= share[i];
    double sum = 0;
    for (const double x : weights) sum += x;
    for (double& x : weights) x /= sum;
  }
};
static_assert(weighting<min_norm>);

}  // namespace paragon::gradient
