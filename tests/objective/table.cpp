// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/error.hpp>
#include <paragon/objective/table.hpp>

using namespace paragon;
using objective::table;

TEST_CASE("objective: a table gives the row of the architecture, in the order asked for") {
  const benchmark::nasbench201 cells;
  std::vector<double> column(15625);
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = static_cast<double>(i);
  const table by_space({"row", "", direction::maximise}, cells, column);
  const table by_api({"row", "", direction::maximise}, cells, column, benchmark::nasbench201_api_order{});
  CHECK(by_space.describe().sense == direction::maximise);
  for (std::uint64_t i = 0; i < cells.size(); i += 11) {
    REQUIRE(by_space.value(cells.at(i)) == static_cast<double>(i));
    REQUIRE(by_api.value(benchmark::nasbench201_at_api_index(i), "any condition") == static_cast<double>(i));
  }
}

TEST_CASE("objective: a table refuses the wrong number of rows and values that nobody measured") {
  const benchmark::nasbench201 cells;
  std::vector<double> column(15625, 1.0);
  CHECK_THROWS_AS((table(metric{"latency_ms", "ms"}, cells, std::span<const double>(column).first(100))), error);
  column[7] = std::numeric_limits<double>::quiet_NaN();
  const table latency(metric{"latency_ms", "ms"}, cells, column);
  CHECK(latency.known(cells.at(6)));
  CHECK(!latency.known(cells.at(7)));
  try {
    (void)latency.value(cells.at(7));
    FAIL("NaN was handed out");
  } catch (const error& e) {
    CHECK(std::string(e.what()) ==
          "objective::table latency_ms: no value for " + cells.to_string(cells.at(7)) + "; expected a measured one");
  }
}

TEST_CASE("objective: a set of tables is chosen from by the condition") {
  const benchmark::nasbench201 cells;
  const std::vector<double> slow(15625, 9.0);
  const std::vector<double> fast(15625, 2.0);
  const std::vector<std::span<const double>> columns{slow, fast};
  const objective::table_set devices(metric{"latency_ms", "ms"}, cells, columns);
  CHECK(devices.columns() == 2);
  CHECK(devices.value(cells.at(5), 0) == 9);
  CHECK(devices.value(cells.at(5), 1) == 2);
  CHECK(devices.known(cells.at(5), 1));
  CHECK_THROWS_AS((void)devices.value(cells.at(5), 2), error);
}
