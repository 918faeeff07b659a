// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/contributions.hpp>
#include <paragon/pareto/filter.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;

namespace {

using paragon_test::inf;

template <std::size_t M>
using front = std::vector<std::array<double, M>>;
using list = std::vector<double>;

/// By definition: the volume of all less the volume of all but one.
template <class T>
std::vector<volume_of<T>> by_definition(const table<T>& set, const std::vector<T>& reference) {
  std::vector<volume_of<T>> result;
  for (std::size_t i = 0; i < set.size(); ++i) {
    auto others = set;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    result.push_back(hypervolume(set, reference).value - hypervolume(others, reference).value);
  }
  return result;
}

table<int> random_integers(std::size_t n, std::size_t m, std::uint64_t below, std::uint64_t seed) {
  const auto key = paragon::random_key{.seed = seed}.fork(3);
  table<int> set(n, std::vector<int>(m));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < m; ++k) set[i][k] = static_cast<int>(key.below(below, i * m + k));
  }
  return set;
}

}  // namespace

TEST_CASE("pareto: contributions of published small sets") {
  const front<2> set{{5, 1}, {1, 5}, {4, 2}, {4, 4}, {5, 1}};
  CHECK(contributions(set, {6, 6}) == list{0, 3, 2, 0, 0});
  CHECK(contributions(set, {6, 6}, among_front{}) == list{0, 3, 3, 0, 0});
  CHECK(contributions(front<2>{{5, 5}, {4, 6}, {2, 7}, {7, 4}}, {10, 10}) == list{2, 1, 6, 3});
  CHECK(contributions(front<3>{{3, 3, 3}}, {5, 5, 5}) == list{8});
  CHECK(contributions(front<3>{{3, 3, 3}, {4, 4, 4}}, {5, 5, 5}) == list{7, 0});
  CHECK(contributions(front<3>{{3, 3, 3}, {4, 4, 4}, {3, 3, 3}}, {5, 5, 5}) == list{0, 0, 0});
  CHECK(contributions(front<3>{{3, 3, 3}, {4, 4, 4}, {3, 3, 3}, {3, 3, 2}}, {5, 5, 5}) == list{0, 0, 0, 4});
}

TEST_CASE("pareto: contributions at the edges") {
  CHECK(contributions(front<2>{}, {1, 1}).empty());
  CHECK(contributions(front<2>{{1, 1}, {0, 2}, {3, 3}}, {1, 1}) == list{0, 0, 0});
  CHECK(contributions(front<1>{{3}, {1}, {2}}, {5}) == list{0, 1, 0});
  CHECK(contributions(front<1>{{3}, {1}, {2}}, {5}, among_front{}) == list{0, 4, 0});
  CHECK(contributions(front<1>{{3}, {1}, {2}}, {0}, {maximise}) == list{1, 0, 0});
  CHECK(contributions(front<3>{{1, 9, 2}, {2, -9, 1}}, {3, 0, 3}, {minimise, ignore, minimise}) == list{1, 1});
  CHECK(contributions(front<2>{{-inf, 1}, {0, 0}, {1, -inf}, {-inf, 2}}, {3, 3}) == list{inf, 1, inf, 0});
  CHECK(contributions(front<2>{{-inf, 1}, {-inf, 1}, {0, 0}}, {3, 3}) == list{0, 0, 3});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(contributions(front<2>{{nan, 0}, {1, 1}}, {2, 2}, nan_worst{}) == list{0, 1});
  CHECK_THROWS_AS((void)contributions(front<2>{{nan, 0}, {1, 1}}, {2, 2}), paragon::error);
  CHECK_THROWS_AS((void)contributions(front<2>{{0, 0}}, {2, 2, 2}), paragon::error);
}

TEST_CASE("pareto: contributions agree with their definition, exactly for integers") {
  for (std::size_t m = 1; m <= 10; ++m) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      INFO("m ", m, ", seed ", seed);
      const paragon::random_key key{.seed = seed};
      const std::size_t n = key.below(m <= 5 ? 30 : 14, 0);
      const auto set = random_integers(n, m, 3 + seed % 7, seed);
      const std::vector<int> reference(m, static_cast<int>(2 + seed % 7));
      const auto values = contributions(set, reference);
      CHECK(values == by_definition(set, reference));
      const auto total = std::accumulate(values.begin(), values.end(), std::int64_t{0});
      CHECK(total <= hypervolume(set, reference).value);

      table<double> real(n);
      for (std::size_t i = 0; i < n; ++i) real[i].assign(set[i].begin(), set[i].end());
      CHECK(contributions(real, list(m, reference[0])) == list(values.begin(), values.end()));

      table<int> survivors;
      const auto kept = filter(set, keep_all{});
      for (const std::size_t i : kept) survivors.push_back(set[i]);
      const auto of_survivors = by_definition(survivors, reference);
      std::vector<std::int64_t> expected(n);
      for (std::size_t i = 0; i < kept.size(); ++i) expected[kept[i]] = of_survivors[i];
      CHECK(contributions(set, reference, among_front{}) == expected);
    }
  }
}

