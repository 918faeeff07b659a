// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <vector>

#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// The length of a relaxed architecture: the choices of all decisions together. O(decisions).
template <class S>
[[nodiscard]] constexpr std::size_t total_choices(const S& space) {
  static_assert(require_decisions<S>());
  std::size_t total = 0;
  for (std::size_t d = 0; d < space.decisions(); ++d) total += space.choices(d);
  return total;
}

/// Where each decision begins in a relaxed architecture; one entry more than decisions, the last is `total_choices`.
template <class S>
[[nodiscard]] std::vector<std::size_t> choice_offsets(const S& space) {
  static_assert(require_decisions<S>());
  std::vector<std::size_t> offsets(space.decisions() + 1);
  for (std::size_t d = 0; d < space.decisions(); ++d) offsets[d + 1] = offsets[d] + space.choices(d);
  return offsets;
}

/// The number of choice rows, the product of all choices; as a real number since large spaces overflow integers
/// (infinite from about 1e308 on).
///
/// It is the number of architectures where no two rows mean the same (see `has_decisions`).
template <class S>
[[nodiscard]] constexpr double choice_rows(const S& space) {
  static_assert(require_decisions<S>());
  double product = 1;
  for (std::size_t d = 0; d < space.decisions(); ++d) product *= static_cast<double>(space.choices(d));
  return product;
}

}  // namespace paragon::space
