// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/filter.hpp>
#include <set>
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

template <class T>
table<T> rows_of(const table<T>& set, const indices& chosen) {
  table<T> result;
  for (const std::size_t i : chosen) result.push_back(set[i]);
  return result;
}

std::string message_of(const table<double>& set, directions way = {}) {
  try {
    (void)filter(set, way);
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("pareto: filter keeps the first of duplicates, or all") {
  const std::vector<std::array<double, 2>> set{{1, 1}, {0, 1}, {1, 0}, {1, 0}};
  CHECK(filter(set) == indices{1, 2});
  CHECK(filter(set, keep_first{}) == indices{1, 2});
  CHECK(filter(set, keep_all{}) == indices{1, 2, 3});
  CHECK(filter(set, {maximise, maximise}) == indices{0});
  CHECK(filter(set, {minimise, ignore}) == indices{1});
  CHECK(filter(set, {ignore, minimise}, keep_all{}) == indices{2, 3});
  CHECK(filter(std::vector<std::array<double, 2>>{{0.0, 1}, {-0.0, 1}}) == indices{0});
}

TEST_CASE("pareto: filter with constant columns in any position") {
  const table<double> set{{1, 1}, {0, 1}, {1, 0}, {1, 0}};
  for (std::size_t columns = 1; columns <= 8; ++columns) {
    for (std::size_t position = 0; position <= 2; ++position) {
      auto wide = set;
      for (auto& row : wide) row.insert(row.begin() + static_cast<std::ptrdiff_t>(position), columns, 0.0);
      CHECK(filter(wide) == indices{1, 2});
      CHECK(filter(wide, keep_all{}) == indices{1, 2, 3});
    }
  }
}

TEST_CASE("pareto: filter with mixed directions") {
  const std::vector<std::array<int, 4>> set{{0, 0, 0, 0}, {1, 1, 1, 1}};
  CHECK(filter(set, {minimise, maximise, maximise, maximise}) == indices{0, 1});
  CHECK(filter(set, {maximise, maximise, maximise, maximise}) == indices{1});
  CHECK(filter(set) == indices{0});
}

TEST_CASE("pareto: filter of none, one, and no objectives") {
  CHECK(filter(table<double>{}).empty());
  CHECK(filter(std::vector<std::array<float, 3>>{}).empty());
  CHECK(filter(table<double>{{3, 4, 5, 6, 7}}) == indices{0});
  CHECK(filter(table<double>{{not_a_number}, {1}}, nan_worst{}) == indices{1});
  CHECK(message_of({{1, 2}, {3, 4}}, {ignore, ignore}) ==
        "pareto::filter: no objective to compare; expected at least one that is not ignored");
  CHECK(message_of({{1, 2}, {3, 4}}, {minimise}) ==
        "pareto::filter: 1 directions for 2 objectives; expected one direction for each objective, or none");
}

TEST_CASE("pareto: filter refuses NaN by name, or takes it as the worst value") {
  for (std::size_t m = 1; m <= 6; ++m) {
    table<double> set(5, std::vector<double>(m, 1.0));
    set[3][m - 1] = not_a_number;
    CHECK(message_of(set).find("NaN in row 3, column " + std::to_string(m - 1)) != std::string::npos);
    if (m > 1) {
      std::vector<paragon::direction> way(m, minimise);
      way[m - 1] = ignore;  // a NaN that nobody compares is no error
      CHECK(filter(set, way) == indices{0});
    }
    for (const auto d : {minimise, maximise}) {
      const auto clean = random_points<double>(kind::infinite, 200, m, m);
      auto dirty = clean;
      auto replaced = clean;
      for (std::size_t i = 0; i < clean.size(); i += 3) {
        dirty[i][i % m] = not_a_number;
        replaced[i][i % m] = d == minimise ? inf : -inf;
      }
      const std::vector<paragon::direction> way(m, d);
      CHECK(filter(dirty, way, nan_worst{}) == filter(replaced, way));
      CHECK(filter(dirty, way, nan_worst{}, keep_all{}) == filter(replaced, way, keep_all{}));
    }
  }
}

TEST_CASE_TEMPLATE("pareto: filter agrees with brute force", T, double, float, int, std::int8_t, std::uint64_t,
                   long double) {
  for (const kind what : paragon_test::kinds) {
    if (!std::is_floating_point_v<T> && what != kind::grid && what != kind::tied_front) continue;
    for (std::size_t m = 1; m <= 10; ++m) {
      for (const std::size_t n : {0U, 1U, 2U, 3U, 7U, 40U, 300U}) {
        const std::uint64_t seed = 1000 * m + n;
        INFO("kind ", paragon_test::name_of(what), ", m ", m, ", n ", n, ", seed ", seed);
        const auto set = random_points<T>(what, n, m, seed);
        const auto way = paragon_test::random_directions(m, seed);
        const std::vector<paragon::direction> all_min(m, minimise);
        CHECK(filter(set) == paragon_test::brute_filter(set, all_min, false));
        CHECK(filter(set, keep_all{}) == paragon_test::brute_filter(set, all_min, true));
        CHECK(filter(set, way) == paragon_test::brute_filter(set, way, false));
        CHECK(filter(set, way, keep_all{}) == paragon_test::brute_filter(set, way, true));
      }
    }
  }
}

TEST_CASE("pareto: filter agrees with brute force on thousands") {
  for (std::size_t m = 2; m <= 6; ++m) {
    for (const kind what : {kind::cube, kind::simplex, kind::grid, kind::tied_front}) {
      INFO("kind ", paragon_test::name_of(what), ", m ", m, ", seed ", m);
      const auto set = random_points<double>(what, 3000, m, m);
      const std::vector<paragon::direction> way(m, minimise);
      CHECK(filter(set) == paragon_test::brute_filter(set, way, false));
      CHECK(filter(set, keep_all{}) == paragon_test::brute_filter(set, way, true));
    }
  }
}

TEST_CASE("pareto: filter is exact where sums of objectives round") {
  // The second point dominates the first, but both sums are 2^53 in double.
  const double big = 0x1p53;
  CHECK(filter(std::vector<std::array<double, 4>>{{big, 1, 0, 0}, {big, 0, 0, 0}}) == indices{1});
  CHECK(filter(std::vector<std::array<double, 4>>{{big, 0, 0, 0}, {big, 1, 0, 0}}) == indices{0});
  const long long wide = 1LL << 62;
  CHECK(filter(std::vector<std::array<long long, 4>>{{wide + 1, 0, 0, 0}, {wide, 0, 0, 0}}) == indices{1});
  constexpr double most = std::numeric_limits<double>::max();
  CHECK(filter(std::vector<std::array<double, 4>>{{most, most, -most, -most}, {most, most, -inf, -most}}) ==
        indices{1});
  constexpr int low = std::numeric_limits<int>::min();
  constexpr int high = std::numeric_limits<int>::max();
  CHECK(filter(std::vector<std::array<int, 4>>{{low, high, 0, 0}, {high, low, 0, 0}, {low, low, 0, 0}}) == indices{2});
  CHECK(filter(std::vector<std::array<int, 2>>{{low, high}, {high, high}, {low, low}}, {maximise, maximise}) ==
        indices{1});
}

TEST_CASE("pareto: filter does not depend on order, axes, units or what is dominated anyway") {
  for (std::size_t m = 1; m <= 8; ++m) {
    for (const kind what : {kind::cube, kind::simplex, kind::grid, kind::tied_front}) {
      const std::uint64_t seed = 77 + m;
      INFO("kind ", paragon_test::name_of(what), ", m ", m, ", seed ", seed);
      const auto set = random_points<double>(what, 500, m, seed);
      const indices front = filter(set, keep_all{});
      const std::set<std::size_t> members(front.begin(), front.end());
      const paragon::random_key key{.seed = seed};

      indices order(set.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      key.shuffle(order);
      std::set<std::size_t> found;
      for (const std::size_t i : filter(rows_of(set, order), keep_all{})) found.insert(order[i]);
      CHECK(found == members);

      auto rotated = set;
      for (auto& row : rotated) std::rotate(row.begin(), row.begin() + 1, row.end());
      CHECK(filter(rotated, keep_all{}) == front);

      auto scaled = set;  // powers of two, so that no two values become equal
      for (auto& row : scaled) {
        for (std::size_t k = 0; k < m; ++k) row[k] = std::ldexp(row[k], 200 * (static_cast<int>(k) % 5 - 2));
      }
      CHECK(filter(scaled, keep_all{}) == front);

      auto negated = set;
      for (auto& row : negated) {
        for (double& x : row) x = -x;
      }
      CHECK(filter(negated, std::vector<paragon::direction>(m, maximise), keep_all{}) == front);

      auto more = set;
      for (std::size_t i = 0; i < 50; ++i) {
        more.push_back(set[i]);
        for (double& x : more.back()) x += 1;
      }
      CHECK(filter(more, keep_all{}) == front);
      const indices first_only = filter(set);
      for (const std::size_t i : front) more.push_back(set[i]);
      CHECK(filter(more) == first_only);
      CHECK(filter(more, keep_all{}).size() == 2 * front.size());

      const auto survivors = rows_of(set, first_only);
      CHECK(filter(survivors).size() == survivors.size());
      CHECK(std::is_sorted(first_only.begin(), first_only.end()));
    }
  }
}

TEST_CASE("pareto: filter reads column-major and strided memory") {
  const auto set = random_points<double>(kind::cube, 100, 4, 5);
  std::vector<double> columns(400);
  std::vector<double> gaps(700);
  for (std::size_t i = 0; i < 100; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      columns[k * 100 + i] = set[i][k];
      gaps[(99 - i) * 7 + k] = set[i][k];
    }
  }
  CHECK(filter(points<double>(columns.data(), 100, 4, 1, 100)) == filter(set));
  CHECK(filter(points<double>(gaps.data() + 99 * 7, 100, 4, -7)) == filter(set));
}

TEST_CASE_TEMPLATE("pareto: filter at the ends of integer types", T, std::int8_t, std::uint8_t, std::int16_t,
                   std::int64_t, std::uint64_t) {
  constexpr T low = std::numeric_limits<T>::min();
  constexpr T high = std::numeric_limits<T>::max();
  const T values[] = {low, static_cast<T>(low + 1), static_cast<T>(high / 2), static_cast<T>(high - 1), high};
  for (std::size_t m = 1; m <= 6; ++m) {
    for (const std::size_t n : {20U, 400U}) {
      const std::uint64_t seed = 10 * m + n;
      INFO("m ", m, ", n ", n, ", seed ", seed);
      const paragon::random_key key{.seed = seed};
      table<T> set(n, std::vector<T>(m));
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < m; ++k) set[i][k] = values[key.below(5, i * m + k)];
      }
      for (const auto d : {minimise, maximise}) {
        const std::vector<paragon::direction> way(m, d);
        CHECK(filter(set, way) == paragon_test::brute_filter(set, way, false));
        CHECK(filter(set, way, keep_all{}) == paragon_test::brute_filter(set, way, true));
      }
    }
  }
}

