// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "choice_index.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// Throws unless the row has one entry for each decision, each below the number of its choices. O(decisions).
///
/// The first line of a `from_choices` of your own; it asks the space for `decisions()` and `choices(d)` alone.
template <class S>
void require_choices(const S& space, std::span<const choice_index> row) {
  const auto place = [&] { return "space::" + std::string(space.name()) + "::from_choices"; };
  if (row.size() != space.decisions()) {
    throw error(place(), std::to_string(row.size()) + " choices", std::to_string(space.decisions()));
  }
  for (std::size_t d = 0; d < row.size(); ++d) {
    if (row[d] >= space.choices(d)) {
      throw error(place(), "choice " + std::to_string(row[d]) + " of decision " + std::to_string(d),
                  "0 to " + std::to_string(space.choices(d) - 1));
    }
  }
}

/// A notation for spaces that have none of their own: the numbers of the choices with a hyphen between them, "2-0-13".
///
/// \code
/// std::string to_string(const architecture& a) const { return paragon::space::write_choices(*this, a); }
/// architecture parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }
/// \endcode
template <class S>
[[nodiscard]] std::string write_choices(const S& space, const typename S::architecture& a) {
  std::string text;
  for (std::size_t d = 0; d < space.decisions(); ++d) {
    if (d > 0) text += '-';
    text += std::to_string(space.choice(a, d));
  }
  return text;
}

/// The architecture that `write_choices` writes so. \throws error for any other text
template <class S>
[[nodiscard]] typename S::architecture read_choices(const S& space, std::string_view text) {
  std::vector<choice_index> row;
  unsigned number = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9' && number < most_choices) {
      number = number * 10 + static_cast<unsigned>(c - '0');
    } else {
      row.push_back(static_cast<choice_index>(number));
      number = 0;
    }
  }
  row.push_back(static_cast<choice_index>(number));
  bool readable = row.size() == space.decisions();
  for (std::size_t d = 0; readable && d < row.size(); ++d) readable = row[d] < space.choices(d);
  if (readable) {
    const typename S::architecture a = space.from_choices(row);
    if (write_choices(space, a) == text) return a;
  }
  throw error("space::" + std::string(space.name()) + "::parse", quote(text),
              std::to_string(space.decisions()) + " numbers of choices with '-' between them");
}

}  // namespace paragon::space
