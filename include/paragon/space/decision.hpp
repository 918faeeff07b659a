// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>

#include "concepts.hpp"

// What a decision may say beyond its number of choices. Each is an optional member function of a space, with a free
// function that asks for it and knows the answer where a space says nothing; an algorithm calls the free function.
//
//   group(d)             -> std::size_t  which decisions mean the same thing         group_of: each is its own
//   decision_name(d)     -> std::string  for people and files                        "decision 3"
//   choice_text(d, c)    -> std::string  what choice c is called                     its number
//   ordered(d)           -> bool         choices lie on a scale, as widths do        false
//   choice_value(d, c)   -> double       the number that choice c stands for         NaN: it stands for none
//   conditional(d)       -> bool         some architectures do not have decision d   whether there is `active`
//   active(a, d)         -> bool         architecture a has decision d               true
//
// A member that is there but cannot be called so is an error that names it, not passed over.

namespace paragon::inline PARAGON_ISA::space {

/// What people call decision `d`: `s.decision_name(d)`, else "decision 3".
template <class S>
[[nodiscard]] std::string decision_name(const S& s, std::size_t d) {
  if constexpr (requires(S& any) { any.decision_name(d); }) {
    static_assert(
        requires {
          { s.decision_name(d) } -> std::convertible_to<std::string>;
        }, "`decision_name` of a space is `decision_name(std::size_t d) const -> std::string`");
    return s.decision_name(d);
  } else {
    return "decision " + std::to_string(d);
  }
}

/// What people call choice `c` of decision `d`: `s.choice_text(d, c)`, else its number.
template <class S>
[[nodiscard]] std::string choice_text(const S& s, std::size_t d, std::size_t c) {
  if constexpr (requires(S& any) { any.choice_text(d, c); }) {
    static_assert(
        requires {
          { s.choice_text(d, c) } -> std::convertible_to<std::string>;
        }, "`choice_text` of a space is `choice_text(std::size_t d, std::size_t c) const -> std::string`");
    return s.choice_text(d, c);
  } else {
    return std::to_string(c);
  }
}

/// Whether the choices of decision `d` lie on a scale, from the first to the last: `s.ordered(d)`, else false. Then what is
/// learned of a choice says something of those beside it.
template <class S>
[[nodiscard]] constexpr bool is_ordered(const S& s, std::size_t d) {
  if constexpr (requires(S& any) { any.ordered(d); }) {
    static_assert(
        requires {
          { s.ordered(d) } -> std::convertible_to<bool>;
        }, "`ordered` of a space is `ordered(std::size_t d) const -> bool`");
    return s.ordered(d);
  } else {
    return false;
  }
}

/// The number that choice `c` of decision `d` stands for: `s.choice_value(d, c)`, else NaN: it stands for none.
template <class S>
[[nodiscard]] constexpr double choice_value(const S& s, std::size_t d, std::size_t c) {
  if constexpr (requires(S& any) { any.choice_value(d, c); }) {
    static_assert(
        requires {
          { s.choice_value(d, c) } -> std::convertible_to<double>;
        }, "`choice_value` of a space is `choice_value(std::size_t d, std::size_t c) const -> double`");
    return s.choice_value(d, c);
  } else {
    return std::numeric_limits<double>::quiet_NaN();
  }
}

/// Whether architecture `a` has decision `d` at all (the kernel of an absent layer is none of its decisions):
/// `s.active(a, d)`, else true. `from_choices` brings a decision that is not active to choice 0.
template <class S>
[[nodiscard]] constexpr bool is_active(const S& s, const architecture_of<S>& a, std::size_t d) {
  if constexpr (requires(S& any) { any.active(a, d); }) {
    static_assert(
        requires {
          { s.active(a, d) } -> std::convertible_to<bool>;
        }, "`active` of a space is `active(const architecture&, std::size_t d) const -> bool`");
    return s.active(a, d);
  } else {
    return true;
  }
}

/// Whether some architectures do not have decision `d`: `s.conditional(d)`; else true where the space has `active`, which
/// may then say so of any decision.
template <class S>
[[nodiscard]] constexpr bool is_conditional(const S& s, std::size_t d) {
  if constexpr (requires(S& any) { any.conditional(d); }) {
    static_assert(
        requires {
          { s.conditional(d) } -> std::convertible_to<bool>;
        }, "`conditional` of a space is `conditional(std::size_t d) const -> bool`");
    return s.conditional(d);
  } else {
    return requires(const architecture_of<S>& a) { s.active(a, d); };
  }
}

/// Where choice `c` of an ordered decision lies between its first choice, 0, and its last, 1.
///
/// By the logarithm where the choices stand for positive numbers that span more than a decade (8 to 512: twice as wide is
/// as far everywhere), else by their places in the order. O(1). \pre the numbers rise or fall from choice to choice
template <class S>
[[nodiscard]] double place_on_scale(const S& s, std::size_t d, std::size_t c) {
  const std::size_t last = static_cast<std::size_t>(s.choices(d)) - 1;
  if (last == 0) return 0;
  const double from = choice_value(s, d, 0);
  const double to = choice_value(s, d, last);
  if (from > 0 && to > 0 && (to > 10 * from || from > 10 * to)) {
    return std::log(choice_value(s, d, c) / from) / std::log(to / from);
  }
  return static_cast<double>(c) / static_cast<double>(last);
}

}  // namespace paragon::space