TEST_CASE("pareto: filter of zeros of both signs and denormal numbers") {
  constexpr double tiny = std::numeric_limits<double>::denorm_min();
  const double values[] = {0.0, -0.0, tiny, -tiny, 2 * tiny, std::numeric_limits<double>::min(), 1.0};
  for (std::size_t m = 1; m <= 6; ++m) {
    INFO("m ", m);
    const paragon::random_key key{.seed = m};
    table<double> set(500, std::vector<double>(m));
    for (std::size_t i = 0; i < set.size(); ++i) {
      for (std::size_t k = 0; k < m; ++k) set[i][k] = values[key.below(7, i * m + k)];
      if (m > 1) set[i][m - 1] = -set[i][0];
    }
    for (const auto d : {minimise, maximise}) {
      const std::vector<paragon::direction> way(m, d);
      CHECK(filter(set, way) == paragon_test::brute_filter(set, way, false));
      CHECK(filter(set, way, keep_all{}) == paragon_test::brute_filter(set, way, true));
    }
  }
}

TEST_CASE("pareto: filter with a few values beside one far away") {
  // A range so wide that the leading bits of the others agree: sorting has to put them right by comparing.
  for (const double far : {1e300, inf}) {
    for (std::size_t m = 2; m <= 5; ++m) {
      INFO("far ", far, ", m ", m);
      auto set = random_points<double>(kind::simplex, 3000, m, m);
      for (auto& row : set) {
        for (double& x : row) x = 1 + x * 0x1p-30;
      }
      set[17][0] = far;
      set[18][m - 1] = -far;
      const std::vector<paragon::direction> way(m, minimise);
      CHECK(filter(set) == paragon_test::brute_filter(set, way, false));
      CHECK(filter(set, keep_all{}) == paragon_test::brute_filter(set, way, true));
    }
  }
}

