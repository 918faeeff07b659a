// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/diffusionnag.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/data/meta_dataset.hpp>
#include <paragon/objective/cost.hpp>

#include "../scratch.hpp"
#include "../support.hpp"

namespace benchmark = paragon::benchmark;
namespace data = paragon::data;
using paragon::benchmark::nasbench201;
using paragon::benchmark::nasbench201_cell;

namespace {

/// The number of 3x3 convolutions, plus ten for every task.
struct counted {
  paragon::metric describe() const { return {"count", "", paragon::direction::maximise}; }
  double value(const nasbench201_cell& cell, int task) const {
    return cell.count(paragon::benchmark::nasbench201_operation::nor_conv_3x3) + 10 * task;
  }
};

}  // namespace

TEST_CASE("data: a generated meta-data-set has the objectives' values, and no architecture twice on a task") {
  const nasbench201 cells;
  const std::vector<int> tasks{3, 5};
  const auto rows = data::generate_meta_dataset(cells, std::span<const int>(tasks), 300, {.seed = 2}, counted{},
                                                paragon::objective::parameter_count{cells});
  REQUIRE(rows.size() == 600);
  REQUIRE(rows.metrics.size() == 2);
  CHECK(rows.metrics[0].name == "count");
  CHECK(rows.column("parameters") == 1);
  CHECK_THROWS_WITH_AS((void)rows.column("latency"), doctest::Contains("count, parameters"), paragon::error);
  std::set<std::pair<std::uint32_t, nasbench201_cell>> seen;
  std::set<nasbench201_cell> different;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows.value(i, 0) == counted{}.value(rows.architectures[i], tasks[rows.tasks[i]]));
    CHECK(rows.value(i, 1) == cells.parameters(rows.architectures[i]));
    seen.insert({rows.tasks[i], rows.architectures[i]});
    different.insert(rows.architectures[i]);
  }
  CHECK(seen.size() == 600);
  CHECK(different.size() > 550);  // tasks have draws of their own
  const auto again = data::generate_meta_dataset(cells, std::span<const int>(tasks), 300, {.seed = 2}, counted{},
                                                 paragon::objective::parameter_count{cells});
  CHECK(again.architectures == rows.architectures);
  CHECK_THROWS_AS((void)data::generate_meta_dataset(cells, std::span<const int>(tasks), 15626, {.seed = 2}, counted{}),
                  paragon::error);
}

TEST_CASE("data: a disjoint split shares neither architectures nor tasks") {
  const nasbench201 cells;
  const std::vector<int> tasks{0, 1, 2, 3, 4, 5, 6, 7};
  const auto rows = data::generate_meta_dataset(cells, std::span<const int>(tasks), 2000, {.seed = 4}, counted{});
  INFO("seed 4");
  const auto split = data::split_disjoint(rows, 0.25, {.seed = 9});
  CHECK(split == data::split_disjoint(rows, 0.25, {.seed = 9}));
  CHECK(split.train.size() > 16000 * 0.5);
  CHECK(split.test.size() > 16000 * 0.05);
  std::set<nasbench201_cell> trained;
  std::set<std::uint32_t> trained_tasks;
  for (const std::size_t i : split.train) {
    trained.insert(rows.architectures[i]);
    trained_tasks.insert(rows.tasks[i]);
  }
  CHECK(trained_tasks.size() == 6);
  for (const std::size_t i : split.test) {
    CHECK_FALSE(trained.contains(rows.architectures[i]));
    CHECK_FALSE(trained_tasks.contains(rows.tasks[i]));
  }
  CHECK_THROWS_AS((void)data::split_disjoint(rows, 0, {}), paragon::error);
  CHECK_THROWS_AS((void)data::split_disjoint(rows, 1, {}), paragon::error);
  data::meta_dataset<int> bad{.metrics = {{"a", ""}}, .architectures = {}, .tasks = {}, .values = {}};
  CHECK_THROWS_AS(bad.add(1, 0, std::vector<double>{1, 2}), paragon::error);
}

TEST_CASE("data: the published pairs are read whole, with what their description says") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no benchmark tables");
  const benchmark::diffusionnag_pairs pairs(folder->string());
  CHECK(pairs.rows.size() == 4630);
  CHECK(pairs.evaluation.size() == 400);
  CHECK(pairs.classes.shape() == paragon::shape{5000, 20});
  CHECK(std::set<std::uint32_t>(pairs.rows.tasks.begin(), pairs.rows.tasks.end()).size() == 3031);
  CHECK(std::set<nasbench201_cell>(pairs.rows.architectures.begin(), pairs.rows.architectures.end()).size() == 1553);
  const nasbench201 cells;
  double least = 0;
  double most = 0;
  for (std::uint64_t i = 0; i < cells.size(); ++i) {
    const double p = cells.parameters(cells.at(i));
    if (i == 0 || p < least) least = p;
    if (i == 0 || p > most) most = p;
  }
  for (std::size_t i = 0; i < pairs.rows.size(); ++i) {
    const double accuracy = pairs.rows.value(i, 0);
    CHECK((accuracy > 40.98 && accuracy < 86.01));
    const double scaled = 1e-5 + (1 - 1e-5) * (cells.parameters(pairs.rows.architectures[i]) - least) / (most - least);
    CHECK(std::abs(pairs.rows.value(i, 1) - scaled) < 1e-4);
  }
}

TEST_CASE("data: broken tables of pairs are refused with file, line and column") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no benchmark tables");
  const paragon_test::scratch_folder scratch;
  const std::filesystem::path target = scratch / "diffusionnag";
  std::filesystem::create_directories(target);
  std::filesystem::copy_file(*folder / "diffusionnag" / "meta_train_tasks.npy", target / "meta_train_tasks.npy");
  const auto message = [&](const std::string& row) {
    std::ofstream(target / "meta_train_pairs.csv")
        << "pair,arch_str,index,task,accuracy,flops_scaled,params_scaled,latency_scaled,split\n"
        << row << '\n';
    try {
      const benchmark::diffusionnag_pairs pairs(target.parent_path().string());
    } catch (const paragon::error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  const std::string cell = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
  CHECK(message("0," + cell + ",0,7,50,0.1,0.1,0.1,train").empty());
  CHECK(message("0," + cell + ",0,5000,50,0.1,0.1,0.1,train").find("csv:2: column task") != std::string::npos);
  CHECK(message("0,|x~0|,0,7,50,0.1,0.1,0.1,train").find("csv:2: column arch_str") != std::string::npos);
  CHECK(message("0," + cell + ",0,7,fifty,0.1,0.1,0.1,train").find("csv:2: column accuracy") != std::string::npos);
  CHECK(message("0," + cell + ",0,7,50,0.1,0.1,0.1,test").find("csv:2: column split") != std::string::npos);
}
