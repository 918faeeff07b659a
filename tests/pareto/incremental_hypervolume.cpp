// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <limits>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/incremental_hypervolume.hpp>

#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::table;

TEST_CASE("pareto: incremental hypervolume of a published set") {
  incremental_hypervolume<double> front({10, 10});
  CHECK(front.insert({5, 5}) == 25);
  CHECK(front.insert({4, 6}) == 4);
  CHECK(front.insert({10, 0}) == 0);
  CHECK(front.insert({2, 7}) == 6);
  CHECK(front.insert({7, 4}) == 3);
  CHECK(front.value() == 38);
  CHECK(front.size() == 4);
  CHECK(front.ignored() == 1);

  incremental_hypervolume<double, 2> maximised({0, 0}, {maximise, maximise});
  double total = 0;
  for (const auto& p : {std::array<double, 2>{5, 5}, {4, 6}, {2, 7}, {7, 4}}) total += maximised.insert(p);
  CHECK(total == 39);
  CHECK(maximised.value() == 39);
}

TEST_CASE("pareto: incremental hypervolume refuses what it cannot count") {
  incremental_hypervolume<double> front({1, 1, 1});
  CHECK_THROWS_AS((void)front.insert({0, 0}), paragon::error);
  CHECK_THROWS_AS((void)front.insert({0, 0, std::numeric_limits<double>::quiet_NaN()}), paragon::error);
  CHECK_THROWS_AS((incremental_hypervolume<double, 2>({1, 1, 1})), paragon::error);
  CHECK_THROWS_AS((incremental_hypervolume<double>({1, 1}, {minimise})), paragon::error);
  for (const std::size_t m : {std::size_t{2}, std::size_t{3}}) {
    incremental_hypervolume<long long> large(std::vector<long long>(m, 3037000500LL));
    std::vector<long long> corner(m, 3037000499LL);
    CHECK(large.insert(corner) == 1);
    CHECK_THROWS_AS((void)large.insert(std::vector<long long>(m, 0)), paragon::error);
    CHECK(large.value() == 1);
    CHECK(large.size() == 1);
  }
}

TEST_CASE("pareto: incremental hypervolume agrees with the hypervolume after every point") {
  for (std::size_t m = 1; m <= 10; ++m) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      INFO("m ", m, ", seed ", seed);
      const auto key = paragon::random_key{.seed = seed}.fork(9);
      const std::uint64_t below = 3 + seed % 9;
      const auto way = seed % 2 == 0 ? std::vector<paragon::direction>{} : paragon_test::random_directions(m, seed);
      std::vector<int> reference(m, static_cast<int>(below) - 1);
      for (std::size_t k = 0; k < way.size(); ++k) reference[k] = way[k] == maximise ? 0 : reference[k];
      incremental_hypervolume<int> front(reference, way);
      table<int> set;
      std::int64_t before = 0;
      for (std::uint64_t i = 0; i < (m <= 5 ? 40U : 16U); ++i) {
        set.emplace_back(m);
        for (std::size_t k = 0; k < m; ++k) set.back()[k] = static_cast<int>(key.below(below, i * m + k));
        const auto gained = front.insert(set.back());
        const auto now = hypervolume(set, reference, way);
        CHECK(gained == now.value - before);
        CHECK(front.value() == now.value);
        CHECK(front.ignored() == now.ignored);
        before = now.value;
      }
      table<int> counted;
      for (const auto& row : set) {
        if (hypervolume(table<int>{row}, reference, way).ignored == 0) counted.push_back(row);
      }
      CHECK(front.size() == filter(counted, way).size());
    }
  }
}
