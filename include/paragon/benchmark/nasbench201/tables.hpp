// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "../../data/csv.hpp"
#include "../../data/labelled_table.hpp"
#include "api_order.hpp"
#include "cell.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The devices of a latency benchmark, by the part that they play in learning.
struct device_split {
  std::vector<std::string> train;
  std::vector<std::string> valid;
  std::vector<std::string> test;

  friend bool operator==(const device_split&, const device_split&) = default;
};

/// A value for every cell, in the order of the benchmark's index.
struct named_column {
  std::string name;
  std::vector<double> values;

  friend bool operator==(const named_column&, const named_column&) = default;
};

/// What `nasbench201_tables` holds, as plain columns: for tables that were computed rather than read.
struct nasbench201_columns {
  std::vector<named_column> validation_accuracy;  ///< of each of the three data sets; per cent
  std::vector<named_column> test_accuracy;        ///< likewise
  std::vector<named_column> latency;              ///< by device; ms
  std::vector<named_column> energy;               ///< by device; mJ
  device_split split;                             ///< devices of `latency`
  std::array<std::size_t, 10> references{};       ///< cells whose latencies describe a device

  friend bool operator==(const nasbench201_columns&, const nasbench201_columns&) = default;
};

namespace nasbench201_detail {

template <class Columns>
[[nodiscard]] const auto& find(const Columns& columns, std::string_view kind, std::string_view wanted) {
  std::string known;
  for (const auto& [name, values] : columns) {
    if (name == wanted) return values;
    known += (known.empty() ? "" : ", ") + name;
  }
  throw error("benchmark::nasbench201_tables", "unknown " + std::string(kind) + " " + quote(wanted), "one of " + known);
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
  friend class nasbench201_tables;
  std::vector<named_column> test_;
  std::vector<named_column> valid_;
  std::vector<named_column> latency_;
  std::vector<named_column> energy_;
};

/// The NAS-Bench-201 tables: accuracy on three data sets, latency on the devices of HELP, latency and energy of
/// HW-NAS-Bench. Cells are addressed by the benchmark's own index, 0..15624 (benchmark::nasbench201_api_index).
///
/// What a search may read is counted: `labels`, `latency` and `energy` hand out tables that know how many of their rows
/// were read, so a result can say what it cost. Test accuracies are not among them; they are behind `judge()`.
/// They are read from a folder, where every row's string, digits and index are checked against each other, or taken from
/// columns in memory; nothing tells which. Reading takes about a tenth of a second.
/// Reference: Dong, Yang, ICLR 2020; Lee et al., "HELP", NeurIPS 2021; Li et al., "HW-NAS-Bench", ICLR 2021.
///
/// \code
/// paragon::benchmark::nasbench201_tables tables("data");
/// double valid = tables.labels("cifar10").read(6111);        // 91.6067, counted
/// double test = tables.judge().test_accuracy("cifar10")[6111];   // 94.3733, for scoring
/// \endcode
class nasbench201_tables {
public:
  /// \param folder  holds nb201/nb201_accuracy.csv, nb201/nb201_latency_help.csv, nb201/nb201_hwnasbench_cifar10.csv,
  ///                help_device_splits.csv and help_reference_indices.csv; rows in any order
  /// \throws error that names file, line and column: missing, malformed, or contradicting itself
  explicit nasbench201_tables(const std::string& folder) : nasbench201_tables(read(folder)) {}

  /// \param columns  accuracies of exactly the data sets in `datasets`, in any order, and any devices. Values are finite,
  ///                 but for those of incomplete devices, which may have NaN.
  /// \throws error that names the column: unknown, twice or missing, of another length, not finite; a split with a device
  ///         that has no latencies; a reference that is no cell
  explicit nasbench201_tables(nasbench201_columns columns) {
    check_datasets(columns.validation_accuracy, "validation accuracy");
    check_datasets(columns.test_accuracy, "test accuracy");
    check_names(columns.latency, "latency");
    check_names(columns.energy, "energy");
    for (const std::string_view name : datasets) {
      judge_.valid_.push_back(std::move(column(columns.validation_accuracy, name)));
      judge_.test_.push_back(std::move(column(columns.test_accuracy, name)));
      labels_.push_back(counted("validation accuracy", judge_.valid_.back()));
    }
    for (named_column& column : columns.latency) {
      latency_.push_back(counted("latency", column));
      if (!is_incomplete(column.name)) devices_.push_back(column.name);
      judge_.latency_.push_back(std::move(column));
    }
    for (named_column& column : columns.energy) {
      energy_.push_back(counted("energy", column));
      judge_.energy_.push_back(std::move(column));
    }
    for (const auto* part : {&columns.split.train, &columns.split.valid, &columns.split.test}) {
      for (const std::string& name : *part) {
        if (!contains(devices_, name)) {
          throw error(place, "device " + quote(name) + " of the split", "one of " + list(devices_));
        }
      }
    }
    for (const std::size_t i : columns.references) {
      if (i >= size()) throw error(place, "reference cell " + std::to_string(i), "0 to 15624");
    }
    split_ = std::move(columns.split);
    references_ = columns.references;
  }

