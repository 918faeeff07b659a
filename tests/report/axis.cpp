// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/report/axis.hpp>

using namespace paragon::report;

TEST_CASE("report: an axis maps its range onto the pixels, linear or logarithmic") {
  const axis x({2, 6}, axis_scale::linear, 100, 300);
  CHECK(!x.logarithmic());
  CHECK(x(4) == doctest::Approx(200));
  CHECK(x(2) > 100);
  CHECK(x(6) < 300);
  CHECK(x(6) - x(5) == doctest::Approx(x(3) - x(2)));
  const axis y({1, 100}, axis_scale::automatic, 300, 100);
  CHECK(y.logarithmic());
  CHECK(y(10) == doctest::Approx(200));
  CHECK(y(100) < y(1));
  CHECK(!axis({1, 4}, axis_scale::automatic, 0, 1).logarithmic());
  CHECK(!axis({0, 400}, axis_scale::automatic, 0, 1).logarithmic());
}

TEST_CASE("report: axes of positive values do not reach below zero, and one value is enough") {
  CHECK(!axis({0, 10}, axis_scale::linear, 0, 100).shows(-0.01));
  const axis one({5, 5}, axis_scale::linear, 0, 100);
  CHECK(one(5) == doctest::Approx(50));
  CHECK(axis({5, 5}, axis_scale::logarithmic, 0, 100).shows(5));
  CHECK(axis({0, 0}, axis_scale::automatic, 0, 100).shows(0));
  CHECK_THROWS_AS(axis({}, axis_scale::linear, 0, 1), paragon::error);
  CHECK_THROWS_AS(axis({0, 1}, axis_scale::logarithmic, 0, 1), paragon::error);
}

TEST_CASE("report: ticks are round, rising, on the axis and neither few nor many") {
  const paragon::random_key key{.seed = 2};
  INFO("seed " << key.seed);
  for (std::uint64_t n = 0; n < 3000; ++n) {
    const double low = std::exp2(60 * key.uniform(3 * n) - 30);
    const double high = low * std::exp2(std::exp2(5 * key.uniform(3 * n + 1) - 1.5));
    const axis_scale scale = n % 2 == 0 ? axis_scale::linear : axis_scale::logarithmic;
    const axis x({low, high}, scale, 0, 400);
    const std::vector<double> ticks = x.ticks(5);
    INFO(low << " to " << high << ", " << (n % 2));
    REQUIRE(ticks.size() >= 2);
    REQUIRE(ticks.size() <= 11);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      REQUIRE(x.shows(ticks[i]));
      if (i > 0) REQUIRE(ticks[i] > ticks[i - 1]);
      if (ticks[i] == 0) continue;
      // At most four significant digits: in a range of relative width w the step is about w / 5 of the value.
      const double power = std::pow(10, std::floor(std::log10(ticks[i])) - 3);
      REQUIRE(std::abs(ticks[i] / power - std::round(ticks[i] / power)) < 1e-6);
    }
  }
}

TEST_CASE("report: familiar ranges have familiar ticks") {
  CHECK(axis({0, 10}, axis_scale::linear, 0, 1).ticks(5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(axis({5.6, 50}, axis_scale::logarithmic, 0, 1).ticks(5) == std::vector<double>{5, 10, 20, 50});
  const std::vector<double> decades = axis({1, 1e4}, axis_scale::logarithmic, 0, 1).ticks(5);
  CHECK(decades.size() == 5);
}
