// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the Pareto room's concepts; docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <vector>

#include <paragon/pareto/archive.hpp>
#include <paragon/pareto/problems/test_problem.hpp>
#include <paragon/pareto/select.hpp>
#include <paragon/pareto/stretch.hpp>

namespace pareto = paragon::pareto;

namespace {

//! [spread_policy]
/// Of the last front, the first that come.
struct first_ones {
  template <class T>
  std::vector<std::size_t> operator()(const pareto::candidates<T>&, std::span<const std::size_t>,
                                      std::span<const std::size_t> last, std::size_t count) const {
    return {last.begin(), last.begin() + static_cast<std::ptrdiff_t>(count)};
  }
};
static_assert(pareto::spread_policy<first_ones, double>);
//! [spread_policy]

//! [fronts_policy]
/// Everything is on the first front.
struct one_front {
  template <class T>
  std::vector<std::size_t> operator()(const pareto::candidates<T>& set, std::size_t) const {
    return std::vector<std::size_t>(set.size(), 0);
  }
};
static_assert(pareto::fronts_policy<one_front, double>);
//! [fronts_policy]

//! [selection_rule]
/// The last in lexicographic order.
struct last_one {
  template <class T>
  std::size_t operator()(const pareto::candidates<T>& set) const {
    return set.size() - 1;
  }
};
static_assert(pareto::selection_rule<last_one, double>);
//! [selection_rule]

//! [selection_constraint]
/// Every other row of the input.
struct even_rows {
  template <class T>
  bool operator()(const pareto::points<T>&, std::size_t row) const {
    return row % 2 == 0;
  }
};
static_assert(pareto::selection_constraint<even_rows, double>);
//! [selection_constraint]

//! [archive_bound]
/// At most ten elements; when there is one more, the oldest goes.
struct keep_newest {
  std::size_t most = 10;
  std::size_t victim(pareto::points<double>, pareto::directions) const { return 0; }
};
static_assert(pareto::capacity_bound<keep_newest, double>);

/// Differences below one do not count.
struct whole_numbers {
  double cell(double x, std::size_t) const { return std::floor(x); }
};
static_assert(pareto::grid_bound<whole_numbers, double>);
//! [archive_bound]

//! [test_problem]
/// One variable, and the objective is the variable.
struct identity_problem {
  std::string_view name() const { return "identity"; }
  std::size_t variables() const { return 1; }
  std::size_t objectives() const { return 1; }
  pareto::problems::interval bounds(std::size_t) const { return {}; }
  void evaluate(std::span<const double> x, std::span<double> f) const { f[0] = x[0]; }
};
static_assert(pareto::problems::test_problem<identity_problem>);
//! [test_problem]

}  // namespace

TEST_CASE("concepts: the smallest models of the Pareto room do their work") {
  const std::vector<std::array<double, 2>> designs{{1, 5}, {2, 3}, {3, 2}, {6, 6}, {7, 7}};
  CHECK(pareto::stretch(designs, 4, first_ones{}) == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(pareto::stretch(designs, 0, one_front{}).size() == 5);
  CHECK(pareto::select(designs, last_one{}) == 2);
  CHECK(pareto::select(designs, last_one{}, even_rows{}) == 2);
  CHECK(pareto::select(designs, pareto::most_accurate{}, even_rows{}) == 0);
  pareto::archive<double, void, 2, keep_newest> newest(keep_newest{2});
  for (const auto& design : designs) newest.insert(design);
  CHECK(newest.size() == 2);
  pareto::archive<double, void, 2, whole_numbers> coarse(whole_numbers{});
  coarse.insert({1.5, 1.5});
  coarse.insert({1.2, 1.9});
  CHECK(coarse.size() == 1);
  std::array<double, 1> f{};
  identity_problem{}.evaluate(std::array{0.5}, f);
  CHECK(f[0] == 0.5);
}
