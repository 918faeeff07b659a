// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "choice_index.hpp"
#include "concepts.hpp"
#include "hash.hpp"
#include "shape.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// The choices that an architecture took, one per decision. \throws error for one beyond `most_choices`
template <class S>
[[nodiscard]] std::vector<choice_index> choices_of(const S& space, const architecture_of<S>& a) {
  static_assert(require_decisions<S>());
  std::vector<choice_index> choices(space.decisions());
  for (std::size_t d = 0; d < choices.size(); ++d) choices[d] = detail::to_choice_index(space.choice(a, d));
  return choices;
}

namespace detail {

/// Those of a growing list of architectures that are equal, found by hash: positions in open addressing.
template <class S>
class known_architectures {
public:
  explicit known_architectures(const S& space, std::size_t most) : space_(space), slots_(std::bit_ceil(2 * most + 2)) {}

  /// Whether the list has none like the one at its end; then that is known from now on.
  bool add_last(const std::vector<typename S::architecture>& list) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t s = static_cast<std::size_t>(hash(space_, list.back())) & mask;
    for (; slots_[s] != 0; s = (s + 1) & mask) {
      if (list[slots_[s] - 1] == list.back()) return false;
    }
    slots_[s] = list.size();
    return true;
  }

private:
  const S& space_;
  std::vector<std::size_t> slots_;  // a position and 1; 0: empty
};

}  // namespace detail

/// The architectures that differ from `a` in exactly one decision, by decision and then by choice.
///
/// A changed choice that has no effect gives `a` itself and is left out; so are repetitions. Six decisions of five choices
/// have at most 24 neighbours. O(choices * decisions): every changed row is decoded, and found again by its hash.
template <class S>
[[nodiscard]] std::vector<architecture_of<S>> neighbours(const S& space, const architecture_of<S>& a) {
  static_assert(require_decisions<S>());
  std::vector<choice_index> choices = choices_of(space, a);
  std::vector<typename S::architecture> found{a};
  detail::known_architectures<S> known(space, total_choices(space));
  known.add_last(found);
  for (std::size_t d = 0; d < choices.size(); ++d) {
    const choice_index taken = choices[d];
    const std::size_t count = space.choices(d);
    for (std::size_t c = 0; c < count; ++c) {
      if (c == taken) continue;
      choices[d] = detail::to_choice_index(c);
      found.push_back(space.from_choices(choices));
      if (!known.add_last(found)) found.pop_back();
    }
    choices[d] = taken;
  }
  found.erase(found.begin());
  return found;
}

}  // namespace paragon::space
