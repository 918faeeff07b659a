// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Measures over the whole range of double: huge and tiny numbers in one set, distant and infinite references.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <paragon/pareto/approximate_hypervolume.hpp>
#include <paragon/pareto/archive.hpp>
#include <paragon/pareto/contribution_bound.hpp>
#include <paragon/pareto/contributions.hpp>
#include <paragon/pareto/crowding.hpp>
#include <paragon/pareto/epsilon.hpp>
#include <paragon/pareto/expected_improvement.hpp>
#include <paragon/pareto/hausdorff.hpp>
#include <paragon/pareto/incremental_hypervolume.hpp>
#include <paragon/pareto/indicators.hpp>
#include <paragon/pareto/normalise.hpp>
#include <paragon/pareto/r2.hpp>
#include <paragon/pareto/select.hpp>
#include <paragon/pareto/spacing.hpp>
#include <paragon/pareto/stretch.hpp>
#include <paragon/pareto/stretch/by_contribution.hpp>
#include <paragon/pareto/stretch/by_crowding.hpp>
#include <paragon/pareto/stretch/by_rays.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using paragon_test::table;

namespace {

using paragon_test::inf;
constexpr double most = std::numeric_limits<double>::max();
constexpr double least = std::numeric_limits<double>::denorm_min();

template <std::size_t M>
using front = std::vector<std::array<double, M>>;
using list = std::vector<double>;

/// By counting the cells between all coordinates, in `long double`, whose exponents hold any product of a few doubles.
/// All terms are positive. Infinite lengths make infinite cells.
struct cells {
  double volume = 0;
  list alone;

  cells(const table<double>& set, const list& reference) : alone(set.size()) {
    const std::size_t m = reference.size();
    table<double> lines(m);
    for (std::size_t k = 0; k < m; ++k) {
      lines[k].push_back(reference[k]);
      for (const auto& row : set) {
        if (row[k] < reference[k]) lines[k].push_back(row[k]);
      }
      std::sort(lines[k].begin(), lines[k].end());
      lines[k].erase(std::unique(lines[k].begin(), lines[k].end()), lines[k].end());
    }
    long double sum = 0;
    std::vector<long double> own(set.size());
    for (std::vector<std::size_t> cell(m, 0);;) {
      long double size = 1;
      bool exists = true;
      for (std::size_t k = 0; k < m && exists; ++k) {
        exists = cell[k] + 1 < lines[k].size();
        if (exists) size *= static_cast<long double>(lines[k][cell[k] + 1]) - lines[k][cell[k]];
      }
      std::size_t covering = 0;
      std::size_t last = 0;
      for (std::size_t i = 0; i < set.size() && exists; ++i) {
        bool covers = true;
        for (std::size_t k = 0; k < m; ++k)
          covers = covers && set[i][k] <= lines[k][cell[k]] && set[i][k] < reference[k];
        covering += covers;
        last = covers ? i : last;
      }
      if (covering > 0) sum += size;
      if (covering == 1) own[last] += size;
      std::size_t k = 0;
      while (k < m && ++cell[k] >= lines[k].size()) cell[k++] = 0;
      if (k == m) break;
    }
    volume = static_cast<double>(sum);
    for (std::size_t i = 0; i < set.size(); ++i) alone[i] = static_cast<double>(own[i]);
  }
};

/// Equal to a few rounding errors, also where numbers have few digits left.
bool close(double found, double expected, double epsilon = 4e-15) {
  return found == expected || std::abs(found - expected) <= epsilon * std::abs(expected) + 4 * least;
}

/// A number of either sign whose exponent is uniform over [-range, range].
double spread_number(const paragon::random_key& key, std::uint64_t element, int range) {
  const double digits = 1 + key.uniform(3 * element);
  const auto exponent = static_cast<int>(key.below(2 * static_cast<std::uint64_t>(range) + 1, 3 * element + 1)) - range;
  return std::ldexp(key.below(2, 3 * element + 2) == 0 ? digits : -digits, exponent);
}

}  // namespace

