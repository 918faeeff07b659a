// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parse_number.hpp"
#include "../core/quote.hpp"
#include "../core/read_file.hpp"
#include "../core/text_position.hpp"
#include "../core/within_memory.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// What an empty cell of a column of numbers means.
enum class empty_cells {
  reject,  ///< an error
  as_nan   ///< a missing value: NaN
};

/// A table read from comma-separated values (RFC 4180) with a header row, its columns found by name.
///
/// The text is kept and cells are views into it; numbers are parsed when a column is asked for, so columns that nobody needs
/// cost nothing. Every row has as many cells as the header. Lines end in LF, CRLF or CR; cells may be quoted. A byte order
/// mark is skipped. Errors name file, line, column and the offending text.
/// Reading is one pass: about 0.2 GB/s.
///
/// \code
/// paragon::data::csv_table table("nb201_latency_help.csv");
/// std::vector<double> ms = table.numbers<double>("raspi4");
/// \endcode
class csv_table {
public:
  /// \throws error that names the file: missing, empty or malformed
  explicit csv_table(const std::string& path) : csv_table(read_file(path), path) {}

  /// \param text   a whole table
  /// \param place  named in errors
  csv_table(std::string text, std::string_view place) : place_(place), text_(std::move(text)) {
    if (text_.size() > std::numeric_limits<std::uint32_t>::max()) throw error(place_, "more than 4 GB");
    within_memory(place_, [this] { read(); });
  }

  [[nodiscard]] const std::string& place() const noexcept { return place_; }
  [[nodiscard]] std::size_t rows() const noexcept { return columns_.empty() ? 0 : cells_.size() / columns_.size() - 1; }
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  [[nodiscard]] bool contains(std::string_view column) const noexcept {
    return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
  }

  /// Position of a column. \throws error that lists the columns there are
  [[nodiscard]] std::size_t column(std::string_view name) const {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    if (found != columns_.end()) return static_cast<std::size_t>(found - columns_.begin());
    std::string known;
    for (const auto& other : columns_) known += (known.empty() ? "" : ", ") + other;
    throw error(place_ + ":1", "no column " + quote(name), "one of " + known);
  }

  /// The text of a cell, without quotes. \pre row < rows(), column < columns().size()
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const noexcept {
    const cell& c = cells_[(row + 1) * columns_.size() + column];
    return std::string_view(text_).substr(c.begin, c.size);
  }

  /// "file:line: column NAME", for errors about a cell. O(size of the file).
  [[nodiscard]] std::string where(std::size_t row, std::size_t column) const {
    return line(cells_[(row + 1) * columns_.size() + column].begin) + ": column " + columns_[column];
  }

  /// The number in a cell, as `parse_number` reads it. \throws error that names file, line, column and text, for anything
  /// that is not a finite number of this type, the whole cell long
  template <class T>
    requires std::is_arithmetic_v<T>
  [[nodiscard]] T number(std::size_t row, std::size_t column, empty_cells empty = empty_cells::reject) const {
    const std::string_view digits = text(row, column);
    if constexpr (std::is_floating_point_v<T>) {
      if (digits.empty() && empty == empty_cells::as_nan) return std::numeric_limits<T>::quiet_NaN();
    }
    T value{};
    const number_fault fault = parse_number(digits, value);
    bool good = fault == number_fault::none;
    if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value);
    if (!good) {
      const bool finite = std::is_floating_point_v<T> && fault != number_fault::inexact;
      throw error(where(row, column), digits.empty() ? "empty cell" : quote(digits),
                  finite ? "a finite number" : expected_number<T>(fault));
    }
    return value;
  }

  /// All numbers of a column, first row first. \throws error as `column` and `number`
  template <class T>
    requires std::is_arithmetic_v<T>
  [[nodiscard]] std::vector<T> numbers(std::string_view column, empty_cells empty = empty_cells::reject) const {
    const std::size_t c = this->column(column);
    std::vector<T> values(rows());
    for (std::size_t row = 0; row < values.size(); ++row) values[row] = number<T>(row, c, empty);
    return values;
  }

private:
  struct cell {
    std::uint32_t begin;
    std::uint32_t size;
  };

  [[noreturn]] void fail_at(std::size_t at, std::string_view problem, std::string_view expected = {}) const {
    throw error(line(at), problem, expected);
  }

  /// "file:line" of a byte.
  [[nodiscard]] std::string line(std::size_t at) const {
    return place_ + ":" + std::to_string(position_in(text_, at).line);
  }

  void add_cell(std::size_t begin, std::size_t end) {
    cells_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)});
  }

  void read() {
    std::size_t at = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    if (at == text_.size()) fail_at(at, "empty", "a header row");
    std::size_t in_row = 0;
    std::size_t row_begin = at;
    // The loop below runs once a cell and stops at the end of the text only after the end of a row.
    while (at < text_.size() || in_row > 0) {
      if (in_row == 0) row_begin = at;
      at = at < text_.size() && text_[at] == '"' ? read_quoted(at) : read_plain(at);
      ++in_row;
      if (at < text_.size() && text_[at] == ',') {
        ++at;
        continue;
      }
      if (at < text_.size()) at += std::string_view(text_).substr(at, 2) == "\r\n" ? 2U : 1U;
      if (columns_.empty()) {
        read_names();
      } else if (in_row != columns_.size()) {
        fail_at(row_begin, std::to_string(in_row) + " cells", std::to_string(columns_.size()) + " as in the header");
      }
      in_row = 0;
    }
  }

  /// Reads a cell from `at` and returns the position of what ends it.
  std::size_t read_plain(std::size_t at) {
    const std::size_t begin = at;
    while (at < text_.size() && text_[at] != ',' && text_[at] != '\n' && text_[at] != '\r') {
      if (text_[at] == '"') fail_at(at, "a quote inside an unquoted cell", "the whole cell in quotes");
      if (text_[at] == '\0') fail_at(at, "a zero byte", "text");
      ++at;
    }
    add_cell(begin, at);
    return at;
  }

  std::size_t read_quoted(std::size_t at) {
    const std::size_t begin = ++at;
    std::size_t out = at;
    for (;; ++at) {
      if (at >= text_.size()) fail_at(begin - 1, "a quoted cell that does not end", "a closing quote");
      if (text_[at] == '"') {
        if (at + 1 >= text_.size() || text_[at + 1] != '"') break;
        ++at;
      }
      text_[out++] = text_[at];
    }
    // Doubled quotes made the cell shorter; what is left of it must not count as lines in later errors.
    std::fill(text_.begin() + static_cast<std::ptrdiff_t>(out), text_.begin() + static_cast<std::ptrdiff_t>(at), '"');
    add_cell(begin, out);
    ++at;
    if (at < text_.size() && text_[at] != ',' && text_[at] != '\n' && text_[at] != '\r') {
      fail_at(at, "text after a closing quote", "',' or the end of the line");
    }
    return at;
  }

  void read_names() {
    for (const cell& c : cells_) columns_.emplace_back(text_.substr(c.begin, c.size));
    const auto lines = static_cast<std::size_t>(
        std::max(std::count(text_.begin(), text_.end(), '\n'), std::count(text_.begin(), text_.end(), '\r')));
    cells_.reserve(std::min((lines + 1) * columns_.size(), text_.size() + 1));
    auto sorted = columns_;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) fail_at(0, "column " + quote(*twice) + " twice", "different names");
  }

  std::string place_;
  std::string text_;
  std::vector<std::string> columns_;
  std::vector<cell> cells_;  // header row first, row after row
};

}  // namespace paragon::data
