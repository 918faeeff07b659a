// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <list>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/points.hpp>

using namespace paragon::pareto;

namespace {

/// The smallest container of one's own.
struct cloud {
  std::vector<double> x;
  std::vector<double> y;
};

struct not_points {};

}  // namespace

template <>
struct paragon::pareto::point_access<cloud> {
  using value_type = double;
  static copied_points<double> get(const cloud& source) {
    std::vector<double> values;
    for (std::size_t i = 0; i < source.x.size(); ++i) {
      values.push_back(source.x[i]);
      values.push_back(source.y[i]);
    }
    return {std::move(values), source.x.size(), 2};
  }
};

static_assert(point_set<points<float>>);
static_assert(point_set<std::vector<std::array<double, 3>>>);
static_assert(point_set<std::span<const std::array<int, 2>>>);
static_assert(point_set<std::array<std::array<double, 2>, 4>>);
static_assert(point_set<double[4][3]>);
static_assert(point_set<std::vector<std::vector<double>>>);
static_assert(point_set<std::list<std::array<double, 2>>>);
static_assert(point_set<std::deque<std::vector<long long>>>);
static_assert(point_set<cloud>);
static_assert(!point_set<not_points>);
static_assert(!point_set<std::vector<double>>);
static_assert(!point_set<std::vector<std::array<bool, 2>>>);
static_assert(!point_set<std::vector<std::vector<bool>>>);
static_assert(!point_set<std::vector<std::array<std::string, 2>>>);

TEST_CASE("pareto: points view arrays where they lie") {
  const std::vector<std::array<double, 3>> rows{{1, 2, 3}, {4, 5, 6}};
  const points view(rows);
  static_assert(std::is_same_v<decltype(view), const points<double>>);
  CHECK(view.data() == rows[0].data());
  CHECK(view.size() == 2);
  CHECK(view.objectives() == 3);
  CHECK(&view(1, 2) == &rows[1][2]);
  static_assert(std::is_same_v<decltype(point_access<std::vector<std::array<double, 3>>>::get(rows)), points<double>>);

  const int plain[2][2] = {{1, 2}, {3, 4}};
  CHECK(&points(plain)(1, 0) == &plain[1][0]);
}

TEST_CASE("pareto: points view spans with strides") {
  const std::vector<int> values{1, 2, 3, 4, 5, 6};
  const points<int> rows(values, 3);
  CHECK(rows.size() == 2);
  CHECK(rows(1, 0) == 4);
  const points<int> columns(values.data(), 3, 2, 1, 3);  // the same memory, column-major
  CHECK(columns(2, 1) == 6);
  CHECK(columns(0, 1) == 4);
  CHECK_THROWS_WITH_AS(points<int>(values, 4),
                       "pareto::points: 6 numbers in rows of 4; expected a multiple of the number of objectives",
                       paragon::error);
}

TEST_CASE("pareto: points of scattered rows are copied, ragged rows refused") {
  const std::vector<std::vector<double>> rows{{1, 2}, {3, 4}, {5, 6}};
  const auto owner = point_access<std::vector<std::vector<double>>>::get(rows);
  const points<double> view = owner;
  CHECK(view.size() == 3);
  CHECK(view(2, 1) == 6);
  const std::vector<std::vector<double>> ragged{{1, 2}, {3}};
  CHECK_THROWS_WITH_AS((void)filter(ragged), "pareto::points: row 1 has 1 numbers; expected 2 as in row 0",
                       paragon::error);
}

TEST_CASE("pareto: points of a user's own container") {
  const cloud mine{{1, 0, 1, 1}, {1, 1, 0, 0}};
  CHECK(filter(mine) == std::vector<std::size_t>{1, 2});
}
