// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "concepts.hpp"

namespace paragon::space {

/// Calls `visit(index, architecture)` for every architecture of the space, by rising index. O(size).
/// \throws error for a space of size 0: no space has none, so its size did not fit into 64 bits
template <enumerable_space S, class Visitor>
void for_each(const S& space, Visitor&& visit) {
  const std::uint64_t size = space.size();
  if (size == 0) throw error("space::for_each", "a space of size 0", "the number of architectures, below 2^64");
  for (std::uint64_t i = 0; i < size; ++i) visit(i, space.at(i));
}

/// All architectures of the space; entry `i` is `space.at(i)`. \throws error for more than memory could ever hold
template <enumerable_space S>
[[nodiscard]] std::vector<typename S::architecture> all_architectures(const S& space) {
  std::vector<typename S::architecture> all;
  const std::uint64_t size = space.size();
  if (size > all.max_size()) {
    throw error("space::all_architectures", std::to_string(size) + " architectures",
                "at most " + std::to_string(all.max_size()));
  }
  all.reserve(static_cast<std::size_t>(size));
  for_each(space, [&](std::uint64_t, const typename S::architecture& a) { all.push_back(a); });
  return all;
}

}  // namespace paragon::space
