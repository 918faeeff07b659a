// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <vector>

#include <paragon/search/scorer.hpp>

#include "../counting_new.hpp"
#include "small_spaces.hpp"

using namespace paragon;
using search::scorer;

TEST_CASE("search: a scorer takes memory for what it was asked for, not for all that it knows on every device") {
  // All pipes are known; each of many devices is asked for twenty.
  using paragon_test::pipes;
  scorer judge(pipes{}, 1000, paragon_test::pipe_cost{}, paragon_test::pipe_flow{});
  const auto all = paragon_test::all_of<pipes>(judge);
  std::vector<double> z(40);
  const std::size_t before = paragon_test::allocated_bytes;
  for (std::size_t d = 0; d < 1000; ++d) judge.score(std::span(all).subspan(4 * d, 20), d, z);
  // Dense memory would be 1000 devices * 4096 pipes * 2 objectives * 16 bytes = 131 MB.
  CHECK(paragon_test::allocated_bytes - before < 1000 * 20 * 400);
  for (const std::size_t d : {0U, 500U, 999U}) {
    judge.score(std::span(all).subspan(4 * d, 20), d, z);
    for (std::size_t k = 0; k < 20; ++k) {
      CHECK(z[2 * k] == paragon_test::pipe_cost::value(pipes::at(4 * d + k), d));
      CHECK(z[2 * k + 1] == -paragon_test::pipe_flow::value(pipes::at(4 * d + k), d));
    }
  }
}