TEST_CASE("pareto: contributions agree with their definition on real data") {
  for (std::size_t m = 2; m <= 8; ++m) {
    for (const kind what : {kind::cube, kind::simplex, kind::grid, kind::tied_front}) {
      const std::uint64_t seed = 70 + m;
      INFO("kind ", paragon_test::name_of(what), ", m ", m, ", seed ", seed);
      const std::size_t n = m <= 4 ? 200 : m <= 5 ? 80 : 25;
      const auto set = random_points<double>(what, n, m, seed);
      const list reference(m, what == kind::grid ? 3.5 : what == kind::tied_front ? 60 : 1.1);
      const auto values = contributions(set, reference);
      const auto expected = by_definition(set, reference);
      const double all = hypervolume(set, reference).value;
      for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(values[i] - expected[i]) <= 1e-12 * all);

      auto order = std::vector<std::size_t>(n);  // permuted points, rotated axes
      std::iota(order.begin(), order.end(), std::size_t{0});
      paragon::random_key{.seed = seed}.shuffle(order);
      table<double> shuffled;
      for (const std::size_t i : order) {
        shuffled.push_back(set[i]);
        std::rotate(shuffled.back().begin(), shuffled.back().begin() + 1, shuffled.back().end());
      }
      const auto permuted = contributions(shuffled, reference);
      for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(permuted[i] - values[order[i]]) <= 1e-13 * all);
    }
  }
}

TEST_CASE("pareto: contributions of integers whose volume exceeds 64 bits are refused") {
  using row = std::array<long long, 2>;
  CHECK(contributions(std::vector<row>{{0, 0}}, {3037000499LL, 3037000499LL}) ==
        std::vector<std::int64_t>{9223372030926249001LL});
  CHECK_THROWS_AS((void)contributions(std::vector<row>{{0, 0}}, {3037000500LL, 3037000500LL}), paragon::error);
  // Flat boxes in a box that is too large.
  const long long big = 4611686018427387904LL;  // 2^62
  CHECK(contributions(std::vector<row>{{0, big - 1}, {big - 1, 0}}, {big, big}) ==
        std::vector<std::int64_t>{big - 1, big - 1});
}

TEST_CASE("pareto: contributions are the same with threads, to the bit") {
  paragon::thread_pool pool(3);
  for (std::size_t m = 2; m <= 7; ++m) {
    INFO("m ", m);
    const auto set = random_points<double>(kind::simplex, m <= 6 ? 300 : 60, m, 6);
    CHECK(contributions(set, list(m, 1.1), threaded(pool)) == contributions(set, list(m, 1.1)));
    CHECK(contributions(set, list(m, 1.1), among_front{}, threaded(pool)) ==
          contributions(set, list(m, 1.1), threaded(pool), among_front{}));
  }
}

TEST_CASE("pareto: contributions of larger sets agree with their definition at some points") {
  struct sample {
    kind what;
    std::size_t m;
    std::size_t n;
  };
  for (const auto& [what, m, n] :
       {sample{kind::simplex, 3, 3000}, sample{kind::simplex, 4, 1500}, sample{kind::tied_front, 5, 400},
        sample{kind::cube, 6, 1200}, sample{kind::cube, 7, 1100}}) {
    INFO("kind ", paragon_test::name_of(what), ", m ", m, ", n ", n);
    const auto set = random_points<double>(what, n, m, 8);
    const list reference(m, what == kind::tied_front ? 60 : 1.1);
    const auto values = contributions(set, reference);
    const double all = hypervolume(set, reference).value;
    std::size_t positive = 0;
    for (std::size_t i = 0; i < n; ++i) positive += values[i] > 0 ? 1U : 0U;
    CHECK(positive <= filter(set).size());
    for (std::size_t i = 0; i < n; i += n / 8) {
      auto others = set;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK(std::abs(values[i] - (all - hypervolume(others, reference).value)) <= 1e-12 * all);
    }
  }
}
