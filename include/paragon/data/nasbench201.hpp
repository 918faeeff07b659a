// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../space/nasbench201_api_order.hpp"
#include "../space/nasbench201_cell.hpp"
#include "csv.hpp"
#include "labelled_table.hpp"

namespace paragon::data {

/// The devices of a latency benchmark, by the part that they play in learning.
struct device_split {
  std::vector<std::string> train;
  std::vector<std::string> valid;
  std::vector<std::string> test;

  friend bool operator==(const device_split&, const device_split&) = default;
};

namespace nasbench201_detail {

struct named_column {
  std::string name;
  std::vector<double> values;
};

template <class Columns>
[[nodiscard]] const auto& find(const Columns& columns, std::string_view kind, std::string_view wanted) {
  std::string known;
  for (const auto& [name, values] : columns) {
    if (name == wanted) return values;
    known += (known.empty() ? "" : ", ") + name;
  }
  throw error("data::nasbench201", "unknown " + std::string(kind) + " \"" + std::string(wanted) + "\"",
              "one of " + known);
}

}  // namespace nasbench201_detail

/// Everything that the tables know, uncounted: for scoring what a search found, never for the search itself.
class nasbench201_judge {
public:
  /// All 15,625 values in the order of the benchmark's index; per cent, ms and mJ. NaN where a device was not measured.
  /// \throws error that lists the known data sets or devices
  [[nodiscard]] std::span<const double> test_accuracy(std::string_view dataset) const {
    return nasbench201_detail::find(test_, "data set", dataset);
  }
  [[nodiscard]] std::span<const double> validation_accuracy(std::string_view dataset) const {
    return nasbench201_detail::find(valid_, "data set", dataset);
  }
  [[nodiscard]] std::span<const double> latency(std::string_view device) const {
    return nasbench201_detail::find(latency_, "device", device);
  }
  [[nodiscard]] std::span<const double> energy(std::string_view device) const {
    return nasbench201_detail::find(energy_, "device with energies", device);
  }

private:
  friend class nasbench201;
  std::vector<nasbench201_detail::named_column> test_;
  std::vector<nasbench201_detail::named_column> valid_;
  std::vector<nasbench201_detail::named_column> latency_;
  std::vector<nasbench201_detail::named_column> energy_;
};

/// The NAS-Bench-201 tables: accuracy on three data sets, latency on the devices of HELP, latency and energy of
/// HW-NAS-Bench. Cells are addressed by the benchmark's own index, 0..15624 (space::nasbench201_api_index).
///
/// What a search may read is counted: `labels`, `latency` and `energy` hand out tables that know how many of their rows
/// were read, so a result can say what it cost. Test accuracies are not among them; they are behind `judge()`.
/// Every row's string, digits and index are checked against each other. Loading takes about a tenth of a second.
/// Reference: Dong, Yang, ICLR 2020; Lee et al., "HELP", NeurIPS 2021; Li et al., "HW-NAS-Bench", ICLR 2021.
///
/// \code
/// paragon::data::nasbench201 tables("data");
/// double valid = tables.labels("cifar10").read(6111);        // 91.6067, counted
/// double test = tables.judge().test_accuracy("cifar10")[6111];   // 94.3733, for scoring
/// \endcode
class nasbench201 {
public:
  /// \param folder  holds nb201/nb201_accuracy.csv, nb201/nb201_latency_help.csv, nb201/nb201_hwnasbench_cifar10.csv,
  ///                help_device_splits.csv and help_reference_indices.csv; rows in any order
  /// \throws error that names file, line and column: missing, malformed, or contradicting itself
  explicit nasbench201(const std::string& folder) {
    read_accuracy(csv_table(folder + "/nb201/nb201_accuracy.csv"));
    read_latency(csv_table(folder + "/nb201/nb201_latency_help.csv"));
    read_hwnasbench(csv_table(folder + "/nb201/nb201_hwnasbench_cifar10.csv"));
    read_splits(csv_table(folder + "/help_device_splits.csv"));
    read_references(csv_table(folder + "/help_reference_indices.csv"));
  }

