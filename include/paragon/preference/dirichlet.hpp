// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "../core/error.hpp"
#include "../core/list_view.hpp"
#include "../core/random_key.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// The logarithm of a Gamma(shape, 1) number, as a pure function of the key and the element.
///
/// The logarithm, because for a small shape the number itself is often below the smallest double. Rejection draws from
/// numbers of its own, apart from those of other elements. O(1) on average, more than 95 % accepted at once.
/// \pre shape > 0, element < 2^40
/// Reference: Marsaglia, Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000.
[[nodiscard]] inline double log_gamma_variate(double shape, const random_key& key, std::uint64_t element) {
  const auto numbers = [element](std::uint64_t draw) { return element | (draw << 40); };
  // Below 1: Gamma(shape) = Gamma(shape + 1) * U^(1 / shape).
  const double boost = shape < 1 ? std::log(key.open_uniform(numbers(0))) / shape : 0.0;
  const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3.0;
  const double c = 1 / std::sqrt(9 * d);
  for (std::uint64_t draw = 1;; draw += 2) {
    const double x = key.normal(numbers(draw));
    const double cube_root = 1 + c * x;
    if (cube_root <= 0) continue;
    const double v = cube_root * cube_root * cube_root;
    const double log_v = std::log(v);
    if (std::log(key.open_uniform(numbers(draw + 1))) < 0.5 * x * x + d * (1 - v + log_v)) {
      return std::log(d) + log_v + boost;
    }
  }
}

/// One ray from the Dirichlet distribution: non-negative weights that sum to 1. O(m).
///
/// Concentrations of 1 make all rays equally likely, larger ones favour the middle, smaller ones the corners. The ray
/// of an index is the same whatever else is drawn. Small concentrations are no problem: weights underflow one by one,
/// never all.
///
/// \param ray            m weights, written
/// \param concentration  m finite numbers of at least 1e-300
/// \param index          which ray of the key; index * m + m < 2^40
/// Throws `paragon::error` for a wrong length or a concentration outside that range.
///
/// \code
/// std::array<double, 3> ray;
/// paragon::preference::dirichlet(std::span(ray), {1.0, 1.0, 1.0}, paragon::random_key{.seed = 1}.fork(step), device);
/// \endcode
template <std::floating_point T, std::size_t Extent>
void dirichlet(std::span<T, Extent> ray, list_view<double> concentration, const random_key& key,
               std::uint64_t index = 0) {
  const std::size_t m = ray.size();
  if (m == 0 || concentration.size() != m) {
    throw error("preference::dirichlet",
                std::to_string(concentration.size()) + " concentrations for " + std::to_string(m) + " weights",
                "as many as weights, at least 1");
  }
  for (std::size_t k = 0; k < m; ++k) {
    if (!(concentration[k] >= 1e-300 && concentration[k] <= std::numeric_limits<double>::max())) {
      throw error("preference::dirichlet",
                  "concentration " + std::to_string(k) + " is " + number_text(concentration[k]),
                  "a finite number of at least 1e-300");
    }
  }
  // Summed relative to the largest so far, in one pass and without memory; drawn again for the weights.
  const auto log_weight = [&](std::size_t k) { return log_gamma_variate(concentration[k], key, index * m + k); };
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0;
  for (std::size_t k = 0; k < m; ++k) {
    const double x = log_weight(k);
    if (x > largest) {
      sum = sum * std::exp(largest - x) + 1;
      largest = x;
    } else {
      sum += std::exp(x - largest);
    }
  }
  for (std::size_t k = 0; k < m; ++k) ray[k] = static_cast<T>(std::exp(log_weight(k) - largest) / sum);
}

/// One ray from the uniform distribution on the simplex, that is Dirichlet(1, ..., 1): normalised exponentials. O(m).
/// \param ray    m > 0 weights, written
/// \param index  which ray of the key
template <std::floating_point T, std::size_t Extent>
void uniform_on_simplex(std::span<T, Extent> ray, const random_key& key, std::uint64_t index = 0) {
  const std::size_t m = ray.size();
  double sum = 0;
  for (std::size_t k = 0; k < m; ++k) sum += key.exponential(index * m + k);
  for (std::size_t k = 0; k < m; ++k) ray[k] = static_cast<T>(key.exponential(index * m + k) / sum);
}

}  // namespace paragon::preference
