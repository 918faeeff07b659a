// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/pareto/problems/zdt.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace paragon::pareto;
using namespace paragon::pareto::problems;

namespace {

struct smallest_problem {
  std::string_view name() const { return "smallest"; }
  std::size_t variables() const { return 1; }
  std::size_t objectives() const { return 1; }
  interval bounds(std::size_t) const { return {}; }
  void evaluate(std::span<const double> x, std::span<double> f) const { f[0] = x[0]; }
};
static_assert(test_problem<smallest_problem> && !solved_test_problem<smallest_problem>);

struct without_bounds {
  std::string_view name() const { return "unbounded"; }
  std::size_t variables() const { return 1; }
  std::size_t objectives() const { return 1; }
  void evaluate(std::span<const double>, std::span<double>) const {}
};
static_assert(!test_problem<without_bounds> && !test_problem<int>);
static_assert(solved_test_problem<zdt<1>> && solved_test_problem<zdt<5>>);
static_assert(point_set<front_points>);

template <class F>
void for_each_zdt(F f) {
  f(zdt<1>());
  f(zdt<2>(5));
  f(zdt<3>(2));
  f(zdt<4>());
  f(zdt<5>());
  f(zdt<6>(7));
}

template <class P>
std::array<double, 2> value(const P& problem, std::span<const double> x) {
  std::array<double, 2> f{};
  problem.evaluate(x, f);
  return f;
}

template <class P>
std::vector<double> random_solution(const P& problem, paragon::random_key key) {
  std::vector<double> x(problem.variables());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const interval range = problem.bounds(i);
    x[i] = range.lower + (range.upper - range.lower) * key.uniform(i);
  }
  return x;
}

}  // namespace

TEST_CASE("pareto: zdt optima lie on the published curves") {
  for (const double t : {0.0, 0.1, 0.25, 0.5, 0.77, 1.0}) {
    std::vector<double> x(10, 0.0);
    x[0] = t;
    CHECK(value(zdt<1>(10), x) == std::array{t, 1 - std::sqrt(t)});
    CHECK(value(zdt<2>(10), x) == std::array{t, 1 - t * t});
    CHECK(value(zdt<3>(10), x)[1] ==
          doctest::Approx(1 - std::sqrt(t) - t * std::sin(10 * std::numbers::pi * t)).epsilon(1e-14));
    CHECK(value(zdt<4>(10), x)[1] == doctest::Approx(1 - std::sqrt(t)).epsilon(1e-12));
    const auto [f1, f2] = value(zdt<6>(10), x);
    CHECK(f2 == doctest::Approx(1 - f1 * f1).epsilon(1e-14));
  }
  for (std::size_t bits = 0; bits <= 30; ++bits) {
    const zdt<5> problem(11);
    std::vector<double> x(problem.variables(), 1.0);
    std::fill(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(30 - bits), 0.0);
    CHECK(value(problem, x) == std::array{1.0 + static_cast<double>(bits), 10 / (1.0 + static_cast<double>(bits))});
  }
}

TEST_CASE("pareto: zdt away from the front") {
  const std::vector<double> ones(10, 1.0);
  CHECK(value(zdt<1>(10), ones)[1] == doctest::Approx(10 * (1 - std::sqrt(0.1))).epsilon(1e-14));
  CHECK(value(zdt<2>(10), ones)[1] == doctest::Approx(10 * (1 - 0.01)).epsilon(1e-14));
  CHECK(value(zdt<4>(10), ones)[1] == doctest::Approx(10 * (1 - std::sqrt(0.1))).epsilon(1e-14));  // g = 1 + 9 * 1
  CHECK(value(zdt<6>(10), ones) == std::array{1.0, 10 * (1 - 0.1 * 0.1)});
  const std::vector<double> zeros(80, 0.0);
  CHECK(value(zdt<5>(11), zeros) == std::array{1.0, 20.0});  // u = 0 counts 2 in each of ten numbers
}

