// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <paragon/pareto/archive.hpp>
#include <paragon/pareto/contribution_bound.hpp>
#include <paragon/pareto/crowding_bound.hpp>
#include <paragon/pareto/epsilon_grid.hpp>
#include <string>

#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using enum insertion::outcome;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;

namespace {

/// The smallest bound there can be: a queue.
struct keep_newest {
  std::size_t most;
  std::size_t victim(points<double>, directions) const { return 0; }
};
template <class T>
struct keep_newest_of {
  std::size_t most;
  std::size_t victim(points<T>, directions) const { return 0; }
};
/// The smallest grid: whole numbers.
struct whole_numbers {
  double cell(double x, std::size_t) const { return std::floor(x); }
};
struct no_number {
  std::size_t victim(points<double>, directions) const { return 0; }
};
struct cells_of_another_type {
  int cell(double x, std::size_t) const { return static_cast<int>(x); }
};
/// Gives up an element that does not exist.
struct confused {
  std::size_t most;
  std::size_t victim(points<double> elements, directions) const { return elements.size(); }
};

static_assert(capacity_bound<keep_newest, double> && !grid_bound<keep_newest, double>);
static_assert(grid_bound<whole_numbers, double> && !capacity_bound<whole_numbers, double>);
static_assert(!archive_bound<no_number, double>);
static_assert(!archive_bound<cells_of_another_type, double>);
static_assert(!archive_bound<unbounded, double>);
static_assert(capacity_bound<crowding_bound, float>);
static_assert(capacity_bound<contribution_bound<int>, int>);
static_assert(grid_bound<epsilon_grid<int>, int>);
static_assert(!grid_bound<epsilon_grid<int>, double>);
static_assert(archive_policies<double, crowding_bound, keep_all, nan_worst>);
static_assert(!archive_policies<double, crowding_bound, keep_newest>);
static_assert(!archive_policies<double, epsilon_grid<double>, keep_all>);

template <class Archive>
table<typename Archive::number> rows_of(const Archive& from) {
  table<typename Archive::number> rows;
  for (const auto& e : from) rows.emplace_back(e.point.begin(), e.point.end());
  return rows;
}

/// Never more than `most`, never two of which one dominates the other; gives up what the definition says.
template <class T, class Bound>
void check_bounded(const table<T>& set, const std::vector<paragon::direction>& way, const Bound& bound) {
  archive<T, std::size_t, dynamic_objectives, Bound> tested(way, bound);
  for (std::size_t i = 0; i < set.size(); ++i) {
    auto before = rows_of(tested);
    bool covered = false;
    bool erases = false;
    for (const auto& row : before) {
      covered =
          covered || paragon_test::brute_dominates(row, set[i], way) || paragon_test::brute_equal(row, set[i], way);
      erases = erases || paragon_test::brute_dominates(set[i], row, way);
    }
    const bool full = before.size() == bound.most && !covered && !erases;
    const insertion done = tested.insert(set[i], i);
    CHECK((done.what == dominated || done.what == repeated) == covered);
    if (full) {
      before.push_back(set[i]);
      const std::size_t victim = bound.victim(points<T>(point_access<table<T>>::get(before)), way);
      CHECK((done.what == crowded_out) == (victim == bound.most));
      if (done) {
        CHECK(done == insertion{inserted, victim, 1});
        before[victim] = set[i];
      }
      before.pop_back();
      CHECK(rows_of(tested) == before);
    }
    CHECK(tested.size() <= bound.most);
    CHECK(paragon_test::brute_filter(rows_of(tested), way, false).size() == tested.size());
  }
}

}  // namespace

TEST_CASE("pareto: bounded archives keep their number and the front") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const std::size_t m = 1 + seed % 4;
    const kind what = paragon_test::kinds[seed % 6];
    INFO("m ", m, ", ", paragon_test::name_of(what), ", seed ", seed);
    const auto set = random_points<double>(what, 150, m, seed);
    const auto way = paragon_test::random_directions(m, seed);
    check_bounded(set, way, crowding_bound{1 + seed});
    check_bounded(set, way, keep_newest{1 + seed});
    if (what == kind::infinite) continue;
    std::vector<double> reference(m);
    for (std::size_t k = 0; k < m; ++k) reference[k] = way[k] == maximise ? -1 : 3;
    check_bounded(set, way, contribution_bound{2 + seed, reference});
  }
}

TEST_CASE("pareto: archive bounded by crowding keeps the ends, by hand") {
  archive<double, char, 2, crowding_bound> best(crowding_bound{3});
  best.insert({0, 10}, 'a');
  best.insert({10, 0}, 'b');
  best.insert({8, 1}, 'c');
  CHECK(best.insert({8.5, 0.5}, 'd').what == crowded_out);       // 0.2 + 0.1, and c 0.85 + 0.95
  CHECK(best.insert({7, 2}, 'e') == insertion{inserted, 2, 1});  // 0.8 + 0.9, and c 0.3 + 0.2
  CHECK(best.contains({0, 10}));
  CHECK(best.contains({10, 0}));
  CHECK(best.insert({6, 1.5}, 'f') == insertion{inserted, 2, 1});  // dominates e: nobody is given up
}

