// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include <paragon/benchmark/nasbench201/descriptor.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/space/descriptor.hpp>

using namespace paragon::benchmark;
using namespace paragon::space;
static_assert(architecture_descriptor<nasbench201_descriptor>);

namespace {

constexpr std::array<std::array<int, 2>, 6> ends{{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}};
using path = std::vector<std::size_t>;

/// All paths from `node` to node 3, whatever the operations.
std::vector<path> paths_from(int node) {
  if (node == 3) return {{}};
  std::vector<path> found;
  for (std::size_t e = 0; e < 6; ++e) {
    if (ends[e][0] != node) continue;
    for (path rest : paths_from(ends[e][1])) {
      rest.insert(rest.begin(), e);
      found.push_back(rest);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("space: the NAS-Bench-201 descriptor agrees with an enumeration of paths, for all cells") {
  const nasbench201 cells;
  // The order that the descriptor documents.
  const std::vector<path> order{{3}, {0, 4}, {1, 5}, {0, 2, 5}};
  auto all = paths_from(0);
  REQUIRE(all.size() == 4);
  for (const path& p : order) REQUIRE(std::find(all.begin(), all.end(), p) != all.end());

  std::array<choice_index, 6> choices{};
  std::array<double, 26> features{};
  for (std::uint64_t i = 0; i < cells.size(); ++i) {
    const nasbench201_cell cell = cells.at(i);
    const auto operation = [&](std::size_t e) { return cells.choice(cell, e); };
    std::array<bool, 6> live{};
    std::array<double, 26> expected{};
    bool any = false;
    for (std::size_t k = 0; k < 4; ++k) {
      if (std::any_of(order[k].begin(), order[k].end(), [&](std::size_t e) { return operation(e) == 0; })) continue;
      any = true;
      expected[5 * k] = 1;
      double convolutions = 0;
      for (const std::size_t e : order[k]) {
        live[e] = true;
        expected[5 * k + operation(e)] += 1;
        convolutions += operation(e) == 2 || operation(e) == 3 ? 1 : 0;
      }
      expected[24] = std::max(expected[24], convolutions);
    }
    for (std::size_t e = 0; e < 6; ++e) {
      if (live[e]) expected[19 + operation(e)] += 1;
    }
    expected[25] = any ? 0 : 1;
    choices.fill(9);
    features.fill(-1);
    nasbench201_descriptor::describe(cell, choices, features);
    for (std::size_t e = 0; e < 6; ++e) REQUIRE(choices[e] == (live[e] ? operation(e) : 0));
    REQUIRE(features == expected);
  }
}

TEST_CASE("space: cells that differ in dead edges alone have the same NAS-Bench-201 descriptor") {
  const nasbench201 cells;
  std::array<choice_index, 6> one{};
  std::array<choice_index, 6> two{};
  std::array<double, 26> features_one{};
  std::array<double, 26> features_two{};
  // Node 2 has no way out, so what leads to it is dead.
  nasbench201_descriptor::describe(
      cells.parse("|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|none~0|skip_connect~1|none~2|"), one,
      features_one);
  nasbench201_descriptor::describe(cells.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|"), two,
                                   features_two);
  CHECK(one == two);
  CHECK(features_one == features_two);
  CHECK(features_one[5] == 1);  // path 0-1-3 is open
  CHECK(features_one[6] == 1);  // with one skip_connect
  CHECK(features_one[8] == 1);  // and one nor_conv_3x3
  CHECK(features_one[24] == 1);
  CHECK(features_one[25] == 0);
}
