// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "concepts.hpp"
#include "shape.hpp"

namespace paragon::space {

/// Numbers for rows of choices: a map from rows to 32-bit numbers that only grows.
///
/// Spaces of up to 4 million rows have one entry for each row (read by its mixed-radix number); larger ones a hash
/// table with open addressing. A look-up is O(decisions) and allocates nothing.
class choice_table {
public:
  using number = std::uint32_t;
  static constexpr number none = std::numeric_limits<number>::max();

  template <has_decisions S>
  explicit choice_table(const S& space) : choices_(space.decisions()) {
    for (std::size_t d = 0; d < choices_.size(); ++d) choices_[d] = space.choices(d);
    const double rows = choice_rows(space);
    direct_ = rows <= static_cast<double>(1U << 22U);
    slots_.assign(direct_ ? static_cast<std::size_t>(rows) : 1024, none);
  }

  /// The number of a row; `none` where it has none. \throws error for a wrong length, or a choice out of range
  [[nodiscard]] number find(std::span<const std::uint8_t> row) const { return slots_[slot(row)]; }

  /// Gives a row a number (below `none`); a row that has one gets the new one. \throws as `find`
  void insert(std::span<const std::uint8_t> row, number n) {
    if (!direct_ && 2 * (used_ + 1) > slots_.size()) grow();
    const std::size_t s = slot(row);
    if (!direct_ && slots_[s] == none) {
      if (keys_.size() < slots_.size() * choices_.size()) keys_.resize(slots_.size() * choices_.size());
      std::copy(row.begin(), row.end(), keys_.begin() + static_cast<std::ptrdiff_t>(s * choices_.size()));
      ++used_;
    }
    slots_[s] = n;
  }

private:
  /// Where the row is, or where it would go.
  [[nodiscard]] std::size_t slot(std::span<const std::uint8_t> row) const {
    if (row.size() != choices_.size()) {
      throw error("space::choice_table", std::to_string(row.size()) + " choices", std::to_string(choices_.size()));
    }
    std::uint64_t code = 0;
    for (std::size_t d = 0; d < row.size(); ++d) {
      if (row[d] >= choices_[d]) refuse(row, d);
      code = code * choices_[d] + row[d];
    }
    if (direct_) return static_cast<std::size_t>(code);
    code = (code ^ (code >> 30U)) * 0xBF58476D1CE4E5B9U;
    code = (code ^ (code >> 27U)) * 0x94D049BB133111EBU;
    std::size_t s = static_cast<std::size_t>(code ^ (code >> 31U)) & (slots_.size() - 1);
    while (slots_[s] != none && !std::equal(row.begin(), row.end(), keys_.data() + s * choices_.size())) {
      s = (s + 1) & (slots_.size() - 1);
    }
    return s;
  }

  [[noreturn]] void refuse(std::span<const std::uint8_t> row, std::size_t d) const {
    throw error("space::choice_table", "choice " + std::to_string(row[d]) + " of decision " + std::to_string(d),
                "0 to " + std::to_string(choices_[d] - 1));
  }

  void grow() {
    std::vector<number> old(2 * slots_.size(), none);
    old.swap(slots_);
    std::vector<std::uint8_t> rows(slots_.size() * choices_.size());
    rows.swap(keys_);
    for (std::size_t s = 0; s < old.size(); ++s) {
      if (old[s] == none) continue;
      const std::span<const std::uint8_t> row(rows.data() + s * choices_.size(), choices_.size());
      const std::size_t to = slot(row);
      std::copy(row.begin(), row.end(), keys_.begin() + static_cast<std::ptrdiff_t>(to * choices_.size()));
      slots_[to] = old[s];
    }
  }

  std::vector<std::size_t> choices_;
  bool direct_ = true;
  std::vector<number> slots_;
  std::vector<std::uint8_t> keys_;  ///< of the hash table: [slots, decisions]
  std::size_t used_ = 0;
};

}  // namespace paragon::space
