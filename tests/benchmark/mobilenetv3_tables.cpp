// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/benchmark/mobilenetv3/tables.hpp>

#include "../scratch.hpp"
#include "../support.hpp"

namespace benchmark = paragon::benchmark;
namespace data = paragon::data;

namespace {

const std::string smallest_row = "33333333333333333333,33333333333333333333,22222,";
const std::string deeper = "33577777777777777777,33446666666666666666,32222,";

benchmark::ofa_latency latency(const std::string& text) {
  return benchmark::ofa_latency(data::csv_table(text, "t.csv"));
}
benchmark::ofa_accuracy_table accuracy(const std::string& text) {
  return benchmark::ofa_accuracy_table(data::csv_table(text, "t.csv"));
}

}  // namespace

TEST_CASE("data: latencies of Once-for-All networks are read") {
  const auto table =
      latency("index,ks,e,d,r,phone,board\n0," + smallest_row + "128,1.5,2\n1," + deeper + "224,3,4.25\n");
  CHECK(table.size() == 2);
  CHECK(table.devices() == std::vector<std::string>{"phone", "board"});
  CHECK(table.resolutions() == std::vector<int>{128, 224});
  CHECK(table.networks()[0] == paragon::benchmark::mobilenetv3_subnet{});
  CHECK(table.networks()[1].depth[0] == 3);
  CHECK(table.networks()[1].kernel[2] == 5);
  CHECK(table.networks()[1].expand[2] == 4);
  CHECK(table.networks()[1].kernel[3] == 3);  // absent, whatever its digit
  CHECK(table.milliseconds("board")[1] == 4.25);
  CHECK_THROWS_WITH_AS((void)table.milliseconds("raspi4"),
                       "benchmark::ofa_latency: unknown device \"raspi4\"; expected one of phone, board",
                       paragon::error);
}

TEST_CASE("data: accuracies of Once-for-All networks are read") {
  const auto table = accuracy("run,ks,e,d,r,params,macs,top1\na," + deeper + "224,5000000,300000000,76.25\n");
  CHECK(table.networks.size() == 1);
  CHECK(table.top1 == std::vector<double>{76.25});
  CHECK(table.parameters == std::vector<double>{5e6});
  CHECK(table.macs == std::vector<double>{3e8});
}

TEST_CASE("data: broken tables of Once-for-All networks are refused, with the place") {
  const std::string head = "index,ks,e,d,r,phone\n0,";
  CHECK_THROWS_WITH_AS((void)latency(head + "4" + smallest_row.substr(1) + "128,1\n"),
                       doctest::Contains("t.csv:2: column ks"), paragon::error);
  CHECK_THROWS_WITH_AS((void)latency(head + smallest_row + "0,1\n"), doctest::Contains("t.csv:2: column r"),
                       paragon::error);
  CHECK_THROWS_WITH_AS((void)latency(head + smallest_row + "128,0\n"), doctest::Contains("t.csv:2: column phone"),
                       paragon::error);
  CHECK_THROWS_AS((void)latency("index,ks,e,d,phone\n"), paragon::error);
  CHECK_THROWS_WITH_AS((void)accuracy("ks,e,d,r,params,macs,top1\n" + smallest_row + "224,1,1,101\n"),
                       doctest::Contains("t.csv:2: column top1"), paragon::error);
  CHECK_THROWS_AS((void)benchmark::ofa_latency("nowhere.csv"), paragon::error);
}

TEST_CASE("data: golden tables of Once-for-All networks") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no folder of benchmark tables");
  const benchmark::ofa_latency latencies((*folder / "ofa/ofa_mbv3_latency_help.csv").string());
  CHECK(latencies.size() == 5000);
  CHECK(latencies.devices().size() == 12);
  CHECK(latencies.milliseconds("titan_rtx_64")[1] == 16.8727);
  const benchmark::ofa_accuracy_table accuracies((*folder / "ofa/ofa_mbv3_w10_accuracy_dynast.csv").string());
  REQUIRE(accuracies.networks.size() == 2373);
  CHECK(std::set(accuracies.networks.begin(), accuracies.networks.end()).size() == 2162);
  const paragon::benchmark::mobilenetv3 space;
  for (std::size_t i = 0; i < accuracies.networks.size(); ++i) {
    CHECK(space.parameters(accuracies.networks[i]) == accuracies.parameters[i]);
    CHECK(space.macs(accuracies.networks[i]) == accuracies.macs[i]);
  }
}
