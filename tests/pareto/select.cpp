// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/select.hpp>
#include <vector>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using namespace paragon_test;
using enum paragon::direction;
using indices = std::vector<std::size_t>;

namespace {

struct last_one {
  template <class T>
  std::size_t operator()(const candidates<T>& set) const {
    return set.size() - 1;
  }
};
static_assert(selection_rule<last_one, double> && selection_rule<last_one, int>);
static_assert(selection_rule<most_accurate, int> && selection_rule<balanced, double> &&
              selection_rule<most_efficient, float> && selection_rule<knee, double> &&
              selection_rule<nearest_to_ray, unsigned char>);

struct names_nothing {
  void operator()(const candidates<double>&) const {}
};
static_assert(!selection_rule<names_nothing, double> && !selection_rule<at_most, double> &&
              !selection_rule<int, double>);

struct even_rows {
  template <class T>
  bool operator()(const points<T>&, std::size_t i) const {
    return i % 2 == 0;
  }
};
static_assert(selection_constraint<even_rows, double> && selection_constraint<at_most, int> &&
              selection_constraint<at_least, float>);
static_assert(!selection_constraint<names_nothing, double> && !selection_constraint<double, double> &&
              !selection_constraint<knee, double>);
static_assert(select_arguments<double> && select_arguments<double, at_most, nan_worst, at_most, even_rows>);
static_assert(!select_arguments<double, nan_worst, nan_error> && !select_arguments<double, keep_all>);

struct out_of_range {
  template <class T>
  std::size_t operator()(const candidates<T>& set) const {
    return set.size();
  }
};

/// Of the first front among some rows, the one with the least scores, compared one after the other; ties go to the
/// lexicographically first. All objectives minimised.
template <class Scores>
std::optional<std::size_t> brute_select(const table<double>& set, const indices& rows, Scores scores) {
  const std::vector<paragon::direction> way(set[0].size(), minimise);
  indices front;
  for (const std::size_t i : rows) {
    if (std::none_of(rows.begin(), rows.end(), [&](std::size_t j) { return brute_dominates(set[j], set[i], way); })) {
      front.push_back(i);
    }
  }
  std::optional<std::size_t> best;
  std::vector<double> lowest;
  for (const std::size_t i : front) {
    std::vector<double> s = scores(front, i);
    s.insert(s.end(), set[i].begin(), set[i].end());
    if (!best || s < lowest) {
      best = i;
      lowest = s;
    }
  }
  return best;
}

/// An objective scaled by its range on the front.
double scaled(const table<double>& set, const indices& front, std::size_t i, std::size_t k) {
  double least = set[front[0]][k];
  double most = least;
  for (const std::size_t j : front) {
    least = std::min(least, set[j][k]);
    most = std::max(most, set[j][k]);
  }
  return most > least ? (set[i][k] - least) / (most - least) : 0.0;
}

const std::vector way_of_cells{maximise, minimise, minimise};
//                                              accuracy, parameters, latency
const std::vector<std::array<double, 3>> cells{{93.0, 1.0, 9.0}, {94.0, 2.0, 8.0}, {94.5, 4.0, 6.0},
                                               {90.0, 0.5, 3.0}, {94.5, 5.0, 5.0}, {92.0, 6.0, 9.0}};

}  // namespace

TEST_CASE("pareto: the published picks") {
  CHECK(select(cells, most_accurate{.quality = 0}, way_of_cells) == 2);  // as accurate as 4, with fewer parameters
  CHECK(select(cells, balanced{.quality = 0, .cost = 1}, way_of_cells) == 3);
  CHECK(select(cells, balanced{.quality = 0, .cost = 2}, way_of_cells) == 3);
  CHECK(select(cells, most_efficient{.cost = 1}, way_of_cells) == 3);
  CHECK(select(cells, most_efficient{.cost = 2}, way_of_cells, at_least{0, 93}) == 4);
  CHECK(select(cells, most_accurate{}, way_of_cells, at_most{2, 8.5}, at_most{1, 3}) == 1);
  CHECK(select(cells, balanced{}, way_of_cells, at_least{0, 93}, at_most{2, 8}) == 1);  // 94 / 2 against 94.5 / 4
  CHECK(select(cells, most_accurate{}, way_of_cells, at_most{1, 0.1}) == std::nullopt);
}

