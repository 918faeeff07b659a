// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "../core/direction.hpp"
#include "../core/json.hpp"
#include "../core/random_key.hpp"
#include "parameter_space.hpp"
#include "trial.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// What a sampler may learn from: the trials so far by number, and which way their values improve.
struct history {
  std::span<const trial> trials;
  direction sense = direction::minimise;  ///< minimise or maximise

  [[nodiscard]] bool better(double a, double b) const noexcept { return sense == direction::maximise ? a > b : a < b; }
};

namespace detail {

template <class S>
concept suggests = requires(const S& s, const parameter_space& space, const history& past, random_key key) {
  { s.suggest(space, past, key) } -> std::same_as<std::vector<double>>;
};
template <class S>
concept has_description = requires(const S& s) {
  { s.describe() } -> std::convertible_to<json>;
};

}  // namespace detail

/// Proposes the next point.
///
/// Semantics: `suggest` returns one value of each axis and is a pure function of its arguments, so that a study can be
/// stopped, written to a file and resumed. It handles trials that failed or are pending, and an empty history. `key` is
/// different for every trial. `describe` gives the name and all settings; two samplers with equal descriptions make
/// the same suggestions. Models: `random_search`, `tpe`.
///
/// The smallest model:
/// \code
/// struct always_the_middle {
///   std::vector<double> suggest(const paragon::tune::parameter_space& space, const paragon::tune::history&,
///                               paragon::random_key) const {
///     std::vector<double> point;
///     for (const auto& a : space.axes()) point.push_back(a.nearest((a.lower + a.upper) / 2));
///     return point;
///   }
///   paragon::json describe() const { return "always the middle"; }
/// };
/// static_assert(paragon::tune::sampler<always_the_middle>);
/// \endcode
template <class S>
concept sampler = std::move_constructible<S> && detail::suggests<S> && detail::has_description<S>;

/// Names what S lacks of `sampler`: a failed assertion, in the compiler's first line of error.
template <class S>
consteval bool require_sampler() {
  static_assert(detail::suggests<S>,
                "a sampler needs `suggest(const tune::parameter_space&, const tune::history&, key) const "
                "-> std::vector<double>`");
  static_assert(std::move_constructible<S>, "a sampler must be move-constructible");
  static_assert(detail::has_description<S>, "a sampler needs `describe() const -> paragon::json`");
  return true;
}

}  // namespace paragon::tune
