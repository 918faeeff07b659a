// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <paragon/core/parallel.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/expected_improvement.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;

namespace {

using paragon_test::inf;
using paragon_test::not_a_number;
using numbers = std::vector<double>;

/// The volume below the reference that p dominates and no point of the front does: over all cells of the grid through
/// all coordinates.
double brute_improvement(const table<double>& front, const numbers& p, const numbers& reference) {
  const std::size_t m = p.size();
  std::vector<numbers> cuts(m);
  for (std::size_t k = 0; k < m; ++k) {
    cuts[k] = {p[k], reference[k]};
    for (const auto& q : front) cuts[k].push_back(q[k]);
    std::erase_if(cuts[k], [&](double x) { return x < p[k] || x > reference[k]; });
    std::sort(cuts[k].begin(), cuts[k].end());
  }
  double total = 0;
  std::vector<std::size_t> cell(m, 0);
  for (const auto& c : cuts) {
    if (c.size() < 2) return 0;
  }
  for (;;) {
    double volume = 1;
    for (std::size_t k = 0; k < m; ++k) volume *= cuts[k][cell[k] + 1] - cuts[k][cell[k]];
    const bool taken = std::any_of(front.begin(), front.end(), [&](const numbers& q) {
      for (std::size_t k = 0; k < m; ++k) {
        if (q[k] > cuts[k][cell[k]]) return false;
      }
      return true;
    });
    if (!taken) total += volume;
    std::size_t k = 0;
    while (k < m && ++cell[k] == cuts[k].size() - 1) cell[k++] = 0;
    if (k == m) return total;
  }
}

double below(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }
double bell(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }

struct candidate {
  numbers mean;
  numbers deviation;
};

candidate draw(std::size_t m, std::uint64_t seed) {
  const auto key = paragon::random_key{.seed = seed}.fork(5);
  candidate c;
  for (std::size_t k = 0; k < m; ++k) {
    c.mean.push_back(key.uniform(2 * k) * 1.4 - 0.2);
    c.deviation.push_back(0.02 + 0.3 * key.uniform(2 * k + 1));
  }
  return c;
}

}  // namespace

TEST_CASE("pareto: expected improvement of one objective is the usual one") {
  const table<double> front{{0.7}, {0.5}, {0.9}};
  const expected_hypervolume_improvement improvement(front, {1.0});
  CHECK(improvement.boxes() == 1);
  for (const double mean : {-3.0, 0.2, 0.5, 0.6, 2.0}) {
    for (const double s : {0.01, 0.5, 2.0}) {
      const double z = (0.5 - mean) / s;
      const auto e = improvement({mean}, {s});
      CHECK(e.value == doctest::Approx(s * bell(z) + (0.5 - mean) * below(z)).epsilon(1e-12));
      CHECK(e.mean_gradient[0] == doctest::Approx(-below(z)).epsilon(1e-12));
      CHECK(e.deviation_gradient[0] == doctest::Approx(bell(z)).epsilon(1e-12));
    }
  }
}

TEST_CASE("pareto: expected improvement of an empty front is a product") {
  const auto expected = [](double mean, double s, double r) {
    const double z = (r - mean) / s;
    return s * bell(z) + (r - mean) * below(z);
  };
  const expected_hypervolume_improvement plane(std::vector<std::array<double, 2>>{}, {1.0, 2.0});
  CHECK(plane.value({0.3, 2.5}, {0.5, 0.25}) ==
        doctest::Approx(expected(0.3, 0.5, 1) * expected(2.5, 0.25, 2)).epsilon(1e-13));
  const expected_hypervolume_improvement space(table<double>{}, {1.0, 2.0, 0.0});
  CHECK(space.value({0.3, 2.5, 0}, {0.5, 0.25, 1}) ==
        doctest::Approx(expected(0.3, 0.5, 1) * expected(2.5, 0.25, 2) * expected(0, 1, 0)).epsilon(1e-13));
  // Points that are not better than the reference, or minus infinity where it is everywhere better.
  const expected_hypervolume_improvement outside(table<double>{{1.0, 0.0}, {0.0, 3.0}}, {1.0, 2.0});
  CHECK(outside.value({0.3, 2.5}, {0.5, 0.25}) == plane.value({0.3, 2.5}, {0.5, 0.25}));
  const expected_hypervolume_improvement beaten(table<double>{{-inf, -inf, -inf}}, {1.0, 2.0, 0.0});
  CHECK(beaten.value({-9, -9, -9}, {1, 1, 1}) == 0);
}

