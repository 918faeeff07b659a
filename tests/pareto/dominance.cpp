// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <paragon/pareto/dominance.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;

static_assert(objective_vector<std::array<int, 2>> && objective_vector<std::vector<double>>);
static_assert(!objective_vector<double> && !objective_vector<std::vector<std::string>>);

TEST_CASE("pareto: dominance of small points") {
  CHECK(compare(std::array{1, 2}, std::array{1, 3}) == relation::dominates);
  CHECK(compare(std::array{1, 3}, std::array{1, 2}) == relation::dominated);
  CHECK(compare(std::array{1, 3}, std::array{2, 2}) == relation::incomparable);
  CHECK(compare(std::array{1, 3}, std::array{1, 3}) == relation::equal);
  CHECK(compare(std::array{1, 3}, std::array{1, 2}, {minimise, maximise}) == relation::dominates);
  CHECK(compare(std::array{1, 3}, std::array{1, 2}, {minimise, ignore}) == relation::equal);
  CHECK(dominates(std::vector{1.0, 2.0}, std::array{1.0, 2.5}));
  CHECK_FALSE(dominates(std::array{1.0}, std::array{1.0}));
  CHECK(weakly_dominates(std::array{1.0}, std::array{1.0}));
}

TEST_CASE("pareto: dominance with infinities, NaN and wrong lengths") {
  using paragon_test::inf;
  using paragon_test::not_a_number;
  CHECK(dominates(std::array{-inf, inf}, std::array{0.0, inf}));
  CHECK(compare(std::array{not_a_number, 0.0}, std::array{inf, 0.0}, nan_worst{}) == relation::equal);
  CHECK(compare(std::array{not_a_number, 0.0}, std::array{-inf, 0.0}, {maximise, minimise}, nan_worst{}) ==
        relation::equal);
  CHECK_THROWS_AS((void)compare(std::array{not_a_number, 0.0}, std::array{0.0, 0.0}), paragon::error);
  CHECK_THROWS_AS((void)compare(std::array{0.0, 0.0}, std::array{0.0, not_a_number}), paragon::error);
  CHECK_NOTHROW((void)compare(std::array{not_a_number, 0.0}, std::array{0.0, 0.0}, {ignore, minimise}));
  CHECK_THROWS_AS((void)compare(std::array{0, 0}, std::array{0, 0, 0}), paragon::error);
  CHECK_THROWS_AS((void)compare(std::array{0, 0}, std::array{0, 0}, {minimise}), paragon::error);
}

TEST_CASE("pareto: dominance is exact at the ends of integers") {
  constexpr int low = std::numeric_limits<int>::min();
  constexpr int high = std::numeric_limits<int>::max();
  CHECK(dominates(std::array{high, 0}, std::array{low, 0}, {maximise, minimise}));
  CHECK(dominates(std::array{255U}, std::array{0U}, {maximise}));
  CHECK(dominates(std::array{(1LL << 60) + 1}, std::array{1LL << 60}, {maximise}));
}

TEST_CASE("pareto: dominance agrees with its definition") {
  for (std::size_t m = 1; m <= 10; ++m) {
    const auto set = paragon_test::random_points<double>(paragon_test::kind::grid, 60, m, m);
    const auto way = paragon_test::random_directions(m, m);
    for (const auto& a : set) {
      for (const auto& b : set) {
        const relation r = compare(a, b, way);
        CHECK((r == relation::dominates) == paragon_test::brute_dominates(a, b, way));
        CHECK((r == relation::dominated) == paragon_test::brute_dominates(b, a, way));
        CHECK((r == relation::equal) == paragon_test::brute_equal(a, b, way));
      }
    }
  }
}
