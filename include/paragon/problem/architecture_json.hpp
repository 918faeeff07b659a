// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "../core/json.hpp"
#include "../space/concepts.hpp"

namespace paragon::inline PARAGON_ISA::problem {

namespace detail {

template <class S>
concept has_json = requires(const S s, const typename S::architecture a, const json& value) {
  { s.to_json(a) } -> std::convertible_to<json>;
  { s.from_json(value) } -> std::same_as<typename S::architecture>;
};
template <class S>
concept describes_itself = requires(const S s) {
  { s.to_json() } -> std::convertible_to<json>;
};

}  // namespace detail

/// An architecture as evaluators and files see it: what `to_json(a)` of the space gives where there is that and a
/// `from_json`, such as the object of decisions and values of `space::described`; else its notation, a string.
template <class S>
[[nodiscard]] json architecture_to_json(const S& space, const space::architecture_of<S>& a) {
  static_assert(space::require_notation<S>());
  if constexpr (detail::has_json<S>) {
    return space.to_json(a);
  } else {
    return json(std::string(space.to_string(a)));
  }
}

/// The same read back. \throws error for anything else, with what the space says of it
template <class S>
[[nodiscard]] space::architecture_of<S> architecture_from_json(const S& space, const json& value) {
  static_assert(space::require_notation<S>());
  if constexpr (detail::has_json<S>) {
    return space.from_json(value);
  } else {
    return space.parse(value.text());
  }
}

/// What tells a space from another: its whole description where it has one (`to_json()`), else its name and the number
/// of choices of each decision.
template <class S>
[[nodiscard]] json space_to_json(const S& space) {
  static_assert(space::require_search_space<S>());
  if constexpr (detail::describes_itself<S>) {
    return space.to_json();
  } else {
    json::array choices;
    for (std::size_t d = 0; d < space.decisions(); ++d) choices.emplace_back(std::size_t{space.choices(d)});
    return json::object{{"name", json(std::string_view(space.name()))}, {"choices", std::move(choices)}};
  }
}

}  // namespace paragon::problem
