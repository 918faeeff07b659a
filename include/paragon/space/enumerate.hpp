// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "concepts.hpp"

namespace paragon::space {

/// Calls `visit(index, architecture)` for every architecture of the space, by rising index. O(size).
template <enumerable_space S, class Visitor>
void for_each(const S& space, Visitor&& visit) {
  const std::uint64_t size = space.size();
  for (std::uint64_t i = 0; i < size; ++i) visit(i, space.at(i));
}

/// All architectures of the space; entry `i` is `space.at(i)`.
template <enumerable_space S>
[[nodiscard]] std::vector<typename S::architecture> all_architectures(const S& space) {
  std::vector<typename S::architecture> all;
  all.reserve(static_cast<std::size_t>(space.size()));
  for_each(space, [&](std::uint64_t, const typename S::architecture& a) { all.push_back(a); });
  return all;
}

}  // namespace paragon::space
