// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "image_set.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// A task made of some classes of an image set: the condition of objectives that `generate_meta_dataset` measures.
struct image_task {
  std::vector<std::uint32_t> classes;  ///< ascending, none twice

  friend bool operator==(const image_task&, const image_task&) = default;
  friend auto operator<=>(const image_task&, const image_task&) = default;
};

/// Tasks to learn from and tasks to be judged on; no task is in both.
struct image_tasks {
  std::vector<image_task> train;
  std::vector<image_task> test;

  friend bool operator==(const image_tasks&, const image_tasks&) = default;
};

struct image_tasks_settings {
  std::size_t classes = 5;  ///< of a task
  std::size_t train = 20;   ///< tasks
  std::size_t test = 5;     ///< tasks

  friend bool operator==(const image_tasks_settings&, const image_tasks_settings&) = default;
};

/// Draws tasks of so many classes uniformly, each another subset. Deterministic in the key.
///
/// Test tasks share single classes with training tasks, never all of them. Where they must share none, draw both kinds
/// from the two parts of `hold_out_classes`.
/// \param pool  the classes to choose from, none twice
/// \throws error for tasks of no class or of more than there are, or where there are fewer subsets than tasks
///
/// \code
/// const auto tasks = draw_image_tasks(all_classes(sets.train), {.classes = 4, .train = 30, .test = 10}, {.seed = 1});
/// const image_sets first = images_of(sets, tasks.train[0]);
/// \endcode
[[nodiscard]] inline image_tasks draw_image_tasks(std::span<const std::uint32_t> pool,
                                                  const image_tasks_settings& settings, paragon::random_key key) {
  const std::size_t each = settings.classes;
  const std::size_t wanted = settings.train + settings.test;
  if (each == 0 || each > pool.size()) {
    throw error("data::draw_image_tasks", "tasks of " + std::to_string(each) + " classes",
                "from 1 to " + std::to_string(pool.size()));
  }
  // The binomial coefficient, or the first partial product that is enough: they only grow up to half of the pool.
  std::size_t subsets = 1;
  for (std::size_t i = 1; i <= std::min(each, pool.size() - each) && subsets < wanted; ++i) {
    subsets = subsets * (pool.size() - i + 1) / i;
  }
  if (subsets < wanted) {
    throw error("data::draw_image_tasks", std::to_string(wanted) + " tasks",
                "at most " + std::to_string(subsets) + ", the subsets of " + std::to_string(each) + " of " +
                    std::to_string(pool.size()) + " classes");
  }
  image_tasks tasks;
  std::set<image_task> seen;
  for (std::uint64_t draw = 0; seen.size() < wanted; ++draw) {
    std::vector<std::uint32_t> order(pool.begin(), pool.end());
    key.fork(draw).shuffle(order);
    order.resize(each);
    std::sort(order.begin(), order.end());
    image_task task{std::move(order)};
    if (!seen.insert(task).second) continue;
    (tasks.train.size() < settings.train ? tasks.train : tasks.test).push_back(std::move(task));
  }
  return tasks;
}

/// 0, 1, ... classes - 1 of a set.
[[nodiscard]] inline std::vector<std::uint32_t> all_classes(const image_set& set) {
  std::vector<std::uint32_t> classes(set.classes());
  std::iota(classes.begin(), classes.end(), std::uint32_t{0});
  return classes;
}

/// Classes in two parts that share none, each ascending.
struct class_pools {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> test;

  friend bool operator==(const class_pools&, const class_pools&) = default;
};

/// Holds out so many of the classes at random. Deterministic in the key. \throws error for more than there are
[[nodiscard]] inline class_pools hold_out_classes(std::span<const std::uint32_t> pool, std::size_t held_out,
                                                  paragon::random_key key) {
  if (held_out > pool.size()) {
    throw error("data::hold_out_classes", std::to_string(held_out) + " classes to hold out",
                "at most " + std::to_string(pool.size()));
  }
  std::vector<std::uint32_t> order(pool.begin(), pool.end());
  key.shuffle(order);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(held_out);
  class_pools pools{{middle, order.end()}, {order.begin(), middle}};
  std::sort(pools.train.begin(), pools.train.end());
  std::sort(pools.test.begin(), pools.test.end());
  return pools;
}

/// The images of a task, its classes numbered from 0. \throws error as `of_classes`
[[nodiscard]] inline image_sets images_of(const image_sets& sets, const image_task& task) {
  return {of_classes(sets.train, task.classes), of_classes(sets.test, task.classes)};
}

}  // namespace paragon::data