TEST_CASE("pareto: zdt hypervolumes in closed form") {
  CHECK(zdt<1>().hypervolume({11, 11}) == doctest::Approx(120 + 2.0 / 3).epsilon(1e-15));
  CHECK(zdt<2>().hypervolume({11, 11}) == doctest::Approx(120 + 1.0 / 3).epsilon(1e-15));
  CHECK(zdt<3>().hypervolume({11, 11}) == doctest::Approx(128.778116130690768).epsilon(1e-14));
  CHECK(zdt<4>().hypervolume({1, 1}) == doctest::Approx(2.0 / 3).epsilon(1e-15));
  CHECK(zdt<5>().hypervolume({31, 10}) == doctest::Approx([] {
          double area = 0;
          for (int i = 1; i < 31; ++i) area += 10 - 10.0 / i;
          return area;
        }()));
  CHECK(zdt<6>().hypervolume({1, 1}) <= 1.0 / 3);
}

TEST_CASE("pareto: zdt fronts are mutually non-dominated and fill the hypervolume") {
  for_each_zdt([](const auto& problem) {
    INFO(problem.name());
    const std::size_t n = problem.name() == "ZDT5" ? 31 : 4000;
    const auto front = problem.front(n);
    CHECK(filter(front).size() == n);
    const std::vector<double> reference = problem.name() == "ZDT5" ? std::vector{40.0, 12.0} : std::vector{1.5, 2.0};
    const double exact = problem.hypervolume(reference);
    const double sampled = hypervolume(front, reference).value;
    // Between neighbours, at most a box of one step times the fall is missed; the falls add up to the whole range.
    const double step = n == 31 ? 0.0 : 1.0 / static_cast<double>(n - 1);
    const double range = front[0][1] - front[n - 1][1];
    CHECK(sampled <= exact * (1 + 1e-14));
    CHECK(sampled >= (exact - step * range) * (1 - 1e-14));
  });
}

TEST_CASE("pareto: zdt3 pieces as published") {
  const auto front = zdt<3>().front(20001);
  std::vector<std::pair<double, double>> pieces{{0, 0}};
  for (std::size_t i = 1; i < front.size(); ++i) {
    if (front[i][0] - front[i - 1][0] > 1e-3) pieces.push_back({front[i][0], 0});
    pieces.back().second = front[i][0];
  }
  // Deb, "Running performance metrics", and every library that ships the front.
  const std::pair<double, double> published[] = {{0, 0.0830015349},
                                                 {0.1822287280, 0.2577623634},
                                                 {0.4093136748, 0.4538821041},
                                                 {0.6183967944, 0.6525117038},
                                                 {0.8233317983, 0.8518328654}};
  REQUIRE(pieces.size() == 5);
  for (std::size_t p = 0; p < 5; ++p) {
    CHECK(std::abs(pieces[p].first - published[p].first) < 3e-5);  // a step of the sample
    CHECK(std::abs(pieces[p].second - published[p].second) < 3e-5);
  }
}

TEST_CASE("pareto: no random zdt solution dominates the front") {
  for_each_zdt([](const auto& problem) {
    const auto front = problem.front(500);
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      INFO(problem.name(), ", seed ", seed);
      auto x = random_solution(problem, paragon::random_key{.seed = seed});
      if (seed % 2 == 0) std::fill(x.begin() + 1, x.end(), problem.name() == "ZDT5" ? 1.0 : 0.0);
      const auto f = value(problem, x);
      for (std::size_t i = 0; i < front.size(); ++i) {
        CHECK_FALSE((f[0] < front[i][0] - 1e-12 && f[1] < front[i][1] - 1e-12));
      }
    }
  });
}

TEST_CASE("pareto: zdt refuses bad input") {
  std::array<double, 2> f{};
  CHECK_THROWS_AS(zdt<1>(1), paragon::error);
  CHECK_THROWS_WITH_AS(zdt<1>(3).evaluate(std::vector{0.0, 0.0}, f),
                       "ZDT1: 2 variables, room for 2 objectives; expected 3 and 2", paragon::error);
  CHECK_THROWS_AS(zdt<1>(2).evaluate(std::vector{0.5, 1.5}, f), paragon::error);
  CHECK_THROWS_AS(zdt<1>(2).evaluate(std::vector{std::nan(""), 0.5}, f), paragon::error);
  CHECK_NOTHROW(zdt<4>(2).evaluate(std::vector{0.5, -5.0}, f));
  CHECK_THROWS_AS((void)zdt<1>().hypervolume({0.9, 2}), paragon::error);
  CHECK_THROWS_AS((void)zdt<1>().hypervolume({2, 2, 2}), paragon::error);
  CHECK(zdt<2>().front(0).size() == 0);
  CHECK(zdt<2>().front(1)[0][0] == 0.5);
}
