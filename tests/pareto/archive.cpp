// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <list>
#include <memory>
#include <paragon/pareto/archive.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <ranges>
#include <set>
#include <string>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using enum insertion::outcome;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;
using indices = std::vector<std::size_t>;

static_assert(point_set<archive<double, std::string>>);
static_assert(point_set<archive<int, void, 3, keep_all>>);
static_assert(objectives_of<archive<double, void, 3>> == 3);
static_assert(objectives_of<archive<double, void>> == dynamic_objectives);
static_assert(std::random_access_iterator<archive<double, int>::iterator>);
static_assert(std::random_access_iterator<archive<double, int>::const_iterator>);
static_assert(std::convertible_to<archive<double, int>::iterator, archive<double, int>::const_iterator>);
static_assert(std::ranges::random_access_range<archive<double, void, 4>>);
static_assert(archive_policies<double>);
static_assert(archive_policies<double, keep_all, nan_worst>);
static_assert(!archive_policies<double, keep_all, keep_first>);
static_assert(!archive_policies<double, int>);
static_assert(std::is_copy_constructible_v<archive<double, int>>);
static_assert(std::is_nothrow_move_constructible_v<archive<double, std::unique_ptr<int>, 2>>);

namespace {

using paragon_test::inf;
using paragon_test::not_a_number;

/// The documented behaviour of an archive over a plain vector.
template <class T>
struct model {
  struct element {
    std::vector<T> point;
    std::size_t name;
    bool operator==(const element&) const = default;
  };
  std::vector<paragon::direction> way;
  bool keep_equal = false;
  std::vector<element> elements;

  bool equal(const std::vector<T>& a, const std::vector<T>& b) const { return paragon_test::brute_equal(a, b, way); }
  bool beats(const std::vector<T>& a, const std::vector<T>& b) const {
    return paragon_test::brute_dominates(a, b, way);
  }

  insertion insert(const std::vector<T>& point, std::size_t name) {
    for (const auto& e : elements) {
      if (beats(e.point, point)) return {dominated, 0, 0};
      if (!keep_equal && equal(e.point, point)) return {repeated, 0, 0};
    }
    indices gone;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (beats(point, elements[i].point)) gone.push_back(i);
    }
    for (std::size_t g = gone.size(); g > 1; --g) erase(gone[g - 1]);
    const std::size_t place = gone.empty() ? elements.size() : gone[0];
    if (gone.empty()) elements.emplace_back();
    elements[place] = {point, name};
    return {inserted, place, gone.size()};
  }
  void erase(std::size_t i) {
    elements[i] = elements.back();
    elements.pop_back();
  }
};

template <class Archive, class T>
void check_same(const Archive& tested, const model<T>& expected) {
  REQUIRE(tested.size() == expected.elements.size());
  for (std::size_t i = 0; i < tested.size(); ++i) {
    const auto entry = tested[i];
    CHECK(std::equal(entry.point.begin(), entry.point.end(), expected.elements[i].point.begin()));
    CHECK(entry.payload == expected.elements[i].name);
  }
}

/// Offers all points, erases one now and then, compares everything with the model after every step.
template <class T, std::size_t M, class... P>
void check_against_model(const table<T>& set, const std::vector<paragon::direction>& way, std::uint64_t seed) {
  const auto key = paragon::random_key{.seed = seed}.fork(40);
  archive<T, std::size_t, M, P...> tested(way);
  model<T> expected{way, (std::same_as<P, keep_all> || ...), {}};
  for (std::size_t i = 0; i < set.size(); ++i) {
    bool covered = false;
    bool there = false;
    for (const auto& e : expected.elements) {
      there = there || expected.equal(e.point, set[i]);
      covered = covered || expected.equal(e.point, set[i]) || expected.beats(e.point, set[i]);
    }
    CHECK(tested.covers(set[i]) == covered);
    CHECK(tested.contains(set[i]) == there);
    CHECK(tested.accepts(set[i]) == (!covered || (there && expected.keep_equal)));
    const insertion wanted = expected.insert(set[i], i);
    const insertion done = tested.insert(set[i], i);
    CHECK(done.what == wanted.what);
    CHECK(done.erased == wanted.erased);
    if (done) {
      CHECK(done.index == wanted.index);
    } else {
      const auto who = tested[done.index].point;
      const std::vector<T> other(who.begin(), who.end());
      CHECK((done.what == repeated ? expected.equal(other, set[i]) : expected.beats(other, set[i])));
    }
    if (key.below(8, i) == 0) {
      const std::size_t victim = key.below(expected.elements.size(), i + 1);
      const std::vector<T> point = expected.elements[victim].point;
      if (key.below(2, i + 2) == 0) {
        tested.erase(tested.begin() + static_cast<std::ptrdiff_t>(victim));
        expected.erase(victim);
      } else {
        const std::size_t before = expected.elements.size();
        const std::size_t count = tested.erase(point);
        // Which of several equal ones goes first is the archive's affair, so the model only counts.
        std::size_t equal = 0;
        for (const auto& e : expected.elements) equal += expected.equal(e.point, point) ? 1U : 0U;
        CHECK(count == equal);
        CHECK(tested.size() == before - equal);
        expected.elements.clear();
        for (const auto& e : tested) expected.elements.push_back({{e.point.begin(), e.point.end()}, e.payload});
      }
    }
    check_same(tested, expected);
  }
  // The room's algorithms see the same points.
  const auto front = filter(tested.view(), way, keep_all{}, nan_worst{});
  CHECK(front.size() == tested.size());
}