  [[nodiscard]] static constexpr std::size_t size() noexcept { return 15625; }

  /// The data sets: accuracies in per cent after 200 epochs.
  static constexpr std::array<std::string_view, 3> datasets{"cifar10", "cifar100", "imagenet16"};

  /// Validation accuracies. \throws error that lists the known data sets
  [[nodiscard]] const labelled_table& labels(std::string_view dataset) const {
    return nasbench201_detail::find(labels_, "data set", dataset);
  }

  /// The devices whose latency is known for every cell, in the order of the file.
  [[nodiscard]] const std::vector<std::string>& devices() const noexcept { return devices_; }
  /// Devices of HW-NAS-Bench with a latency for some cells only.
  static constexpr std::array<std::string_view, 2> incomplete_devices{"edgegpu", "edgetpu"};
  /// Devices of HW-NAS-Bench whose energy is known: for every cell, but for edgegpu.
  static constexpr std::array<std::string_view, 3> energy_devices{"edgegpu", "eyeriss", "fpga"};

  /// Latency in ms; NaN where an incomplete device was not measured. \throws error that lists the known devices
  [[nodiscard]] const labelled_table& latency(std::string_view device) const {
    return nasbench201_detail::find(latency_, "device", device);
  }
  /// Energy in mJ; NaN where edgegpu was not measured. \throws error that lists the known devices
  [[nodiscard]] const labelled_table& energy(std::string_view device) const {
    return nasbench201_detail::find(energy_, "device with energies", device);
  }

  /// HELP's split. MODNAS trains on train and valid (13 devices) and is judged on test (6) as well.
  [[nodiscard]] const device_split& split() const noexcept { return split_; }
  /// The ten cells whose latencies describe a device, in their order.
  [[nodiscard]] const std::array<std::size_t, 10>& reference_indices() const noexcept { return references_; }

  /// For scoring only.
  [[nodiscard]] const nasbench201_judge& judge() const noexcept { return judge_; }

private:
  struct counted_column {
    std::string name;
    labelled_table values;
  };

  [[noreturn]] static void fail_cell(const csv_table& table, std::size_t row, std::size_t column,
                                     std::string_view expected) {
    throw error(table.where(row, column), "\"" + std::string(table.text(row, column)) + "\"", expected);
  }

  /// The benchmark's index of every row, checked: each index once, and the cell that belongs to it.
  static std::vector<std::size_t> read_indices(const csv_table& table) {
    const std::size_t index = table.column("index");
    const std::size_t cell = table.column("arch_str");
    const bool has_digits = table.contains("ops");
    const std::size_t digits = has_digits ? table.column("ops") : 0;
    if (table.rows() != size())
      throw error(table.place(), std::to_string(table.rows()) + " rows", std::to_string(size()));
    std::vector<std::size_t> indices(size());
    std::vector<bool> seen(size());
    for (std::size_t row = 0; row < size(); ++row) {
      const auto i = table.number<std::size_t>(row, index);
      if (i >= size()) fail_cell(table, row, index, "0 to 15624");
      if (seen[i]) fail_cell(table, row, index, "every index once");
      seen[i] = true;
      indices[row] = i;
      const space::nasbench201_cell expected = space::nasbench201_at_api_index(i);
      if (const std::string text = space::to_string(expected); text != table.text(row, cell)) {
        fail_cell(table, row, cell, text + ", the cell of index " + std::to_string(i));
      }
      if (!has_digits) continue;
      std::array<char, 6> code{};
      for (std::size_t e = 0; e < 6; ++e) code[e] = static_cast<char>('0' + static_cast<int>(expected.operations[e]));
      if (const std::string_view wanted(code.data(), code.size()); wanted != table.text(row, digits)) {
        fail_cell(table, row, digits, std::string(wanted) + ", the operations of arch_str");
      }
    }
    return indices;
  }