TEST_CASE("pareto: ties, repeats and dominated points") {
  const std::vector<std::array<int, 3>> set{{1, 5, 2}, {1, 3, 4}, {1, 4, 1}, {1, 3, 4}, {1, 3, 5}};
  CHECK(select(set, most_accurate{}) == 1);  // of equal quality the lexicographically first
  CHECK(select(set, most_efficient{.cost = 2, .quality = 1}) == 2);
  const std::vector<std::array<int, 3>> level{{2, 1, 7}, {3, 1, 2}, {1, 1, 9}};
  CHECK(select(level, most_efficient{.cost = 1, .quality = 2}) == 1);
  CHECK(select(level, most_efficient{.cost = 1}) == 2);
  CHECK(select(level, most_efficient{.cost = 1}, {maximise, minimise, minimise}) == 1);
}

TEST_CASE("pareto: the knee") {
  //                                              0       1       2       3       4
  const std::vector<std::array<double, 2>> bent{{0, 10}, {1, 3}, {4, 2}, {10, 0}, {2, 3}};
  CHECK(select(bent, knee{}) == 1);
  std::vector<std::array<double, 2>> scaled_and_turned;
  for (const auto& row : bent) scaled_and_turned.push_back({-row[0], 1000 * row[1]});
  CHECK(select(scaled_and_turned, knee{}, {maximise, minimise}) == 1);
  const std::vector<std::array<double, 2>> hollow{{0, 10}, {6, 9}, {9, 6}, {10, 0}};
  CHECK(select(hollow, knee{}) == 0);
  const std::vector<std::array<double, 3>> corner{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {0.25, 0.25, 0.25}, {0.1, 0.5, 0.5}};
  CHECK(select(corner, knee{}) == 3);
  // On a quarter circle seen from its centre's opposite corner, the middle: x = 1 - cos t, y = 1 - sin t.
  std::vector<std::array<double, 2>> round;
  for (int i = 0; i <= 100; ++i) {
    const double t = i * std::acos(0.0) / 100;
    round.push_back({1 - std::cos(t), 1 - std::sin(t)});
  }
  CHECK(select(round, knee{}) == 50);
}

TEST_CASE("pareto: a preference finds the point where its ray meets the front") {
  // The line x + y = 8: with weights (w, 1 - w), w x = (1 - w) y, so x = 8 (1 - w).
  std::vector<std::array<int, 2>> line;
  for (int x = 0; x <= 8; ++x) line.push_back({x, 8 - x});
  for (std::size_t x = 0; x <= 8; ++x) {
    const double w = 1 - static_cast<double>(x) / 8;
    CHECK(select(line, nearest_to_ray{{w, 1 - w}}) == x);
    CHECK(select(line, nearest_to_ray{{10 * w, 10 * (1 - w)}}) == x);
  }
  // On a hollow front, where no weighted sum finds the middle.
  const std::vector<std::array<double, 2>> hollow{{0, 10}, {7, 7}, {10, 0}};
  CHECK(select(hollow, nearest_to_ray{{1, 1}}) == 1);
  CHECK(select(hollow, nearest_to_ray{{5, 1}}) == 0);
  CHECK(select(hollow, nearest_to_ray{{1, 5}}) == 2);
  CHECK(select(cells, nearest_to_ray{{1, 0, 0}}, way_of_cells) == select(cells, most_accurate{}, way_of_cells).value());
}