TEST_CASE("pareto: without deviation it is the improvement itself") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::size_t m = 1 + seed % 3;
    for (const kind what : {kind::cube, kind::simplex, kind::grid}) {
      INFO("seed ", seed, ", ", paragon_test::name_of(what));
      auto front = random_points<double>(what, seed * 5 % 23, m, seed);
      if (what == kind::grid) {
        for (auto& p : front) {
          for (double& x : p) x /= 4;
        }
      }
      const numbers reference(m, 0.9);
      const expected_hypervolume_improvement improvement(front, reference);
      CHECK(improvement.boxes() <= 2 * front.size() + 1);
      const candidate c = draw(m, seed);
      const double exact = brute_improvement(front, c.mean, reference);
      CHECK(improvement.value(c.mean, numbers(m, 0.0)) == doctest::Approx(exact).epsilon(1e-12));
      CHECK(improvement.value(c.mean, numbers(m, 1e-9)) == doctest::Approx(exact).epsilon(1e-6));
      // From far below, the whole free region: it grows as the volume of the front falls.
      const numbers far(m, -2.0);
      CHECK(improvement.value(far, numbers(m, 0.0)) ==
            doctest::Approx(brute_improvement(front, far, reference)).epsilon(1e-13));
    }
  }
  const expected_hypervolume_improvement improvement(table<double>{{0.2, 0.8}, {0.8, 0.2}}, {1.0, 1.0});
  CHECK(improvement.value({0.2, 0.8}, {0, 0}) == 0);
  const auto e = improvement({0.5, 0.5}, {0, 0});
  CHECK(e.value == doctest::Approx(0.09).epsilon(1e-14));
  CHECK(e.mean_gradient[0] == doctest::Approx(-0.3).epsilon(1e-14));
  CHECK(e.deviation_gradient == numbers{0, 0});
}

TEST_CASE("pareto: expected improvement is the mean of improvements") {
  std::size_t judged = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const std::size_t m = 2 + seed % 2;
    INFO("seed ", seed);
    const auto front = random_points<double>(kind::simplex, 8, m, seed);
    const numbers reference(m, 1.0);
    const expected_hypervolume_improvement improvement(front, reference);
    const candidate c = draw(m, seed);
    const auto key = paragon::random_key{.seed = seed}.fork(9);
    constexpr std::size_t draws = 20000;
    double sum = 0;
    double squares = 0;
    std::size_t improved = 0;
    for (std::size_t i = 0; i < draws; ++i) {
      numbers p(m);
      for (std::size_t k = 0; k < m; ++k) p[k] = c.mean[k] + c.deviation[k] * key.normal(i * m + k);
      const double v = brute_improvement(front, p, reference);
      sum += v;
      squares += v * v;
      improved += v > 0 ? 1 : 0;
    }
    if (improved < 500) continue;  // a mean of a few draws is far from normal
    ++judged;
    const double mean = sum / draws;
    const double error = std::sqrt((squares / draws - mean * mean) / draws);
    CHECK(std::abs(improvement.value(c.mean, c.deviation) - mean) <= 5 * error);  // 1 in 1.7 million
  }
  CHECK(judged >= 4);
}

