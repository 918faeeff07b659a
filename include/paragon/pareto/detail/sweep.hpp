// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "rank_set.hpp"
#include "rank_table.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

using key_column = std::vector<std::uint64_t>;

/// Calls `f(first, last)` for every group of equal keys in a sorted order.
template <class F>
void for_groups(const key_column& x, const std::vector<position>& order, F&& f) {
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first + 1;
    while (last < order.size() && x[order[last]] == x[order[first]]) ++last;
    f(first, last);
    first = last;
  }
}

/// One objective: the minimum. O(n).
inline void mark_front_1(const key_column& x, bool all, std::vector<char>& kept) {
  const auto least = std::min_element(x.begin(), x.end());
  kept[static_cast<std::size_t>(least - x.begin())] = true;
  for (std::size_t c = 0; all && c < x.size(); ++c) kept[c] = static_cast<char>(x[c] == *least);
}

/// Two objectives: in order of the first, a point survives if it lowers the second. O(n) beyond the sorting.
inline void mark_front_2(const key_column& x, const key_column& y, bool all, std::vector<char>& kept) {
  const std::vector<position> order = sorted_order(x);
  std::uint64_t least = 0;
  for_groups(x, order, [&](std::size_t first, std::size_t last) {
    position best = order[first];
    for (std::size_t i = first + 1; i < last; ++i) best = y[order[i]] < y[best] ? order[i] : best;
    if (first > 0 && y[best] >= least) return;
    least = y[best];
    kept[best] = true;
    for (std::size_t i = first; all && i < last; ++i) kept[order[i]] = static_cast<char>(y[order[i]] == least);
  });
}

/// Three objectives: in order of the first, over the staircase of the other two. O(n log n).
/// Reference: Kung, Luccio, Preparata, "On finding the maxima of a set of vectors", J. ACM 22, 1975.
///
/// \param order  the positions by x
/// \param y      dense ranks
inline void mark_front_3(const key_column& x, std::vector<position> order, const std::vector<std::uint32_t>& y,
                         const key_column& z, bool all, std::vector<char>& kept) {
  for_groups(x, order, [&](std::size_t first, std::size_t last) {
    if (last - first == 1) return;
    refine(order, first, last, [&](position c) { return z[c]; });
    refine(order, first, last, [&](position c) { return std::uint64_t{y[c]}; });
  });
  std::vector<std::uint32_t> second(order.size());  // in that order, so that the sweep does not jump through memory
  key_column third(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    second[i] = y[order[i]];
    third[i] = z[order[i]];
  }
  rank_set staircase(order.size() + 1);
  key_column lowest(order.size());  // the third objective by rank of the second; falls along the staircase
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t r = second[i];
    const bool repeats_pair = all && i > 0 && second[i] == second[i - 1] && third[i] == third[i - 1];
    if (repeats_pair && x[order[i]] == x[order[i - 1]]) {
      kept[order[i]] = kept[order[i - 1]];
      continue;
    }
    const std::size_t step = staircase.previous(r + 1);
    if (step != staircase.none() && lowest[step] <= third[i]) continue;
    for (std::size_t q = staircase.next(r); q != staircase.none() && lowest[q] >= third[i]; q = staircase.next(r)) {
      staircase.erase(q);
    }
    if (step != r) staircase.insert(r);
    lowest[r] = third[i];
    kept[order[i]] = true;
  }
}

}  // namespace paragon::pareto::detail
