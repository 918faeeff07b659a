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
#include "detail/symmetric.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Aligned-MTL: replaces the gradients by the nearest orthogonal system of equal lengths, then averages.
///
/// With G = V diag(l) V', the weights are sqrt(l_min) V diag(1 / sqrt(l)) V' (1/k, ..., 1/k), where l_min is the smallest
/// eigenvalue of those above rounding (k epsilon l_max) and only those count. The smallest singular value sets the length of
/// the step: near rank deficiency it is small, and it jumps where the numerical rank changes; that is the method's.
///
/// status: `iterations` counts Jacobi sweeps. All-zero gradients get equal weights. O(k^3).
/// Reference: Senushkin et al., "Independent component alignment for multi-task learning", 2023, algorithm 1.
struct aligned_mtl {
  friend bool operator==(const aligned_mtl&, const aligned_mtl&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("aligned_mtl", gram, weights);
    const std::size_t k = gram.size();
    const double share = 1.0 / static_cast<double>(k);
    detail::square values(k * k);
    detail::square vectors(k * k);
    double longest = 0;
    for (std::size_t i = 0; i < k; ++i) longest = std::max(longest, gram(i, i));
    // In a unit in which squares neither overflow nor vanish: what does vanish is below the floor of the eigenvalues.
    const double unit = longest > 0 ? std::ldexp(1.0, std::min(1000, -std::ilogb(longest))) : 1;
    for (std::size_t e = 0; e < k * k; ++e) values[e] = gram.entries()[e] * unit;
    constexpr std::size_t limit = 60;
    status s;
    s.iterations = detail::jacobi_eigen(values.data(), vectors.data(), k, limit);
    s.converged = s.iterations <= limit;
    double largest = 0;
    for (std::size_t e = 0; e < k; ++e) largest = std::max(largest, values[e * k + e]);
    const double floor = static_cast<double>(k) * std::numeric_limits<double>::epsilon() * largest;
    double smallest = largest;
    for (std::size_t e = 0; e < k; ++e) {
      if (values[e * k + e] > floor) smallest = std::min(smallest, values[e * k + e]);
    }
    std::fill(weights.begin(), weights.end(), largest > 0 ? 0.0 : share);
    for (std::size_t e = 0; e < k; ++e) {
      if (!(values[e * k + e] > floor)) continue;
      const double* vector = vectors.data() + e * k;
      double along = 0;
      for (std::size_t i = 0; i < k; ++i) along += vector[i] * share;
      along *= std::sqrt(smallest / values[e * k + e]);
      for (std::size_t i = 0; i < k; ++i) weights[i] += along * vector[i];
    }
    detail::numbers product(k);
    detail::multiply(gram, weights, product.data());
    detail::judge(weights, product.data(), s);
    return s;
  }
};
static_assert(weighting<aligned_mtl>);

}  // namespace paragon::gradient