TEST_CASE("pareto: expected improvement by quadrature") {
  // Two objectives: for a given first coordinate the improvement is piecewise linear in the second, whose mean is known
  // for each strip; the first is integrated by the trapezium rule.
  const table<double> front{{0.1, 0.8}, {0.35, 0.5}, {0.6, 0.2}};
  const numbers reference{1.0, 1.0};
  const expected_hypervolume_improvement improvement(front, reference);
  const candidate c{{0.3, 0.45}, {0.2, 0.15}};
  const auto excess = [&](double t) {
    const double z = (t - c.mean[1]) / c.deviation[1];
    return c.deviation[1] * bell(z) + (t - c.mean[1]) * below(z);
  };
  const double edges[] = {-inf, 0.1, 0.35, 0.6, 1.0};
  const double ceilings[] = {1.0, 0.8, 0.5, 0.2};
  constexpr int steps = 200000;
  double total = 0;
  for (int i = 0; i <= steps; ++i) {
    const double z = -9 + 18.0 * i / steps;
    const double x = c.mean[0] + c.deviation[0] * z;
    double gain = 0;
    for (int s = 0; s < 4; ++s) gain += std::max(0.0, edges[s + 1] - std::max(edges[s], x)) * excess(ceilings[s]);
    total += gain * bell(z) * (i == 0 || i == steps ? 0.5 : 1.0) * 18.0 / steps;
  }
  CHECK(improvement.value(c.mean, c.deviation) == doctest::Approx(total).epsilon(1e-9));
}

TEST_CASE("pareto: derivatives of the expected improvement against differences") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::size_t m = 1 + seed % 3;
    INFO("seed ", seed);
    const expected_hypervolume_improvement improvement(random_points<double>(kind::simplex, 30, m, seed),
                                                       numbers(m, 1.0));
    const candidate c = draw(m, seed);
    const auto e = improvement(c.mean, c.deviation);
    CHECK(e.value == doctest::Approx(improvement.value(c.mean, c.deviation)).epsilon(1e-15));
    constexpr double h = 1e-4;
    const auto difference = [&](numbers candidate::*which, std::size_t k) {
      const auto at = [&](double step) {
        candidate moved = c;
        (moved.*which)[k] += step;
        return improvement.value(moved.mean, moved.deviation);
      };
      return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    };
    for (std::size_t k = 0; k < m; ++k) {
      CHECK(std::abs(e.mean_gradient[k] - difference(&candidate::mean, k)) <= 1e-9);
      CHECK(std::abs(e.deviation_gradient[k] - difference(&candidate::deviation, k)) <= 1e-9);
    }
  }
}

TEST_CASE("pareto: expected improvement with directions, ignored columns, other units, more points") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed ", seed);
    const auto front = random_points<double>(kind::cube, 25, 3, seed);
    const candidate c = draw(3, seed);
    const auto e = expected_hypervolume_improvement(front, {1.0, 1.0, 1.0})(c.mean, c.deviation);

    table<double> turned;
    for (const auto& p : front) turned.push_back({-p[0], 7.0, 4 * p[1], p[2]});
    const expected_hypervolume_improvement other(turned, {-1.0, not_a_number, 4.0, 1.0},
                                                 {maximise, ignore, minimise, minimise});
    CHECK(other.objectives() == 4);
    const auto f = other({-c.mean[0], not_a_number, 4 * c.mean[1], c.mean[2]},
                         {c.deviation[0], -1, 4 * c.deviation[1], c.deviation[2]});
    CHECK(f.value == doctest::Approx(4 * e.value).epsilon(1e-14));
    CHECK(f.mean_gradient[0] == doctest::Approx(-4 * e.mean_gradient[0]).epsilon(1e-13));
    CHECK(f.mean_gradient[1] == 0);
    CHECK(f.mean_gradient[2] == doctest::Approx(e.mean_gradient[1]).epsilon(1e-13));
    CHECK(f.mean_gradient[3] == doctest::Approx(4 * e.mean_gradient[2]).epsilon(1e-13));
    CHECK(f.deviation_gradient[0] == doctest::Approx(4 * e.deviation_gradient[0]).epsilon(1e-13));

    auto more = front;
    for (const auto& p : front) more.push_back({p[0] + 0.01, p[1], p[2] + 0.01});
    std::reverse(more.begin(), more.end());
    CHECK(expected_hypervolume_improvement(more, {1.0, 1.0, 1.0}).value(c.mean, c.deviation) ==
          doctest::Approx(e.value).epsilon(1e-14));
    more.push_back({0.0, 0.0, 0.0});
    CHECK(expected_hypervolume_improvement(more, {1.0, 1.0, 1.0}).value(c.mean, c.deviation) <= e.value);
    // The order of the objectives does not matter.
    table<double> rotated;
    for (const auto& p : front) rotated.push_back({p[1], p[2], p[0]});
    CHECK(expected_hypervolume_improvement(rotated, {1.0, 1.0, 1.0})
              .value({c.mean[1], c.mean[2], c.mean[0]}, {c.deviation[1], c.deviation[2], c.deviation[0]}) ==
          doctest::Approx(e.value).epsilon(1e-13));
  }
  const std::vector<std::array<int, 2>> whole{{5, -5}, {4, -6}, {2, -7}, {7, -4}};
  const expected_hypervolume_improvement improvement(whole, {10, -10}, {minimise, maximise});
  // From (2, -4) the box of 48 holds 38 that were dominated before.
  CHECK(improvement.value({2, -4}, {0, 0}) == doctest::Approx(10).epsilon(1e-14));
}

