// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <span>

#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Equal weights 1/k: descends the average objective, whether the gradients conflict or not.
struct mean {
  friend bool operator==(const mean&, const mean&) = default;

  status operator()(gram_view gram, std::span<double> weights) const {
    detail::require_gram("mean", gram, weights);
    std::fill(weights.begin(), weights.end(), 1.0 / static_cast<double>(gram.size()));
    detail::numbers product(gram.size());
    detail::multiply(gram, weights, product.data());
    status s{.converged = true};
    detail::judge(weights, product.data(), s);
    return s;
  }
};
static_assert(weighting<mean>);

}  // namespace paragon::gradient
