// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/filter.hpp>
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
using paragon_test::not_a_number;

template <std::size_t M>
using front = std::vector<std::array<double, M>>;

/// Inclusion and exclusion over all subsets: the volume of an intersection of boxes is a product.
double inclusion_exclusion(const table<double>& set, const std::vector<double>& reference) {
  double total = 0;
  for (std::size_t subset = 1; subset < (std::size_t{1} << set.size()); ++subset) {
    double product = 1;
    int members = 0;
    for (std::size_t i = 0; i < set.size(); ++i) members += static_cast<int>((subset >> i) & 1);
    for (std::size_t k = 0; k < reference.size(); ++k) {
      double side = inf;
      for (std::size_t i = 0; i < set.size(); ++i) {
        if ((subset >> i) & 1) side = std::min(side, std::max(0.0, reference[k] - set[i][k]));
      }
      product *= side;
    }
    total += members % 2 == 1 ? product : -product;
  }
  return total;
}

/// Unit cells of the grid [0, reference) that some point dominates.
long long count_cells(const table<int>& set, const std::vector<int>& reference) {
  long long total = 0;
  std::vector<int> cell(reference.size(), 0);
  for (;;) {
    total += std::any_of(set.begin(), set.end(), [&](const auto& p) {
      for (std::size_t k = 0; k < cell.size(); ++k) {
        if (p[k] > cell[k]) return false;
      }
      return true;
    });
    std::size_t k = 0;
    while (k < cell.size() && ++cell[k] == reference[k]) cell[k++] = 0;
    if (k == cell.size()) return total;
  }
}

}  // namespace

TEST_CASE("pareto: hypervolume of published small sets") {
  const front<2> set{{5, 5}, {4, 6}, {2, 7}, {7, 4}};
  CHECK(hypervolume(set, {10, 10}) == volume<double>{38, 0});
  CHECK(hypervolume(set, {0, 0}, {maximise, maximise}).value == 39);
  CHECK(hypervolume(front<2>{{2.3, 4.5}, {3.4, 3.4}, {6, 1.2}}, {7, 7}).value == doctest::Approx(17.91).epsilon(1e-14));
  CHECK(hypervolume(front<3>{{2.3, 4.5, 3.2}, {3.4, 3.4, 3.4}, {6, 1.2, 3.6}}, {7, 7, 7}).value ==
        doctest::Approx(66.386).epsilon(1e-14));
  const front<2> maximised{{8.5, 3}, {8.5, 3.5}, {5, 5}, {9, 1}, {4, 5}};
  CHECK(hypervolume(maximised, {0, 0}, {maximise, maximise}).value == 37.75);
  CHECK(hypervolume(maximised, {1, 0.5}, {maximise, maximise}).value == 28.75);
  CHECK(hypervolume(front<3>{{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}}, {-2.1, -2.5, -2.3}, {maximise, maximise, maximise})
            .value == doctest::Approx(11.075).epsilon(1e-14));
  CHECK(hypervolume(front<3>{{1, 0, 1}, {0, -1, 0}}, {2, -2, 2}, {minimise, maximise, minimise}).value == 5);
  CHECK(hypervolume(front<3>{{3, 3, 3}}, {5, 5, 5}).value == 8);
  CHECK(hypervolume(front<3>{{3, 3, 3}, {4, 4, 4}}, {5, 5, 5}).value == 8);
  CHECK(hypervolume(front<3>{{3, 3, 3}, {4, 4, 4}, {3, 3, 3}, {3, 3, 2}}, {5, 5, 5}).value == 12);
}

TEST_CASE("pareto: hypervolume of dense fronts reaches the closed forms") {
  using std::numbers::pi;
  const std::size_t n = 1000;
  front<2> line;
  front<2> circle;
  for (std::size_t i = 0; i <= n; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(n);
    line.push_back({t, 1 - t});
    circle.push_back({std::cos(t * pi / 2), std::sin(t * pi / 2)});
  }
  const double r = 1.1;
  CHECK(hypervolume(line, {r, r}).value == doctest::Approx(r * r - 0.5 - 0.5 / static_cast<double>(n)).epsilon(1e-12));
  CHECK(hypervolume(circle, {r, r}).value == doctest::Approx(r * r - pi / 4).epsilon(2e-3));

  // All points of the grid with i + j + k = divisions: the cells that they leave out are a discrete simplex.
  const std::size_t divisions = 60;
  std::vector<std::array<long long, 3>> plane;
  for (std::size_t i = 0; i <= divisions; ++i) {
    for (std::size_t j = 0; i + j <= divisions; ++j) {
      plane.push_back(
          {static_cast<long long>(i), static_cast<long long>(j), static_cast<long long>(divisions - i - j)});
    }
  }
  const long long side = 61;
  const long long outside = 60LL * 61 * 62 / 6;  // cells with i + j + k < 60
  CHECK(hypervolume(plane, {side, side, side}).value == side * side * side - outside);
}

