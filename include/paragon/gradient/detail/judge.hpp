// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "../../core/error.hpp"
#include "../gram_view.hpp"
#include "../status.hpp"
#include "scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient::detail {

/// Throws unless `gram` can be a Gram matrix (finite, symmetric, |G_ij|^2 <= G_ii G_jj up to single precision, whatever the
/// range of the entries) and `weights` has its size. O(k^2).
inline void require_gram(std::string_view place, gram_view gram, std::span<double> weights) {
  const std::size_t k = gram.size();
  if (weights.size() != k) {
    throw error(place, std::to_string(weights.size()) + " weights for " + std::to_string(k) + " gradients",
                std::to_string(k));
  }
  double poison = 0;
  for (const double entry : gram.entries()) poison += entry * 0.0;
  bool sound = poison == 0;
  numbers root(k);
  for (std::size_t i = 0; sound && i < k; ++i) {
    sound = gram(i, i) >= 0;
    root[i] = std::sqrt(gram(i, i));
  }
  for (std::size_t i = 0; sound && i < k; ++i) {
    const double* row = gram.row(i);
    for (std::size_t j = 0; j < i; ++j) {
      const double bound = root[i] * root[j];
      constexpr double unit =
          4 * std::numeric_limits<double>::denorm_min();  // what rounding does to the smallest numbers
      sound &= std::abs(row[j] - gram(j, i)) <= 1e-4 * bound + unit && std::abs(row[j]) <= 1.00005 * bound + unit;
    }
  }
  if (sound) return;
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      const std::string where =
          "entry (" + std::to_string(i) + ", " + std::to_string(j) + ") = " + number_text(gram(i, j));
      if (!std::isfinite(gram(i, j))) throw error(place, where, "a finite number");
      if (i == j && gram(i, j) < 0) throw error(place, where, "a squared norm, not negative");
    }
  }
  throw error(place, "the matrix is not symmetric, or an inner product exceeds the product of the norms",
              "the Gram matrix of some gradients");
}

/// Gw into `product`. O(k^2).
inline void multiply(gram_view gram, std::span<const double> weights, double* product) {
  const std::size_t k = gram.size();
  std::fill_n(product, k, 0.0);
  for (std::size_t i = 0; i < k; ++i) {
    const double w = weights[i];
    if (w == 0) continue;
    const double* row = gram.row(i);
    for (std::size_t j = 0; j < k; ++j) product[j] += w * row[j];
  }
}

/// The greater of the two, and NaN if either is: `std::max` drops it.
[[nodiscard]] inline double worse(double a, double b) noexcept { return b > a || !(b == b) ? b : a; }

/// Fills squared_norm and smallest_product, given Gw. Whatever a policy found of itself, it did not converge where w'Gw is no
/// finite number: that is so as soon as a weight or a product is none.
inline void judge(std::span<const double> weights, const double* product, status& s) {
  double norm = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    norm += weights[i] * product[i];
    least = std::min(least, product[i]);
  }
  s.squared_norm = norm < 0 ? 0 : norm;
  s.smallest_product = norm == norm ? least : norm;
  if (!std::isfinite(norm) || !std::isfinite(s.residual)) s.converged = false;
}

/// Fills the same, and for weights on the simplex the residual: how far d is from being the minimum-norm point, as the largest
/// w'Gw - (Gw)_i relative to m max(|g_i|, m) with m = sum_j w_j |g_j|, the scale of the rounding in it. NaN where a number is
/// NaN, infinite where the weights are not on the simplex.
inline void certify(gram_view gram, std::span<const double> weights, const double* product, status& s) {
  const std::size_t k = gram.size();
  s.residual = 0;
  judge(weights, product, s);
  double mean_norm = 0;
  double sum = 0;
  double least = 0;
  for (std::size_t i = 0; i < k; ++i) {
    mean_norm += weights[i] == 0 ? 0 : weights[i] * std::sqrt(gram(i, i));
    sum += weights[i];
    least = std::min(least, weights[i]);
  }
  for (std::size_t i = 0; i < k; ++i) {
    const double missing = s.squared_norm - product[i];
    if (missing <= 0) continue;
    s.residual = std::max(s.residual, missing / (mean_norm * std::max(mean_norm, std::sqrt(gram(i, i)))));
  }
  if (least < 0 || !(std::abs(sum - 1) <= 1e-9)) s.residual = std::numeric_limits<double>::infinity();
  if (!std::isfinite(s.squared_norm)) s.residual = std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(s.residual)) s.converged = false;
}

/// Writes one weight of one.
inline void choose_only(std::size_t i, std::span<double> weights) {
  std::fill(weights.begin(), weights.end(), 0.0);
  weights[i] = 1;
}

}  // namespace paragon::gradient::detail
