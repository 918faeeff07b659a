// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace paragon::search::detail {

/// A row of `Width` numbers for each of some numbered things; takes memory for those that have a row alone.
///
/// A hash table with open addressing from the thing's number to its row, and the rows one after the other: 8 bytes for a
/// slot, of which at least three in eight are in use once there are more than a few, and 8 for each number of a row.
template <std::size_t Width>
class number_rows {
public:
  /// The row of thing `i`, valid until the next `add`; null where it has none.
  [[nodiscard]] double* find(std::uint32_t i) noexcept {
    if (slots_.empty()) return nullptr;
    const slot& s = slots_[place(i)];
    return s.row == none ? nullptr : rows_.data() + std::size_t{s.row} * Width;
  }

  /// A row of NaN for thing `i`. \pre it has none
  double* add(std::uint32_t i) {
    if (4 * (used_ + 1) > 3 * slots_.size()) grow();
    rows_.resize((used_ + 1) * Width, std::numeric_limits<double>::quiet_NaN());
    slots_[place(i)] = {i, static_cast<std::uint32_t>(used_)};
    return rows_.data() + Width * used_++;
  }

  /// Writes NaN into one column of all rows.
  void clear_column(std::size_t column) noexcept {
    for (std::size_t at = column; at < rows_.size(); at += Width) rows_[at] = std::numeric_limits<double>::quiet_NaN();
  }

private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  struct slot {
    std::uint32_t number = 0;
    std::uint32_t row = none;
  };

  /// Where thing `i` is, or where it would go. Numbers given one after the other lie far apart.
  [[nodiscard]] std::size_t place(std::uint32_t i) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t s = (i * std::uint64_t{0x9E3779B97F4A7C15U}) >> shift_;
    while (slots_[s].row != none && slots_[s].number != i) s = (s + 1) & mask;
    return s;
  }

  void grow() {
    std::vector<slot> old(std::max<std::size_t>(16, 2 * slots_.size()));
    old.swap(slots_);
    shift_ = 64U - static_cast<unsigned>(std::bit_width(slots_.size() - 1));
    for (const slot& s : old) {
      if (s.row != none) slots_[place(s.number)] = s;
    }
  }

  std::vector<slot> slots_;
  std::vector<double> rows_;
  std::size_t used_ = 0;
  unsigned shift_ = 0;
};

}  // namespace paragon::search::detail
