// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/pareto/problems/dtlz.hpp>
#include <vector>

using namespace paragon::pareto;
using namespace paragon::pareto::problems;

static_assert(solved_test_problem<dtlz<1>> && solved_test_problem<dtlz<7>>);

namespace {

template <class F>
void for_each_dtlz(std::size_t m, F f) {
  f(dtlz<1>(m), 1);
  f(dtlz<2>(m), 2);
  f(dtlz<3>(m), 3);
  f(dtlz<4>(m, m + 3), 4);
  f(dtlz<5>(m), 5);
  f(dtlz<6>(m), 6);
  f(dtlz<7>(m), 7);
}

template <class P>
std::vector<double> value(const P& problem, std::span<const double> x) {
  std::vector<double> f(problem.objectives());
  problem.evaluate(x, f);
  return f;
}

/// A random solution, optimal or anywhere.
template <class P>
std::vector<double> solution(const P& problem, int number, bool optimal, std::uint64_t seed) {
  const auto key = paragon::random_key{.seed = seed}.fork(5);
  std::vector<double> x(problem.variables());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = key.uniform(i);
    if (optimal && i + 1 >= problem.objectives()) x[i] = number >= 6 ? 0.0 : 0.5;
  }
  return x;
}

double sum(std::span<const double> f) {
  double s = 0;
  for (const double x : f) s += x;
  return s;
}
double squares(std::span<const double> f) {
  double s = 0;
  for (const double x : f) s += x * x;
  return s;
}
double seventh(double t) { return t * (1 + std::sin(3 * std::numbers::pi * t)); }

/// How far a point is from the surface that holds the front: 0 on it, positive beyond.
double beyond(std::span<const double> f, int number) {
  if (number == 1) return sum(f) - 0.5;
  if (number < 7) return squares(f) - 1;
  const std::size_t m = f.size();
  double last = 2 * static_cast<double>(m);
  for (std::size_t k = 0; k + 1 < m; ++k) last -= seventh(f[k]);
  return f[m - 1] - last;
}

}  // namespace

TEST_CASE("pareto: dtlz optima lie on the front's surface, other solutions beyond") {
  for (const std::size_t m : {2U, 3U, 5U, 10U}) {
    for_each_dtlz(m, [](const auto& problem, int number) {
      for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        INFO(problem.name(), " m ", problem.objectives(), " seed ", seed);
        CHECK(std::abs(beyond(value(problem, solution(problem, number, true, seed)), number)) < 1e-13);
        CHECK(beyond(value(problem, solution(problem, number, false, seed)), number) > 0);
      }
    });
  }
}

TEST_CASE("pareto: dtlz special values") {
  // Along an axis: all of the front's length in the first objective at position 0, in the last at position 1.
  const std::vector<double> low{0, 0, 0.5, 0.5};
  const std::vector<double> high{1, 1, 0.5, 0.5};
  CHECK(value(dtlz<2>(3, 4), low) == std::vector<double>{1, 0, 0});
  CHECK(value(dtlz<2>(3, 4), high)[2] == 1);
  CHECK(value(dtlz<1>(3, 4), high) == std::vector<double>{0.5, 0, 0});
  CHECK(value(dtlz<1>(3, 4), low) == std::vector<double>{0, 0, 0.5});
  // One distance variable off by 1/2: g = 1/4 (2, 4, 5); 100 (1 + 1/4 - cos 10 pi) = 25 (1, 3).
  const std::vector<double> off{0, 0, 0.5, 1};
  CHECK(value(dtlz<2>(3, 4), off)[0] == 1.25);
  CHECK(value(dtlz<4>(3, 4), off)[0] == 1.25);
  CHECK(value(dtlz<3>(3, 4), off)[0] == doctest::Approx(26).epsilon(1e-13));
  CHECK(value(dtlz<1>(3, 4), off)[2] == doctest::Approx(13).epsilon(1e-13));
  CHECK(value(dtlz<6>(3, 3), std::vector<double>{0, 0, 1})[0] == doctest::Approx(2 * std::cos(std::numbers::pi / 8)));
  CHECK(value(dtlz<7>(2, 2), std::vector<double>{0, 0}) == std::vector<double>{0, 4});
  CHECK(value(dtlz<7>(2, 2), std::vector<double>{0, 1}) == std::vector<double>{0, 22});
}

TEST_CASE("pareto: dtlz5 and dtlz6 optima form a curve") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto f = value(dtlz<5>(4), solution(dtlz<5>(4), 5, true, seed));
    CHECK(f[0] == doctest::Approx(f[1]).epsilon(1e-14));
    CHECK(f[2] == doctest::Approx(std::numbers::sqrt2 * f[1]).epsilon(1e-14));
    CHECK(value(dtlz<6>(4), solution(dtlz<6>(4), 6, true, seed)) ==
          value(dtlz<5>(4), solution(dtlz<5>(4), 5, true, seed)));
  }
}

