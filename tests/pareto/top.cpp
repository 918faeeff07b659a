// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/top.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::table;
using indices = std::vector<std::size_t>;

namespace {

/// By definition: all points in order of rank, then of distance within their front, then of input; the first k.
template <class T>
indices plain_top(const table<T>& set, std::size_t k, const std::vector<paragon::direction>& way) {
  const indices ranks = rank(set, way);
  std::vector<double> distance(set.size());
  for (std::size_t front = 0; front < set.size(); ++front) {
    table<T> rows;
    indices members;
    for (std::size_t i = 0; i < set.size(); ++i) {
      if (ranks[i] != front) continue;
      members.push_back(i);
      rows.push_back(set[i]);
    }
    const auto d = crowding_distance(rows, way);
    for (std::size_t f = 0; f < members.size(); ++f) distance[members[f]] = d[f];
  }
  indices order(set.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return ranks[a] != ranks[b] ? ranks[a] < ranks[b] : distance[a] > distance[b];
  });
  order.resize(std::min(k, order.size()));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace

TEST_CASE("pareto: top of small tables") {
  const std::vector<std::array<double, 2>> set{{0, 4}, {1, 3}, {2, 2}, {4, 0}, {5, 5}};
  CHECK(top(set, 0).empty());
  CHECK(top(set, 2) == indices{0, 3});
  CHECK(top(set, 3) == indices{0, 2, 3});
  CHECK(top(set, 4) == indices{0, 1, 2, 3});
  CHECK(top(set, 5) == indices{0, 1, 2, 3, 4});
  CHECK(top(set, 99) == indices{0, 1, 2, 3, 4});
  CHECK(top(set, 1, {maximise, maximise}) == indices{4});
  CHECK(top(table<int>{}, 3).empty());
  // Repeats are in the same front, where they are not lonely, or in the next ones.
  const table<int> equal(5, std::vector<int>{1, 1});
  CHECK(top(equal, 2) == indices{0, 1});
  CHECK(top(equal, 2, keep_first{}) == indices{0, 1});
  const table<int> repeated{{0, 9}, {0, 9}, {9, 0}, {10, 10}};
  CHECK(top(repeated, 2) == indices{0, 2});
  using paragon_test::not_a_number;
  CHECK_THROWS_AS((void)top(table<double>{{1, not_a_number}}, 1), paragon::error);
  CHECK(top(table<double>{{1, not_a_number}, {1, 2}, {0, 3}}, 2, nan_worst{}) == indices{1, 2});
}

TEST_CASE_TEMPLATE("pareto: top agrees with a plain sort", T, double, int) {
  paragon::thread_pool pool(2);
  for (const kind what : paragon_test::kinds) {
    if (!std::is_floating_point_v<T> && what != kind::grid && what != kind::tied_front) continue;
    for (std::size_t m = 1; m <= 8; ++m) {
      for (const std::size_t n : {1U, 5U, 50U, 400U}) {
        const std::uint64_t seed = 300 * m + n;
        INFO("kind ", paragon_test::name_of(what), ", m ", m, ", n ", n, ", seed ", seed);
        const auto set = paragon_test::random_points<T>(what, n, m, seed);
        const auto way = paragon_test::random_directions(m, seed);
        for (const std::size_t k : {std::size_t{0}, std::size_t{1}, n / 10, n / 3, n - 1, n}) {
          CHECK(top(set, k, way) == plain_top(set, k, way));
          CHECK(top(set, k, way, threaded(pool), keep_all{}) == plain_top(set, k, way));
          CHECK(top(set, k, way, keep_first{}).size() == k);
        }
      }
    }
  }
}
