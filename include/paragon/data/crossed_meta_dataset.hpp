// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/metric.hpp"
#include "../core/progress.hpp"
#include "../core/random_key.hpp"
#include "../objective/concepts.hpp"
#include "meta_dataset.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// Measures architectures on tasks with any objectives, each called with the task as its condition: every architecture on
/// as many of the tasks, drawn without repetition. Deterministic in the key.
///
/// Architecture by architecture: where one pass of a network serves all tasks, as in `supernet::task_accuracy`, there are
/// as many passes as architectures. And where architectures share tasks, what a task changes is told apart from what an
/// architecture does. Rows of an architecture follow each other, in the order of the tasks.
///
/// \code
/// const auto rows = cross_meta_dataset(std::span<const cell>(cells), std::span<const image_task>(tasks), 40, {.seed = 1},
///                                      silent{}, accuracy, objective::parameter_count{space});
/// \endcode
/// \param architectures  none twice
/// \param each           tasks for every architecture
/// \param observe        told the rows, and the mean of the first objective over those of the last architecture; false
///                       stops, and the rows so far are returned
/// \throws error for no tasks each, or more than there are
template <class A, class Task, progress_observer Observer, class... Objectives>
  requires(sizeof...(Objectives) > 0 && (objective::objective<Objectives, A, Task> && ...))
[[nodiscard]] meta_dataset<A> cross_meta_dataset(std::span<const A> architectures, std::span<const Task> tasks,
                                                 std::size_t each, paragon::random_key key, Observer&& observe,
                                                 const Objectives&... objectives) {
  if (each == 0 || each > tasks.size()) {
    throw error("data::cross_meta_dataset", std::to_string(each) + " tasks for every architecture",
                "from 1 to " + std::to_string(tasks.size()));
  }
  meta_dataset<A> rows;
  rows.metrics = {metric(objectives.describe())...};
  std::vector<double> values(rows.metrics.size());
  std::vector<std::uint32_t> chosen;
  for (std::size_t i = 0; i < architectures.size(); ++i) {
    chosen.resize(tasks.size());
    std::iota(chosen.begin(), chosen.end(), std::uint32_t{0});
    key.fork(i).shuffle(chosen);
    chosen.resize(each);
    std::sort(chosen.begin(), chosen.end());
    double mean = 0;
    for (const std::uint32_t t : chosen) {
      std::size_t k = 0;
      ((values[k++] = static_cast<double>(objectives.value(architectures[i], tasks[t]))), ...);
      rows.add(architectures[i], t, values);
      mean += values[0] / static_cast<double>(each);
    }
    if (!observe("meta-data-set, rows", rows.size(), architectures.size() * each, mean)) break;
  }
  return rows;
}

}  // namespace paragon::data
