// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/epsilon.hpp>

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
const front_2d reference{{10, 1}, {6, 1}, {2, 2}, {1, 6}, {1, 10}};
const front_2d found{{4, 2}, {3, 3}, {2, 4}};

template <class Term>
double brute_epsilon(const table<double>& a, const table<double>& r, const std::vector<paragon::direction>& way,
                     Term term) {
  double most = -inf;
  for (const auto& target : r) {
    double least = inf;
    for (const auto& point : a) {
      double worst = -inf;
      for (std::size_t k = 0; k < way.size(); ++k) {
        if (way[k] == minimise) worst = std::max(worst, term(point[k], target[k]));
        if (way[k] == maximise) worst = std::max(worst, term(target[k], point[k]));
      }
      least = std::min(least, worst);
    }
    most = std::max(most, least);
  }
  return most;
}

}  // namespace

TEST_CASE("pareto: epsilon indicators of the published example") {
  CHECK(additive_epsilon(found, reference) == 1);
  CHECK(multiplicative_epsilon(found, reference) == 2);
  CHECK(additive_epsilon(found, reference, {maximise, maximise}) == 6);
  CHECK(multiplicative_epsilon(found, reference, {maximise, maximise}) == 2.5);
}

TEST_CASE("pareto: epsilon indicators of integers, infinities, ignored columns, NaN") {
  const std::vector<std::array<unsigned, 2>> a{{4, 2}, {3, 3}, {2, 4}};
  const std::vector<std::array<unsigned, 2>> r{{10, 1}, {6, 1}, {2, 2}, {1, 6}, {1, 10}};
  CHECK(additive_epsilon(a, r) == 1);
  CHECK(multiplicative_epsilon(a, r) == 2);
  CHECK(additive_epsilon(a, r, {maximise, maximise}) == 6);
  CHECK(multiplicative_epsilon(a, r, {maximise, maximise}) == 2.5);
  CHECK(multiplicative_epsilon(front_2d{{2, -7}}, front_2d{{1, 0}}, {minimise, ignore}) == 2);
  CHECK(additive_epsilon(front_2d{{2, -7}}, front_2d{{1, 0}}, {minimise, ignore}) == 1);

  CHECK(additive_epsilon(front_2d{{-inf, 0}}, front_2d{{-inf, 0}}) == 0);
  CHECK(additive_epsilon(front_2d{{0, 0}}, front_2d{{-inf, 0}}) == inf);
  CHECK(additive_epsilon(front_2d{{-inf, -inf}}, front_2d{{0, 0}}) == -inf);
  CHECK(multiplicative_epsilon(front_2d{{inf, 3}}, front_2d{{inf, 1}}) == 3);
  CHECK(multiplicative_epsilon(front_2d{{2, 3}}, front_2d{{inf, inf}}) == 0);
  CHECK(multiplicative_epsilon(front_2d{{1e-310, 3}}, front_2d{{1e-310, 2}}) == 1.5);
  CHECK(multiplicative_epsilon(front_2d{{1e-310, 3}}, front_2d{{1e-310, 2}}, {maximise, minimise}) == 1.5);
  CHECK(additive_epsilon(front_2d{{not_a_number, 0}, {3, 4}}, front_2d{{0, 0}}, nan_worst{}) == 4);
  CHECK_THROWS_AS((void)additive_epsilon(front_2d{{not_a_number, 0}}, front_2d{{0, 0}}), paragon::error);
  CHECK_THROWS_AS((void)multiplicative_epsilon(front_2d{{1, 1}}, front_2d{{1, not_a_number}}), paragon::error);
  CHECK_THROWS_AS((void)additive_epsilon(front_2d{}, reference), paragon::error);
  CHECK_THROWS_AS((void)additive_epsilon(found, std::vector<std::array<double, 3>>{{0, 0, 0}}), paragon::error);
}

TEST_CASE("pareto: a factor needs positive objectives") {
  CHECK_THROWS_WITH_AS((void)multiplicative_epsilon(front_2d{{1, 1}, {0, 2}}, front_2d{{1, 1}}),
                       "pareto::multiplicative_epsilon: 0 in row 1, column 0 of the found front; expected "
                       "positive objectives",
                       paragon::error);
  CHECK_THROWS_AS((void)multiplicative_epsilon(front_2d{{1, 1}}, front_2d{{1, -1}}), paragon::error);
  CHECK_THROWS_AS((void)multiplicative_epsilon(front_2d{{1, 1}}, front_2d{{1, -1}}, {minimise, maximise}),
                  paragon::error);
  const std::vector<std::array<int, 2>> zero{{0, 1}};
  CHECK_THROWS_AS((void)multiplicative_epsilon(zero, zero, {maximise, minimise}), paragon::error);
}

TEST_CASE("pareto: epsilon indicators against the definition, whatever runs them") {
  paragon::thread_pool pool(2);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::size_t m = 1 + seed % 10;
    const auto a = random_points<double>(kind::simplex, 1 + seed * 37 % 300, m, seed);
    const auto r = random_points<double>(kind::simplex, 1 + seed * 61 % 400, m, seed + 1000);
    const auto way = paragon_test::random_directions(m, seed);
    INFO("seed ", seed, ", m ", m);
    const double additive = additive_epsilon(a, r, way);
    const double multiplicative = multiplicative_epsilon(a, r, way);
    CHECK(additive == brute_epsilon(a, r, way, [](double x, double y) { return x - y; }));
    // Multiplied by an inverse: rounded twice.
    CHECK(multiplicative ==
          doctest::Approx(brute_epsilon(a, r, way, [](double x, double y) { return x / y; })).epsilon(1e-15));
    CHECK(additive_epsilon(a, r, way, threaded(pool)) == additive);
    CHECK(multiplicative_epsilon(a, r, way, threaded(pool)) == multiplicative);

    // What the number means: taken off, the front covers the reference; a little less and it does not.
    auto moved = a;
    for (auto& row : moved) {
      for (std::size_t k = 0; k < m; ++k) row[k] -= way[k] == maximise ? -additive : additive;
    }
    CHECK(std::abs(additive_epsilon(moved, r, way)) <= 1e-15);
    // More points never make it worse, and a front has nothing to make up for against itself.
    auto more = a;
    more.insert(more.end(), r.begin(), r.begin() + static_cast<std::ptrdiff_t>(r.size() / 2));
    CHECK(additive_epsilon(more, r, way) <= additive);
    CHECK(multiplicative_epsilon(more, r, way) <= multiplicative);
    CHECK(additive_epsilon(r, r, way) == 0);
    CHECK(multiplicative_epsilon(r, r, way) == doctest::Approx(1).epsilon(1e-15));
  }
}