TEST_CASE("pareto: hypervolume counts the points that do not dominate the reference") {
  const front<2> set{{1, 1}, {2, 0}, {3, 3}, {0, 2}, {2, 2}};
  CHECK(hypervolume(set, {2, 2}) == volume<double>{1, 4});
  CHECK(hypervolume(front<2>{}, {2, 2}) == volume<double>{0, 0});
  CHECK(hypervolume(front<3>{{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}, {2, 2, 2}) == volume<double>{0, 3});
  CHECK(hypervolume(front<3>{{1, 9, 1}}, {2, 0, 2}, {minimise, ignore, minimise}) == volume<double>{1, 0});
}

TEST_CASE("pareto: hypervolume in one objective, in four and in too many") {
  CHECK(hypervolume(front<1>{{3}, {1}, {2}}, {5}) == volume<double>{4, 0});
  CHECK(hypervolume(front<4>{{0, 0, 0, 0}}, {1, 1, 1, 1}, {ignore, minimise, minimise, minimise}).value == 1);
  CHECK(hypervolume(front<4>{{1, 1, 1, 1}, {2, 2, 2, 2}}, {3, 3, 3, 3}).value == 16);
  CHECK(hypervolume(front<4>{{1, 1, 1, 1}, {1, 1, 1, 1}}, {2, 2, 2, 2}).value == 1);
  const table<double> wide(2, std::vector<double>(33, 0.0));
  CHECK_THROWS_WITH_AS((void)hypervolume(wide, std::vector<double>(33, 1.0)),
                       "pareto::hypervolume: 33 objectives; expected at most 32", paragon::error);
  CHECK(hypervolume(table<double>(2, std::vector<double>(32, 0.0)), std::vector<double>(32, 2.0)).value ==
        4294967296.0);
}

TEST_CASE("pareto: hypervolume with infinities, NaN and bad references") {
  CHECK(hypervolume(front<2>{{-inf, 0}, {0, -1}, {inf, -inf}}, {1, 1}) == volume<double>{inf, 1});
  CHECK(hypervolume(front<3>{{0, 0, 0}, {1, -inf, 0}, {0.5, 0.5, 0}}, {2, 2, 2}).value == inf);
  CHECK(hypervolume(front<3>{{0, 0, 0}, {0, 0, 1}}, {1, inf, 1}) == volume<double>{inf, 1});
  CHECK(hypervolume(front<2>{{0, 0}, {inf, 0}}, {inf, 1}) == volume<double>{inf, 1});
  CHECK(hypervolume(front<2>{{0, 0}, {not_a_number, -5}, {-5, not_a_number}}, {1, 1}, nan_worst{}) ==
        volume<double>{1, 2});
  CHECK(hypervolume(front<2>{{0, 0}, {not_a_number, 5}}, {-1, -1}, {maximise, maximise}, nan_worst{}) ==
        volume<double>{1, 1});
  CHECK_THROWS_AS((void)hypervolume(front<2>{{0, 0}, {not_a_number, -5}}, {1, 1}), paragon::error);
  CHECK_THROWS_AS((void)hypervolume(front<2>{{0, 0}}, {not_a_number, 1}), paragon::error);
  CHECK_THROWS_AS((void)hypervolume(front<2>{{0, 0}}, {not_a_number, 1}, nan_worst{}), paragon::error);
  CHECK_THROWS_AS((void)hypervolume(front<2>{{0, 0}}, {1}), paragon::error);
  CHECK_THROWS_AS((void)hypervolume(front<2>{{0, 0}}, {1, 1}, {minimise}), paragon::error);
}

TEST_CASE("pareto: hypervolume of integers is exact or refused") {
  constexpr int low = std::numeric_limits<int>::min();
  constexpr int high = std::numeric_limits<int>::max();
  const long long side = (1LL << 32) - 1;
  using row = std::array<int, 2>;
  CHECK(hypervolume(std::vector<row>{{low, high - 1}}, {high, high}).value == side);
  CHECK(hypervolume(std::vector<row>{{high, low + 1}}, {low, low}, {maximise, maximise}).value == side);
  CHECK_THROWS_AS((void)hypervolume(std::vector<row>{{low, low}}, {high, high}), paragon::error);
  CHECK(hypervolume(std::vector<std::array<unsigned char, 3>>{{0, 0, 0}, {1, 1, 1}}, {255, 255, 255}).value ==
        255LL * 255 * 255);
  // 3037000499^2 is the largest square below 2^63.
  CHECK(hypervolume(std::vector<std::array<long long, 2>>{{0, 0}}, {3037000499LL, 3037000499LL}).value ==
        9223372030926249001LL);
  CHECK_THROWS_AS((void)hypervolume(std::vector<std::array<long long, 2>>{{0, 0}}, {3037000500LL, 3037000500LL}),
                  paragon::error);
  static_assert(std::is_same_v<volume_of<float>, double> && std::is_same_v<volume_of<short>, std::int64_t>);
}

TEST_CASE("pareto: hypervolume agrees with counted cells") {
  for (std::size_t m = 1; m <= 6; ++m) {
    const std::uint64_t seeds = m <= 4 ? 200 : 20;
    const int side = m <= 3 ? 10 : m == 4 ? 7 : 5;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      INFO("m ", m, ", seed ", seed);
      const paragon::random_key key{.seed = seed};
      const std::size_t n = key.below(25, 0);
      table<int> set(n, std::vector<int>(m));
      std::uint64_t element = 1;
      std::size_t ignored = 0;
      for (auto& row : set) {
        for (int& x : row) x = static_cast<int>(key.below(static_cast<std::uint64_t>(side) + 1, element++));
        ignored += std::any_of(row.begin(), row.end(), [side](int x) { return x >= side; });
      }
      const std::vector<int> reference(m, side);
      const auto v = hypervolume(set, reference);
      CHECK(v.value == count_cells(set, reference));
      CHECK(v.ignored == ignored);

      table<double> real(n);
      for (std::size_t i = 0; i < n; ++i) real[i].assign(set[i].begin(), set[i].end());
      CHECK(hypervolume(real, std::vector<double>(m, side)).value == static_cast<double>(v.value));
    }
  }
}