  [[nodiscard]] static constexpr std::size_t size() noexcept { return 15625; }

  /// The data sets: accuracies in per cent after 200 epochs.
  static constexpr std::array<std::string_view, 3> datasets{"cifar10", "cifar100", "imagenet16"};

  /// Validation accuracies. \throws error that lists the known data sets
  [[nodiscard]] const data::labelled_table& labels(std::string_view dataset) const {
    return nasbench201_detail::find(labels_, "data set", dataset);
  }

  /// The devices whose latency is known for every cell, in the order of the file.
  [[nodiscard]] const std::vector<std::string>& devices() const noexcept { return devices_; }
  /// Devices of HW-NAS-Bench with a latency for some cells only.
  static constexpr std::array<std::string_view, 2> incomplete_devices{"edgegpu", "edgetpu"};
  /// Devices of HW-NAS-Bench whose energy is known: for every cell, but for edgegpu.
  static constexpr std::array<std::string_view, 3> energy_devices{"edgegpu", "eyeriss", "fpga"};

  /// Latency in ms; NaN where an incomplete device was not measured. \throws error that lists the known devices
  [[nodiscard]] const data::labelled_table& latency(std::string_view device) const {
    return nasbench201_detail::find(latency_, "device", device);
  }
  /// Energy in mJ; NaN where edgegpu was not measured. \throws error that lists the known devices
  [[nodiscard]] const data::labelled_table& energy(std::string_view device) const {
    return nasbench201_detail::find(energy_, "device with energies", device);
  }

  /// HELP's split. MODNAS trains on train and valid (13 devices) and is judged on test (6) as well.
  [[nodiscard]] const device_split& split() const noexcept { return split_; }
  /// The ten cells whose latencies describe a device, in their order.
  [[nodiscard]] const std::array<std::size_t, 10>& reference_indices() const noexcept { return references_; }

  /// For scoring only.
  [[nodiscard]] const nasbench201_judge& judge() const noexcept { return judge_; }

private:
  static constexpr std::string_view place = "benchmark::nasbench201_tables";

  struct counted_column {
    std::string name;
    data::labelled_table values;
  };

  static counted_column counted(const std::string& what, const named_column& column) {
    return {column.name, data::labelled_table(what + " " + column.name, column.values)};
  }

  template <class Range>
  static bool contains(const Range& names, std::string_view wanted) {
    return std::find(names.begin(), names.end(), wanted) != names.end();
  }
  static std::string list(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  }
  static bool is_incomplete(std::string_view device) { return contains(incomplete_devices, device); }

  static void check_names(const std::vector<named_column>& columns, const std::string& what) {
    std::vector<std::string> seen;
    for (const auto& [name, values] : columns) {
      const std::string column = what + " " + quote(name);
      if (contains(seen, name)) throw error(place, column + " twice", "different names");
      seen.push_back(name);
      if (values.size() != size()) {
        throw error(place, column + " with " + std::to_string(values.size()) + " values", std::to_string(size()));
      }
      const bool may_lack = is_incomplete(name);
      for (std::size_t i = 0; i < size(); ++i) {
        if (!std::isfinite(values[i]) && !(may_lack && std::isnan(values[i]))) {
          throw error(place, column + " of cell " + std::to_string(i) + " is not finite", "a number");
        }
      }
    }
  }

  static void check_datasets(const std::vector<named_column>& columns, const std::string& what) {
    check_names(columns, what);
    for (const auto& [name, values] : columns) {
      if (!contains(datasets, name)) {
        throw error(place, what + " of an unknown data set " + quote(name), "one of cifar10, cifar100, imagenet16");
      }
    }
    if (columns.size() != datasets.size()) {
      throw error(place, what + " of " + std::to_string(columns.size()) + " data sets",
                  "cifar10, cifar100, imagenet16");
    }
  }