template <class T, std::size_t M>
void check_policies(std::size_t m, std::uint64_t seed) {
  for (const kind what : paragon_test::kinds) {
    if (!std::is_floating_point_v<T> && what != kind::grid && what != kind::tied_front) continue;
    INFO("m ", m, ", ", paragon_test::name_of(what), ", seed ", seed);
    const auto set = random_points<T>(what, 60 + 40 * (seed % 4), m, seed);
    const auto way = paragon_test::random_directions(m, seed);
    check_against_model<T, M>(set, way, seed);
    check_against_model<T, M, keep_all>(set, way, seed);
  }
}

template <class T, std::size_t M>
archive<T, std::size_t, M> filled(const table<T>& set, const std::vector<paragon::direction>& way) {
  archive<T, std::size_t, M> result(way);
  for (std::size_t i = 0; i < set.size(); ++i) result.insert(set[i], i);
  return result;
}

template <class Archive>
indices names_of(const Archive& from) {
  indices names;
  for (const auto& e : from) names.push_back(e.payload);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("pareto: archive says what became of a point") {
  archive<double, std::string> best({minimise, maximise});
  CHECK(best.insert({12.5, 0.93}, "wide") == insertion{inserted, 0, 0});
  CHECK(best.insert({10, 0.90}, "small") == insertion{inserted, 1, 0});
  CHECK(best.insert({13, 0.93}, "wider") == insertion{dominated, 0, 0});
  CHECK(best.insert({12.5, 0.93}, "again") == insertion{repeated, 0, 0});
  CHECK(best.insert({11, 0.94}, "deep") == insertion{inserted, 0, 1});
  CHECK(best.insert({9, 0.95}, "best") == insertion{inserted, 0, 2});
  CHECK(best.size() == 1);
  CHECK(best[0].payload == "best");
  CHECK(best.begin()->point[1] == 0.95);
  CHECK_FALSE(best.insert({9, 0.94}, "late"));
  best[0].payload = "renamed";
  CHECK(best.find({9, 0.95})->payload == "renamed");
  CHECK(best.find({9, 0.94}) == best.end());
  best.clear();
  CHECK(best.empty());
  CHECK(best.insert({12.5, 0.93}, "wide"));
}

TEST_CASE("pareto: archive against a plain vector, fixed number of objectives") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    check_policies<double, 1>(1, seed);
    check_policies<double, 2>(2, seed);
    check_policies<int, 2>(2, seed);
    check_policies<double, 3>(3, seed);
    check_policies<std::int8_t, 4>(4, seed);
    check_policies<float, 5>(5, seed);
  }
}

TEST_CASE("pareto: archive against a plain vector, number of objectives at run time") {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    for (std::size_t m = 1; m <= 10; ++m) {
      check_policies<double, dynamic_objectives>(m, seed);
      check_policies<std::int64_t, dynamic_objectives>(m, seed);
    }
  }
}

TEST_CASE("pareto: archive of thousands is the front, in any order of insertion") {
  for (const std::size_t m : {2U, 3U, 5U}) {
    for (const kind what : paragon_test::kinds) {
      const auto set = random_points<double>(what, 3000, m, 77 + m);
      const std::vector<paragon::direction> way(m, minimise);
      indices order(set.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      const indices front = filter(set, way);
      for (std::uint32_t turn = 0; turn < 4; ++turn) {
        INFO("m ", m, ", ", paragon_test::name_of(what), ", order ", turn);
        archive<double, std::size_t> tested(m);
        for (const std::size_t i : order) tested.insert(set[i], i);
        table<double> found;
        table<double> expected;
        for (const auto& e : tested) found.emplace_back(e.point.begin(), e.point.end());
        for (const std::size_t i : front) expected.push_back(set[i]);
        std::sort(found.begin(), found.end());
        std::sort(expected.begin(), expected.end());
        CHECK(found == expected);
        if (turn == 0) std::sort(order.begin(), order.end(), [&](auto i, auto j) { return set[i] < set[j]; });
        if (turn == 1) std::reverse(order.begin(), order.end());
        if (turn == 2) paragon::random_key{.seed = m}.shuffle(order);
      }
    }
  }
}

TEST_CASE("pareto: archive that is emptied one by one and filled again") {
  const auto set = random_points<double>(kind::simplex, 2000, 4, 5);
  archive<double, std::size_t, 4> tested;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < set.size(); ++i) CHECK(tested.insert(set[i], i));
    const auto key = paragon::random_key{.seed = 6}.fork(round);
    while (tested.size() > 20) {
      const std::size_t i = key.below(tested.size(), tested.size());
      const std::size_t name = tested[i].payload;
      tested.erase(tested.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK_FALSE(tested.contains(set[name]));
    }
    for (const auto& e : tested) CHECK(tested.contains(set[e.payload]));
    CHECK(filter(tested).size() == 20);
    tested.clear();
  }
}

