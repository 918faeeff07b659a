// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/r2.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;
using front_2d = std::vector<std::array<double, 2>>;

namespace {

using paragon_test::inf;
using paragon_test::not_a_number;

double brute_r2(const table<double>& set, const std::vector<double>& ideal, const table<double>& weights) {
  double total = 0;
  for (const auto& w : weights) {
    double least = inf;
    for (const auto& a : set) {
      double most = 0;
      for (std::size_t k = 0; k < a.size(); ++k) most = std::max(most, w[k] * std::abs(a[k] - ideal[k]));
      least = std::min(least, most);
    }
    total += least;
  }
  return total / static_cast<double>(weights.size());
}

/// (w, 1 - w) at the middles of n equal parts of [0, 1].
table<double> line_of_weights(std::size_t n) {
  table<double> weights;
  for (std::size_t i = 0; i < n; ++i) {
    const double w = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    weights.push_back({w, 1 - w});
  }
  return weights;
}

}  // namespace

TEST_CASE("pareto: exact R2 of published examples") {
  CHECK(r2(front_2d{{0, 1}, {1, 0}}, {0, 0}) == 0.25);
  CHECK(r2(front_2d{{1, 1}}, {0, 0}) == 0.75);
  CHECK(r2(front_2d{{5, 5}, {4, 6}, {2, 7}, {7, 4}}, {0, 0}) == doctest::Approx(2.5941919191919194).epsilon(1e-15));
}

TEST_CASE("pareto: exact R2 in closed form") {
  // One point: y/2 - y^2 / (2 (x + y)) + ..., that is (x^2 + x y + y^2) / (2 (x + y)).
  for (const auto& [x, y] : front_2d{{1, 2}, {3, 0.5}, {1e-3, 7}, {0, 2}, {5, 0}, {1e200, 1e-200}}) {
    const double larger = std::max(x, y);
    const double a = x / larger;
    const double b = y / larger;
    CHECK(r2(front_2d{{x, y}}, {0, 0}) ==
          doctest::Approx(larger * (a * a + a * b + b * b) / (2 * (a + b))).epsilon(1e-15));
  }
  CHECK(r2(front_2d{{3, 4}, {9, 9}}, {3, 4}) == 0);  // the ideal point itself
  // The dense front x + y = 1: the least of max(w x, (1 - w) (1 - x)) is w (1 - w), whose integral is 1/6.
  front_2d line;
  for (int i = 0; i <= 4000; ++i) line.push_back({i / 4000.0, 1 - i / 4000.0});
  CHECK(r2(line, {0, 0}) == doctest::Approx(1.0 / 6).epsilon(2e-4));
  CHECK(r2(line, {0, 0}) > 1.0 / 6);
}

TEST_CASE("pareto: exact R2 of integers, directions, infinities, NaN, bad ideal points") {
  const std::vector<std::array<int, 3>> mixed{{5, 1, -5}, {4, 9, -6}, {2, 3, -7}, {7, 5, -4}};
  CHECK(r2(mixed, {0, 99, 0}, {minimise, ignore, maximise}) == doctest::Approx(2.5941919191919194).epsilon(1e-15));
  CHECK(r2(front_2d{{1, 1}, {0, inf}, {inf, 0}}, {0, 0}) == 0.75);
  CHECK(r2(front_2d{{0, inf}}, {0, 0}) == inf);
  CHECK(r2(front_2d{{1, 1}, {0, not_a_number}}, {0, 0}, nan_worst{}) == 0.75);
  CHECK_THROWS_AS((void)r2(front_2d{{1, 1}, {0, not_a_number}}, {0, 0}), paragon::error);
  CHECK_THROWS_AS((void)r2(front_2d{}, {0, 0}), paragon::error);
  CHECK_THROWS_AS((void)r2(front_2d{{1, 1}}, {0}), paragon::error);
  CHECK_THROWS_AS((void)r2(front_2d{{1, 1}}, {0, not_a_number}), paragon::error);
  CHECK_THROWS_AS((void)r2(front_2d{{1, 1}}, {-inf, 0}), paragon::error);
  CHECK_THROWS_AS((void)r2(std::vector<std::array<double, 3>>{{1, 1, 1}}, {0, 0, 0}), paragon::error);
  CHECK_THROWS_WITH_AS((void)r2(front_2d{{1, 1}, {2, 0}}, {0, 0.5}),
                       "pareto::r2: row 1 is better than the ideal point in column 1; expected an ideal point that is "
                       "at least as good as every point",
                       paragon::error);
}

TEST_CASE("pareto: exact R2 is the limit of many weights, and dominated points change nothing") {
  const auto weights = line_of_weights(20000);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed ", seed);
    for (const kind what : {kind::cube, kind::simplex, kind::grid}) {
      auto set = random_points<double>(what, 1 + seed * 7 % 40, 2, seed);
      const double exact = r2(set, {0, 0});
      CHECK(exact == doctest::Approx(brute_r2(set, {0, 0}, weights)).epsilon(1e-7));
      auto scaled = set;
      for (auto& row : scaled) row = {4 * row[0], 4 * row[1]};
      CHECK(r2(scaled, {0, 0}) == 4 * exact);
      const auto copy = set;
      for (const auto& row : copy) set.push_back({row[0] + 0.25, row[1] + 0.5});
      std::reverse(set.begin(), set.end());
      CHECK(r2(set, {0, 0}) == exact);
    }
  }
}

TEST_CASE("pareto: R2 of given weights against the definition, whatever runs it") {
  paragon::thread_pool pool(2);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::size_t m = 1 + seed % 10;
    INFO("seed ", seed, ", m ", m);
    const auto set = random_points<double>(kind::cube, 1 + seed * 37 % 300, m, seed);
    auto weights = random_points<double>(kind::simplex, 1 + seed * 61 % 400, m, seed + 1000);
    weights[0].assign(m, 0.0);
    weights[0][0] = 1;
    const std::vector<double> ideal(m, 0.0);
    const double found = r2(set, ideal, weights);
    CHECK(found == doctest::Approx(brute_r2(set, ideal, weights)).epsilon(1e-14));
    CHECK(r2(set, ideal, weights, threaded(pool)) == found);
    auto mirrored = set;
    for (auto& row : mirrored) row[m - 1] = -row[m - 1];
    std::vector<paragon::direction> way(m, minimise);
    way[m - 1] = maximise;
    CHECK(r2(mirrored, ideal, weights, way) == found);
  }
  CHECK(r2(front_2d{{1, inf}, {3, 3}}, {0, 0}, table<double>{{1, 0}}) == 1);
  CHECK(r2(std::vector<std::array<int, 2>>{{1, 7}, {3, 3}}, {0, 0}, table<double>{{1, 0}}, {minimise, ignore}) == 1);
  CHECK_THROWS_AS((void)r2(front_2d{{1, 1}}, {0, 0}, table<double>{{1, -1}}), paragon::error);
  CHECK_THROWS_AS((void)r2(front_2d{{1, 1}}, {0, 0}, table<double>{{1, 1, 1}}), paragon::error);
  CHECK_THROWS_AS((void)r2(front_2d{{1, 1}}, {0, 0}, table<double>{}), paragon::error);
}