TEST_CASE("pareto: hypervolume agrees with inclusion and exclusion") {
  for (std::size_t m = 1; m <= 10; ++m) {
    for (const kind what : {kind::cube, kind::simplex, kind::grid}) {
      for (std::size_t n = 1; n <= 12; ++n) {
        const std::uint64_t seed = 100 * m + n;
        INFO("kind ", paragon_test::name_of(what), ", m ", m, ", n ", n, ", seed ", seed);
        const auto set = random_points<double>(what, n, m, seed);
        const std::vector<double> reference(m, 0.9);
        CHECK(hypervolume(set, reference).value == doctest::Approx(inclusion_exclusion(set, reference)).epsilon(1e-11));
      }
    }
  }
}

TEST_CASE("pareto: hypervolume does not depend on order, axes or what is dominated anyway") {
  for (std::size_t m = 1; m <= 8; ++m) {
    for (const kind what : {kind::cube, kind::simplex, kind::grid}) {
      const std::size_t n = m <= 3 ? 2000 : m <= 5 ? 200 : 40;
      const std::uint64_t seed = 40 + m;
      INFO("kind ", paragon_test::name_of(what), ", m ", m, ", seed ", seed);
      const auto set = random_points<double>(what, n, m, seed);
      const std::vector<double> reference(m, what == kind::grid ? 3.5 : 1.1);
      const double value = hypervolume(set, reference).value;
      REQUIRE(value > 0);

      auto shuffled = set;
      paragon::random_key{.seed = seed}.shuffle(shuffled);
      CHECK(hypervolume(shuffled, reference).value == doctest::Approx(value).epsilon(1e-12));

      auto rotated = set;
      for (auto& row : rotated) std::rotate(row.begin(), row.begin() + 1, row.end());
      CHECK(hypervolume(rotated, reference).value == doctest::Approx(value).epsilon(1e-12));

      auto scaled = set;
      auto scaled_reference = reference;
      scaled_reference[0] *= 4;
      for (auto& row : scaled) row[0] *= 4;
      CHECK(hypervolume(scaled, scaled_reference).value == doctest::Approx(4 * value).epsilon(1e-12));

      table<double> survivors;
      for (const std::size_t i : filter(set)) survivors.push_back(set[i]);
      CHECK(hypervolume(survivors, reference).value == doctest::Approx(value).epsilon(1e-12));

      auto grown = set;  // a point more never lowers the volume
      double before = value;
      for (std::uint64_t i = 0; i < 20; ++i) {
        std::vector<double> point(m);
        for (std::size_t k = 0; k < m; ++k) point[k] = paragon::random_key{.seed = seed}.fork(5).uniform(i * m + k);
        grown.push_back(point);
        const double after = hypervolume(grown, reference).value;
        CHECK(after >= before * (1 - 1e-14));
        before = after;
      }
    }
  }
}

TEST_CASE("pareto: hypervolume is the same with threads, to the bit") {
  paragon::thread_pool pool(3);
  const std::vector<std::pair<std::size_t, std::size_t>> sizes{{2, 300},  {3, 300}, {4, 3000},
                                                               {5, 1000}, {7, 200}, {9, 60}};
  for (const auto& [m, n] : sizes) {
    INFO("m ", m, ", n ", n);
    const auto set = random_points<double>(kind::simplex, n, m, 5);
    const std::vector<double> reference(m, 1.1);
    CHECK(hypervolume(set, reference, threaded(pool)) == hypervolume(set, reference));
    table<int> whole(n, std::vector<int>(m));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < m; ++k) whole[i][k] = static_cast<int>(40 * set[i][k]);
    }
    CHECK(hypervolume(whole, std::vector<int>(m, 44), threaded(pool)) == hypervolume(whole, std::vector<int>(m, 44)));
  }
}
