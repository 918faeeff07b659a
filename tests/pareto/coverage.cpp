// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/coverage.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;
using front_2d = std::vector<std::array<double, 2>>;

namespace {

double brute_coverage(const table<double>& a, const table<double>& b, const std::vector<paragon::direction>& way) {
  std::size_t count = 0;
  for (const auto& target : b) {
    bool covered = false;
    for (const auto& p : a) {
      covered = covered || paragon_test::brute_dominates(p, target, way) || paragon_test::brute_equal(p, target, way);
    }
    count += covered ? 1U : 0U;
  }
  return static_cast<double>(count) / static_cast<double>(b.size());
}

}  // namespace

TEST_CASE("pareto: coverage of small fronts") {
  const front_2d a{{1, 2}, {2, 1}};
  const front_2d b{{1, 3}, {0, 4}};
  CHECK(coverage(a, b) == 0.5);
  CHECK(coverage(b, a) == 0);
  CHECK(coverage(a, a) == 1);
  CHECK(coverage(a, b, {maximise, maximise}) == 0);
  CHECK(coverage(b, a, {maximise, maximise}) == 0.5);
  CHECK(coverage(a, front_2d{{1, 2}, {1, 2}, {0, 0}, {5, 5}}) == 0.75);
  CHECK(coverage(a, front_2d{{1, 0}, {0, 0}}, {minimise, ignore}) == 0.5);
  using paragon_test::inf;
  CHECK(coverage(front_2d{{-inf, inf}}, front_2d{{-inf, inf}, {0, inf}, {0, 0}, {inf, inf}}) == 0.75);
  // One apart, beyond the numbers that a double can tell apart.
  constexpr std::int64_t big = std::int64_t{1} << 60;
  using long_front = std::vector<std::array<std::int64_t, 1>>;
  CHECK(coverage(long_front{{big + 1}}, long_front{{big}}) == 0);
  CHECK(coverage(long_front{{big}}, long_front{{big + 1}}) == 1);
  CHECK_THROWS_AS((void)coverage(front_2d{}, a), paragon::error);
  CHECK_THROWS_AS((void)coverage(a, front_2d{{0, std::numeric_limits<double>::quiet_NaN()}}), paragon::error);
  CHECK_THROWS_AS((void)coverage(front_2d{{0, std::numeric_limits<double>::quiet_NaN()}}, a), paragon::error);
  CHECK(coverage(a, front_2d{{2, std::numeric_limits<double>::quiet_NaN()}}, nan_worst{}) == 1);
}

TEST_CASE("pareto: coverage against the definition, whatever runs it") {
  paragon::thread_pool pool(2);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::size_t m = 1 + seed % 10;
    const auto way = paragon_test::random_directions(m, seed);
    for (const kind what : paragon_test::kinds) {
      INFO("seed ", seed, ", m ", m, ", ", paragon_test::name_of(what));
      const auto a = random_points<double>(what, 1 + seed * 37 % 200, m, seed);
      const auto b = random_points<double>(what, 1 + seed * 61 % 300, m, seed + 1000);
      const double found = coverage(a, b, way);
      CHECK(found == brute_coverage(a, b, way));
      CHECK(coverage(a, b, way, threaded(pool)) == found);
    }
  }
}