TEST_CASE("pareto: filter with many equal points") {
  for (std::size_t m = 1; m <= 6; ++m) {
    const table<int> equal(20000, std::vector<int>(m, 7));
    CHECK(filter(equal) == indices{0});
    CHECK(filter(equal, keep_all{}).size() == 20000);
  }
}

TEST_CASE("pareto: filter gives the same on any number of threads") {
  for (const std::size_t threads : {1U, 2U, 5U}) {
    paragon::thread_pool pool(threads);
    for (std::size_t m = 1; m <= 6; ++m) {
      for (const kind what : paragon_test::kinds) {
        INFO("threads ", threads, ", kind ", paragon_test::name_of(what), ", m ", m);
        const auto set = random_points<double>(what, 30000, m, m);
        CHECK(filter(set, threaded(pool)) == filter(set));
        CHECK(filter(set, keep_all{}, threaded(pool)) == filter(set, keep_all{}));
      }
    }
    auto set = random_points<double>(kind::cube, 100000, 2, 1);
    for (const std::size_t i : {99999U, 70000U, 40000U}) set[i][1] = not_a_number;
    try {
      (void)filter(set, threaded(pool));
      FAIL("NaN was accepted");
    } catch (const paragon::error& e) {
      CHECK(std::string(e.what()).find("NaN in row 40000, column 1") != std::string::npos);
    }
  }
}
