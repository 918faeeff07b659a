// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "../core/error.hpp"
#include "concepts.hpp"
#include "detail/judge.hpp"

namespace paragon::gradient {

/// The minimum-norm point of the segment between two gradients, in closed form: w_1 = clip(<g_2 - g_1, g_2> / |g_1 - g_2|^2),
/// the ends 0 and 1 included exactly. Of two equal gradients the first gets everything.
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
    const double a = gram(0, 0);
    const double b = gram(0, 1);
    const double c = gram(1, 1);
    weights[0] = first_weight(a, b, c);
    weights[1] = weights[0] == 1 ? 0 : weights[0] == 0 ? 1 : (a - b) / ((a - b) + (c - b));
    double product[2];
    detail::multiply(gram, weights, product);
    status s{.converged = true};
    detail::judge(weights, product, s);
    return s;
  }
};
static_assert(weighting<min_norm_pair>);

}  // namespace paragon::gradient
