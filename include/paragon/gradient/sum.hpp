// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <span>

#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Weights of one: descends the sum of the objectives, whether the gradients conflict or not.
struct sum {
  friend bool operator==(const sum&, const sum&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("sum", gram, weights);
    std::fill(weights.begin(), weights.end(), 1.0);
    detail::numbers product(gram.size());
    detail::multiply(gram, weights, product.data());
    status s{.converged = true};
    detail::judge(weights, product.data(), s);
    return s;
  }
};
static_assert(weighting<sum>);

}  // namespace paragon::gradient
