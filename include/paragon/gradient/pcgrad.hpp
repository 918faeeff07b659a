// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "../core/random_key.hpp"
#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// PCGrad, "gradient surgery": each gradient loses its component along every other one that it conflicts with, in random order;
/// the results are added up.
///
/// The orders are a pure function of `key` (Fisher-Yates, gradient i draws elements i k + 1 ... i k + k - 1): give
/// `key.fork(t)` in step t. With two gradients the order has no effect. The sum may still conflict for k > 2.
/// O(k^3). Reference: Yu et al., "Gradient surgery for multi-task learning", 2020, algorithm 1.
struct pcgrad {
  paragon::random_key key{};

  friend bool operator==(const pcgrad&, const pcgrad&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("pcgrad", gram, weights);
    const std::size_t k = gram.size();
    std::fill(weights.begin(), weights.end(), 0.0);
    detail::scratch<std::size_t, 32> order(k);
    detail::numbers product(k);
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < k; ++j) order[j] = j;
      for (std::size_t j = k; j > 1; --j) std::swap(order[j - 1], order[key.below(j, i * k + j - 1)]);
      std::copy_n(gram.row(i), k, product.data());
      weights[i] += 1;
      for (std::size_t position = 0; position < k; ++position) {
        const std::size_t j = order[position];
        if (j == i || product[j] >= 0 || gram(j, j) == 0) continue;
        const double factor = product[j] / gram(j, j);
        const double* row = gram.row(j);
        weights[j] -= factor;
        for (std::size_t t = 0; t < k; ++t) product[t] -= factor * row[t];
      }
    }
    detail::multiply(gram, weights, product.data());
    status s{.converged = true};
    detail::judge(weights, product.data(), s);
    return s;
  }
};
static_assert(weighting<pcgrad>);

}  // namespace paragon::gradient
