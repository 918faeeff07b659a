// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/data/crossed_meta_dataset.hpp>
#include <paragon/objective/cost.hpp>

namespace data = paragon::data;
using cell_type = paragon::benchmark::nasbench201_cell;

namespace {

/// Counts how often the architecture changes from one call to the next.
struct counted {
  mutable cell_type last{};
  mutable int passes = 0;

  paragon::metric describe() const { return {"count", "", paragon::direction::maximise}; }
  double value(const cell_type& cell, int task) const {
    if (passes == 0 || !(cell == last)) ++passes;
    last = cell;
    return cell.count(paragon::benchmark::nasbench201_operation::nor_conv_3x3) + 10.0 * task;
  }
};

}  // namespace

TEST_CASE("data: a crossed meta-data-set has every architecture on every task, one after the other") {
  const paragon::benchmark::nasbench201 space;
  std::vector<cell_type> cells;
  for (std::uint64_t i = 0; i < 30; ++i) cells.push_back(space.at(i * 521));
  const std::vector<int> tasks{3, 5, 8, 13, 21};
  const counted count;
  const auto rows =
      data::cross_meta_dataset(std::span<const cell_type>(cells), std::span<const int>(tasks), 5, {.seed = 2},
                               paragon::silent{}, count, paragon::objective::parameter_count{space});
  REQUIRE(rows.size() == 150);
  CHECK(count.passes == 30);
  CHECK(rows.column("parameters") == 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows.architectures[i] == cells[i / 5]);
    CHECK(rows.tasks[i] == i % 5);
    CHECK(rows.value(i, 0) == counted{}.value(cells[i / 5], tasks[i % 5]));
    CHECK(rows.value(i, 1) == space.parameters(cells[i / 5]));
  }

  // It splits into parts that share neither architectures nor tasks, and no row of a kept pair is lost.
  const auto split = data::split_disjoint(rows, 0.2, {.seed = 3});
  CHECK(split.test.size() == 6 * 1);
  CHECK(split.train.size() == 24 * 4);
  std::set<cell_type> trained;
  std::set<std::uint32_t> trained_tasks;
  for (const std::size_t i : split.train) {
    trained.insert(rows.architectures[i]);
    trained_tasks.insert(rows.tasks[i]);
  }
  for (const std::size_t i : split.test) {
    CHECK_FALSE(trained.contains(rows.architectures[i]));
    CHECK_FALSE(trained_tasks.contains(rows.tasks[i]));
  }
}

TEST_CASE("data: an observer sees the rows and can stop between architectures") {
  const paragon::benchmark::nasbench201 space;
  const std::vector<cell_type> cells{space.at(1), space.at(2), space.at(15624)};
  const std::vector<int> tasks{0, 1};
  std::vector<std::size_t> seen;
  double mean = 0;
  const auto observe = [&](std::string_view, std::size_t done, std::size_t total, double value) {
    CHECK(total == 6);
    seen.push_back(done);
    mean = value;
    return done < 4;
  };
  const auto rows = data::cross_meta_dataset(std::span<const cell_type>(cells), std::span<const int>(tasks), 2,
                                             {.seed = 2}, observe, counted{});
  CHECK(rows.size() == 4);
  CHECK(seen == std::vector<std::size_t>{2, 4});
  CHECK(mean == 5);
}

TEST_CASE("data: every architecture gets as many different tasks, all tasks alike often") {
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  const paragon::benchmark::nasbench201 space;
  std::vector<cell_type> cells;
  for (std::uint64_t i = 0; i < 3000; ++i) cells.push_back(space.at(i));
  const std::vector<int> tasks{0, 1, 2, 3, 4};
  const auto make = [&](std::uint64_t s) {
    return data::cross_meta_dataset(std::span<const cell_type>(cells), std::span<const int>(tasks), 2, {.seed = s},
                                    paragon::silent{}, counted{});
  };
  const auto rows = make(seed);
  REQUIRE(rows.size() == 6000);
  std::vector<double> times(5);
  for (std::size_t i = 0; i < rows.size(); i += 2) {
    CHECK(rows.architectures[i] == cells[i / 2]);
    CHECK(rows.architectures[i + 1] == cells[i / 2]);
    CHECK(rows.tasks[i] < rows.tasks[i + 1]);
    ++times[rows.tasks[i]];
    ++times[rows.tasks[i + 1]];
  }
  for (const double n : times) CHECK(std::abs(n - 1200) < 6 * std::sqrt(3000 * 0.4 * 0.6));
  CHECK(make(seed).tasks == rows.tasks);
  CHECK_FALSE(make(seed + 1).tasks == rows.tasks);

  const auto split = data::split_disjoint(rows, 0.2, {.seed = seed});
  std::set<cell_type> trained;
  for (const std::size_t i : split.train) trained.insert(rows.architectures[i]);
  for (const std::size_t i : split.test) {
    CHECK_FALSE(trained.contains(rows.architectures[i]));
    CHECK(rows.tasks[i] == rows.tasks[split.test.front()]);
  }
  for (const std::size_t i : split.train) CHECK(rows.tasks[i] != rows.tasks[split.test.front()]);
  const auto refuse = [&](std::size_t each) {
    return data::cross_meta_dataset(std::span<const cell_type>(cells), std::span<const int>(tasks), each, {},
                                    paragon::silent{}, counted{});
  };
  CHECK_THROWS_WITH_AS((void)refuse(0), doctest::Contains("0 tasks"), paragon::error);
  CHECK_THROWS_WITH_AS((void)refuse(6), doctest::Contains("from 1 to 5"), paragon::error);
}