TEST_CASE("pareto: archive queries against linear scans") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::size_t m = 1 + seed % 5;
    const kind what = paragon_test::kinds[seed % 6];
    INFO("m ", m, ", ", paragon_test::name_of(what), ", seed ", seed);
    const auto set = random_points<double>(what, 400, m, seed);
    const auto way = paragon_test::random_directions(m, seed);
    archive<double, std::size_t, dynamic_objectives, keep_all> tested(way);
    for (std::size_t i = 0; i < set.size(); ++i) tested.insert(set[i], i);

    const auto corners = random_points<double>(what, 20, m, seed + 1000);
    for (std::size_t q = 0; q + 1 < corners.size(); q += 2) {
      auto lower = corners[q];
      auto upper = corners[q + 1];
      for (std::size_t k = 0; k < m; ++k) {
        if (lower[k] > upper[k]) std::swap(lower[k], upper[k]);
      }
      indices inside;
      std::vector<std::pair<double, std::size_t>> near;
      for (std::size_t i = 0; i < tested.size(); ++i) {
        bool in = true;
        double sum = 0;
        for (std::size_t k = 0; k < m; ++k) {
          if (way[k] == ignore) continue;
          const double x = tested[i].point[k];
          in = in && x >= lower[k] && x <= upper[k];
          const double gap = x == lower[k] ? 0 : std::abs(x - lower[k]);
          sum += gap * gap;
        }
        if (in) inside.push_back(i);
        near.emplace_back(sum, i);
      }
      CHECK(tested.within(lower, upper) == inside);
      std::vector<double> distance;
      for (const auto& found : near) distance.push_back(found.first);
      std::sort(near.begin(), near.end());
      for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{7}, tested.size() + 3}) {
        const auto found = tested.nearest(lower, count);
        REQUIRE(found.size() == std::min(count, near.size()));
        CHECK(indices(found.begin(), found.end()).size() == std::set<std::size_t>(found.begin(), found.end()).size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          // Sums of squares that agree to the last bits may come in either order: the compiler may fuse their steps.
          const bool tied = std::abs(distance[found[i]] - near[i].first) <= 8 * 0x1p-53 * near[i].first;
          CHECK((found[i] == near[i].second || (what == kind::huge_and_tiny && tied)));
        }
      }
    }
  }
}

TEST_CASE("pareto: archive takes whole sets") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const std::size_t m = 2 + seed % 4;
    const kind what = paragon_test::kinds[seed % 6];
    INFO("m ", m, ", ", paragon_test::name_of(what), ", seed ", seed);
    const auto first = random_points<double>(what, 700, m, seed);
    const auto second = random_points<double>(what, 300, m, seed + 50);
    const std::vector<paragon::direction> way(m, minimise);
    const auto name = [](std::size_t row) { return row; };
    archive<double, std::size_t> tested(m);
    CHECK(tested.insert_all(first, name) == filter(first).size());
    CHECK(names_of(tested) == filter(first));
    tested.insert_all(second, [](std::size_t row) { return 700 + row; });
    auto both = first;
    both.insert(both.end(), second.begin(), second.end());
    CHECK(names_of(tested) == filter(both));

    // What was built in one go works as what was inserted.
    for (std::size_t i = 0; i < second.size(); ++i) CHECK_FALSE(tested.accepts(second[i]));
    for (std::size_t i = tested.size(); i-- > 0; i /= 2) {
      const std::vector<double> point(tested[i].point.begin(), tested[i].point.end());
      CHECK(tested.erase(point) == 1);
      CHECK_FALSE(tested.contains(point));
    }
    archive<double, std::size_t, dynamic_objectives, keep_all> all(m);
    all.insert_all(both, name);
    CHECK(names_of(all) == filter(both, keep_all{}));
  }
  archive<double, void, 3> none;
  CHECK(none.insert_all(std::vector<std::array<double, 3>>{}) == 0);
}

