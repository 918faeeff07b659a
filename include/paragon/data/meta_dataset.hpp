// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/metric.hpp"
#include "../core/random_key.hpp"
#include "../objective/concepts.hpp"
#include "../space/concepts.hpp"
#include "../space/sample.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// What predictors that carry over to new tasks learn from: architectures, each trained on some task, and what was
/// measured. A task is a data set, a subset of its classes, a device: whatever an objective's condition says.
/// \tparam A  the architecture
template <class A>
struct meta_dataset {
  std::vector<metric> metrics;       ///< what the columns of `values` are
  std::vector<A> architectures;      ///< one a row
  std::vector<std::uint32_t> tasks;  ///< one a row
  std::vector<double> values;        ///< [rows, metrics], row by row

  [[nodiscard]] std::size_t size() const noexcept { return architectures.size(); }
  [[nodiscard]] double value(std::size_t row, std::size_t metric) const noexcept {
    return values[row * metrics.size() + metric];
  }

  /// The column of this name. \throws error that lists the metrics there are
  [[nodiscard]] std::size_t column(std::string_view name) const {
    std::string known;
    for (std::size_t c = 0; c < metrics.size(); ++c) {
      if (metrics[c].name == name) return c;
      known += (known.empty() ? "" : ", ") + metrics[c].name;
    }
    throw error("data::meta_dataset", "no metric " + quote(name), "one of " + known);
  }

  /// Appends a row. \throws error for a wrong number of values
  void add(const A& architecture, std::uint32_t task, std::span<const double> measured) {
    if (measured.size() != metrics.size()) {
      throw error("data::meta_dataset::add", std::to_string(measured.size()) + " values",
                  std::to_string(metrics.size()) + ", one for each metric");
    }
    architectures.push_back(architecture);
    tasks.push_back(task);
    values.insert(values.end(), measured.begin(), measured.end());
  }
};

/// Draws architectures uniformly for each task and measures them with any objectives, each called with the task as its
/// condition. No architecture is measured twice on a task; different tasks get different draws. Deterministic in the key.
///
/// \code
/// auto rows = generate_meta_dataset(cells, {0, 1}, 500, {.seed = 1}, accuracy, objective::parameter_count{cells});
/// \endcode
/// \param each  architectures for every task
/// \throws error where the space does not give that many different ones within 100 draws for each
template <space::search_space Space, class Task, class... Objectives>
  requires(objective::objective<Objectives, typename Space::architecture, Task> && ...)
[[nodiscard]] meta_dataset<typename Space::architecture> generate_meta_dataset(const Space& space,
                                                                               std::span<const Task> tasks,
                                                                               std::size_t each,
                                                                               paragon::random_key key,
                                                                               const Objectives&... objectives) {
  meta_dataset<typename Space::architecture> rows;
  rows.metrics = {metric(objectives.describe())...};
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    std::vector<std::string> seen;
    std::uint64_t draw = 0;
    const paragon::random_key draws = key.fork(t);
    while (seen.size() < each) {
      if (draw == 100 * each) {
        throw error("data::generate_meta_dataset", std::to_string(seen.size()) + " different architectures",
                    std::to_string(each) + " for every task");
      }
      const auto a = space::uniform(space, draws, draw++);
      const std::string text = space.to_string(a);
      const auto place = std::lower_bound(seen.begin(), seen.end(), text);
      if (place != seen.end() && *place == text) continue;
      seen.insert(place, text);
      rows.add(a, static_cast<std::uint32_t>(t), std::vector<double>{double(objectives.value(a, tasks[t]))...});
    }
  }
  return rows;
}

/// Rows to learn from and rows to be judged on that share neither an architecture nor a task.
struct disjoint_split {
  std::vector<std::size_t> train;
  std::vector<std::size_t> test;

  friend bool operator==(const disjoint_split&, const disjoint_split&) = default;
};

/// Holds out a part of the architectures and a part of the tasks: rows with both held out are the test, rows with
/// neither are trained on, the others are left out. Deterministic in the key; the order of rows does not matter to which
/// architectures and tasks are held out.
/// \param part  of the architectures and of the tasks, above 0 and below 1; rounded up, so that at least one is held out
/// \throws error for another part
template <class A>
[[nodiscard]] disjoint_split split_disjoint(const meta_dataset<A>& rows, double part, paragon::random_key key) {
  if (!(part > 0 && part < 1)) {
    throw error("data::split_disjoint", "a part of " + number_text(part), "above 0 and below 1");
  }
  const auto held_out = [&](auto items, std::string_view kind) {
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
    key.fork(kind).shuffle(items);
    items.resize(static_cast<std::size_t>(std::ceil(part * static_cast<double>(items.size()))));
    std::sort(items.begin(), items.end());
    return items;
  };
  const auto architectures = held_out(rows.architectures, "architectures");
  const auto tasks = held_out(rows.tasks, "tasks");
  disjoint_split split;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool a = std::binary_search(architectures.begin(), architectures.end(), rows.architectures[i]);
    const bool t = std::binary_search(tasks.begin(), tasks.end(), rows.tasks[i]);
    if (a && t) split.test.push_back(i);
    if (!a && !t) split.train.push_back(i);
  }
  return split;
}

}  // namespace paragon::data
