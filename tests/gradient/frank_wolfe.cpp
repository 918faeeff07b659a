// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <paragon/gradient/frank_wolfe.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: frank_wolfe reaches a vertex exactly") {
  const paragon_test::gradients g{3, 2, {1, 2, 3, 6, 2, 4}};
  std::vector<double> w(3);
  const auto s = gradient::frank_wolfe{}({g.gram(), 3}, w);
  CHECK(w == std::vector<double>{1, 0, 0});
  CHECK(s.converged);
  CHECK(s.iterations == 0);
}

TEST_CASE("gradient: frank_wolfe on two gradients is the closed form after one step") {
  std::vector<double> w(2);
  const auto s = gradient::frank_wolfe{}({paragon_test::two_conflicting().gram(), 2}, w);
  CHECK(s.converged);
  CHECK(s.iterations == 1);
  CHECK(w[0] == doctest::Approx(0.6).epsilon(1e-14));
}

TEST_CASE("gradient: frank_wolfe is within its certificate of the exact point") {
  for (std::size_t k = 2; k <= 13; ++k) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      const auto g = paragon_test::normal_gradients(k, 3 * k, seed, 0.2);
      const auto gram = g.gram();
      std::vector<double> exact(k);
      std::vector<double> w(k);
      const auto best = gradient::min_norm{}({gram, k}, exact);
      for (const std::size_t limit : {0U, 1U, 10U, 100U, 10000U}) {
        const auto s = gradient::frank_wolfe{.maximum_iterations = limit}({gram, k}, w);
        CHECK(s.iterations <= limit);
        CHECK(s.squared_norm >= best.squared_norm - 1e-12);
        const auto d = g.combined(w);
        const auto e = g.combined(exact);
        double distance = 0;
        for (std::size_t t = 0; t < d.size(); ++t) distance += (d[t] - e[t]) * (d[t] - e[t]);
        CHECK(distance <= s.gap() + 1e-12);
        CHECK(s.converged == (s.residual <= 2e-6));
      }
    }
  }
}