TEST_CASE("pareto: archive merges, and payloads move") {
  const auto first = random_points<int>(kind::grid, 200, 4, 3);
  const auto second = random_points<int>(kind::grid, 200, 4, 4);
  auto both = first;
  both.insert(both.end(), second.begin(), second.end());
  archive<int, std::unique_ptr<std::size_t>, 4> a;
  archive<int, std::unique_ptr<std::size_t>, 4> b;
  for (std::size_t i = 0; i < first.size(); ++i) a.insert(first[i], std::make_unique<std::size_t>(i));
  for (std::size_t i = 0; i < second.size(); ++i) b.insert(second[i], std::make_unique<std::size_t>(200 + i));
  a.merge(std::move(b));
  indices names;
  for (const auto& e : a) names.push_back(*e.payload);
  std::sort(names.begin(), names.end());
  CHECK(names == filter(both));

  auto kept = std::make_unique<std::size_t>(9);
  const std::vector<int> poor{100, 100, 100, 100};
  CHECK_FALSE(a.insert(poor, std::move(kept)));
  CHECK(kept != nullptr);  // not inserted: not touched

  archive<int, std::string> c = [] {
    archive<int, std::string> x(2);
    x.insert({1, 2}, "a");
    return x;
  }();
  const archive<int, std::string> copy = c;
  c.insert({2, 1}, "b");
  CHECK(copy.size() == 1);
  CHECK(c.merge(copy) == 0);
  CHECK(c.size() == 2);
}

TEST_CASE("pareto: archive accepts its own points and payloads of bool") {
  archive<double, bool, 3, keep_all> tested;
  tested.insert({1, 2, 3}, true);
  for (int i = 0; i < 50; ++i) CHECK(tested.insert(tested[0].point, false));
  CHECK(tested.size() == 51);
  bool& first = tested[0].payload;
  CHECK(first);
  CHECK(tested.insert({1, 2, 2}, true).erased == 51);
}

TEST_CASE("pareto: archive and NaN") {
  archive<double, int, 2> strict;
  CHECK_THROWS_WITH_AS(strict.insert({1, not_a_number}, 0),
                       "pareto::archive: NaN in column 1; expected numbers; the policy nan_worst accepts NaN as the "
                       "worst value",
                       paragon::error);
  CHECK(strict.empty());
  archive<double, int> lenient_in_ignored({minimise, ignore});
  CHECK(lenient_in_ignored.insert({1, not_a_number}, 0));
  archive<double, int, 2, nan_worst> lenient({minimise, maximise});
  CHECK(lenient.insert({1, not_a_number}, 0));
  CHECK(lenient[0].point[1] == -inf);
  CHECK(lenient.insert({1, -inf}, 0).what == repeated);
  CHECK(lenient.contains({1, not_a_number}));
  CHECK(lenient.insert({1, 0}, 1) == insertion{inserted, 0, 1});
}

TEST_CASE("pareto: archive refuses points and directions of the wrong length") {
  archive<double, int> tested({minimise, maximise});
  CHECK_THROWS_WITH_AS(tested.insert({1, 2, 3}, 0),
                       "pareto::archive: a point with 3 objectives; expected 2 as in the archive", paragon::error);
  CHECK_THROWS_AS((void)tested.covers({1}), paragon::error);
  CHECK_THROWS_AS((void)tested.within({1, 2}, {1}), paragon::error);
  CHECK_THROWS_AS((archive<double, int, 3>({minimise, maximise})), paragon::error);
  CHECK_THROWS_AS((archive<double, int>({ignore, ignore})), paragon::error);
  archive<double, int> other(3);
  CHECK_THROWS_AS(tested.merge(other), paragon::error);
}

TEST_CASE("pareto: archive changes nothing where making the payload throws") {
  struct bomb {
    bomb() = default;
    explicit bomb(int fuse) {
      if (fuse == 0) throw std::runtime_error("bang");
    }
  };
  archive<double, bomb, 3> tested;
  tested.insert({1, 2, 3}, 1);
  tested.insert({3, 2, 1}, 1);
  CHECK_THROWS_AS(tested.insert({0, 0, 0}, 0), std::runtime_error);
  CHECK(tested.size() == 2);
  CHECK(tested.contains({1, 2, 3}));
  CHECK(tested.insert({0, 0, 0}, 1).erased == 2);
}

TEST_CASE("pareto: archive is a point set without a copy") {
  archive<double, std::string, 2> tested;
  tested.insert({1, 3}, "a");
  tested.insert({2, 2}, "b");
  tested.insert({3, 1}, "c");
  CHECK(point_access<archive<double, std::string, 2>>::get(tested).data() == tested[0].point.data());
  CHECK(hypervolume(tested, {4, 4}).value == 6);
  CHECK(filter(tested) == indices{0, 1, 2});
}
