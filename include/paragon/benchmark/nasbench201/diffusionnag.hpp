// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../../core/error.hpp"
#include "../../data/csv.hpp"
#include "../../data/meta_dataset.hpp"
#include "../../tensor/npy.hpp"
#include "cell.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The 4,630 published pairs of DiffusionNAG: NAS-Bench-201 cells, each trained on a task of 20 classes of ImageNet-32.
struct diffusionnag_pairs {
  data::meta_dataset<nasbench201_cell> rows;  ///< accuracy in per cent; parameters, macs and latency scaled to 0 ... 1
  std::vector<std::size_t> evaluation;        ///< the 400 rows that are published as evaluation; cells and tasks of
                                              ///< theirs also occur in the others, see `split_disjoint`
  tensor<std::int16_t> classes;               ///< [5000 tasks, 20], numbers of classes

  /// \param folder  holds diffusionnag/meta_train_pairs.csv and diffusionnag/meta_train_tasks.npy
  /// \throws error that names file, line and column: missing or malformed
  explicit diffusionnag_pairs(const std::string& folder)
      : classes(load_npy<std::int16_t>(folder + "/diffusionnag/meta_train_tasks.npy")) {
    const data::csv_table table(folder + "/diffusionnag/meta_train_pairs.csv");
    rows.metrics = {{"accuracy", "%", direction::maximise},
                    {"parameters_scaled", "", direction::minimise},
                    {"macs_scaled", "", direction::minimise},
                    {"latency_scaled", "", direction::minimise}};
    const std::size_t cell = table.column("arch_str");
    const std::size_t task = table.column("task");
    const std::size_t split = table.column("split");
    const std::size_t value[4] = {table.column("accuracy"), table.column("params_scaled"), table.column("flops_scaled"),
                                  table.column("latency_scaled")};
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const auto number = table.number<std::uint32_t>(row, task);
      if (number >= classes.rows()) {
        throw error(table.where(row, task), "task " + std::to_string(number),
                    "below " + std::to_string(classes.rows()));
      }
      double measured[4];
      for (std::size_t c = 0; c < 4; ++c) measured[c] = table.number<double>(row, value[c]);
      try {
        rows.add(parse_nasbench201_cell(table.text(row, cell)), number, measured);
      } catch (const error& problem) {
        throw error(table.where(row, cell), problem.what());
      }
      const std::string_view part = table.text(row, split);
      if (part != "train" && part != "eval") {
        throw error(table.where(row, split), quote(part), "train or eval");
      }
      if (part == "eval") evaluation.push_back(row);
    }
  }
};

}  // namespace paragon::benchmark
