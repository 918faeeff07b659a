// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/pareto/problems/wfg.hpp>
#include <vector>

using namespace paragon::pareto;
using namespace paragon::pareto::problems;

static_assert(solved_test_problem<wfg<1>> && solved_test_problem<wfg<9>>);

namespace {

constexpr double pi = std::numbers::pi;

template <class F>
void for_each_wfg(std::size_t m, F f) {
  f(wfg<1>(m, 0, 6), 1);
  f(wfg<2>(m, 0, 6), 2);
  f(wfg<3>(m, 0, 6), 3);
  f(wfg<4>(m), 4);
  f(wfg<5>(m, m - 1, 1), 5);
  f(wfg<6>(m, 3 * (m - 1), 5), 6);
  f(wfg<7>(m), 7);
  f(wfg<8>(m), 8);
  f(wfg<9>(m), 9);
}

template <class P>
std::vector<double> value(const P& problem, std::span<const double> x) {
  std::vector<double> f(problem.objectives());
  problem.evaluate(x, f);
  return f;
}

/// The exponent of b_param.
double exponent(double u) {
  const double a = 0.98 / 49.98;
  return 0.02 + 49.98 * (a - (1 - 2 * u) * std::abs(std::floor(0.5 - u) + a));
}

template <class P>
std::vector<double> random_solution(const P& problem, std::uint64_t seed) {
  const auto key = paragon::random_key{.seed = seed}.fork(6);
  std::vector<double> x(problem.variables());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = problem.bounds(i).upper * key.uniform(i);
  return x;
}

/// A random optimal solution, by the equations of the paper's appendix.
template <class P>
std::vector<double> optimal_solution(const P& problem, int number, std::uint64_t seed) {
  auto x = random_solution(problem, seed);
  const std::size_t n = x.size();
  const std::size_t k = problem.position_variables();
  for (std::size_t i = 0; i < n; ++i) x[i] /= problem.bounds(i).upper;
  for (std::size_t i = k; i < n; ++i) x[i] = 0.35;
  if (number == 8) {
    for (std::size_t i = k; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < i; ++j) sum += x[j];
      x[i] = std::pow(0.35, 1 / exponent(sum / static_cast<double>(i)));
    }
  }
  if (number == 9) {
    for (std::size_t i = n - 1; i-- > k;) {
      double sum = 0;
      for (std::size_t j = i + 1; j < n; ++j) sum += x[j];
      x[i] = std::pow(0.35, 1 / exponent(sum / static_cast<double>(n - 1 - i)));
    }
  }
  for (std::size_t i = 0; i < n; ++i) x[i] *= problem.bounds(i).upper;
  return x;
}

/// The sum of squares of the objectives by their scales: 1 on the ellipsoid.
double ellipsoid(std::span<const double> f) {
  double s = 0;
  for (std::size_t k = 0; k < f.size(); ++k) s += std::pow(f[k] / (2 * static_cast<double>(k + 1)), 2);
  return s;
}

/// For a point of WFG1 or WFG2 with m = 2, how far the second objective is from the curve through the first.
double above_curve(std::span<const double> f, int number) {
  const double t = std::acos(1 - f[0] / 2) * 2 / pi;
  const double h =
      number == 1 ? 1 - t - std::cos(10 * pi * t + pi / 2) / (10 * pi) : 1 - t * std::pow(std::cos(5 * pi * t), 2);
  return f[1] - 4 * h;
}

}  // namespace

TEST_CASE("pareto: wfg optima lie on the published fronts") {
  for (const std::size_t m : {2U, 3U, 4U, 6U}) {
    for_each_wfg(m, [m](const auto& problem, int number) {
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO(problem.name(), " m ", m, " seed ", seed);
        const auto f = value(problem, optimal_solution(problem, number, seed));
        if (number >= 4) CHECK(ellipsoid(f) == doctest::Approx(1).epsilon(1e-9));
        if (number == 3) {  // f_k / 2k = x_1 times a power of 1/2; the last is 1 - x_1
          const double last = f[m - 1] / (2 * static_cast<double>(m));
          for (std::size_t k = 0; k + 1 < m; ++k) {
            const double share = std::exp2(-static_cast<double>(k == 0 ? m - 2 : m - 1 - k));
            CHECK(f[k] / (2 * static_cast<double>(k + 1)) == doctest::Approx((1 - last) * share).epsilon(1e-12));
          }
        }
        if (number <= 2 && m == 2) CHECK(std::abs(above_curve(f, number)) < 1e-9);
      }
    });
  }
}

TEST_CASE("pareto: random wfg solutions lie beyond the front") {
  for (const std::size_t m : {2U, 3U, 5U}) {
    for_each_wfg(m, [m](const auto& problem, int number) {
      if (number < 4) return;
      for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        INFO(problem.name(), " m ", m, " seed ", seed);
        CHECK(ellipsoid(value(problem, random_solution(problem, seed))) > 1);
      }
    });
  }
}

