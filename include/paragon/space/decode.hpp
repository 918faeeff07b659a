// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "choice_index.hpp"
#include "concepts.hpp"
#include "shape.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// The architecture that a row of logits (or probabilities) stands for: each decision takes its largest entry, of equal
/// ones the first. Always a valid architecture, for `from_choices` is total.
///
/// O(total choices). Infinities are compared as numbers; NaN is an error, and so is a row of the wrong length.
///
/// \code
/// auto cell = paragon::space::decode<float>(cells, logits);   // logits: std::vector<float> of 30
/// \endcode
template <class T, class S>
[[nodiscard]] architecture_of<S> decode(const S& space, std::span<const T> logits) {
  static_assert(require_decisions<S>());
  if (logits.size() != total_choices(space)) {
    throw error("space::decode", "a row of " + std::to_string(logits.size()) + " entries",
                std::to_string(total_choices(space)));
  }
  std::vector<choice_index> choices(space.decisions());
  std::size_t begin = 0;
  for (std::size_t d = 0; d < choices.size(); ++d) {
    const std::size_t count = space.choices(d);
    const T* const entries = logits.data() + begin;
    std::size_t best = 0;
    bool numbers = true;
    for (std::size_t c = 0; c < count; ++c) {
      numbers &= entries[c] == entries[c];
      if (entries[c] > entries[best]) best = c;
    }
    if (!numbers) {
      const std::size_t c = static_cast<std::size_t>(
          std::find_if(entries, entries + count, [](T entry) { return entry != entry; }) - entries);
      throw error("space::decode", "entry " + std::to_string(begin + c) + " is NaN", "numbers");
    }
    choices[d] = detail::to_choice_index(best);
    begin += count;
  }
  return space.from_choices(choices);
}

}  // namespace paragon::space
