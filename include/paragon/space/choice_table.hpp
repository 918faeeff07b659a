// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "choice_index.hpp"
#include "concepts.hpp"
#include "detail/choice_digest.hpp"
#include "shape.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// Numbers for rows of choices: a map from rows to 32-bit numbers that only grows.
///
/// Spaces of up to 4 million rows have one entry for each row (read by its mixed-radix number); larger ones a hash
/// table with open addressing. A look-up is O(decisions) and allocates nothing.
/// \tparam Choice  an entry of a row; that of `choice_table` is a `choice_index`, as `from_choices` reads them
template <std::unsigned_integral Choice>
  requires(sizeof(Choice) < sizeof(std::size_t))
class basic_choice_table {
public:
  using number = std::uint32_t;
  static constexpr number none = std::numeric_limits<number>::max();

  /// \throws error for a decision without a choice, or with more than a row can hold
  template <class S>
  explicit basic_choice_table(const S& space) : choices_(size_of(space)) {
    for (std::size_t d = 0; d < choices_.size(); ++d) {
      choices_[d] = space.choices(d);
      if (choices_[d] == 0 || choices_[d] > most) {
        throw error("space::choice_table", std::to_string(choices_[d]) + " choices of decision " + std::to_string(d),
                    "1 to " + std::to_string(most) + ", as many as a row can tell apart");
      }
    }
    const double rows = choice_rows(space);
    direct_ = rows <= static_cast<double>(1U << 22U);
    slots_.assign(direct_ ? static_cast<std::size_t>(rows) : 1024, none);
  }

  /// The number of a row; `none` where it has none. \throws error for a wrong length, or a choice out of range
  [[nodiscard]] number find(std::span<const Choice> row) const { return slots_[slot(row)]; }

  /// Gives a row a number; a row that has one gets the new one. \throws as `find`, and for the number `none`
  void insert(std::span<const Choice> row, number n) {
    if (n == none) throw error("space::choice_table", "the number " + std::to_string(n), "a smaller one");
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
  template <class S>
  static std::size_t size_of(const S& space) {
    static_assert(require_decisions<S>());
    return space.decisions();
  }

  static constexpr std::size_t most = std::size_t{std::numeric_limits<Choice>::max()} + 1;

  /// Where the row is, or where it would go.
  [[nodiscard]] std::size_t slot(std::span<const Choice> row) const {
    if (row.size() != choices_.size()) {
      throw error("space::choice_table", std::to_string(row.size()) + " choices", std::to_string(choices_.size()));
    }
    if (!direct_) return hashed_slot(row);
    std::size_t at = 0;
    for (std::size_t d = 0; d < row.size(); ++d) {
      if (row[d] >= choices_[d]) refuse(row, d);
      at = at * choices_[d] + row[d];
    }
    return at;
  }

  /// The same in the hash table; apart, so that the short look-up stays short.
  [[nodiscard, gnu::noinline]] std::size_t hashed_slot(std::span<const Choice> row) const {
    detail::choice_digest digest;
    for (std::size_t d = 0; d < row.size(); ++d) {
      if (row[d] >= choices_[d]) refuse(row, d);
      digest.add(row[d], choices_[d]);
    }
    std::size_t s = static_cast<std::size_t>(digest.value()) & (slots_.size() - 1);
    while (slots_[s] != none && !std::equal(row.begin(), row.end(), keys_.data() + s * choices_.size())) {
      s = (s + 1) & (slots_.size() - 1);
    }
    return s;
  }

  [[noreturn]] void refuse(std::span<const Choice> row, std::size_t d) const {
    throw error("space::choice_table", "choice " + std::to_string(row[d]) + " of decision " + std::to_string(d),
                "0 to " + std::to_string(choices_[d] - 1));
  }

  void grow() {
    std::vector<number> old(2 * slots_.size(), none);
    old.swap(slots_);
    std::vector<Choice> rows(slots_.size() * choices_.size());
    rows.swap(keys_);
    for (std::size_t s = 0; s < old.size(); ++s) {
      if (old[s] == none) continue;
      const std::span<const Choice> row(rows.data() + s * choices_.size(), choices_.size());
      const std::size_t to = slot(row);
      std::copy(row.begin(), row.end(), keys_.begin() + static_cast<std::ptrdiff_t>(to * choices_.size()));
      slots_[to] = old[s];
    }
  }

  std::vector<std::size_t> choices_;
  bool direct_ = true;
  std::vector<number> slots_;
  std::vector<Choice> keys_;  ///< of the hash table: [slots, decisions]
  std::size_t used_ = 0;
};

/// The table of rows as `from_choices` reads them. \relates basic_choice_table
using choice_table = basic_choice_table<choice_index>;

}  // namespace paragon::space