TEST_CASE("pareto: contributions with a distant or infinite reference") {
  const front<2> set{{0, 1}, {.5, .5}, {1, 0}};
  CHECK(contributions(set, {1e16, 1e16}) == list{.5 * 1e16, .25, .5 * 1e16});
  CHECK(contributions(set, {inf, inf}) == list{inf, .25, inf});
  CHECK(contributions(set, {inf, 2}) == list{.5, .25, inf});  // only (1, 0) reaches the infinite end alone
  CHECK(contributions(set, {most, most}) == list{.5 * most, .25, .5 * most});
  CHECK(contributions(front<1>{{3}, {1}}, {inf}) == list{0, 2});
  CHECK(contributions(front<1>{{3}}, {inf}) == list{inf});
  CHECK(contributions(front<3>{{0, 0, 5}, {0, 0, 5}, {1, 1, 1}}, {inf, inf, inf}) == list{0, 0, inf});
  CHECK(contributions(front<3>{{-inf, 2, 2}, {1, 1, 3}, {1, 2, 2}}, {4, 4, inf}) == list{inf, inf, 0});
  // In more objectives: a point in the middle of a grid, with a neighbour on each side.
  for (std::size_t m = 2; m <= 9; ++m) {
    for (const double far : {1e16, 1e30, inf}) {
      table<double> grid(m + 1, list(m, 0.0));
      for (std::size_t k = 0; k < m; ++k) {
        grid[k][k] = 0.25;
        for (std::size_t j = 0; j < m; ++j) grid[k][j] = j == k ? 0.25 : -0.125;
      }
      INFO("m ", m, ", reference ", far);
      // The last point is cut off by point k where objective k exceeds 1/4: a cube of that side is left.
      const auto found = contributions(grid, list(m, far));
      CHECK(close(found.back(), std::pow(0.25, static_cast<double>(m))));
      incremental_hypervolume<double> growing(list(m, far));
      double gain = 0;
      for (const auto& row : grid) gain = growing.insert(row);
      CHECK(close(gain, std::pow(0.25, static_cast<double>(m))));
    }
  }
}

TEST_CASE("pareto: the volume of one box does not depend on the order of its sides") {
  struct box {
    list sides;
    double volume;
  };
  for (const auto& b :
       {box{{1e200, 1e200, 1e-300}, 1e100}, box{{1e-200, 1e-200, 1e300}, 1e-100}, box{{1e-160, 1e-160, 1}, 1e-320},
        box{{1e200, 1e200, 1}, inf}, box{{least, .5, .5}, 0}, box{{1e300, 1e300, 1e-300, 1e-300}, 1},
        box{{1e300, 1e300, 1e300, 1e-300, 1e-300}, 1e300}, box{{least, least, most, most}, 0x1p-100}}) {
    auto sides = b.sides;
    std::sort(sides.begin(), sides.end());
    do {
      list point;
      for (const double s : sides) point.push_back(-s);
      const list origin(sides.size(), 0.0);
      const table<double> set{point};
      const double expected = sides.front() == least && sides.back() == most ? cells(set, origin).volume : b.volume;
      CHECK(close(hypervolume(set, origin).value, expected));
      CHECK(close(contributions(set, origin)[0], expected));
      incremental_hypervolume<double> growing(origin);
      CHECK(close(growing.insert(point), expected));
      if (expected < inf)
        CHECK(close(approximate_hypervolume(set, origin, {.directions = 512}).value, expected, 1e-13));
      if (sides.size() <= 3) {
        const expected_hypervolume_improvement improvement(table<double>{}, origin);
        CHECK(close(improvement.value(point, list(sides.size(), 0.0)), expected));
      }
    } while (std::next_permutation(sides.begin(), sides.end()));
  }
  // Sides that are themselves too large.
  CHECK(close(hypervolume(front<2>{{-most, 0}}, {most, 0x1p-2}).value, most / 2));
  CHECK(close(contributions(front<2>{{-most, 0}, {0, -1}}, {most, 0x1p-2})[0], most / 4));
  // Two boxes, each with the product of a huge and a tiny side.
  CHECK(close(hypervolume(front<2>{{-1e300, -1e-300}, {-1e-300, -1e300}}, {0, 0}).value, 2));
}

