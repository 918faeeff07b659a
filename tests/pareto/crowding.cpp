// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/crowding.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;
using front_2d = std::vector<std::array<double, 2>>;
using numbers = std::vector<double>;

namespace {

using paragon_test::inf;
using paragon_test::not_a_number;

/// The definition, point by point: neighbours by (objective k, then all objectives), found by looking at everybody.
numbers brute_crowding(const table<double>& set) {
  const std::size_t n = set.size();
  const std::size_t m = set[0].size();
  numbers result(n, 0.0);
  std::vector<bool> repeat(n, false);
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) repeat[i] = repeat[i] || set[i] == set[j];
    distinct += repeat[i] ? 0U : 1U;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (repeat[i]) continue;
    if (distinct == 1) result[i] = inf;
    for (std::size_t k = 0; k < m; ++k) {
      const auto key = [&](std::size_t j) {
        auto row = set[j];
        row.insert(row.begin(), set[j][k]);
        return row;
      };
      double lowest = inf;
      double highest = -inf;
      bool constant = true;
      const double* below = nullptr;
      const double* above = nullptr;
      for (std::size_t j = 0; j < n; ++j) {
        constant = constant && set[j][k] == set[i][k];
        if (std::isfinite(set[j][k])) {
          lowest = std::min(lowest, set[j][k]);
          highest = std::max(highest, set[j][k]);
        }
        if (repeat[j] || i == j) continue;
        if (key(j) < key(i) && (below == nullptr || *below <= set[j][k])) below = &set[j][k];
        if (key(j) > key(i) && (above == nullptr || *above >= set[j][k])) above = &set[j][k];
      }
      if (constant) continue;
      if (below == nullptr || above == nullptr) {
        result[i] = inf;
      } else if (*below != *above) {
        const double apart = *above - *below;
        result[i] += std::isinf(apart) ? inf : apart / (highest - lowest);
      }
    }
  }
  return result;
}

}  // namespace

TEST_CASE("pareto: crowding distances of published examples") {
  CHECK(crowding_distance(front_2d{{0, 0}, {1, -1}, {2, -2}, {4, -4}}) == numbers{inf, 1, 1.5, inf});
  CHECK(crowding_distance(front_2d{{0, 0}, {-1, 1}, {2, -2}}) == numbers{2, inf, inf});
}

TEST_CASE("pareto: crowding distances where the definition leaves room") {
  CHECK(crowding_distance(front_2d{}).empty());
  CHECK(crowding_distance(front_2d{{3, 4}}) == numbers{inf});
  CHECK(crowding_distance(front_2d{{3, 4}, {3, 4}, {3, 4}}) == numbers{inf, 0, 0});
  CHECK(crowding_distance(front_2d{{0, 1}, {1, 0}}) == numbers{inf, inf});
  // Repeats get 0 and change nothing for the others.
  CHECK(crowding_distance(front_2d{{0, 0}, {1, -1}, {1, -1}, {0, 0}, {2, -2}, {4, -4}}) ==
        numbers{inf, 1, 0, 0, 1.5, inf});
  // Constant columns say nothing.
  const std::vector<std::array<double, 4>> padded{{0, 0, 7, 0}, {0, 1, 7, -1}, {0, 2, 7, -2}, {0, 4, 7, -4}};
  CHECK(crowding_distance(padded) == numbers{inf, 1, 1.5, inf});
  CHECK(crowding_distance(padded, {maximise, minimise, ignore, maximise}) == numbers{inf, 1, 1.5, inf});
  CHECK(crowding_distance(front_2d{{0, 9}, {1, 3}, {2, 5}, {4, 0}}, {minimise, ignore}) == numbers{inf, .5, .75, inf});
  // The range is the finite one; beside an infinite gap there is room without end.
  CHECK(crowding_distance(std::vector<std::array<double, 1>>{{-inf}, {0}, {1}, {3}, {4}, {inf}}) ==
        numbers{inf, inf, .75, .75, inf, inf});
  CHECK(crowding_distance(front_2d{{inf, 0}, {inf, 1}, {inf, 2}, {inf, 4}}) == numbers{inf, .5, .75, inf});
  CHECK(crowding_distance(front_2d{{-inf, 0}, {-inf, 1}, {inf, 2}, {inf, 4}}) == numbers{inf, inf, inf, inf});
  // A range beyond the largest double.
  constexpr double most = std::numeric_limits<double>::max();
  CHECK(crowding_distance(std::vector<std::array<double, 1>>{{-most}, {-most / 2}, {most / 2}, {most}}) ==
        numbers{inf, .75, .75, inf});
}

TEST_CASE("pareto: crowding distances of integers, directions, NaN") {
  CHECK(crowding_distance(std::vector<std::array<int, 2>>{{0, 0}, {1, -1}, {2, -2}, {4, -4}}) ==
        numbers{inf, 1, 1.5, inf});
  CHECK(crowding_distance(std::vector<std::array<unsigned char, 1>>{{0}, {100}, {200}, {250}}, {maximise}) ==
        numbers{inf, .8, .6, inf});
  CHECK_THROWS_WITH_AS((void)crowding_distance(front_2d{{0, 1}, {2, not_a_number}}),
                       "pareto::crowding_distance: NaN in row 1, column 1; expected numbers; the policy nan_worst "
                       "accepts NaN as the worst value",
                       paragon::error);
  CHECK(crowding_distance(front_2d{{0, 0}, {1, 0}, {2, 0}, {not_a_number, 0}}, nan_worst{}) ==
        numbers{inf, 1, inf, inf});
  CHECK_THROWS_AS((void)crowding_distance(front_2d{{0, 1}}, {minimise}), paragon::error);
}

TEST_CASE("pareto: crowding distances against the definition, and for any order of the input") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    for (const kind what : paragon_test::kinds) {
      const std::size_t m = 1 + seed % 10;
      const auto set = random_points<double>(what, 1 + seed * 7 % 60, m, seed);
      INFO("seed ", seed, ", ", paragon_test::name_of(what), ", m ", m);
      const auto expected = brute_crowding(set);
      const auto found = crowding_distance(set);
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK((found[i] == expected[i] || std::abs(found[i] - expected[i]) <= 1e-14 * expected[i]));
      }
      std::vector<std::size_t> order(set.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      paragon::random_key{.seed = seed}.fork(2).shuffle(order);
      table<double> shuffled;
      for (const std::size_t i : order) shuffled.push_back(set[i]);
      const auto again = crowding_distance(shuffled);
      auto sorted = found;
      auto sorted_again = again;
      std::sort(sorted.begin(), sorted.end());
      std::sort(sorted_again.begin(), sorted_again.end());
      CHECK(sorted == sorted_again);  // which of equal points comes first is all that may change
    }
  }
}

TEST_CASE("pareto: crowding distances do not depend on powers of two in the units, nor on the directions of a front") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed ", seed);
    auto set = random_points<double>(kind::simplex, 200, 3, seed);
    const auto before = crowding_distance(set);
    CHECK(crowding_distance(set, {maximise, minimise, maximise}) == before);
    for (auto& row : set) row[1] *= 1024;
    for (auto& row : set) row[2] *= -0.125;
    CHECK(crowding_distance(set) == before);
  }
}
