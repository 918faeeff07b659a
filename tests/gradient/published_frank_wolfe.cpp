// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/published_frank_wolfe.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: published_frank_wolfe gives the reference's weights after its number of iterations") {
  const std::vector<double> gram{1, .2, -.3, .2, 1, .4, -.3, .4, 1};
  std::vector<double> w(3);
  const auto s = gradient::published_frank_wolfe{}({gram, 3}, w);
  CHECK(std::abs(w[0] - .471206) < 5e-7);
  CHECK(std::abs(w[1] - .068058) < 5e-7);
  CHECK(std::abs(w[2] - .460736) < 5e-7);
  CHECK(std::abs(std::sqrt(s.squared_norm) - .5887248) < 5e-8);
  CHECK(s.iterations == 6);
  CHECK(s.converged);
}

TEST_CASE("gradient: published_frank_wolfe clamps two gradients to 0.999 and 0.001") {
  std::vector<double> w(2);
  const gradient::published_frank_wolfe policy;
  CHECK(policy({paragon_test::gradients{2, 1, {1, 2}}.gram(), 2}, w).converged);
  CHECK(w == std::vector<double>{0.999, 1 - 0.999});
  CHECK(policy({paragon_test::gradients{2, 1, {2, 1}}.gram(), 2}, w).gap() > 0);
  CHECK(w == std::vector<double>{0.001, 1 - 0.001});
  policy({paragon_test::two_conflicting().gram(), 2}, w);
  CHECK(w[0] == doctest::Approx(0.6).epsilon(1e-14));
}

TEST_CASE("gradient: published_frank_wolfe on thirteen unit gradients is close to the exact point") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    auto g = paragon_test::normal_gradients(13, 400, seed);
    for (std::size_t i = 0; i < g.k; ++i) {
      double norm = 0;
      for (std::size_t t = 0; t < g.n; ++t) norm += g.row(i)[t] * g.row(i)[t];
      for (std::size_t t = 0; t < g.n; ++t) g.row(i)[t] /= std::sqrt(norm);
    }
    std::vector<double> w(13);
    const auto s = gradient::published_frank_wolfe{}({g.gram(), 13}, w);
    const auto best = gradient::min_norm{}({g.gram(), 13}, w);
    CHECK(s.converged);
    CHECK(s.iterations > 50);
    CHECK(s.squared_norm >= best.squared_norm - 1e-15);
    CHECK(s.squared_norm - best.squared_norm < 1e-6);
  }
}

TEST_CASE("gradient: published_frank_wolfe ends at its cap and says so") {
  const auto gram = paragon_test::normal_gradients(13, 400, 1).gram();
  std::vector<double> w(13);
  const auto whole = gradient::published_frank_wolfe{}({gram, 13}, w);
  REQUIRE(whole.iterations > 20);
  const auto cut = gradient::published_frank_wolfe{.maximum_iterations = 20}({gram, 13}, w);
  CHECK_FALSE(cut.converged);
  CHECK(cut.iterations == 20);
  CHECK(cut.gap() > whole.gap());
}
