// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "../core/error.hpp"
#include "concepts.hpp"
#include "shape.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// Writes the one-hot row of an architecture: decision after decision, 1 at the choice taken and 0 elsewhere.
///
/// O(total choices). \pre `row` has `total_choices(space)` entries, else an error.
///
/// \code
/// std::array<float, 30> row;
/// paragon::space::one_hot<float>(cells, cell, row);
/// \endcode
template <class T, class S>
void one_hot(const S& space, const architecture_of<S>& a, std::span<T> row) {
  static_assert(require_decisions<S>());
  if (row.size() != total_choices(space)) {
    throw error("space::one_hot", "a row of " + std::to_string(row.size()) + " entries",
                std::to_string(total_choices(space)));
  }
  std::size_t begin = 0;
  for (std::size_t d = 0; d < space.decisions(); ++d) {
    const std::size_t choices = space.choices(d);
    for (std::size_t c = 0; c < choices; ++c) row[begin + c] = T(0);
    row[begin + space.choice(a, d)] = T(1);
    begin += choices;
  }
}

}  // namespace paragon::space