TEST_CASE("pareto: volumes and contributions of numbers of any size against counted cells") {
  std::size_t estimates = 0;
  std::size_t missed = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const paragon::random_key key{.seed = seed};
    const std::size_t m = 1 + seed % 6;
    const std::size_t n = 1 + key.below(m <= 3 ? 9 : m <= 4 ? 6 : 4, 1000);
    const std::array<int, 4> ranges{0, 60, 400, 1022};
    const int range = ranges[seed / 6 % 4];
    list reference(m);
    for (std::size_t k = 0; k < m; ++k) reference[k] = std::abs(spread_number(key, 500 + k, range));
    table<double> set(n, list(m));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < m; ++k) set[i][k] = spread_number(key, i * m + k, range);
    }
    INFO("seed ", seed, ", m ", m, ", n ", n, ", exponents up to ", range);
    const cells expected(set, reference);
    const double volume = hypervolume(set, reference).value;
    CHECK(close(volume, expected.volume));
    const auto found = contributions(set, reference);
    for (std::size_t i = 0; i < n; ++i) CHECK_MESSAGE(close(found[i], expected.alone[i], 2e-14), found[i], " ", i);

    incremental_hypervolume<double> growing(reference);
    table<double> before;
    for (const auto& row : set) {
      before.push_back(row);
      const cells now(before, reference);
      CHECK(close(growing.insert(row), now.alone.back(), 2e-14));
      CHECK(close(growing.value(), now.volume, 2e-14));
    }

    list rows;
    for (const auto& row : set) rows.insert(rows.end(), row.begin(), row.end());
    const std::vector<char> all(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(close(detail::exclusive_row(rows, m, reference, all, i, "test"), expected.alone[i], 2e-14));
    }
    const auto smallest = std::min_element(found.begin(), found.end());
    const contribution_bound<double> bound{n, reference};
    CHECK(found[bound.victim(points<double>(rows, m), {})] == *smallest);

    if (m <= 3) {  // without deviation, the expected improvement is what the last point adds
      const table<double> others(set.begin(), set.end() - 1);
      const expected_hypervolume_improvement improvement(others, reference);
      CHECK(close(improvement.value(set.back(), list(m, 0.0)), expected.alone.back(), 1e-13));
      CHECK(close(improvement(set.back(), list(m, 0.0)).value, expected.alone.back(), 1e-13));
    }
    if (expected.volume > 0 && expected.volume < inf) {
      const auto estimate = approximate_hypervolume(set, reference, {.directions = 4096, .key = key});
      ++estimates;
      missed += estimate.lower > expected.volume * (1 + 1e-12) || estimate.upper < expected.volume * (1 - 1e-12);
    }
  }
  CHECK(estimates > 200);
  CHECK_MESSAGE(20 * missed <= estimates, missed, " of ", estimates, " intervals of 95 % do not hold the volume");
}

TEST_CASE("pareto: small contributions beside a large volume have all their digits") {
  for (std::size_t m = 2; m <= 7; ++m) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const std::size_t n = m <= 3 ? 12 : m == 4 ? 8 : 5;
      const auto set = paragon_test::random_points<double>(paragon_test::kind::simplex, n, m, seed);
      for (const double far : {1.1, 1e6, 1e16}) {
        INFO("m ", m, ", seed ", seed, ", reference ", far);
        const list reference(m, far);
        const cells expected(set, reference);
        const auto found = contributions(set, reference);
        for (std::size_t i = 0; i < n; ++i) CHECK(close(found[i], expected.alone[i], 2e-14));
      }
    }
  }
}

TEST_CASE("pareto: distances between fronts at any scale") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::size_t m = 1 + seed % 8;
    const auto a = paragon_test::random_points<double>(paragon_test::kind::cube, 1 + seed * 7 % 60, m, seed);
    const auto r = paragon_test::random_points<double>(paragon_test::kind::simplex, 1 + seed * 11 % 70, m, seed + 1000);
    const auto at = [](table<double> set, int power) {
      for (auto& row : set) {
        for (double& x : row) x = std::ldexp(x, power);
      }
      return set;
    };
    for (const int power : {-900, -600, -300, 300, 520, 1000}) {
      INFO("seed ", seed, ", m ", m, ", times 2^", power);
      const auto b = at(a, power);
      const auto s = at(r, power);
      const auto same = [&](double small, double large) { return close(large, std::ldexp(small, power), 1e-13); };
      CHECK(same(igd(a, r), igd(b, s)));
      CHECK(same(igd_plus(a, r), igd_plus(b, s)));
      CHECK(same(gd(a, r), gd(b, s)));
      CHECK(same(gd_plus(a, r), gd_plus(b, s)));
      CHECK(same(hausdorff(a, r), hausdorff(b, s)));
      for (const double p : {1.0, 2.0, 3.5}) CHECK(same(averaged_hausdorff(a, r, p), averaged_hausdorff(b, s, p)));
      CHECK(same(spacing(a), spacing(b)));
      CHECK(same(additive_epsilon(a, r), additive_epsilon(b, s)));
      const auto crowded = crowding_distance(a);
      CHECK(crowding_distance(b) == crowded);
    }
  }
  // Near and far points in one front.
  const front<2> found{{1e-200, 0}, {1, 0}, {1e200, 0}};
  const front<2> truth{{0, 0}, {1, 0}, {1e200, 3e190}};
  CHECK(close(igd(found, truth), (1e-200 + 0 + 3e190) / 3));
  CHECK(close(igd(found, front<2>{{0, 0}}), 1e-200));
  CHECK(close(igd_plus(found, front<2>{{0, 0}}), 1e-200));
  CHECK(close(hausdorff(front<2>{{1e-200, 0}, {1, 0}}, front<2>{{0, 0}, {1, 1e-170}}), 1e-170));
  CHECK(close(igd(front<2>{{least, 0}}, front<2>{{0, 0}}), least));
  CHECK(close(igd(front<2>{{most, 0}, {most, 0}}, front<2>{{0, 0}, {0, 0}}), most));
  CHECK(igd(front<2>{{most, 0}}, front<2>{{-most, 0}}) == inf);
  CHECK(close(multiplicative_epsilon(front<2>{{most, most}}, front<2>{{most, most}}), 1, 0));
}

