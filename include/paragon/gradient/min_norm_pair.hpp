// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "../core/error.hpp"
#include "concepts.hpp"
#include "detail/judge.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// The minimum-norm point of the segment between two gradients, in closed form: w_1 = clip(<g_2 - g_1, g_2> / |g_1 - g_2|^2),
/// the ends 0 and 1 included exactly. Of two equal gradients the first gets everything.
///
/// status: `residual` is the certificate of `min_norm`; converged means that it is at most 1e-11.
///
/// O(1). Reference: Sener, Koltun, "Multi-task learning as multi-objective optimization", 2018, algorithm 1.
/// \throws error for another number of gradients than two
struct min_norm_pair {
  friend bool operator==(const min_norm_pair&, const min_norm_pair&) = default;

  /// w_1 for the squared norms a = |g_1|^2, c = |g_2|^2 and the product b.
  [[nodiscard]] static constexpr double first_weight(double a, double b, double c) noexcept {
    if (b >= a) return 1;
    if (b >= c) return 0;
    return (c - b) / ((a - b) + (c - b));
  }

  status operator()(gram_view gram, std::span<double> weights) const {
    if (gram.size() != 2) {
      throw error("min_norm_pair", std::to_string(gram.size()) + " gradients", "2 (min_norm takes any number)");
    }
    detail::require_gram("min_norm_pair", gram, weights);
    choose(gram, weights);
    double product[2];
    detail::multiply(gram, weights, product);
    status s;
    detail::certify(gram, weights, product, s);
    s.converged = s.residual <= 1e-11;
    return s;
  }

  /// Writes the two weights. \pre a Gram matrix of two gradients
  static void choose(gram_view gram, std::span<double> weights) noexcept {
    const double unit = std::max(gram(0, 0), gram(1, 1)) > 0x1p1000 ? 0x1p-10 : 1;  // no sum of three overflows
    const double a = gram(0, 0) * unit;
    const double b = gram(0, 1) * unit;
    const double c = gram(1, 1) * unit;
    // A weight that is as good as 1 leaves a small one beside it, not zero: the other gradient may be very long.
    weights[0] = first_weight(a, b, c);
    weights[1] = b >= a ? 0 : b >= c ? 1 : (a - b) / ((a - b) + (c - b));
  }
};
static_assert(weighting<min_norm_pair>);

}  // namespace paragon::gradient