TEST_CASE("pareto: dtlz front samples lie on the front and are mutually non-dominated") {
  for (const std::size_t m : {2U, 3U, 4U, 7U}) {
    for_each_dtlz(m, [](const auto& problem, int number) {
      INFO(problem.name(), " m ", problem.objectives());
      const auto front = problem.front(300);
      CHECK(front.objectives() == problem.objectives());
      for (std::size_t i = 0; i < front.size(); ++i) CHECK(std::abs(beyond(front[i], number)) < 1e-13);
      CHECK(filter(front).size() == 300);
    });
  }
}

TEST_CASE("pareto: dtlz hypervolumes in closed form") {
  // Not 2^-m, as one published table has it: the simplex under the front has the volume 2^-m / m!.
  CHECK(dtlz<1>(2).hypervolume({1, 1}) == doctest::Approx(1 - 0.125).epsilon(1e-15));
  CHECK(dtlz<1>(3).hypervolume({1, 1, 1}) == doctest::Approx(1 - 0.125 / 6).epsilon(1e-15));
  CHECK(dtlz<2>(2).hypervolume({1.1, 1.1}) == doctest::Approx(1.21 - std::numbers::pi / 4).epsilon(1e-14));
  CHECK(dtlz<3>(3).hypervolume({1.1, 1.1, 1.1}) == doctest::Approx(1.331 - std::numbers::pi / 6).epsilon(1e-14));
  CHECK(dtlz<4>(4).hypervolume({1, 1, 1, 2}) ==
        doctest::Approx(2 - std::numbers::pi * std::numbers::pi / 32).epsilon(1e-14));
  CHECK(dtlz<5>(2).hypervolume({1, 1}) == doctest::Approx(dtlz<2>(2).hypervolume({1, 1})).epsilon(1e-15));
}

TEST_CASE("pareto: dense dtlz samples approach the hypervolume from below") {
  const auto check = [](const auto& problem, std::size_t n, double gap) {
    INFO(problem.name(), " m ", problem.objectives());
    std::vector<double> reference(problem.objectives(), 1.2);
    if (problem.name() == "DTLZ7") reference.back() = 2 * static_cast<double>(problem.objectives()) + 0.3;
    const double exact = problem.hypervolume(reference);
    const double sampled = hypervolume(problem.front(n), reference).value;
    CHECK(sampled <= exact * (1 + 1e-14));
    CHECK(sampled >= exact - gap);
  };
  // On a curve, the boxes missed are at most a step (of angle, at most pi / 2 (n - 1)) times the range.
  const double step = std::numbers::pi / (2 * 3999.0);
  check(dtlz<1>(2), 4000, step);
  check(dtlz<2>(2), 4000, 2 * step);
  check(dtlz<7>(2), 4000, 4 * step);
  check(dtlz<5>(3), 4000, 3 * step);
  check(dtlz<6>(3), 4000, 3 * step);
}

TEST_CASE("pareto: dtlz7 hypervolume against a sum over a grid") {
  // The volume over a cell of the other objectives: the reference less the lowest last objective to its lower left.
  constexpr std::size_t cells = 20000;
  const double end = 1.2;
  double record = 0;
  double mean = 0;
  for (std::size_t c = 0; c < cells; ++c) {
    record = std::max(record, seventh(end * (static_cast<double>(c) + 0.5) / cells));
    mean += record / cells;
  }
  // Of m objectives, 2 m - (m - 1) times that mean is the average height of the front's underside.
  CHECK(dtlz<7>(3).hypervolume({end, end, 7}) == doctest::Approx(end * end * (7 - 6 + 2 * mean)).epsilon(1e-6));
  CHECK(dtlz<7>(5).hypervolume({end, end, end, end, 10}) ==
        doctest::Approx(std::pow(end, 4) * (4 * mean)).epsilon(1e-6));
}

TEST_CASE("pareto: dtlz refuses bad input") {
  std::vector<double> f(3);
  CHECK_THROWS_AS(dtlz<1>(1), paragon::error);
  CHECK_THROWS_AS(dtlz<1>(4, 3), paragon::error);
  CHECK_THROWS_AS(dtlz<2>(3).evaluate(std::vector<double>(11), f), paragon::error);
  CHECK_THROWS_AS(dtlz<2>(3).evaluate(std::vector<double>(12, 1.5), f), paragon::error);
  CHECK_THROWS_AS((void)dtlz<5>(4).hypervolume({2, 2, 2, 2}), paragon::error);
  CHECK_THROWS_AS((void)dtlz<2>(3).hypervolume({2, 2, 0.5}), paragon::error);
  CHECK(dtlz<1>(3).variables() == 7);
  CHECK(dtlz<2>(3).variables() == 12);
  CHECK(dtlz<7>(3).variables() == 22);
}
