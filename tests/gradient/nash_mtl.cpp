// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <paragon/core/error.hpp>
#include <paragon/gradient/nash_mtl.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: nash_mtl of two conflicting gradients") {
  const auto g = paragon_test::two_conflicting();
  std::vector<double> w(2);
  gradient::nash_mtl policy;
  const auto s = policy({g.gram(), 2}, w);
  CHECK(s.converged);
  // Two gradients: the bisector of their directions, cut to length one.
  const double a = 1 / std::sqrt(18.0);
  const double b = 1 / std::sqrt(38.0);
  const std::vector<double> bisector{-4 * a + 6 * b, a + b, a + b};
  const double length = std::sqrt(bisector[0] * bisector[0] + 2 * bisector[1] * bisector[1]);
  const auto d = g.combined(w);
  for (std::size_t t = 0; t < 3; ++t) CHECK(d[t] == doctest::Approx(bisector[t] / length).epsilon(1e-12));
  CHECK(std::abs(d[0] - 0.0542) < 1e-4);
  CHECK(std::abs(d[1] - 0.7061) < 1e-4);
}

TEST_CASE("gradient: nash_mtl solves the bargaining problem") {
  for (std::size_t k = 1; k <= 16; ++k) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      for (const auto& g : {paragon_test::free_gradients(k, k, seed), paragon_test::free_gradients(k, k / 2 + 1, seed),
                            paragon_test::normal_gradients(k, 300, seed, 0.5)}) {
        std::vector<double> w(k);
        gradient::nash_mtl policy({.max_norm = 0});
        const auto s = policy({g.gram(), k}, w);
        CHECK(s.converged);
        CHECK(s.iterations < 60);
        const auto gram = g.gram();
        for (std::size_t i = 0; i < k; ++i) {
          CHECK(w[i] > 0);
          double product = 0;
          for (std::size_t j = 0; j < k; ++j) product += gram[i * k + j] * w[j];
          CHECK(product * w[i] == doctest::Approx(1).epsilon(1e-9));
        }
        CHECK(s.squared_norm == doctest::Approx(static_cast<double>(k)).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("gradient: nash_mtl says so at a stationary point") {
  std::vector<double> w(4);
  gradient::nash_mtl policy;
  const auto s = policy({paragon_test::stationary_gradients(4, 6, 1).gram(), 4}, w);
  CHECK_FALSE(s.converged);
  CHECK(s.squared_norm < 1e-12);
}

TEST_CASE("gradient: nash_mtl keeps its weights between updates until it is reset") {
  const auto first = paragon_test::free_gradients(3, 5, 1).gram();
  const auto second = paragon_test::free_gradients(3, 5, 2).gram();
  std::vector<double> a(3);
  std::vector<double> b(3);
  std::vector<double> fresh(3);
  gradient::nash_mtl({.max_norm = 0})({second, 3}, fresh);
  gradient::nash_mtl policy({.max_norm = 0, .update_every = 3});
  CHECK(policy({first, 3}, a).iterations > 0);
  const auto kept = policy({second, 3}, b);
  CHECK(kept.iterations == 0);
  CHECK(kept.residual > 1e-3);
  CHECK(a == b);
  policy.reset();
  policy({second, 3}, b);
  CHECK(b == fresh);
  policy({first, 3}, b);
  policy({first, 3}, b);
  CHECK(b == fresh);
  policy({first, 3}, b);
  CHECK(b == a);
  CHECK_THROWS_AS(gradient::nash_mtl({.update_every = 0}), paragon::error);
}
