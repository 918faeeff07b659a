// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/data/image_tasks.hpp>
#include <paragon/data/meta_dataset.hpp>
#include <paragon/data/synthetic_images.hpp>

namespace data = paragon::data;

namespace {

using classes = std::vector<std::uint32_t>;

/// Depends on cell and task.
struct counted {
  paragon::metric describe() const { return {"count", "", paragon::direction::maximise}; }
  double value(const paragon::benchmark::nasbench201_cell& cell, const data::image_task& task) const {
    return cell.count(paragon::benchmark::nasbench201_operation::nor_conv_3x3) + 10.0 * task.classes[0];
  }
};

}  // namespace

TEST_CASE("data: tasks are different subsets of the classes, each class equally often") {
  const std::uint64_t seed = 4;
  CAPTURE(seed);
  const classes pool{2, 3, 5, 7, 11, 13, 17};
  // All 35 subsets of 3 out of 7: every one occurs once.
  const auto all = data::draw_image_tasks(pool, {.classes = 3, .train = 30, .test = 5}, {.seed = seed});
  CHECK(all.train.size() == 30);
  CHECK(all.test.size() == 5);
  std::set<data::image_task> seen(all.train.begin(), all.train.end());
  seen.insert(all.test.begin(), all.test.end());
  CHECK(seen.size() == 35);
  for (const auto& task : seen) {
    CHECK(task.classes.size() == 3);
    CHECK(std::is_sorted(task.classes.begin(), task.classes.end()));
    CHECK(std::set<std::uint32_t>(task.classes.begin(), task.classes.end()).size() == 3);
    for (const std::uint32_t c : task.classes) CHECK(std::find(pool.begin(), pool.end(), c) != pool.end());
  }
  CHECK(all == data::draw_image_tasks(pool, {.classes = 3, .train = 30, .test = 5}, {.seed = seed}));
  CHECK_FALSE(all == data::draw_image_tasks(pool, {.classes = 3, .train = 30, .test = 5}, {.seed = seed + 1}));
  // Single tasks of 2 out of 5 over many seeds: each of the 10 subsets has a share of 0.1.
  std::vector<std::size_t> counts(5);
  for (std::uint64_t s = 0; s < 2000; ++s) {
    const auto one = data::draw_image_tasks(classes{0, 1, 2, 3, 4}, {.classes = 2, .train = 1, .test = 0}, {.seed = s});
    for (const std::uint32_t c : one.train.at(0).classes) ++counts[c];
  }
  for (const std::size_t n : counts) CHECK(std::abs(static_cast<double>(n) - 800) < 6 * std::sqrt(2000 * 0.4 * 0.6));
  // As many as there are images' classes, among very many.
  classes thousand(1000);
  for (std::size_t i = 0; i < thousand.size(); ++i) thousand[i] = static_cast<std::uint32_t>(i);
  CHECK(data::draw_image_tasks(thousand, {.classes = 500, .train = 3, .test = 2}, {}).train.size() == 3);
}

TEST_CASE("data: tasks that there are not are errors") {
  const classes pool{0, 1, 2, 3, 4};
  const auto rejects = [&](const data::image_tasks_settings& s, const char* message) {
    CHECK_THROWS_WITH_AS((void)data::draw_image_tasks(pool, s, {}), message, paragon::error);
  };
  rejects({.classes = 2, .train = 10, .test = 1},
          "data::draw_image_tasks: 11 tasks; expected at most 10, the subsets of 2 of 5 classes");
  rejects({.classes = 5, .train = 1, .test = 1},
          "data::draw_image_tasks: 2 tasks; expected at most 1, the subsets of 5 of 5 classes");
  rejects({.classes = 4, .train = 6, .test = 0},
          "data::draw_image_tasks: 6 tasks; expected at most 5, the subsets of 4 of 5 classes");
  rejects({.classes = 6}, "data::draw_image_tasks: tasks of 6 classes; expected from 1 to 5");
  rejects({.classes = 0}, "data::draw_image_tasks: tasks of 0 classes; expected from 1 to 5");
  CHECK_THROWS_WITH_AS((void)data::hold_out_classes(pool, 6, {}),
                       "data::hold_out_classes: 6 classes to hold out; expected at most 5", paragon::error);
}

TEST_CASE("data: held-out classes are in no other task") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    const classes pool{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const auto pools = data::hold_out_classes(pool, 4, {.seed = seed});
    CHECK(pools.train.size() == 6);
    CHECK(pools.test.size() == 4);
    classes together;
    std::merge(pools.train.begin(), pools.train.end(), pools.test.begin(), pools.test.end(),
               std::back_inserter(together));
    CHECK(together == pool);
    CHECK(pools == data::hold_out_classes(pool, 4, {.seed = seed}));
  }
}

TEST_CASE("data: a task's images are those of its classes, and it is a condition of a meta-data-set") {
  const auto sets = data::synthetic_images({.size = 8, .classes = 6, .train = 60, .test = 30}, {.seed = 1});
  CHECK(data::all_classes(sets.train) == classes{0, 1, 2, 3, 4, 5});
  const auto tasks = data::draw_image_tasks(data::all_classes(sets.train), {.classes = 2, .train = 4, .test = 3}, {});
  const auto images = data::images_of(sets, tasks.train[2]);
  CHECK(images.train.classes() == 2);
  CHECK(images.train.size() == 20);
  CHECK(images.test.size() == 10);
  const std::size_t first = tasks.train[2].classes[images.train.labels()[0]];
  CHECK(sets.train.labels()[first] == first);  // classes take turns
  CHECK(std::equal(images.train.image(0).begin(), images.train.image(0).end(), sets.train.image(first).begin()));

  const paragon::benchmark::nasbench201 cells;
  const auto rows =
      data::generate_meta_dataset(cells, std::span<const data::image_task>(tasks.train), 7, {.seed = 2}, counted{});
  CHECK(rows.size() == 28);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows.value(i, 0) == counted{}.value(rows.architectures[i], tasks.train[rows.tasks[i]]));
  }
}
