// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/detail/nearest.hpp>
#include <paragon/pareto/policies.hpp>

#include "brute_force.hpp"

using namespace paragon::pareto::detail;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;

namespace {

double_rows flat(const table<double>& rows) {
  std::vector<double> values;
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  return {values, rows[0].size()};
}

/// Every query against every point. The rounding of the sums may differ, by the order of the multiplications and
/// additions that the compiler joins.
template <class Metric>
std::vector<double> by_definition(const double_rows& queries, const double_rows& others, const Metric& metric) {
  std::vector<double> result;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < others.size(); ++j) {
      double sum = Metric::start;
      for (std::size_t k = 0; k < queries.objectives; ++k) sum = metric.careful(sum, queries[i][k], others[j][k], k);
      best = std::min(best, sum);
    }
    result.push_back(best);
  }
  return result;
}

template <class Metric>
void check(const double_rows& queries, const double_rows& others, const Metric& metric) {
  static paragon::thread_pool pool(2);
  const inline_runner alone;
  const auto expected = by_definition(queries, others, metric);
  const auto found = nearest_values<0>(queries, others, metric, alone);
  REQUIRE(found.size() == expected.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    wrong += found[i] != expected[i] && !(std::abs(found[i] - expected[i]) <= 4e-15 * std::abs(expected[i]));
  }
  CHECK(wrong == 0);
  CHECK(nearest_values<0>(queries, others, metric, pool) == found);
  CHECK(greatest_nearest_value<0>(queries, others, metric, alone) == *std::max_element(found.begin(), found.end()));
  CHECK(greatest_nearest_value<0>(queries, others, metric, pool) == *std::max_element(found.begin(), found.end()));
}

}  // namespace

TEST_CASE("pareto: the nearest point in boxes is that of all with all") {
  const std::size_t sizes[] = {1, 2, 15, 16, 17, 31, 32, 33, 48, 64, 65, 100, 333, 1000};
  for (std::uint64_t seed = 1; seed <= 42; ++seed) {
    const std::size_t n = sizes[seed % std::size(sizes)];
    const std::size_t r = sizes[(seed / 3) % std::size(sizes)];
    const std::size_t m = 1 + seed % 10;
    for (const kind what : paragon_test::kinds) {
      INFO("seed ", seed, ", ", paragon_test::name_of(what), ", n ", n, ", r ", r, ", m ", m);
      const double_rows a = flat(random_points<double>(what, n, m, seed));
      const double_rows b = flat(random_points<double>(what, r, m, seed + 1000));
      check(b, a, euclidean{});
      check(b, a, manhattan{});
      check(b, a, shortfall<true>{});
      check(b, a, shortfall<false>{});
      check(b, a, worst_difference{});
      if (what == kind::cube || what == kind::simplex || what == kind::grid) check(b, a, worst_product{});
    }
  }
}

TEST_CASE("pareto: the nearest other point leaves the point itself out") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::size_t n = 2 + seed * 13 % 200;
    const std::size_t m = 1 + seed % 5;
    INFO("seed ", seed);
    const double_rows a = flat(random_points<double>(kind::grid, n, m, seed));
    const nearest_search<manhattan> search(a, seed % 2 == 0, true);
    for (std::size_t i = 0; i < n; ++i) {
      double best = std::numeric_limits<double>::infinity();
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < m; ++k) sum += std::abs(a[i][k] - a[j][k]);
        if (i != j) best = std::min(best, sum);
      }
      CHECK(search.find<0>(a[i], -1, i) == best);
    }
  }
}
