// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <iterator>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/detail/rank_set.hpp>
#include <set>

TEST_CASE("pareto: rank_set finds the same neighbours as std::set") {
  for (const std::size_t capacity : {1U, 2U, 63U, 64U, 65U, 4096U, 4097U, 300000U}) {
    const paragon::random_key key{.seed = capacity};
    INFO("capacity ", capacity);
    paragon::pareto::detail::rank_set fast(capacity);
    std::set<std::size_t> plain;
    for (std::uint64_t step = 0; step < 3000; ++step) {
      const std::size_t i = key.below(capacity, 2 * step);
      if (key.uniform(2 * step + 1) < 0.6) {
        fast.insert(i);
        plain.insert(i);
      } else {
        fast.erase(i);
        plain.erase(i);
      }
      const std::size_t probe = key.below(capacity, 1'000'000 + step);
      const auto above = plain.upper_bound(probe);
      const auto not_below = plain.lower_bound(probe);
      REQUIRE(fast.next(probe) == (above == plain.end() ? fast.none() : *above));
      REQUIRE(fast.previous(probe) == (not_below == plain.begin() ? fast.none() : *std::prev(not_below)));
    }
  }
}
