// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// The number of a choice in a row of choices, as `from_choices` reads them: from 0 on. Two bytes: a width of 1 to 1,000
/// in steps of 1 is one decision, and a row of a hundred decisions still lies in four cache lines.
using choice_index = std::uint16_t;

/// How many choices a decision may have.
inline constexpr std::size_t most_choices = std::size_t{std::numeric_limits<choice_index>::max()} + 1;

namespace detail {

/// A choice as it stands in a row of choices. \throws error for one that would become another there
[[nodiscard]] inline choice_index to_choice_index(std::size_t choice) {
  if (choice >= most_choices) {
    throw error("space: a row of choices", "choice " + std::to_string(choice),
                "0 to " + std::to_string(most_choices - 1));
  }
  return static_cast<choice_index>(choice);
}

}  // namespace detail

}  // namespace paragon::space
