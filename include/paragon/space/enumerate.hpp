// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// Calls `visit(index, architecture)` for every architecture of the space, by rising index. O(size).
/// \throws error for a space of size 0: no space has none, so its size did not fit into 64 bits
template <class S, class Visitor>
void for_each(const S& space, Visitor&& visit) {
  static_assert(require_enumerable_space<S>());
  const std::uint64_t size = space.size();
  if (size == 0) throw error("space::for_each", "a space of size 0", "the number of architectures, below 2^64");
  for (std::uint64_t i = 0; i < size; ++i) visit(i, space.at(i));
}

/// All architectures of the space; entry `i` is `space.at(i)`. \throws error for more than memory could ever hold
template <class S>
[[nodiscard]] std::vector<architecture_of<S>> all_architectures(const S& space) {
  static_assert(require_enumerable_space<S>());
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