TEST_CASE("pareto: archive bounded by contribution, by hand") {
  archive<int, char, 2, contribution_bound<int>> best({3, {6, 6}});
  best.insert({1, 5}, 'a');  // alone 5
  best.insert({5, 1}, 'b');
  best.insert({3, 3}, 'c');
  CHECK(best.insert({2, 4}, 'd').what == crowded_out);  // adds (3 - 2)(5 - 4) = 1; a adds 1, b 4, c 3: the newest goes
  CHECK_THROWS_WITH_AS((archive<int, char, 2, contribution_bound<int>>({3, {6}})),
                       "pareto::contribution_bound: 1 numbers in the reference; expected 2, one for each objective",
                       paragon::error);
}

TEST_CASE("pareto: bounded archive leaves a payload that is crowded out, and survives a confused bound") {
  archive<double, std::string, 2, crowding_bound> best(crowding_bound{1});
  best.insert({1, 2}, "a");
  std::string name(50, 'x');
  CHECK(best.insert({2, 1}, std::move(name)).what == crowded_out);
  CHECK(name.size() == 50);
  archive<double, int, 2, confused> lost(confused{1});
  lost.insert({1, 2}, 1);
  CHECK_THROWS_AS(lost.insert({2, 1}, 2), paragon::error);
  CHECK(lost.size() == 1);
  CHECK(lost.contains({1, 2}));
  CHECK(lost.insert({1, 1}, 2));
  CHECK_THROWS_AS((archive<double, int, 2, crowding_bound>(crowding_bound{0})), paragon::error);
}

TEST_CASE("pareto: bounded archive with equal points") {
  archive<int, std::size_t, 2, keep_newest_of<int>, keep_all> best(keep_newest_of<int>{4});
  for (std::size_t i = 0; i < 10; ++i) best.insert({1, 1}, i);
  CHECK(best.size() == 4);
  CHECK(best.insert({0, 0}, 10).erased == 4);
}

TEST_CASE("pareto: epsilon archive covers everything offered but for a cell, one element to a cell") {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    const std::size_t m = 1 + seed % 5;
    const kind what = std::array{kind::cube, kind::simplex, kind::grid, kind::tied_front}[seed / 5 % 4];
    INFO("m ", m, ", ", paragon_test::name_of(what), ", seed ", seed);
    const auto set = random_points<double>(what, 300, m, seed);
    const auto way = paragon_test::random_directions(m, seed);
    const double width = what == kind::cube || what == kind::simplex ? 0.25 : 2;
    const epsilon_grid<double> grid(std::vector<double>(m, width));
    archive<double, std::size_t, dynamic_objectives, epsilon_grid<double>> tested(way, grid);
    for (std::size_t i = 0; i < set.size(); ++i) {
      const bool wanted = tested.accepts(set[i]);
      const bool covered = tested.covers(set[i]);
      bool brute = false;
      bool there = false;
      for (const auto& row : rows_of(tested)) {
        there = there || paragon_test::brute_equal(row, set[i], way);
        brute = brute || there || paragon_test::brute_dominates(row, set[i], way);
      }
      CHECK(covered == brute);
      CHECK(static_cast<bool>(tested.insert(set[i], i)) == wanted);
      CHECK(tested.contains(set[i]) == (wanted || there));
    }
    const auto rows = rows_of(tested);
    auto cells = rows;
    for (auto& row : cells) {
      for (std::size_t k = 0; k < m; ++k) row[k] = std::floor(row[k] / width);
    }
    CHECK(paragon_test::brute_filter(cells, way, false).size() == cells.size());
    CHECK(paragon_test::brute_filter(rows, way, false).size() == rows.size());
    for (const auto& point : set) {
      bool near = false;
      for (auto row : rows) {
        for (std::size_t k = 0; k < m; ++k) row[k] += way[k] == maximise ? width : -width;
        near = near || paragon_test::brute_dominates(row, point, way) || paragon_test::brute_equal(row, point, way);
      }
      CHECK(near);
    }
    for (std::size_t i = 0; i < tested.size(); ++i) {
      CHECK(tested.nearest(rows[i], 1).front() <= i);
      CHECK_FALSE(tested.within(rows[i], rows[i]).empty());
    }
  }
}

TEST_CASE("pareto: epsilon grid by hand") {
  const epsilon_grid<int> whole(std::vector<int>{3});
  const int cells[] = {-2, -2, -1, -1, -1, 0, 0, 0, 1};
  for (int x = -5; x <= 3; ++x) CHECK(whole.cell(x, 0) == cells[x + 5]);
  archive<double, char, 2, epsilon_grid<double>> best(epsilon_grid<double>({1.0, 2.0}));
  CHECK(best.insert({0.5, 1.5}, 'a'));
  CHECK(best.insert({0.6, 1.4}, 'b').what == dominated);  // the cell is taken
  CHECK(best.insert({0.5, 1.5}, 'b').what == repeated);
  CHECK(best.insert({0.4, 1.4}, 'b') == insertion{inserted, 0, 1});
  CHECK(best.insert({1.0, 0.0}, 'c').what == dominated);  // cell (1, 0) is dominated by (0, 0)
  CHECK(best.insert({1.5, -0.1}, 'd') == insertion{inserted, 1, 0});
  CHECK(best.insert({-0.5, -3}, 'e') == insertion{inserted, 0, 2});
  CHECK_THROWS_AS(epsilon_grid<double>({0.0}), paragon::error);
  CHECK_THROWS_AS(epsilon_grid<double>({std::numeric_limits<double>::infinity()}), paragon::error);
  CHECK_THROWS_AS((archive<double, char, 3, epsilon_grid<double>>(epsilon_grid<double>({1.0, 2.0}))), paragon::error);
}
