// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/rank.hpp>
#include <string>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;
using indices = std::vector<std::size_t>;

namespace {

using paragon_test::inf;
using paragon_test::not_a_number;

/// Front after front by definition: the points that none of those left dominates.
template <class T>
indices brute_rank(const table<T>& set, const std::vector<paragon::direction>& way, bool keep_all) {
  indices ranks(set.size(), unranked);
  indices left(set.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  for (std::size_t front = 0; !left.empty(); ++front) {
    table<T> rows;
    for (const std::size_t i : left) rows.push_back(set[i]);
    for (const std::size_t c : paragon_test::brute_filter(rows, way, keep_all)) ranks[left[c]] = front;
    std::erase_if(left, [&](std::size_t i) { return ranks[i] != unranked; });
  }
  return ranks;
}

/// What is left of all ranks under `first_fronts`.
indices within_fronts(indices ranks, std::size_t fronts) {
  for (std::size_t& r : ranks) r = r < fronts ? r : unranked;
  return ranks;
}

/// What is left of all ranks under `first_points`.
indices within_points(const indices& ranks, std::size_t count) {
  for (std::size_t fronts = 0;; ++fronts) {
    const auto covered = std::count_if(ranks.begin(), ranks.end(), [&](std::size_t r) { return r < fronts; });
    if (static_cast<std::size_t>(covered) >= std::min(count, ranks.size())) return within_fronts(ranks, fronts);
  }
}

template <class Set>
std::string message_of(const Set& set, directions way = {}) {
  try {
    (void)rank(set, way);
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "no error";
}

static_assert(rank_policies<keep_all, first_fronts, nan_worst>);
static_assert(rank_policies<first_points, threaded<paragon::thread_pool>>);
static_assert(!rank_policies<first_points, first_fronts>);
static_assert(!rank_policies<keep_all, keep_first>);
static_assert(!rank_policies<int>);

}  // namespace

TEST_CASE("pareto: rank of small tables") {
  const table<int> set{{0, 7}, {1, 5}, {2, 3}, {4, 2}, {7, 1}, {10, 0}, {2, 6}, {4, 4}, {10, 2}, {6, 6}, {9, 5}};
  CHECK(rank(set) == indices{0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2});
  CHECK(rank(table<int>{{1, 2, 3}, {-2, 3, 7}, {-1, -2, -3}, {0, 0, 0}}) == indices{2, 0, 0, 1});
  CHECK(rank(table<double>{{0.2}, {0.1}, {0.2}, {0.5}, {0.3}}) == indices{1, 0, 1, 3, 2});
  CHECK(rank(table<double>{{0.2}, {0.1}, {0.2}, {0.5}, {0.3}}, keep_first{}) == indices{1, 0, 2, 4, 3});
  CHECK(rank(table<int>{{1, 1}, {0, 1}, {1, 0}, {1, 0}}) == indices{1, 0, 0, 0});
  CHECK(rank(table<int>{{1, 1}, {0, 1}, {1, 0}, {1, 0}}, keep_first{}) == indices{2, 0, 0, 1});
  CHECK(rank(std::vector<std::array<int, 4>>{{0, 0, 0, 0}, {1, 1, 1, 1}}, {minimise, maximise, maximise, maximise}) ==
        indices{0, 0});
  CHECK(rank(table<double>{{0.0, 1}, {-0.0, 1}}) == indices{0, 0});
  CHECK(rank(table<double>{{inf, 1}, {inf, inf}, {-inf, 2}}) == indices{0, 1, 0});
}

TEST_CASE("pareto: rank of none, one and chains") {
  CHECK(rank(table<double>{}).empty());
  CHECK(rank(table<double>{}, first_points{3}).empty());
  CHECK(rank(table<double>{{1, 2, 3}}) == indices{0});
  for (std::size_t m = 1; m <= 6; ++m) {
    table<int> chain;
    for (int i = 0; i < 1000; ++i) chain.emplace_back(m, i * 37 % 1000);
    const indices ranks = rank(chain);
    for (std::size_t i = 0; i < 1000; ++i) CHECK(ranks[i] == static_cast<std::size_t>(chain[i][0]));
    const table<int> equal(1000, std::vector<int>(m, 5));
    CHECK(rank(equal) == indices(1000, 0));
    indices ascending(1000);
    std::iota(ascending.begin(), ascending.end(), std::size_t{0});
    CHECK(rank(equal, keep_first{}) == ascending);
  }
}

TEST_CASE("pareto: rank refuses what filter refuses") {
  CHECK(message_of(table<double>{{1, 2}, {3, not_a_number}}).find("pareto::rank: NaN in row 1, column 1") == 0);
  CHECK(message_of(table<double>{{1, 2}, {3, 4}}, {ignore, ignore}).find("no objective to compare") !=
        std::string::npos);
  CHECK(rank(table<double>{{1, 2}, {3, not_a_number}}, nan_worst{}) == indices{0, 1});
  CHECK(rank(table<double>{{1, not_a_number}, {2, 0}}, {maximise, ignore}) == indices{1, 0});
}

TEST_CASE_TEMPLATE("pareto: rank agrees with brute force", T, double, float, int, std::int8_t, std::uint64_t,
                   long double) {
  paragon::thread_pool pool(3);
  for (const kind what : paragon_test::kinds) {
    if (!std::is_floating_point_v<T> && what != kind::grid && what != kind::tied_front) continue;
    for (std::size_t m = 1; m <= 10; ++m) {
      for (const std::size_t n : {1U, 2U, 3U, 17U, 100U, 300U}) {
        const std::uint64_t seed = 2000 * m + n;
        INFO("kind ", paragon_test::name_of(what), ", m ", m, ", n ", n, ", seed ", seed);
        const auto set = random_points<T>(what, n, m, seed);
        const auto way = paragon_test::random_directions(m, seed);
        const indices all = brute_rank(set, way, true);
        const indices first = brute_rank(set, way, false);
        CHECK(rank(set, way) == all);
        CHECK(rank(set, way, keep_all{}, threaded(pool)) == all);
        CHECK(rank(set, way, keep_first{}) == first);
        for (const std::size_t limit : {0U, 1U, 2U, 3U, 9U}) {
          CHECK(rank(set, way, first_fronts{limit}) == within_fronts(all, limit));
          CHECK(rank(set, way, first_fronts{limit}, keep_first{}, threaded(pool)) == within_fronts(first, limit));
        }
        for (const std::size_t count : {std::size_t{0}, std::size_t{1}, n / 2, n, n + 1}) {
          CHECK(rank(set, way, first_points{count}) == within_points(all, count));
          CHECK(rank(set, way, keep_first{}, first_points{count}) == within_points(first, count));
        }
      }
    }
  }
}

TEST_CASE("pareto: rank of thousands") {
  paragon::thread_pool pool(2);
  for (std::size_t m = 2; m <= 8; ++m) {
    for (const kind what : paragon_test::kinds) {
      INFO("kind ", paragon_test::name_of(what), ", m ", m, ", seed ", m);
      const auto set = random_points<double>(what, 4000, m, m);
      const indices ranks = rank(set);
      const indices first = rank(set, keep_first{});
      CHECK(rank(set, threaded(pool)) == ranks);
      CHECK(rank(set, first_fronts{unranked}) == ranks);
      CHECK(rank(set, first_fronts{3}) == within_fronts(ranks, 3));
      CHECK(rank(set, first_fronts{12}) == within_fronts(ranks, 12));
      CHECK(rank(set, first_fronts{12}, keep_first{}) == within_fronts(first, 12));
      for (const std::size_t count : {100U, 1000U, 3000U}) {
        CHECK(rank(set, first_points{count}) == within_points(ranks, count));
      }
      // Each front is what the filter leaves of the points from that front on.
      for (const std::size_t front : {0U, 1U, 4U}) {
        indices rest;
        table<double> rows;
        for (std::size_t i = 0; i < set.size(); ++i) {
          if (ranks[i] < front) continue;
          rest.push_back(i);
          rows.push_back(set[i]);
        }
        indices members;
        for (const std::size_t c : filter(rows, keep_all{})) members.push_back(rest[c]);
        indices expected;
        for (const std::size_t i : rest) {
          if (ranks[i] == front) expected.push_back(i);
        }
        CHECK(members == expected);
      }
    }
  }
}

TEST_CASE("pareto: rank does not depend on order, axes or units") {
  for (std::size_t m = 1; m <= 8; ++m) {
    for (const kind what : {kind::cube, kind::simplex, kind::grid, kind::tied_front}) {
      const std::uint64_t seed = 31 + m;
      INFO("kind ", paragon_test::name_of(what), ", m ", m, ", seed ", seed);
      const auto set = random_points<double>(what, 700, m, seed);
      const indices ranks = rank(set);

      indices order(set.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      paragon::random_key{.seed = seed}.shuffle(order);
      table<double> shuffled;
      for (const std::size_t i : order) shuffled.push_back(set[i]);
      const indices of_shuffled = rank(shuffled);
      for (std::size_t i = 0; i < order.size(); ++i) CHECK(of_shuffled[i] == ranks[order[i]]);

      auto changed = set;  // rotated axes, turned and scaled by powers of two, so that no two values become equal
      for (auto& row : changed) {
        std::rotate(row.begin(), row.begin() + 1, row.end());
        for (std::size_t k = 0; k < m; ++k) row[k] = -std::ldexp(row[k], 200 * (static_cast<int>(k) % 5 - 2));
      }
      CHECK(rank(changed, std::vector<paragon::direction>(m, maximise)) == ranks);

      auto more = set;  // a repeated point shares a rank; one that is worse throughout comes later
      for (std::size_t i = 0; i < 50; ++i) more.push_back(set[i]);
      for (std::size_t i = 0; i < 50; ++i) {
        more.push_back(set[i]);
        for (double& x : more.back()) x += 100;
      }
      const indices of_more = rank(more);
      CHECK(std::equal(ranks.begin(), ranks.end(), of_more.begin()));
      for (std::size_t i = 0; i < 50; ++i) {
        CHECK(of_more[700 + i] == ranks[i]);
        CHECK(of_more[750 + i] > *std::max_element(ranks.begin(), ranks.end()));
      }
    }
  }
}
