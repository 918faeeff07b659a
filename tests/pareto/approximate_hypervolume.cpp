// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/approximate_hypervolume.hpp>
#include <paragon/pareto/hypervolume.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;

namespace {

using paragon_test::inf;

/// Inclusion and exclusion over all subsets, for points below the reference.
double inclusion_exclusion(const table<double>& set, const std::vector<double>& reference) {
  double total = 0;
  for (std::size_t subset = 1; subset < (std::size_t{1} << set.size()); ++subset) {
    double product = 1;
    std::size_t members = 0;
    for (std::size_t i = 0; i < set.size(); ++i) members += (subset >> i) & 1;
    for (std::size_t k = 0; k < reference.size(); ++k) {
      double side = inf;
      for (std::size_t i = 0; i < set.size(); ++i) {
        if ((subset >> i) & 1) side = std::min(side, reference[k] - set[i][k]);
      }
      product *= side;
    }
    total += members % 2 == 1 ? product : -product;
  }
  return total;
}

/// The most failures of probability p among n trials that are more likely than one in a million.
std::size_t plausible_failures(std::size_t n, double p) {
  double tail = 1;  // the probability of at least k failures
  for (std::size_t k = 0; k <= n; ++k) {
    const double log_choose = std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
                              std::lgamma(static_cast<double>(n - k) + 1);
    tail -= std::exp(log_choose + static_cast<double>(k) * std::log(p) + static_cast<double>(n - k) * std::log1p(-p));
    if (tail < 1e-6) return k;
  }
  return n;
}

/// Points of the unit sphere: their volume is large seen from (1.1, ...) where convex, small where concave.
table<double> sphere(std::size_t n, std::size_t m, bool convex, std::uint64_t seed) {
  const paragon::random_key key{.seed = seed};
  table<double> set(n, std::vector<double>(m));
  for (std::size_t i = 0; i < n; ++i) {
    double square = 0;
    for (std::size_t k = 0; k < m; ++k) {
      set[i][k] = std::abs(key.normal(i * m + k));
      square += set[i][k] * set[i][k];
    }
    for (double& x : set[i]) x = convex ? 1 - x / std::sqrt(square) : x / std::sqrt(square);
  }
  return set;
}

}  // namespace

TEST_CASE("pareto: the approximate volume of one box is exact") {
  for (std::size_t m = 1; m <= 12; ++m) {
    const table<double> point(3, std::vector<double>(m, 0.5));
    const auto v = approximate_hypervolume(point, std::vector<double>(m, 2.0), {.directions = 1024});
    INFO("m ", m);
    CHECK(v.value == doctest::Approx(std::pow(1.5, static_cast<double>(m))).epsilon(1e-14));
    CHECK(v.lower <= v.value);
    CHECK(v.value <= v.upper);
    CHECK(v.upper - v.lower <= 1e-13 * v.value);
    CHECK(v.directions == 1024);
    CHECK(v.ignored == 0);
  }
}

TEST_CASE("pareto: the approximate volume where there is nothing or no end") {
  using front = std::vector<std::array<double, 2>>;
  CHECK(approximate_hypervolume(front{}, {1, 1}) == approximate_volume{});
  CHECK(approximate_hypervolume(front{{1, 0}, {2, 2}}, {1, 1}) == approximate_volume{.ignored = 2});
  const auto endless = approximate_hypervolume(front{{-inf, 0}, {0, 2}}, {1, 1});
  CHECK(endless.value == inf);
  CHECK(endless.ignored == 1);
  CHECK_THROWS_AS((void)approximate_hypervolume(front{{0, 0}}, {1}), paragon::error);
  CHECK_THROWS_AS((void)approximate_hypervolume(front{{0, 0}}, {1, std::nan("")}), paragon::error);
  CHECK_THROWS_AS((void)approximate_hypervolume(front{{0, std::nan("")}}, {1, 1}), paragon::error);
  CHECK_THROWS_AS((void)approximate_hypervolume(front{{0, 0}}, {1, 1}, {.directions = 0}), paragon::error);
  CHECK(approximate_hypervolume(front{{0, std::nan("")}}, {1, 1}, {}, nan_worst{}).ignored == 1);
}

TEST_CASE("pareto: approximate volumes of small published fronts, directions, integers") {
  using front = std::vector<std::array<int, 3>>;
  const front whole{{5, 0, -5}, {4, 9, -6}, {2, 5, -7}, {7, 1, -4}};
  const auto v = approximate_hypervolume(whole, {10, 0, -10}, {}, {minimise, ignore, maximise});
  CHECK(v.value == doctest::Approx(38).epsilon(1e-4));
  CHECK(v.lower <= 38);
  CHECK(v.upper >= 38);
}

TEST_CASE("pareto: the approximate volume is a function of its key, whatever runs it") {
  paragon::thread_pool pool(2);
  const auto set = sphere(100, 8, true, 1);
  const std::vector<double> reference(8, 1.1);
  const approximation how{.directions = 5000, .key = {.seed = 3}};
  const auto alone = approximate_hypervolume(set, reference, how);
  CHECK(alone.directions == 5120);
  CHECK(approximate_hypervolume(set, reference, how) == alone);
  CHECK(approximate_hypervolume(set, reference, how, threaded(pool)) == alone);
  auto other = how;
  other.key.seed = 4;
  CHECK(approximate_hypervolume(set, reference, other).value != alone.value);
  // Dominated points change nothing but the time.
  auto more = set;
  more.insert(more.begin(), std::vector<double>(8, 1.0));
  more.push_back(std::vector<double>(8, 1.2));
  auto with_more = approximate_hypervolume(more, reference, how);
  CHECK(with_more.ignored == 1);
  CHECK(with_more.value == doctest::Approx(alone.value).epsilon(1e-12));
}

