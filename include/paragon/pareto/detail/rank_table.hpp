// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sorted_order.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Replaces sorted keys by 0, 1, 2, ...: equal keys by equal numbers.
[[nodiscard]] inline std::vector<std::uint32_t> dense_ranks(const std::vector<std::uint64_t>& keys,
                                                            const std::vector<position>& order) {
  std::vector<std::uint32_t> ranks(keys.size());
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && keys[order[i]] != keys[order[i - 1]]) ++rank;
    ranks[order[i]] = rank;
  }
  return ranks;
}

/// Points whose coordinates are replaced by their ranks among all coordinates of an objective.
///
/// Dominance stays as it was, and from here on all is done in 32-bit integers, whatever type the objectives have.
struct rank_table {
  std::size_t m = 0;
  std::vector<std::uint32_t> values;  // row after row
  bool distinct = false;              // some objective alone tells all rows apart

  rank_table() = default;

  /// O(m n) for well spread values, O(m n log n) at worst; objectives are ranked on the runner's threads.
  template <class View, class Runner>
  rank_table(const View& view, const std::vector<std::size_t>& rows, Runner& runner)
      : m(view.objectives()), values(rows.size() * m) {
    std::vector<std::uint32_t> most(m);
    runner.for_blocks(m, 1, [&](std::size_t k, std::size_t) {
      const std::vector<std::uint64_t> keys = ordered_column(view, rows, k);
      const std::vector<position> order = sorted_order(keys);
      std::uint32_t rank = 0;
      for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && keys[order[i]] != keys[order[i - 1]]) ++rank;
        values[order[i] * m + k] = rank;
      }
      most[k] = rank;
    });
    for (const std::uint32_t rank : most) distinct = distinct || std::size_t{rank} + 1 == rows.size();
  }

  [[nodiscard]] std::size_t size() const noexcept { return values.size() / m; }
  [[nodiscard]] const std::uint32_t* row(std::size_t i) const noexcept { return values.data() + i * m; }
  [[nodiscard]] bool equal(std::size_t i, std::size_t j) const noexcept {
    return std::equal(row(i), row(i) + m, row(j));
  }

  /// All rows by the sum of their ranks, then lexicographically, then in input order: so that a row comes after those
  /// that dominate it, and equal rows are neighbours.
  [[nodiscard]] std::vector<position> by_sum() const {
    std::vector<std::uint64_t> sums(size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
      for (std::size_t k = 0; k < m; ++k) sums[i] += row(i)[k];
    }
    return distinct ? sorted_order(sums) : ordered(sums);
  }

  /// All rows lexicographically, equal ones in input order.
  [[nodiscard]] std::vector<position> lexicographic() const {
    std::vector<std::uint64_t> first(size());
    for (std::size_t i = 0; i < first.size(); ++i) first[i] = row(i)[0];
    return ordered(first);
  }

  /// Drops all rows but those listed, in ascending order.
  void keep_only(const std::vector<position>& rows) {
    std::size_t count = 0;
    for (const position i : rows) {
      std::copy_n(row(i), m, values.begin() + static_cast<std::ptrdiff_t>(count++ * m));
    }
    values.resize(count * m);
  }

private:
  /// By keys, then lexicographically, then in input order.
  [[nodiscard]] std::vector<position> ordered(const std::vector<std::uint64_t>& keys) const {
    std::vector<position> order = sorted_order(keys);
    for (std::size_t first = 0; first < order.size();) {
      std::size_t last = first + 1;
      while (last < order.size() && keys[order[last]] == keys[order[first]]) ++last;
      for (std::size_t k = m; last - first > 1 && k-- > 0;) {
        refine(order, first, last, [&](position i) { return std::uint64_t{row(i)[k]}; });
      }
      first = last;
    }
    return order;
  }
};

/// Which rows of a table are equal.
struct equal_rows {
  std::vector<position> leader;  // the first of the rows equal to each row
  std::vector<position> firsts;  // the rows that lead, ascending

  /// \param order  as `rank_table::by_sum` returns it; not read where the rows are distinct
  equal_rows(const rank_table& table, const std::vector<position>& order) : leader(table.size()) {
    for (std::size_t i = 0; i < leader.size(); ++i) leader[i] = static_cast<position>(i);
    for (std::size_t i = 1; i < order.size() && !table.distinct; ++i) {
      if (table.equal(order[i - 1], order[i])) leader[order[i]] = leader[order[i - 1]];
    }
    for (std::size_t i = 0; i < leader.size(); ++i) {
      if (leader[i] == i) firsts.push_back(static_cast<position>(i));
    }
  }
};

}  // namespace paragon::pareto::detail
