// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "choice_index.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// The choices that an architecture took, one per decision. \throws error for one beyond `most_choices`
template <class S>
[[nodiscard]] std::vector<choice_index> choices_of(const S& space, const architecture_of<S>& a) {
  static_assert(require_decisions<S>());
  std::vector<choice_index> choices(space.decisions());
  for (std::size_t d = 0; d < choices.size(); ++d) choices[d] = detail::to_choice_index(space.choice(a, d));
  return choices;
}

/// The architectures that differ from `a` in exactly one decision, by decision and then by choice.
///
/// A changed choice that has no effect gives `a` itself and is left out; so are repetitions. NAS-Bench-201 has 24
/// neighbours. O(n^2) comparisons in the number n of neighbours, for architectures need no order.
template <class S>
[[nodiscard]] std::vector<architecture_of<S>> neighbours(const S& space, const architecture_of<S>& a) {
  static_assert(require_decisions<S>());
  std::vector<typename S::architecture> found;
  std::vector<choice_index> choices = choices_of(space, a);
  for (std::size_t d = 0; d < choices.size(); ++d) {
    const choice_index taken = choices[d];
    for (std::size_t c = 0; c < space.choices(d); ++c) {
      if (c == taken) continue;
      choices[d] = detail::to_choice_index(c);
      typename S::architecture candidate = space.from_choices(choices);
      if (candidate == a || std::find(found.begin(), found.end(), candidate) != found.end()) continue;
      found.push_back(std::move(candidate));
    }
    choices[d] = taken;
  }
  return found;
}

}  // namespace paragon::space
