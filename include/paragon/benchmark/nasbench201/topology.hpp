// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cell.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// Which edges lie on a path of operations other than "none" from the input to the output.
[[nodiscard]] constexpr std::array<bool, 6> live_edges(const nasbench201_cell& cell) noexcept {
  std::array<bool, 4> reached{true, false, false, false};
  std::array<bool, 4> useful{false, false, false, true};
  const auto open = [&](std::size_t e) { return cell.operations[e] != nasbench201_operation::none; };
  for (std::size_t e = 0; e < 6; ++e) {
    if (open(e) && reached[nasbench201_cell::source[e]]) reached[nasbench201_cell::target[e]] = true;
  }
  for (std::size_t e = 6; e-- > 0;) {
    if (open(e) && useful[nasbench201_cell::target[e]]) useful[nasbench201_cell::source[e]] = true;
  }
  std::array<bool, 6> live{};
  for (std::size_t e = 0; e < 6; ++e) {
    live[e] = open(e) && reached[nasbench201_cell::source[e]] && useful[nasbench201_cell::target[e]];
  }
  return live;
}

/// Whether anything gets from the input of the cell to its output. Unconnected cells classify by chance.
[[nodiscard]] constexpr bool is_connected(const nasbench201_cell& cell) noexcept {
  for (const bool live : live_edges(cell)) {
    if (live) return true;
  }
  return false;
}

/// The cell with "none" on every edge that cannot influence the output; it computes the same function.
[[nodiscard]] constexpr nasbench201_cell pruned(nasbench201_cell cell) noexcept {
  const std::array<bool, 6> live = live_edges(cell);
  for (std::size_t e = 0; e < 6; ++e) {
    if (!live[e]) cell.operations[e] = nasbench201_operation::none;
  }
  return cell;
}

/// The same computation always as the same cell: pruned, and of the two ways to number the inner nodes (where no edge
/// joins them) the one that compares smaller. Idempotent; keeps every live operation.
[[nodiscard]] constexpr nasbench201_cell canonical(const nasbench201_cell& cell) noexcept {
  const nasbench201_cell first = pruned(cell);
  const auto& o = first.operations;
  if (o[2] != nasbench201_operation::none) return first;
  const nasbench201_cell second{{o[1], o[0], o[2], o[3], o[5], o[4]}};
  return second < first ? second : first;
}

/// The benchmark's key of isomorphic cells: equal for cells that it counts as one, 6,466 different ones.
///
/// Each node is written as the sorted sum of what enters it, `none` as nothing and `skip_connect` as its source. The
/// published rule writes nothing as `#` and keeps `#` in sums, and does not open the sums of skipped nodes, so some
/// cells that compute the same function have different keys (with both done there would be 4,930); it also does not
/// tell one operation used twice from two equal operations. Kept as it is, so that counts of unique cells compare.
[[nodiscard]] inline std::string isomorphism_key(const nasbench201_cell& cell) {
  std::array<std::string, 4> node{"0", "", "", ""};
  std::size_t e = 0;
  for (std::size_t n = 1; n < 4; ++n) {
    std::vector<std::string> terms;
    for (; e < 6 && nasbench201_cell::target[e] == n; ++e) {
      const std::string& from = node[nasbench201_cell::source[e]];
      const nasbench201_operation o = cell.operations[e];
      if (o == nasbench201_operation::none || from == "#") {
        terms.emplace_back("#");
      } else if (o == nasbench201_operation::skip_connect) {
        terms.push_back(from);
      } else {
        terms.push_back("(" + from + ")@");
        terms.back() += nasbench201_operation_names[static_cast<std::size_t>(o)];
      }
    }
    std::sort(terms.begin(), terms.end());
    for (const std::string& term : terms) {
      if (!node[n].empty()) node[n] += '+';
      node[n] += term;
    }
  }
  return node[3];
}

}  // namespace paragon::benchmark
