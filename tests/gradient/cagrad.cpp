// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <paragon/core/error.hpp>
#include <paragon/gradient/cagrad.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

namespace {

/// Proves d optimal by weak duality: its smallest product against the dual value of the multipliers that it contains.
void check_duality(const std::vector<double>& gram, std::size_t k, double c, const std::vector<double>& w,
                   double tolerance) {
  const double share = 1.0 / static_cast<double>(k);
  const std::vector<double> mean(k, share);
  const double radius = c * std::sqrt(std::max(0.0, paragon_test::quadratic(gram, mean)));
  std::vector<double> extra(k);
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) {
    extra[i] = w[i] - share;
    CHECK(extra[i] >= -1e-15);
    sum += extra[i];
  }
  const double length = std::sqrt(std::max(0.0, paragon_test::quadratic(gram, extra)));
  CHECK(length <= radius * (1 + 1e-9));
  double primal = INFINITY;
  double dual = 0;
  for (std::size_t i = 0; i < k; ++i) {
    double product = 0;
    double towards_mean = 0;
    for (std::size_t j = 0; j < k; ++j) {
      product += gram[i * k + j] * w[j];
      towards_mean += gram[i * k + j] * share;
    }
    primal = std::min(primal, product);
    dual += sum > 0 ? extra[i] / sum * towards_mean : 0;
  }
  if (sum > 0) dual += radius * length / sum;
  CHECK(std::abs(dual - primal) <= tolerance * gram[0]);
}

}  // namespace

TEST_CASE("gradient: cagrad of two conflicting gradients") {
  std::vector<double> w(2);
  const auto s = gradient::cagrad{}({paragon_test::two_conflicting().gram(), 2}, w);
  // g_0 = (1, 1, 1), and all of the correction goes along g_1: c |g_0| / |g_1|.
  CHECK(w[0] == doctest::Approx(0.5 + 0.5 * std::sqrt(3.0 / 18)).epsilon(1e-12));
  CHECK(w[1] == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(std::abs(w[0] - 0.70412) < 1e-5);
  CHECK(s.converged);
}

TEST_CASE("gradient: cagrad with c = 0 is the mean") {
  std::vector<double> w(4);
  CHECK(gradient::cagrad{.c = 0}({paragon_test::normal_gradients(4, 9, 1).gram(), 4}, w).converged);
  CHECK(w == std::vector<double>(4, 0.25));
}

TEST_CASE("gradient: cagrad is optimal by duality") {
  for (std::size_t k = 2; k <= 16; ++k) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      for (const double c : {0.1, 0.5, 0.9, 2.0}) {
        CAPTURE(k);
        CAPTURE(seed);
        CAPTURE(c);
        for (const auto& g :
             {paragon_test::free_gradients(k, k + 2, seed), paragon_test::normal_gradients(k, 3 * k, seed),
              paragon_test::free_gradients(k, 40, seed)}) {
          std::vector<double> w(k);
          const auto s = gradient::cagrad{.c = c}({g.gram(), k}, w);
          CHECK(s.converged);
          CHECK(s.iterations < 40);
          check_duality(g.gram(), k, c, w, 1e-9);
        }
      }
    }
  }
}

TEST_CASE("gradient: cagrad at a stationary point stays in its ball and harms nobody more than it must") {
  for (std::size_t k = 2; k <= 16; ++k) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      const auto gram = paragon_test::stationary_gradients(k, k + 1, seed, k > 3 ? seed % 2 * (k / 2) : 0).gram();
      std::vector<double> w(k);
      const auto s = gradient::cagrad{}({gram, k}, w);
      CHECK(s.converged);
      CHECK(s.smallest_product <= 1e-7 * gram[0]);
      std::vector<double> extra(w);
      for (double& x : extra) x -= 1.0 / static_cast<double>(k);
      const double mean_norm = paragon_test::quadratic(gram, std::vector<double>(k, 1.0 / static_cast<double>(k)));
      CHECK(paragon_test::quadratic(gram, extra) <= 0.25 * mean_norm * (1 + 1e-8));
    }
  }
}

TEST_CASE("gradient: cagrad refuses a negative c") {
  std::vector<double> w(2);
  CHECK_THROWS_AS(gradient::cagrad{.c = -1}({std::vector<double>{1, 0, 0, 1}, 2}, w), paragon::error);
}