TEST_CASE("pareto: scales of any size") {
  const auto p = normalise(front<1>{{-most}, {0}, {most}, {inf}, {-inf}}, {-most}, {most});
  CHECK(p(0, 0) == 0);
  CHECK(p(1, 0) == .5);
  CHECK(p(2, 0) == 1);
  CHECK(p(3, 0) == inf);
  CHECK(p(4, 0) == -inf);
  CHECK(normalise(front<1>{{most}}, {-most}, {0})(0, 0) == 2);
  CHECK(normalise(front<1>{{3 * least}}, {least}, {5 * least})(0, 0) == .5);
  CHECK(normalise(std::vector<std::array<std::int64_t, 1>>{{9007199254740993}}, {9007199254740992}, {9007199254740994})(
            0, 0) == .5);

  const front<1> tiny{{0}, {least}, {3 * least}, {4 * least}};
  CHECK(crowding_distance(tiny) == list{inf, .75, .75, inf});
  CHECK(crowding_distance(std::vector<std::array<std::int64_t, 1>>{
            {9007199254740992}, {9007199254740993}, {9007199254740995}, {9007199254740996}}) ==
        list{inf, .75, .75, inf});
  // The second front is cut: (2, 80) has the nearest neighbours, as 3 / 6 + 40 / 100 is the least.
  const front<2> line{{-1, -1}, {0, 100}, {2 * least, 80}, {3 * least, 60}, {5 * least, 30}, {6 * least, 0}};
  CHECK(stretch(line, 5, by_crowding{}) == std::vector<std::size_t>{0, 1, 3, 4, 5});
  CHECK(select(front<2>{{0, 4 * least}, {least, least}, {4 * least, 0}}, knee{}) == 1);
  const list huge_rays{1e200, 1e200, 1e-200, 0};  // the same directions
  const list small_rays{1, 1, 1, 0};
  CHECK(stretch(line, 3, by_rays{points<double>(huge_rays, 2)}) ==
        stretch(line, 3, by_rays{points<double>(small_rays, 2)}));

  CHECK(close(r2(front<2>{{.1 * most, .1 * most}}, {-most, -most}), .75 * 1.1 * most));
  CHECK(close(r2(front<2>{{4, 4}}, {0, 0}), 3));
  CHECK(close(spacing(front<1>{{0}, {1e-200}, {3e-200}, {6e-200}}),
              1e-200 * std::sqrt(((1 - 1.75) * (1 - 1.75) * 2 + .25 * .25 + 1.25 * 1.25) / 3), 1e-13));
}

TEST_CASE("pareto: the nearest elements of an archive at any distance") {
  archive<double, void, 2> far({paragon::direction::minimise, paragon::direction::minimise});
  far.insert({1e200, -1e200});
  far.insert({-1e200, 1e200});
  far.insert({0, 3e199});
  CHECK(far.nearest({1e199, 1e199}) == std::vector<std::size_t>{2});
  archive<double, void, 2> near({paragon::direction::minimise, paragon::direction::minimise});
  near.insert({1e-200, 0});
  near.insert({0, 1e-201});
  CHECK(near.nearest({0, 0}, 2) == std::vector<std::size_t>{1, 0});
}