  static std::vector<double> read_column(const csv_table& table, const std::vector<std::size_t>& indices,
                                         std::string_view name, empty_cells empty = empty_cells::reject) {
    const std::size_t column = table.column(name);
    std::vector<double> values(size());
    for (std::size_t row = 0; row < size(); ++row) values[indices[row]] = table.number<double>(row, column, empty);
    return values;
  }

  static counted_column counted(std::string_view name, std::string_view what, const std::vector<double>& values) {
    return {std::string(name), labelled_table(std::string(what) + " " + std::string(name), values)};
  }

  void read_accuracy(const csv_table& table) {
    constexpr std::array<std::string_view, 3> prefixes{"c10", "c100", "in16"};
    const auto indices = read_indices(table);
    for (std::size_t d = 0; d < datasets.size(); ++d) {
      const std::string name(datasets[d]);
      const std::string prefix(prefixes[d]);
      auto valid = read_column(table, indices, prefix + "_valid_200");
      labels_.push_back(counted(name, "validation accuracy", valid));
      judge_.valid_.push_back({name, std::move(valid)});
      judge_.test_.push_back({name, read_column(table, indices, prefix + "_test_200")});
    }
  }

  void add_latency(std::string_view name, std::vector<double> values) {
    latency_.push_back(counted(name, "latency", values));
    judge_.latency_.push_back({std::string(name), std::move(values)});
  }

  void read_latency(const csv_table& table) {
    const auto indices = read_indices(table);
    for (const std::string& name : table.columns()) {
      if (name == "arch_str" || name == "index") continue;
      devices_.push_back(name);
      add_latency(name, read_column(table, indices, name));
    }
  }

  void read_hwnasbench(const csv_table& table) {
    const auto indices = read_indices(table);
    for (const std::string_view name : incomplete_devices) {
      add_latency(name, read_column(table, indices, std::string(name) + "_latency_ms", empty_cells::as_nan));
    }
    for (const std::string_view name : energy_devices) {
      auto values = read_column(table, indices, std::string(name) + "_energy_mj", empty_cells::as_nan);
      energy_.push_back(counted(name, "energy", values));
      judge_.energy_.push_back({std::string(name), std::move(values)});
    }
  }

  void read_splits(const csv_table& table) {
    const std::size_t space = table.column("space");
    const std::size_t split = table.column("split");
    const std::size_t device = table.column("device");
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (table.text(row, space) != "nb201") continue;
      const std::string_view part = table.text(row, split);
      if (part != "train" && part != "valid" && part != "test") fail_cell(table, row, split, "train, valid or test");
      const std::string name(table.text(row, device));
      std::string known;
      bool found = false;
      for (const auto& other : devices_) {
        found = found || other == name;
        known += (known.empty() ? "" : ", ") + other;
      }
      if (!found) fail_cell(table, row, device, "a device of the latency table: " + known);
      (part == "train" ? split_.train : part == "valid" ? split_.valid : split_.test).push_back(name);
    }
  }

  void read_references(const csv_table& table) {
    const std::size_t space = table.column("space");
    const std::size_t position = table.column("position");
    const std::size_t index = table.column("index");
    std::array<bool, 10> seen{};
    std::size_t found = 0;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (table.text(row, space) != "nb201") continue;
      const auto p = table.number<std::size_t>(row, position);
      const auto i = table.number<std::size_t>(row, index);
      if (p >= seen.size() || std::exchange(seen[p], true)) fail_cell(table, row, position, "0 to 9, each once");
      if (i >= size()) fail_cell(table, row, index, "0 to 15624");
      references_[p] = i;
      ++found;
    }
    if (found != seen.size()) throw error(table.place(), std::to_string(found) + " reference cells for nb201", "10");
  }

  std::vector<counted_column> labels_;
  std::vector<counted_column> latency_;
  std::vector<counted_column> energy_;
  std::vector<std::string> devices_;
  device_split split_;
  std::array<std::size_t, 10> references_{};
  nasbench201_judge judge_;
};

}  // namespace paragon::data