TEST_CASE("pareto: the approximation stops at the error that is asked for") {
  const auto set = sphere(60, 6, true, 5);
  const std::vector<double> reference(6, 1.1);
  double before = 0;
  for (const double target : {1e-2, 3e-3, 1e-3}) {
    const auto v =
        approximate_hypervolume(set, reference, {.directions = std::size_t{1} << 22, .relative_error = target});
    CHECK(v.standard_error < target * v.value);
    CHECK(static_cast<double>(v.directions) >= before);
    CHECK(v.directions < std::size_t{1} << 22);
    before = static_cast<double>(v.directions);
  }
}

TEST_CASE("pareto: 95 % intervals of approximate volumes hold the exact volume as often as they say") {
  for (const std::size_t m : {2U, 3U, 5U, 8U}) {
    for (const int shape : {0, 1, 2}) {
      const auto set = shape == 2 ? random_points<double>(kind::simplex, 9, m, 77) : sphere(9, m, shape == 1, 77);
      const std::vector<double> reference(m, 1.1);
      const double exact = inclusion_exclusion(set, reference);
      std::size_t missed = 0;
      std::size_t missed_when_stopped = 0;
      double error = 0;
      constexpr std::size_t trials = 200;
      for (std::size_t seed = 0; seed < trials; ++seed) {
        const auto v = approximate_hypervolume(set, reference, {.directions = 2048, .key = {.seed = seed}});
        missed += v.lower > exact || v.upper < exact;
        error += (v.value - exact) / static_cast<double>(trials);
        const auto stopped = approximate_hypervolume(
            set, reference, {.directions = std::size_t{1} << 13, .relative_error = 5e-3, .key = {.seed = seed + 1000}});
        missed_when_stopped += stopped.lower > exact || stopped.upper < exact;
      }
      INFO("m ", m, ", shape ", shape, ", missed ", missed, " and ", missed_when_stopped, ", bias ", error / exact);
      CHECK(missed <= plausible_failures(trials, 0.05));
      CHECK(missed_when_stopped <= plausible_failures(trials, 0.1));
    }
  }
}

TEST_CASE("pareto: 95 % intervals hold the volume of thin boxes, which even directions hardly ever meet") {
  for (const std::size_t m : {3U, 5U, 8U, 10U, 15U}) {
    table<double> needles(m, std::vector<double>(m, 0.99));
    for (std::size_t k = 0; k < m; ++k) needles[k][k] = 0;
    const std::vector<double> reference(m, 1.0);
    const double thin = 1 - 0.99;
    // Any two share the cube of the thin side.
    const double cube = std::pow(thin, static_cast<double>(m));
    const double exact = cube + static_cast<double>(m) * (cube / thin - cube);
    for (const std::size_t directions : {1024U, 16384U}) {
      std::size_t held = 0;
      double width = 0;
      for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto v = approximate_hypervolume(needles, reference, {.directions = directions, .key = {.seed = seed}});
        held += v.lower <= exact * (1 + 1e-12) && exact * (1 - 1e-12) <= v.upper;
        width = std::max(width, (v.upper - v.lower) / exact);
      }
      INFO("m ", m, ", directions ", directions, ", held ", held, ", widest ", width);
      CHECK(held >= 18);
      CHECK(width < (directions == 1024 ? 0.06 : 0.02));  // and it says something
    }
  }
}

TEST_CASE("pareto: 95 % intervals hold the volume of linear, spherical, random and very uneven fronts") {
  const auto front_of = [](int shape, std::size_t n, std::size_t m) {
    if (shape <= 1) return sphere(n, m, shape == 1, 31 + m);
    auto set = random_points<double>(shape == 2 ? kind::simplex : kind::cube, n, m, 31 + m);
    for (auto& row : set) {
      for (double& x : row) x = shape == 4 ? std::pow(10, -3 * x) : x;
    }
    return set;
  };
  for (const std::size_t m : {3U, 4U, 6U, 9U, 12U, 15U}) {
    for (const int shape : {0, 1, 2, 3, 4}) {
      const auto set = front_of(shape, m <= 6 ? 40 : 12, m);
      const std::vector<double> reference(m, 1.1);
      const double exact = hypervolume(set, reference).value;
      for (const std::size_t directions : {512U, 4096U}) {
        std::size_t held = 0;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
          const auto v = approximate_hypervolume(set, reference, {.directions = directions, .key = {.seed = seed}});
          held += v.lower <= exact * (1 + 1e-12) && exact * (1 - 1e-12) <= v.upper;
        }
        INFO("m ", m, ", shape ", shape, ", directions ", directions, ", held ", held);
        CHECK(held >= 18);
      }
    }
  }
}

TEST_CASE("pareto: where no direction may have met a part, the interval says so") {
  // 2,000 boxes that are nearly one, and another as large that shares next to nothing with them.
  table<double> set;
  for (std::size_t i = 0; i < 2000; ++i) {
    const double t = 1e-9 * static_cast<double>(i);
    set.push_back({t, 0.98 - t, 0.98});
  }
  set.push_back({0.98, 0.98, 0});
  const std::vector<double> reference{1, 1, 1};
  const double exact = hypervolume(set, reference).value;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto v = approximate_hypervolume(set, reference, {.directions = 512, .key = {.seed = seed}});
    CHECK(v.lower <= exact);
    CHECK(v.upper >= exact);
  }
}

TEST_CASE("pareto: plausible numbers of failures") {
  CHECK(plausible_failures(10, 1e-9) == 0);
  // Three heads in three throws are not one in a million, all heads in twenty are.
  CHECK(plausible_failures(3, 0.5) == 3);
  CHECK(plausible_failures(20, 0.5) < 20);
}