TEST_CASE("pareto: many candidates at once are the same as one by one") {
  paragon::thread_pool pool(2);
  const expected_hypervolume_improvement improvement(random_points<double>(kind::simplex, 50, 3, 4), {1.0, 1.0, 1.0});
  table<double> means;
  table<double> deviations;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const candidate c = draw(3, seed);
    means.push_back(c.mean);
    deviations.push_back(c.deviation);
  }
  const auto values = improvement.values(means, deviations);
  const auto all = improvement(means, deviations);
  CHECK(improvement.values(means, deviations, threaded(pool)) == values);
  CHECK(improvement(means, deviations, threaded(pool)) == all);
  for (std::size_t i = 0; i < means.size(); ++i) {
    CHECK(improvement.value(means[i], deviations[i]) == values[i]);
    CHECK(improvement(means[i], deviations[i]) == all[i]);
  }
  CHECK(improvement.values(table<double>{}, table<double>{}).empty());
}

TEST_CASE("pareto: what the expected improvement refuses") {
  using front = table<double>;
  CHECK_THROWS_AS(expected_hypervolume_improvement(front{{1, 2}}, {1.0}), paragon::error);
  CHECK_THROWS_AS(expected_hypervolume_improvement(front{{1, 2}}, {1.0, inf}), paragon::error);
  CHECK_THROWS_AS(expected_hypervolume_improvement(front{{1, not_a_number}}, {1.0, 1.0}), paragon::error);
  CHECK_THROWS_WITH_AS(
      expected_hypervolume_improvement(front{{1, 2, 3, 4}}, {1.0, 1.0, 1.0, 1.0}),
      "pareto::expected_hypervolume_improvement: 4 objectives; expected 1, 2 or 3 that are not ignored",
      paragon::error);
  const expected_hypervolume_improvement improvement(front{{1, not_a_number}, {0, 0}}, {1.0, 1.0}, nan_worst{});
  CHECK(improvement.boxes() == 2);
  CHECK_THROWS_AS((void)improvement({0}, {1, 1}), paragon::error);
  CHECK_THROWS_AS((void)improvement({0, 0}, {1, -1}), paragon::error);
  CHECK_THROWS_AS((void)improvement({0, inf}, {1, 1}), paragon::error);
  CHECK_THROWS_AS((void)improvement.value({0, 0}, {1, not_a_number}), paragon::error);
  CHECK_THROWS_AS((void)improvement.values(front{{0, 0}}, front{}), paragon::error);
  CHECK_THROWS_AS((void)improvement.values(front{{0, 0, 0}}, front{{0, 0, 0}}), paragon::error);
}