TEST_CASE("pareto: selection against its definition") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const kind what = seed % 2 == 0 ? kind::grid : seed % 3 == 0 ? kind::simplex : kind::tied_front;
    const std::size_t m = 2 + seed % 3;
    const std::size_t n = 1 + seed % 60;
    auto set = random_points<double>(what, n, m, seed);
    for (auto& row : set) row[1] += 1000;  // a positive cost
    const auto key = paragon::random_key{.seed = seed}.fork(30);
    const double most = set[key.below(n, 0)][0];
    const double least = set[key.below(n, 1)][1];
    indices rows;
    for (std::size_t i = 0; i < n; ++i) {
      if (set[i][0] <= most && set[i][1] >= least) rows.push_back(i);
    }
    std::vector<double> weights(m);
    for (std::size_t k = 0; k < m; ++k) weights[k] = static_cast<double>(key.below(4, 10 + k));
    weights[0] += 1;
    INFO("seed ", seed, " kind ", name_of(what), " m ", m, " n ", n);
    const auto check = [&](const auto& rule, auto scores) {
      const auto expected = brute_select(set, rows, scores);
      const auto found = select(set, rule, at_most{0, most}, nan_worst{}, at_least{1, least});
      CHECK(found == expected);
      // The same point in any order, and with a dominated one added.
      auto reversed = set;
      std::reverse(reversed.begin(), reversed.end());
      const auto there = select(reversed, rule, at_most{0, most}, at_least{1, least});
      CHECK(found.has_value() == there.has_value());
      if (found && there) CHECK(set[*found] == reversed[*there]);
      if (found) {
        auto more = set;
        more.push_back(set[*found]);
        more.back().back() += 1;
        CHECK(select(more, rule, at_most{0, most}, at_least{1, least}) == found);
      }
    };
    check(most_accurate{.quality = m - 1}, [&](const indices&, std::size_t i) { return std::vector{set[i][m - 1]}; });
    check(most_efficient{.cost = 1, .quality = 0}, [&](const indices&, std::size_t i) {
      return std::vector{set[i][1], set[i][0]};
    });
    check(balanced{.quality = 0, .cost = 1, .perfect = 100},
          [&](const indices&, std::size_t i) { return std::vector{-((100 - set[i][0]) / set[i][1])}; });
    check(knee{}, [&](const indices& front, std::size_t i) {
      double sum = 0;
      for (std::size_t k = 0; k < m; ++k) sum += scaled(set, front, i, k);
      return std::vector{sum};
    });
    const double heaviest = *std::max_element(weights.begin(), weights.end());
    check(nearest_to_ray{weights}, [&](const indices& front, std::size_t i) {
      double sum = 0;
      double farthest = 0;
      for (std::size_t k = 0; k < m; ++k) {
        const double loss = weights[k] / heaviest * scaled(set, front, i, k);
        farthest = std::max(farthest, loss);
        sum += loss;
      }
      return std::vector{farthest, sum};
    });
  }
}

TEST_CASE("pareto: balanced refuses what has no ratio") {
  using front = std::vector<std::array<double, 2>>;
  const std::vector way{maximise, minimise};
  CHECK_THROWS_WITH_AS((void)select(front{{90, 1}}, balanced{}),
                       "pareto::select: balanced: the quality, column 0, is minimised; expected a quality that is "
                       "maximised, or `perfect`, which an error is subtracted from",
                       paragon::error);
  CHECK_THROWS_AS((void)select(front{{90, 1}}, balanced{}, {maximise, maximise}), paragon::error);
  CHECK_THROWS_WITH_AS((void)select(front{{90, 1}, {80, 0}}, balanced{}, way),
                       "pareto::select: balanced: row 1 has quality 80 and cost 0; expected a quality "
                       "that is not negative, a positive cost",
                       paragon::error);
  CHECK_THROWS_AS((void)select(front{{90, 1}, {80, -1}}, balanced{}, way), paragon::error);
  CHECK_THROWS_AS((void)select(front{{-1, 1}}, balanced{}, way), paragon::error);
  CHECK_THROWS_AS((void)select(front{{101, 1}}, balanced{.perfect = 100}), paragon::error);
  CHECK(select(front{{90, 1}, {80, 0}}, balanced{}, way, at_least{1, 0.5}) == 0);
  CHECK(select(front{{10, 2}, {40, 1}}, balanced{.perfect = 100}) == 1);  // 45 against 60
}

