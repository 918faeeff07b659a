// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "../../core/error.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The operations of a NAS-Bench-201 cell; the numbers are those of the benchmark tables.
enum class nasbench201_operation : std::uint8_t { none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3 };

/// Their names, by number.
inline constexpr std::array<std::string_view, 5> nasbench201_operation_names{"none", "skip_connect", "nor_conv_1x1",
                                                                             "nor_conv_3x3", "avg_pool_3x3"};

/// A NAS-Bench-201 cell: a graph of four nodes, 0 the input and 3 the output, with an operation on each of its edges
/// 0-1, 0-2, 1-2, 0-3, 1-3, 2-3, in this order. A node is the sum of its incoming edges.
///
/// Cells compare as the digits of their operations, which is the order of `nasbench201::index`.
/// Reference: Dong, Yang, "NAS-Bench-201: extending the scope of reproducible neural architecture search", ICLR 2020.
struct nasbench201_cell {
  std::array<nasbench201_operation, 6> operations{};

  /// The node that each edge leaves, and the one it enters.
  static constexpr std::array<std::uint8_t, 6> source{0, 0, 1, 0, 1, 2};
  static constexpr std::array<std::uint8_t, 6> target{1, 2, 2, 3, 3, 3};

  friend constexpr bool operator==(const nasbench201_cell&, const nasbench201_cell&) = default;
  friend constexpr auto operator<=>(const nasbench201_cell&, const nasbench201_cell&) = default;

  /// The number of edges with this operation.
  [[nodiscard]] constexpr int count(nasbench201_operation wanted) const noexcept {
    int found = 0;
    for (const nasbench201_operation o : operations) found += o == wanted;
    return found;
  }
};

/// The benchmark's notation, `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`: node after node, each edge with its source.
[[nodiscard]] inline std::string to_string(const nasbench201_cell& cell) {
  std::string text;
  text.reserve(128);
  for (std::size_t e = 0; e < 6; ++e) {
    if (nasbench201_cell::source[e] == 0) text += e == 0 ? "|" : "+|";
    text += nasbench201_operation_names[static_cast<std::size_t>(cell.operations[e])];
    text += '~';
    text += static_cast<char>('0' + nasbench201_cell::source[e]);
    text += '|';
  }
  return text;
}

/// Reads what `to_string` writes, and nothing else.
///
/// \throws error that quotes the text and says at which character it differs and what would have been accepted there.
[[nodiscard]] inline nasbench201_cell parse_nasbench201_cell(std::string_view text) {
  std::size_t at = 0;
  const auto fail = [&](const std::string& expected) {
    throw error("benchmark::parse_nasbench201_cell", quote(text) + " at character " + std::to_string(at), expected);
  };
  const auto eat = [&](std::string_view expected) {
    if (text.substr(at, expected.size()) != expected) fail("'" + std::string(expected) + "'");
    at += expected.size();
  };
  nasbench201_cell cell;
  for (std::size_t e = 0; e < 6; ++e) {
    if (nasbench201_cell::source[e] == 0) eat(e == 0 ? "|" : "+|");
    const std::string_view name = text.substr(at, text.substr(at).find('~'));
    std::size_t op = 0;
    while (op < 5 && nasbench201_operation_names[op] != name) ++op;
    if (op == 5) fail("one of none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3, followed by '~'");
    cell.operations[e] = static_cast<nasbench201_operation>(op);
    at += name.size();
    const char ending[] = {'~', static_cast<char>('0' + nasbench201_cell::source[e]), '|'};
    eat({ending, sizeof ending});
  }
  if (at != text.size()) fail("the end of the text");
  return cell;
}

}  // namespace paragon::benchmark

/// Cells as keys of unordered containers: their number, 0..15624, so there are no collisions.
template <>
struct std::hash<paragon::benchmark::nasbench201_cell> {
  [[nodiscard]] std::size_t operator()(const paragon::benchmark::nasbench201_cell& cell) const noexcept {
    std::size_t code = 0;
    for (const auto o : cell.operations) code = code * 5 + static_cast<std::size_t>(o);
    return code;
  }
};
