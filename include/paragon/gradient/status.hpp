// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// How a weighting went. G is the Gram matrix that it was given, w the weights that it wrote, d = sum_i w_i g_i.
struct status {
  bool converged = false;       ///< whether the policy's own optimality condition holds to its own tolerance
  std::size_t iterations = 0;   ///< iterations of the policy's solver; 0 for closed forms
  double residual = 0;          ///< by how much that condition is missed: relative, free of scale, 0 for closed forms
  double squared_norm = 0;      ///< |d|^2 = w'Gw, never below zero
  double smallest_product = 0;  ///< min_i <g_i, d> = min_i (Gw)_i; not negative: following -d harms no objective

  /// The certificate w'Gw - min_i (Gw)_i. For weights on the simplex it bounds the squared distance of d to the
  /// minimum-norm point of the convex hull, so 0 proves that d is that point.
  [[nodiscard]] constexpr double gap() const noexcept { return squared_norm - smallest_product; }

  friend constexpr bool operator==(const status&, const status&) = default;
};

}  // namespace paragon::gradient
