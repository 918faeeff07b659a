// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// A column of labels that counts which of them were read.
///
/// A label (an accuracy) costs a training run, so a search is judged by the number of labels that it used. Reading is the
/// only way to a value, and reading the same row again is free. The table can be neither copied nor reset, so the count
/// cannot be lost. Reads from several threads at once are safe.
///
/// \code
/// const auto& labels = tables.labels("cifar10");
/// double accuracy = labels.read(6111);
/// labels.labels_read();   // 1
/// \endcode
class labelled_table {
public:
  /// \param name  named in errors
  labelled_table(std::string name, std::vector<double> values)
      : name_(std::move(name)), values_(std::move(values)), read_(values_.size(), 0) {}

  labelled_table(const labelled_table&) = delete;
  labelled_table& operator=(const labelled_table&) = delete;
  labelled_table(labelled_table&&) = default;
  labelled_table& operator=(labelled_table&&) = default;
  ~labelled_table() = default;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

  /// The label of a row; counted once for each row. \throws error for a row that does not exist
  [[nodiscard]] double read(std::size_t row) const {
    if (row >= values_.size()) {
      throw error(name_, "row " + std::to_string(row), "below " + std::to_string(values_.size()));
    }
    std::atomic_ref<unsigned char>(read_[row]).store(1, std::memory_order_relaxed);
    return values_[row];
  }

  /// Number of different rows read so far; O(size).
  [[nodiscard]] std::size_t labels_read() const noexcept {
    return static_cast<std::size_t>(std::count(read_.begin(), read_.end(), static_cast<unsigned char>(1)));
  }

private:
  std::string name_;
  std::vector<double> values_;
  mutable std::vector<unsigned char> read_;
};

}  // namespace paragon::data
