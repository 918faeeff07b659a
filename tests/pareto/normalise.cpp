// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <paragon/pareto/indicators.hpp>
#include <paragon/pareto/normalise.hpp>
#include <paragon/pareto/reference.hpp>
#include <vector>

#include "../special_values.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using front_2d = std::vector<std::array<double, 2>>;

static_assert(point_set<normalised_points>);

TEST_CASE("pareto: normalised points have the ideal at 0 and the nadir at 1, all minimised") {
  const std::vector<std::array<double, 3>> set{{10, 7, 0.5}, {20, 8, 1}, {15, 9, 0.25}, {30, 9, 0}};
  const auto p = normalise(set, {10, 0, 1}, {20, 0, 0.5}, {minimise, ignore, maximise});
  REQUIRE(p.size() == 4);
  REQUIRE(p.objectives() == 2);
  const front_2d expected{{0, 1}, {1, 0}, {0.5, 1.5}, {2, 2}};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(p(i, 0) == expected[i][0]);
    CHECK(p(i, 1) == expected[i][1]);
  }
  CHECK(igd(p, expected) == 0);
  const auto whole = normalise(std::vector<std::array<int, 2>>{{5, 5}, {7, 3}}, {4, 5}, {8, 5}, {minimise, maximise});
  CHECK(whole(0, 0) == 0.25);
  CHECK(whole(0, 1) == 0);
  CHECK(whole(1, 0) == 0.75);
  CHECK(whole(1, 1) == 2);  // no range: shifted alone
}

TEST_CASE("pareto: units do not matter to indicators of normalised fronts") {
  const front_2d found{{4, 2}, {3, 3}, {2, 4}};
  const front_2d truth{{10, 0}, {6, 1}, {2, 2}, {1, 6}, {0, 10}};
  const auto distance = [](const front_2d& a, const front_2d& r) {
    const auto best = ideal(r);
    const auto worst = nadir(r);
    return igd_plus(normalise(a, best, worst), normalise(r, best, worst));
  };
  const auto in_other_units = [](front_2d front) {
    for (auto& p : front) p = {1024 * p[0] + 512, p[1] / 64};
    return front;
  };
  CHECK(distance(found, truth) == doctest::Approx(igd_plus(found, truth) / 10).epsilon(1e-15));
  CHECK(distance(in_other_units(found), in_other_units(truth)) == distance(found, truth));
}

TEST_CASE("pareto: what normalise refuses") {
  const front_2d set{{1, 2}};
  using paragon_test::inf;
  CHECK(normalise(front_2d{}, {0, 0}, {1, 1}).size() == 0);
  CHECK_THROWS_AS((void)normalise(set, {0}, {1, 1}), paragon::error);
  CHECK_THROWS_AS((void)normalise(set, {0, 0}, {-1, 1}), paragon::error);
  CHECK_THROWS_AS((void)normalise(set, {0, 0}, {inf, 1}), paragon::error);
  CHECK_THROWS_AS((void)normalise(set, {0, std::numeric_limits<double>::quiet_NaN()}, {1, 1}), paragon::error);
  CHECK_THROWS_AS((void)normalise(front_2d{{std::numeric_limits<double>::quiet_NaN(), 0}}, {0, 0}, {1, 1}),
                  paragon::error);
  CHECK(normalise(front_2d{{inf, 0}}, {0, 0}, {1, 1})(0, 0) == inf);
}