TEST_CASE("pareto: constraints are exact for integers, and see ignored columns and NaN") {
  constexpr std::int64_t big = std::int64_t{1} << 60;
  const std::vector<std::array<std::int64_t, 2>> set{{big + 1, 1}, {big, 2}, {big - 1, 3}};
  CHECK(select(set, most_accurate{}, {maximise, minimise}, at_most{0, std::ldexp(1.0, 60)}) == 1);
  CHECK(select(set, most_accurate{}, at_least{0, std::ldexp(1.0, 60)}) == 1);
  CHECK(select(set, most_accurate{}, at_least{0, 1e30}) == std::nullopt);
  CHECK(select(set, most_accurate{}, at_most{0, 1e30}) == 2);
  CHECK(select(set, most_accurate{}, at_most{0, -1e30}) == std::nullopt);
  CHECK(select(set, most_accurate{}, at_most{0, std::nan("")}) == std::nullopt);
  CHECK(select(set, most_accurate{}, at_most{1, 2.5}) == 1);
  CHECK(select(set, most_accurate{}, at_least{1, 2.5}) == 2);
  const std::vector<std::array<unsigned char, 2>> bytes{{0, 255}, {255, 0}};
  CHECK(select(bytes, most_accurate{}, at_least{0, -5}) == 0);
  CHECK(select(bytes, most_accurate{}, at_least{0, 255}) == 1);
  CHECK(select(bytes, most_accurate{}, at_least{0, 255.5}) == std::nullopt);

  const double nan = std::nan("");
  const std::vector<std::array<double, 3>> tagged{{1, 5, nan}, {2, 4, 1}, {3, 3, 2}, {0, nan, 3}};
  const std::vector way{minimise, minimise, ignore};
  CHECK_THROWS_AS((void)select(tagged, most_accurate{}, way), paragon::error);
  CHECK(select(tagged, most_accurate{}, way, nan_worst{}) == 3);
  CHECK(select(tagged, most_accurate{}, way, at_most{2, 2}) == 1);  // neither NaN passes
  CHECK(select(tagged, most_accurate{}, way, at_least{1, 0}, even_rows{}) == 0);
  CHECK(select(tagged, most_accurate{}, way, at_most{1, 9},
               [](const auto& all, std::size_t i) { return all(i, 0) > 2; }) == 2);
}

TEST_CASE("pareto: select and infinities, threads, wrong arguments") {
  using paragon_test::inf;
  const std::vector<std::array<double, 2>> set{{-inf, 9}, {1, 4}, {2, 2}, {4, 1}, {9, -inf}};
  CHECK(select(set, knee{}) == 2);
  CHECK(select(set, nearest_to_ray{{1, 1}}) == 2);
  CHECK(select(set, most_accurate{}) == 0);
  CHECK(select(std::vector<std::array<double, 2>>{{inf, -inf}, {-inf, inf}}, knee{}) == 1);
  CHECK(select(std::vector<std::array<double, 2>>{}, knee{}) == std::nullopt);
  CHECK(select(std::vector<std::array<double, 2>>{{7, 7}}, knee{}) == 0);
  CHECK(select(set, last_one{}) == 4);
  paragon::thread_pool pool(2);
  CHECK(select(set, knee{}, threaded(pool), at_least{0, 0}) == select(set, knee{}, at_least{0, 0}).value());

  CHECK_THROWS_AS((void)select(set, out_of_range{}), paragon::error);
  CHECK_THROWS_AS((void)select(set, knee{}, {minimise}), paragon::error);
  CHECK_THROWS_AS((void)select(set, most_accurate{2}), paragon::error);
  CHECK_THROWS_AS((void)select(set, most_accurate{0}, {ignore, minimise}), paragon::error);
  CHECK_THROWS_AS((void)select(set, most_efficient{.cost = 1, .quality = 2}), paragon::error);
  CHECK_THROWS_WITH_AS((void)select(set, knee{}, at_most{2, 1}),
                       "pareto::select: a constraint on column 2; expected less than 2, the number of columns",
                       paragon::error);
  for (const std::vector<double>& bad : {std::vector<double>{1}, {0, 0}, {1, -1}, {1, inf}, {1, std::nan("")}}) {
    CHECK_THROWS_AS((void)select(set, nearest_to_ray{bad}), paragon::error);
  }
}
