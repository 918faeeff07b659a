// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <paragon/core/simplex.hpp>
#include <paragon/preference/rays.hpp>
#include <set>

using namespace paragon::preference;

static_assert(ray_scale<unit_sum> && ray_scale<unit_length> && !ray_scale<int>);

TEST_CASE("preference: circle has the published rays") {
  const rays published = circle(24, unit_length{});
  REQUIRE(published.size() == 24);
  REQUIRE(published.objectives() == 2);
  // Rows of the published look-up bank, round(100 r_0) as listed for its evaluation.
  const int rows[] = {100, 100, 99, 98, 96, 94, 92, 89, 85, 82, 78, 73, 68, 63, 58, 52, 46, 40, 33, 27, 20, 14, 7, 0};
  for (std::size_t i = 0; i < 24; ++i) {
    CHECK(std::lround(100 * published[i][0]) == rows[i]);
    CHECK(std::hypot(published[i][0], published[i][1]) == doctest::Approx(1).epsilon(1e-15));
    CHECK(published[i][0] == doctest::Approx(published[23 - i][1]).epsilon(1e-9));
  }
  CHECK(published[0][1] == doctest::Approx(1e-6).epsilon(1e-9));
}

TEST_CASE("preference: circle lies on the simplex by default, at equal angles") {
  const rays r = circle(7);
  const rays around = circle(7, unit_length{});
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(paragon::is_on_simplex(r[i], 1e-15));
    CHECK(r[i][0] * around[i][1] == doctest::Approx(r[i][1] * around[i][0]).epsilon(1e-14));
  }
  const double step = std::atan2(r[1][1], r[1][0]) - std::atan2(r[0][1], r[0][0]);
  CHECK(step == doctest::Approx((std::numbers::pi / 2 - 2e-6) / 6).epsilon(1e-12));
  const rays exact = circle(3, unit_sum{}, {.radians = 0});
  CHECK(exact[0][0] == 1);
  CHECK(exact[0][1] == 0);
  CHECK(exact[1][0] == doctest::Approx(0.5));
  CHECK(circle(1)[0][0] == doctest::Approx(1));
}

TEST_CASE("preference: simplex_grid lists every composition once") {
  for (std::size_t m = 1; m <= 6; ++m) {
    for (std::size_t divisions = 1; divisions <= 8; ++divisions) {
      INFO("m ", m, ", divisions ", divisions);
      const rays grid = simplex_grid(m, divisions);
      std::size_t binomial = 1;
      for (std::size_t i = 1; i < m; ++i) binomial = binomial * (divisions + i) / i;
      CHECK(grid.size() == binomial);
      CHECK(simplex_grid_size(m, divisions) == binomial);
      std::set<std::vector<double>> distinct;
      std::vector<double> previous;
      for (std::size_t i = 0; i < grid.size(); ++i) {
        const std::vector<double> row(grid[i].begin(), grid[i].end());
        CHECK(paragon::is_on_simplex(grid[i], 1e-14));
        for (const double w : row) {
          const double parts = w * static_cast<double>(divisions);
          CHECK(std::abs(parts - std::round(parts)) < 1e-14);
        }
        if (i > 0) CHECK(row < previous);
        previous = row;
        distinct.insert(row);
      }
      CHECK(distinct.size() == binomial);
    }
  }
}

TEST_CASE("preference: uniform_rays are inside the simplex and even") {
  const rays two = uniform_rays(10, 2);
  for (std::size_t i = 0; i < 10; ++i) CHECK(two[i][0] == doctest::Approx((static_cast<double>(i) + 0.5) / 10));

  for (std::size_t m = 1; m <= 8; ++m) {
    INFO("m ", m);
    const std::size_t n = 4096;
    const rays r = uniform_rays(n, m);
    std::vector<double> mean(m);
    std::vector<double> square(m);
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(paragon::is_on_simplex(r[i], 1e-14));
      for (std::size_t k = 0; k < m; ++k) {
        CHECK(r[i][k] >= 0);
        mean[k] += r[i][k] / static_cast<double>(n);
        square[k] += r[i][k] * r[i][k] / static_cast<double>(n);
      }
    }
    // Moments of the uniform distribution on the simplex: 1 / m and 2 / (m (m + 1)).
    const double d = static_cast<double>(m);
    for (std::size_t k = 0; k < m; ++k) {
      CHECK(mean[k] == doctest::Approx(1 / d).epsilon(0.01));
      CHECK(square[k] == doctest::Approx(2 / (d * (d + 1))).epsilon(0.02));
    }
    // The share of rays that give objective 0 at least half: (1/2)^(m - 1).
    const double share = std::pow(0.5, d - 1);
    std::size_t above = 0;
    for (std::size_t i = 0; i < n; ++i) above += r[i][m - 1] >= 0.5;
    CHECK(std::abs(static_cast<double>(above) / static_cast<double>(n) - share) < 0.01);
  }
}

TEST_CASE("preference: rays refuse what makes no sense") {
  CHECK_THROWS_WITH_AS((void)circle(0), "preference::circle: 0 rays; expected at least 1", paragon::error);
  CHECK_THROWS_AS((void)circle(3, unit_sum{}, {.radians = 1}), paragon::error);
  CHECK_THROWS_AS((void)circle(3, unit_sum{}, {.radians = -0.1}), paragon::error);
  CHECK_THROWS_AS((void)simplex_grid(0, 3), paragon::error);
  CHECK_THROWS_AS((void)simplex_grid(3, 0), paragon::error);
  CHECK_THROWS_AS((void)simplex_grid(50, 50), paragon::error);
  CHECK_THROWS_AS((void)simplex_grid(3, static_cast<std::size_t>(-1)), paragon::error);
  CHECK_THROWS_AS((void)uniform_rays(0, 3), paragon::error);
  CHECK_THROWS_AS((void)uniform_rays(3, 0), paragon::error);
}
