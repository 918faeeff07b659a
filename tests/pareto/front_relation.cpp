// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <paragon/pareto/archive.hpp>
#include <paragon/pareto/front_relation.hpp>

#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;

namespace {

using stands = front_relation;

using pairs = std::vector<std::array<int, 2>>;

/// For all y in b there is an x in a with related(x, y).
template <class T, class F>
bool over_all(const table<T>& a, const table<T>& b, F related) {
  return std::all_of(b.begin(), b.end(), [&](const auto& y) {
    return std::any_of(a.begin(), a.end(), [&](const auto& x) { return related(x, y); });
  });
}

/// The definitions of Zitzler et al. 2003, word for word.
template <class T>
front_relation brute_relation(const table<T>& a, const table<T>& b, const std::vector<paragon::direction>& way) {
  const auto strictly = [&](const auto& x, const auto& y) {
    for (std::size_t k = 0; k < way.size(); ++k) {
      if (way[k] != ignore && !paragon_test::better(x[k], y[k], way[k])) return false;
    }
    return true;
  };
  const auto plainly = [&](const auto& x, const auto& y) { return paragon_test::brute_dominates(x, y, way); };
  const auto weakly = [&](const auto& x, const auto& y) {
    return paragon_test::brute_dominates(x, y, way) || paragon_test::brute_equal(x, y, way);
  };
  if (over_all(a, b, strictly)) return stands::strictly_dominates;
  if (over_all(b, a, strictly)) return stands::strictly_dominated;
  if (over_all(a, b, plainly)) return stands::dominates;
  if (over_all(b, a, plainly)) return stands::dominated;
  const bool forth = over_all(a, b, weakly);
  const bool back = over_all(b, a, weakly);
  if (forth && back) return stands::equal;
  if (forth) return stands::better;
  return back ? stands::worse : stands::incomparable;
}

front_relation mirrored(front_relation r) {
  switch (r) {
    case stands::strictly_dominates: return stands::strictly_dominated;
    case stands::dominates: return stands::dominated;
    case stands::better: return stands::worse;
    case stands::worse: return stands::better;
    case stands::dominated: return stands::dominates;
    case stands::strictly_dominated: return stands::strictly_dominates;
    default: return r;
  }
}

}  // namespace

TEST_CASE("pareto: front relations by hand") {
  const pairs front{{1, 4}, {2, 2}, {4, 1}};
  CHECK(compare_fronts(front, front) == stands::equal);
  CHECK(compare_fronts(front, pairs{{4, 1}, {2, 2}, {1, 4}, {9, 9}}) == stands::equal);
  CHECK(compare_fronts(front, pairs{{2, 5}, {5, 2}}) == stands::strictly_dominates);
  CHECK(compare_fronts(front, pairs{{1, 5}, {5, 2}}) == stands::dominates);
  CHECK(compare_fronts(front, pairs{{1, 4}, {4, 1}}) == stands::better);
  CHECK(compare_fronts(front, pairs{{0, 5}}) == stands::incomparable);
  CHECK(compare_fronts(pairs{{1, 4}}, front) == stands::worse);
  CHECK(compare_fronts(pairs{{5, 5}}, front) == stands::strictly_dominated);
  CHECK(compare_fronts(pairs{{4, 2}}, front) == stands::dominated);
  CHECK(compare_fronts(front, pairs{{0, 5}}, {maximise, maximise}) == stands::incomparable);
  CHECK(compare_fronts(pairs{{5, 5}}, front, {maximise, maximise}) == stands::strictly_dominates);
  CHECK(compare_fronts(pairs{{1, 9}}, pairs{{2, 0}}, {minimise, ignore}) == stands::strictly_dominates);
  CHECK(weakly_dominates(stands::equal));
  CHECK(weakly_dominates(stands::better));
  CHECK_FALSE(weakly_dominates(stands::incomparable));
  CHECK_FALSE(weakly_dominates(stands::worse));
}

TEST_CASE("pareto: front relations against the definitions, and mirrored") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const std::size_t m = 1 + seed % 10;
    const kind what = paragon_test::kinds[seed % 6];
    INFO("m ", m, ", ", paragon_test::name_of(what), ", seed ", seed);
    const auto way = paragon_test::random_directions(m, seed);
    const auto a = random_points<double>(what, 1 + seed % 7, m, seed);
    auto b = random_points<double>(what, 1 + seed % 5, m, seed + 1000);
    if (seed % 3 == 0) b = a;  // so that all relations occur
    if (seed % 6 == 0) b.pop_back();
    if (b.empty()) b = a;
    if (seed % 9 == 0) b[0][0] += 1;
    if (seed % 4 == 0) {
      for (auto& row : b) {
        for (std::size_t k = 0; k < m; ++k) row[k] += way[k] == maximise ? -5 : 5;
      }
    }
    const front_relation found = compare_fronts(a, b, way);
    CHECK(found == brute_relation(a, b, way));
    CHECK(compare_fronts(b, a, way) == mirrored(found));
  }
}

TEST_CASE("pareto: front relations of archives, and bad input") {
  archive<double, std::string, 2> a;
  archive<double, int> b(2);
  a.insert({1, 2}, "a");
  b.insert({1, 3}, 1);
  CHECK(compare_fronts(a, b) == stands::dominates);
  b.insert({0, 5}, 1);
  CHECK(compare_fronts(a, b) == stands::incomparable);
  b.clear();
  CHECK_THROWS_AS((void)compare_fronts(a, b), paragon::error);
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  const table<double> bad{{not_a_number, 1}};
  CHECK_THROWS_AS((void)compare_fronts(a, bad), paragon::error);
  CHECK(compare_fronts(a, bad, nan_worst{}) == stands::incomparable);
  CHECK_THROWS_AS((void)compare_fronts(a, table<double>{{1, 2, 3}}), paragon::error);
}
