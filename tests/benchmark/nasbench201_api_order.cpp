// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <string>

#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/error.hpp>

#include "../support.hpp"

using namespace paragon::benchmark;
using namespace paragon::space;

TEST_CASE("space: the benchmark's numbering is a permutation, and its own inverse works") {
  const nasbench201 cells;
  for (std::uint64_t i = 0; i < cells.size(); ++i) {
    REQUIRE(nasbench201_api_index(nasbench201_at_api_index(i)) == i);
    REQUIRE(nasbench201_at_api_index(nasbench201_api_index(cells.at(i))) == cells.at(i));
  }
  CHECK_THROWS_AS((void)nasbench201_at_api_index(15625), paragon::error);
}

TEST_CASE("space: MODNAS' reference cells stand at their published numbers") {
  // 0 none, 1 skip, 2 1x1, 3 3x3, 4 pool; the reference sheet of the published device embedding.
  const nasbench201 cells;
  const std::pair<std::uint64_t, const char*> known[] = {
      {0, "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"},
      {55, "|skip_connect~0|+|skip_connect~0|avg_pool_3x3~1|+|none~0|skip_connect~1|none~2|"},
      {1462, "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|"},
      {11982, "|avg_pool_3x3~0|+|none~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"}};
  for (const auto& [index, text] : known) CHECK(cells.to_string(nasbench201_at_api_index(index)) == text);
}

TEST_CASE("space: the benchmark's numbering is that of the table") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no data folder");
  std::ifstream file(*folder / "nb201" / "nb201_accuracy.csv");
  std::string line;
  std::getline(file, line);
  std::size_t rows = 0;
  for (; std::getline(file, line); ++rows) {
    const std::size_t comma = line.find(',');
    const auto index = static_cast<std::uint64_t>(std::stoul(line.substr(comma + 1)));
    REQUIRE(to_string(nasbench201_at_api_index(index)) == line.substr(0, comma));
  }
  CHECK(rows == 15625);
}
