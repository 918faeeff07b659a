// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/scratch.hpp"
#include "min_norm_pair.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// The minimum-norm point by Frank-Wolfe with exact line search; the step may be exactly 0 or 1.
///
/// It starts at the shortest gradient and ends when the certificate of `min_norm` (the same `residual`) is at most
/// `tolerance`, or at the cap with converged = false. The error falls like 1/iterations: for anything that fits
/// `min_norm`, use that; this is for comparison and for very large k (O(k) an iteration, O(k^2) at the end).
/// Reference: Jaggi, "Revisiting Frank-Wolfe", 2013; Sener, Koltun, 2018, algorithm 2.
struct frank_wolfe {
  double tolerance = 1e-6;
  std::size_t maximum_iterations = 10'000;

  friend bool operator==(const frank_wolfe&, const frank_wolfe&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("frank_wolfe", gram, weights);
    const std::size_t k = gram.size();
    std::size_t shortest = 0;
    for (std::size_t i = 1; i < k; ++i) {
      if (gram(i, i) < gram(shortest, shortest)) shortest = i;
    }
    detail::choose_only(shortest, weights);
    status s;
    detail::numbers product(k);
    std::copy_n(gram.row(shortest), k, product.data());
    for (;;) {
      detail::certify(gram, weights, product.data(), s);
      if (s.residual <= tolerance || s.iterations == maximum_iterations) break;
      ++s.iterations;
      const auto vertex =
          static_cast<std::size_t>(std::min_element(product.data(), product.data() + k) - product.data());
      const double keep = min_norm_pair::first_weight(s.squared_norm, product[vertex], gram(vertex, vertex));
      const double* row = gram.row(vertex);
      for (std::size_t i = 0; i < k; ++i) {
        weights[i] *= keep;
        product[i] = keep * product[i] + (1 - keep) * row[i];
      }
      weights[vertex] += 1 - keep;
    }
    detail::multiply(gram, weights, product.data());
    detail::certify(gram, weights, product.data(), s);
    s.converged = s.residual <= 2 * tolerance;
    return s;
  }
};
static_assert(weighting<frank_wolfe>);

}  // namespace paragon::gradient