  static named_column& column(std::vector<named_column>& columns, std::string_view name) {
    return *std::find_if(columns.begin(), columns.end(), [&](const named_column& c) { return c.name == name; });
  }

  static nasbench201_columns read(const std::string& folder) {
    nasbench201_columns columns;
    read_accuracy(data::csv_table(folder + "/nb201/nb201_accuracy.csv"), columns);
    read_latency(data::csv_table(folder + "/nb201/nb201_latency_help.csv"), columns);
    const std::size_t complete = columns.latency.size();
    read_hwnasbench(data::csv_table(folder + "/nb201/nb201_hwnasbench_cifar10.csv"), columns);
    read_splits(data::csv_table(folder + "/help_device_splits.csv"), columns, complete);
    read_references(data::csv_table(folder + "/help_reference_indices.csv"), columns);
    return columns;
  }

  [[noreturn]] static void fail_cell(const data::csv_table& table, std::size_t row, std::size_t column,
                                     std::string_view expected) {
    throw error(table.where(row, column), quote(table.text(row, column)), expected);
  }

  /// The benchmark's index of every row, checked: each index once, and the cell that belongs to it.
  static std::vector<std::size_t> read_indices(const data::csv_table& table) {
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
      const nasbench201_cell expected = nasbench201_at_api_index(i);
      if (const std::string text = to_string(expected); text != table.text(row, cell)) {
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

  static std::vector<double> read_column(const data::csv_table& table, const std::vector<std::size_t>& indices,
                                         std::string_view name, data::empty_cells empty = data::empty_cells::reject) {
    const std::size_t column = table.column(name);
    std::vector<double> values(size());
    for (std::size_t row = 0; row < size(); ++row) values[indices[row]] = table.number<double>(row, column, empty);
    return values;
  }

  static void read_accuracy(const data::csv_table& table, nasbench201_columns& columns) {
    constexpr std::array<std::string_view, 3> prefixes{"c10", "c100", "in16"};
    const auto indices = read_indices(table);
    for (std::size_t d = 0; d < datasets.size(); ++d) {
      const std::string name(datasets[d]);
      const std::string prefix(prefixes[d]);
      columns.validation_accuracy.push_back({name, read_column(table, indices, prefix + "_valid_200")});
      columns.test_accuracy.push_back({name, read_column(table, indices, prefix + "_test_200")});
    }
  }

  static void read_latency(const data::csv_table& table, nasbench201_columns& columns) {
    const auto indices = read_indices(table);
    for (const std::string& name : table.columns()) {
      if (name == "arch_str" || name == "index") continue;
      columns.latency.push_back({name, read_column(table, indices, name)});
    }
  }

  static void read_hwnasbench(const data::csv_table& table, nasbench201_columns& columns) {
    const auto indices = read_indices(table);
    for (const std::string_view device : incomplete_devices) {
      const std::string name(device);
      columns.latency.push_back({name, read_column(table, indices, name + "_latency_ms", data::empty_cells::as_nan)});
    }
    for (const std::string_view device : energy_devices) {
      const std::string name(device);
      const auto empty = is_incomplete(name) ? data::empty_cells::as_nan : data::empty_cells::reject;
      columns.energy.push_back({name, read_column(table, indices, name + "_energy_mj", empty)});
    }
  }

  static void read_splits(const data::csv_table& table, nasbench201_columns& columns, std::size_t complete) {
    std::vector<std::string> devices;
    for (std::size_t d = 0; d < complete; ++d) devices.push_back(columns.latency[d].name);
    const std::size_t space = table.column("space");
    const std::size_t split = table.column("split");
    const std::size_t device = table.column("device");
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (table.text(row, space) != "nb201") continue;
      const std::string_view part = table.text(row, split);
      if (part != "train" && part != "valid" && part != "test") fail_cell(table, row, split, "train, valid or test");
      const std::string name(table.text(row, device));
      if (!contains(devices, name)) {
        fail_cell(table, row, device, "a device of the latency table: " + list(devices));
      }
      auto& parts = columns.split;
      (part == "train" ? parts.train : part == "valid" ? parts.valid : parts.test).push_back(name);
    }
  }

  static void read_references(const data::csv_table& table, nasbench201_columns& columns) {
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
      columns.references[p] = i;
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

}  // namespace paragon::benchmark
