// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "../core/json.hpp"
#include "../problem/evaluation.hpp"
#include "../space/concepts.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// What a solver wants to be evaluated.
template <class Architecture>
struct candidate {
  Architecture architecture{};
  std::size_t condition = 0;  ///< the number of a device or data set; 0 where there is none

  friend bool operator==(const candidate&, const candidate&) = default;
};

namespace detail {

template <class S>
using told = std::span<const problem::evaluation<typename S::architecture>>;

template <class S>
concept asks = requires(S& s, std::size_t n) {
  { s.ask(n) } -> std::same_as<std::vector<candidate<typename S::architecture>>>;
};
template <class S>
concept is_told = requires(S& s, told<S> some) { s.tell(some); };
template <class S>
concept gives_front = requires(const S& s, std::size_t condition) {
  { s.front(condition) } -> std::same_as<std::vector<typename S::architecture>>;
};
template <class S>
concept says_batch = requires(const S& s) {
  { s.batch() } -> std::convertible_to<std::size_t>;
};
template <class S>
concept saves = requires(const S& s) {
  { s.save() } -> std::convertible_to<json>;
};
template <class S>
concept restores = requires(S& s, const json& state) { s.restore(state); };

}  // namespace detail

/// Searches a problem: proposes what to evaluate, learns what came of it, and can say at any time what the front is.
///
/// - `S::architecture`: what it proposes.
/// - `s.ask(n)`: up to n candidates, none of which it has asked or been told before. Fewer only where it knows of no
///   other: an empty answer means that the space is exhausted, as far as the solver is concerned. May be called again
///   before anything is told.
/// - `s.tell(some)`: what came of candidates, in any order and any number, and of others that were evaluated elsewhere.
///   Of an evaluation it reads architecture, condition and result; a failure counts as one.
/// - `s.front(condition)`: the architectures that it takes for the Pareto front. The baselines give those that were
///   evaluated and that no other one dominates; a learned model may give others, and answer for conditions that were
///   never evaluated.
/// - `s.batch()`: how many candidates it likes to ask at a time before it is told of them; at least 1. More of them keep
///   more workers busy, fewer let it know more whenever it asks.
/// - `s.save()`, `s.restore(state)`: all that it knows, as JSON, and back in a solver that was made with the same
///   arguments: it then goes on as the other one would have. A state that is none is an error.
///
/// Same arguments, same sequence of calls and outcomes: same answers, whatever the threads. One thread uses it at a time.
template <class S>
concept solver = space::has_architecture<S> && detail::asks<S> && detail::is_told<S> && detail::gives_front<S> &&
                 detail::says_batch<S> && detail::saves<S> && detail::restores<S>;

/// Names what S lacks of `solver`.
template <class S>
consteval bool require_solver() {
  static_assert(
      requires { typename S::architecture; }, "a solver needs a type `architecture`");
  static_assert(space::has_architecture<S>, "`architecture` must be regular");
  static_assert(detail::asks<S>, "a solver needs `ask(std::size_t n) -> std::vector<search::candidate<architecture>>`");
  static_assert(detail::is_told<S>, "a solver needs `tell(std::span<const problem::evaluation<architecture>>)`");
  static_assert(detail::gives_front<S>,
                "a solver needs `front(std::size_t condition) const -> std::vector<architecture>`");
  static_assert(detail::says_batch<S>, "a solver needs `batch() const -> std::size_t`");
  static_assert(detail::saves<S>, "a solver needs `save() const -> json`");
  static_assert(detail::restores<S>, "a solver needs `restore(const json&)`");
  return true;
}

}  // namespace paragon::search
