// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <list>
#include <paragon/pareto/reference.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;
using front_2d = std::vector<std::array<double, 2>>;
using numbers = std::vector<double>;

static_assert(one_or_more_fronts<front_2d> && !front_range<front_2d>);
static_assert(front_range<std::vector<front_2d>> && front_range<std::array<points<int>, 3>>);
static_assert(one_or_more_fronts<table<double>> && !front_range<table<double>> && front_range<std::list<table<float>>>);
static_assert(!one_or_more_fronts<int> && !one_or_more_fronts<std::vector<int>>);

namespace {
using paragon_test::inf;
using paragon_test::not_a_number;
}  // namespace

TEST_CASE("pareto: ideal and nadir of one front and of several") {
  const front_2d a{{0, 4}, {1, 1}, {4, 0}, {9, 9}};
  const front_2d b{{2, 8}, {3, 6}};
  CHECK(ideal(a) == numbers{0, 0});
  CHECK(nadir(a) == numbers{4, 4});  // (9, 9) is dominated
  CHECK(nadir(b) == numbers{3, 8});
  CHECK(ideal(std::vector{a, b}) == numbers{0, 0});
  CHECK(nadir(std::vector{a, b}) == numbers{4, 8});  // b counts, although (1, 1) dominates all of it
  CHECK(ideal(std::vector{a, front_2d{}, b}, {maximise, minimise}) == numbers{9, 0});
  CHECK(nadir(a, {maximise, minimise}) == numbers{4, 9});  // of (4, 0) and (9, 9)
  CHECK(ideal(a, {ignore, maximise}) == numbers{0, 9});
  CHECK(ideal(std::vector<std::array<unsigned char, 2>>{{3, 200}, {7, 100}}, {maximise, maximise}) ==
        std::vector<unsigned char>{7, 200});
  CHECK(ideal(front_2d{{inf, -inf}, {inf, 0}}) == numbers{inf, -inf});
  CHECK(ideal(front_2d{{not_a_number, 1}, {2, 3}}, nan_worst{}) == numbers{2, 1});
  CHECK_THROWS_AS((void)ideal(front_2d{{not_a_number, 1}}), paragon::error);
  CHECK_THROWS_AS((void)nadir(front_2d{{not_a_number, 1}}), paragon::error);
  CHECK_THROWS_WITH_AS((void)ideal(std::vector<front_2d>(2)),
                       "pareto::ideal: no points; expected at least one in one of the fronts", paragon::error);
  CHECK_THROWS_AS((void)ideal(std::vector<table<double>>{{{1, 2}}, {{1, 2, 3}}}), paragon::error);
}

TEST_CASE("pareto: one reference point for several fronts") {
  const front_2d a{{0, 4}, {1, 1}, {4, 0}, {9, 9}};
  const front_2d b{{2, 10}, {3, 6}};
  CHECK(shared_reference(std::vector{a, b}, 0.5) == numbers{6, 15});
  CHECK(shared_reference(std::array{points(a), points(b)}, 0.5) == numbers{6, 15});
  CHECK(shared_reference(std::vector{a, b}, 0) == nadir(std::vector{a, b}));
  CHECK(shared_reference(a, 0.25) == numbers{5, 5});
  // Of (1, -4), (2, -1), both maximised, the first: (2, -1) is best alone.
  CHECK(shared_reference(std::vector{front_2d{{2, -1}, {1, 3}}}, 0.5, {maximise, maximise}) == numbers{0.5, -3});
  CHECK(shared_reference(front_2d{{8, 1}, {8, 2}}, 0.5, {ignore, maximise}) == numbers{0, 1});
}

TEST_CASE("pareto: the reference point where ranges are zero, infinite or whole numbers") {
  CHECK(shared_reference(front_2d{{8, 0}}, 0.5) == numbers{12, 0.5});
  CHECK(shared_reference(front_2d{{-8, 0}}, 0.5) == numbers{-4, 0.5});
  CHECK(shared_reference(front_2d{{-8, 0}}, 0.5, {maximise, maximise}) == numbers{-12, -0.5});
  CHECK(shared_reference(front_2d{{0, inf}, {1, 2}, {2, 1}, {inf, -inf}}, 0.5) == numbers{3, 2.5});
  CHECK_THROWS_AS((void)shared_reference(front_2d{{0, inf}, {inf, 0}, {-inf, inf}}, -0.5), paragon::error);
  CHECK_THROWS_AS((void)shared_reference(front_2d{{0, inf}}, 0.5), paragon::error);
  CHECK_THROWS_AS((void)shared_reference(front_2d{{0, 1}}, not_a_number), paragon::error);

  using whole = std::vector<std::array<int, 2>>;
  CHECK(shared_reference(whole{{0, 10}, {10, 0}}, 0.1) == std::vector{11, 11});
  CHECK(shared_reference(whole{{0, 3}, {3, 0}}, 0.1) == std::vector{4, 4});
  CHECK(shared_reference(whole{{0, 3}, {3, 0}}, 0.1, {maximise, maximise}) == std::vector{-1, -1});
  CHECK(shared_reference(whole{{0, 3}, {3, 0}}, 0.0) == std::vector{3, 3});
  CHECK(shared_reference(whole{{0, std::numeric_limits<int>::max()}}, 0.5) ==
        std::vector{1, std::numeric_limits<int>::max()});
  CHECK(shared_reference(whole{{0, std::numeric_limits<int>::min()}}, 0.5, {minimise, maximise}) ==
        std::vector{1, std::numeric_limits<int>::min()});
  CHECK(shared_reference(std::vector<std::array<unsigned char, 1>>{{7}}, 0.1, {maximise}) ==
        std::vector<unsigned char>{6});
}

TEST_CASE("pareto: every non-dominated point is strictly inside the shared reference") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::size_t m = 1 + seed % 6;
    const auto way = paragon_test::random_directions(m, seed);
    for (const kind what : {kind::cube, kind::grid, kind::huge_and_tiny, kind::tied_front}) {
      INFO("seed ", seed, ", ", paragon_test::name_of(what));
      const std::vector<table<double>> fronts{random_points<double>(what, 30, m, seed),
                                              random_points<double>(what, 20, m, seed + 1000)};
      const auto reference = shared_reference(fronts, 0.1, way);
      for (const auto& front : fronts) {
        for (const std::size_t i : paragon_test::brute_filter(front, way, true)) {
          for (std::size_t k = 0; k < m; ++k) {
            if (way[k] == ignore) continue;
            CHECK(paragon_test::better(front[i][k], reference[k], way[k]));
          }
        }
      }
    }
  }
}
