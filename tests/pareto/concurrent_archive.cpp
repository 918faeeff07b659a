// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <paragon/pareto/concurrent_archive.hpp>
#include <thread>

#include "brute_force.hpp"

using namespace paragon::pareto;
using paragon_test::kind;
using paragon_test::random_points;

TEST_CASE("pareto: concurrent archive holds the same front whatever the interleaving") {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    INFO("seed ", seed);
    const auto set = random_points<int>(seed % 2 == 0 ? kind::tied_front : kind::grid, 2000, 3, seed);
    concurrent_archive best(archive<int, std::size_t, 3, keep_all>{});
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < set.size(); i += 4) {
          best.insert(set[i], i);
          if (i % 64 == t) CHECK(best.covers(set[i]));
        }
      });
    }
    for (auto& thread : threads) thread.join();
    const auto copy = best.snapshot();
    CHECK(best.size() == copy.size());
    const auto result = best.take();
    CHECK(best.size() == 0);
    std::vector<std::size_t> names;
    for (const auto& e : result) names.push_back(e.payload);
    std::sort(names.begin(), names.end());
    CHECK(names == filter(set, keep_all{}));
    CHECK(copy.size() == result.size());
    CHECK(best.merge(result) == result.size());
  }
}

TEST_CASE("pareto: concurrent archive without payloads") {
  concurrent_archive best(archive<double>(2));
  CHECK(best.insert({1, 2}));
  CHECK_FALSE(best.insert({1, 2}));
  CHECK(best.take().size() == 1);
  CHECK(best.insert({1, 2}));
}