TEST_CASE("pareto: wfg special values") {
  // All variables 0: the linear shift makes 0.35 / 0.35 of each distance, and two equal values v reduce to 2 v / 3.
  for (const auto& f :
       {value(wfg<6>(2, 2, 2), std::vector<double>(4)), value(wfg<3>(2, 2, 2), std::vector<double>(4))}) {
    CHECK(f[0] == doctest::Approx(2.0 / 3).epsilon(1e-15));
    CHECK(f[1] == doctest::Approx(2.0 / 3 + 4).epsilon(1e-15));
  }
  // Positions at their upper ends, the distance at its optimum.
  CHECK(value(wfg<1>(2, 1, 1), std::vector<double>{2, 4 * 0.35})[0] == doctest::Approx(2).epsilon(1e-14));
  CHECK(std::abs(value(wfg<1>(2, 1, 1), std::vector<double>{2, 4 * 0.35})[1]) < 1e-14);
  // Multimodal: the far ends are as bad as can be, 1 (apart from 0.35 / 0.7 = 1/2, so cos 0, and 4 b / 4 = b).
  CHECK(value(wfg<4>(2, 1, 1), std::vector<double>{2 * 0.35, 0})[0] == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("pareto: wfg front samples are mutually non-dominated and on the front") {
  for (const std::size_t m : {2U, 3U, 4U}) {
    for_each_wfg(m, [m](const auto& problem, int number) {
      INFO(problem.name(), " m ", m);
      const auto front = problem.front(400);
      CHECK(filter(front).size() == 400);
      for (std::size_t i = 0; i < front.size(); ++i) {
        if (number >= 4) CHECK(ellipsoid(front[i]) == doctest::Approx(1).epsilon(1e-14));
        if (number <= 2 && m == 2) CHECK(std::abs(above_curve(front[i], number)) < 1e-12);
      }
    });
  }
}

TEST_CASE("pareto: wfg hypervolumes in closed form") {
  CHECK(wfg<3>(2).hypervolume({3, 5}) == doctest::Approx(15 - 4).epsilon(1e-15));
  CHECK(wfg<4>(2).hypervolume({3, 5}) == doctest::Approx(15 - 2 * pi).epsilon(1e-15));
  CHECK(wfg<9>(3).hypervolume({3, 5, 7}) == doctest::Approx(105 - 8 * pi).epsilon(1e-15));
  // WFG1, m = 2: 8 times the integral of (1 - cos(pi t / 2)) (1 - cos 10 pi t) dt, term by term.
  const double quarter = pi / 2;
  const double both =
      0.5 * (std::sin(10 * pi - quarter) / (10 * pi - quarter) + std::sin(10 * pi + quarter) / (10 * pi + quarter));
  CHECK(wfg<1>(2).hypervolume({3, 5}) == doctest::Approx(15 - 8 * (1 - 1 / quarter + both)).epsilon(1e-14));
}

TEST_CASE("pareto: dense wfg samples approach the hypervolume from below") {
  const auto check = [](const auto& problem) {
    INFO(problem.name());
    constexpr std::size_t n = 20000;
    const auto front = problem.front(n);
    const double exact = problem.hypervolume({2.5, 4.5});
    const double sampled = hypervolume(front, {2.5, 4.5}).value;
    // Between neighbours a box of one step of f1 (at most pi / (n - 1)) times the fall of f2 is missed, 4 in all.
    CHECK(sampled <= exact * (1 + 1e-14));
    CHECK(sampled >= exact - 4 * pi / (n - 1));
  };
  check(wfg<1>(2));
  check(wfg<2>(2));
  check(wfg<3>(2));
}

TEST_CASE("pareto: wfg1 and wfg2 hypervolumes slice by slice") {
  // For a level of the third objective, the other two form the curve (2 c (1 - cos), 4 c (1 - sin)) with the least
  // c = 1 - cos(pi t / 2) that reaches the level; under it lies the area 8 c^2 (1 - pi / 4).
  constexpr std::size_t cells = 200000;
  const auto expected = [&](auto h) {
    double below = 0;
    double lowest = 1;
    for (std::size_t i = 0; i < cells; ++i) {
      const double t = (static_cast<double>(i) + 0.5) / cells;
      const double level = h((static_cast<double>(i) + 1.0) / cells);
      if (level < lowest) {
        below += (lowest - level) * std::pow(1 - std::cos(pi * t / 2), 2);
        lowest = level;
      }
    }
    return 3 * 5 * 7 - 6 * 8 * (1 - pi / 4) * below;
  };
  CHECK(wfg<1>(3).hypervolume({3, 5, 7}) ==
        doctest::Approx(expected([](double t) { return 1 - t + std::sin(10 * pi * t) / (10 * pi); })).epsilon(1e-6));
  CHECK(wfg<2>(3).hypervolume({3, 5, 7}) ==
        doctest::Approx(expected([](double t) { return 1 - t * std::pow(std::cos(5 * pi * t), 2); })).epsilon(1e-6));
}

TEST_CASE("pareto: wfg refuses bad input") {
  std::vector<double> f(3);
  CHECK_THROWS_AS(wfg<4>(1), paragon::error);
  CHECK_THROWS_AS(wfg<4>(0), paragon::error);
  CHECK_THROWS_AS(wfg<4>(3, 3), paragon::error);
  CHECK_THROWS_AS(wfg<4>(3, 4, 0), paragon::error);
  CHECK_THROWS_AS(wfg<2>(3, 4, 5), paragon::error);
  CHECK_THROWS_AS(wfg<4>(3).evaluate(std::vector<double>(23), f), paragon::error);
  CHECK_THROWS_AS(wfg<4>(3).evaluate(std::vector<double>(24, 3), f), paragon::error);
  CHECK_THROWS_AS((void)wfg<3>(3).hypervolume({9, 9, 9}), paragon::error);
  CHECK_THROWS_AS((void)wfg<4>(2).hypervolume({2, 3}), paragon::error);
  CHECK(wfg<4>(3).variables() == 24);
  CHECK(wfg<4>(2).position_variables() == 4);
}
