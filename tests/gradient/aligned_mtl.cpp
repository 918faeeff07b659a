// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <paragon/gradient/aligned_mtl.hpp>
#include <paragon/gradient/detail/symmetric.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: aligned_mtl of orthogonal gradients makes them equally long") {
  std::vector<double> w(3);
  const auto s = gradient::aligned_mtl{}({std::vector<double>{4, 0, 0, 0, 1, 0, 0, 0, 9}, 3}, w);
  CHECK(s.converged);
  CHECK(w[0] == doctest::Approx(1.0 / 6).epsilon(1e-14));
  CHECK(w[1] == doctest::Approx(1.0 / 3).epsilon(1e-14));
  CHECK(w[2] == doctest::Approx(1.0 / 9).epsilon(1e-14));
}

TEST_CASE("gradient: aligned_mtl of two conflicting gradients by the square root of a 2 x 2 matrix") {
  // sqrt(G) = (G + sqrt(det G) I) / sqrt(tr G + 2 sqrt(det G))
  const double root = std::sqrt(200.0);
  const double under = std::sqrt(56 + 2 * root);
  const double a = (18 + root) / under;
  const double b = -22 / under;
  const double c = (38 + root) / under;
  const double smallest = 28 - std::sqrt(584.0);
  const double factor = std::sqrt(smallest) / (a * c - b * b) / 2;
  std::vector<double> w(2);
  gradient::aligned_mtl{}({paragon_test::two_conflicting().gram(), 2}, w);
  CHECK(w[0] == doctest::Approx(factor * (c - b)).epsilon(1e-12));
  CHECK(w[1] == doctest::Approx(factor * (a - b)).epsilon(1e-12));
}

TEST_CASE("gradient: aligned_mtl ignores the null space") {
  // g_2 = g_1: eigenvalues 2 and 0, the first along (1, 1).
  std::vector<double> w(2);
  gradient::aligned_mtl{}({std::vector<double>{1, 1, 1, 1}, 2}, w);
  CHECK(w[0] == doctest::Approx(0.5).epsilon(1e-14));
  CHECK(w[1] == doctest::Approx(0.5).epsilon(1e-14));
}

TEST_CASE("gradient: Jacobi rotations diagonalise") {
  for (const std::size_t k : {1U, 2U, 5U, 13U, 60U}) {
    CAPTURE(k);
    for (const std::size_t n : {k / 3 + 1, 2 * k}) {
      const auto gram = paragon_test::normal_gradients(k, n, k).gram();
      auto values = gram;
      std::vector<double> vectors(k * k);
      const std::size_t sweeps = gradient::detail::jacobi_eigen(values.data(), vectors.data(), k);
      CHECK(sweeps <= 15);
      double norm = 0;
      for (const double entry : gram) norm += entry * entry;
      for (std::size_t i = 0; i < k; ++i) {
        for (std::size_t j = 0; j < k; ++j) {
          double product = 0;
          double rebuilt = 0;
          for (std::size_t e = 0; e < k; ++e) {
            product += vectors[i * k + e] * vectors[j * k + e];
            rebuilt += vectors[e * k + i] * values[e * k + e] * vectors[e * k + j];
          }
          CHECK(std::abs(product - (i == j ? 1 : 0)) < 1e-13);
          CHECK(std::abs(rebuilt - gram[i * k + j]) < 1e-13 * std::sqrt(norm));
        }
      }
    }
  }
}
