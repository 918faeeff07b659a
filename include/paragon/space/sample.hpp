// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "choice_index.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// An architecture whose choices are drawn independently and uniformly; `element` numbers the draw.
///
/// Where several rows of choices mean the same architecture, that architecture is drawn more often. Depends on nothing
/// but (key, element), so draws can be made in any order by any thread. O(decisions).
/// \throws error for an element from 2^64 / decisions on, which would repeat the draw of another
template <class S>
[[nodiscard]] architecture_of<S> uniform(const S& space, const random_key& key, std::uint64_t element) {
  static_assert(require_decisions<S>());
  std::vector<choice_index> choices(space.decisions());
  if (!choices.empty() && element >= std::numeric_limits<std::uint64_t>::max() / choices.size()) {
    throw error("space::uniform", "draw " + std::to_string(element), "a number below 2^64 / decisions");
  }
  for (std::size_t d = 0; d < choices.size(); ++d) {
    choices[d] =
        detail::to_choice_index(static_cast<std::size_t>(key.below(space.choices(d), element * choices.size() + d)));
  }
  return space.from_choices(choices);
}

}  // namespace paragon::space
