// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "../objective/outcome.hpp"
#include "../space/concepts.hpp"
#include "request.hpp"

namespace paragon::inline PARAGON_ISA::evaluate {

namespace detail {

template <class F, class A>
concept takes_sign = requires(F& f, const A& a, std::size_t condition, stop_sign sign) {
  { f(a, condition, sign) } -> std::convertible_to<objective::outcome>;
};
template <class F, class A>
concept takes_condition = requires(F& f, const A& a, std::size_t condition) {
  { f(a, condition) } -> std::convertible_to<objective::outcome>;
};
template <class F, class A>
concept takes_architecture = requires(F& f, const A& a) {
  { f(a) } -> std::convertible_to<objective::outcome>;
};

template <class E>
concept submits = requires(E& e, request<typename E::architecture> r) { e.submit(r); };
template <class E>
concept collects = requires(E& e, std::chrono::nanoseconds at_most) {
  { e.collect(at_most) } -> std::same_as<std::vector<completion>>;
};
template <class E>
concept counts_pending = requires(const E& e) {
  { e.pending() } -> std::convertible_to<std::size_t>;
};
template <class E>
concept has_capacity = requires(const E& e) {
  { e.capacity() } -> std::convertible_to<std::size_t>;
};

}  // namespace detail

/// A function that evaluates one architecture: `f(a, condition, sign)`, `f(a, condition)` or `f(a)`; `condition` is the
/// number of a device or data set, `sign` a `stop_sign`. Of those that it offers the first is called.
///
/// It returns an `objective::outcome` or what becomes one: a number, an array or vector of numbers, or
/// `objective::failed{reason}`. What it throws is a failure with the message of the exception, but for
/// `paragon::interrupted`, which says nothing of the architecture.
///
/// \code
/// auto train = [](const network& n, std::size_t device) { return std::array{error_of(n), latency_of(n, device)}; };
/// \endcode
template <class F, class Architecture>
concept evaluator = detail::takes_sign<F, Architecture> || detail::takes_condition<F, Architecture> ||
                    detail::takes_architecture<F, Architecture>;

/// Runs evaluations: here, on threads, in other processes, on other machines. One thread uses it at a time.
///
/// - `E::architecture`: the type of what it evaluates.
/// - `e.submit(request)`: takes a request, and returns before it is evaluated. Any number of them may wait.
/// - `e.collect(at_most)`: hands out completions, each request's once. It waits until there is at least one, or until the
///   time is over; then, and where nothing is pending, it returns none. An evaluation that fails, that crashes or hangs is
///   a completion like any other; only where no request can be evaluated any more it throws, and all that were pending are
///   without an answer. Once `interruption::requested()` it begins no further request: it waits for those that are running
///   or ends them, and then returns none, although requests are pending; they can be asked again another day.
/// - `e.pending()`: how many were submitted and not handed out.
/// - `e.capacity()`: how many it works on at a time, at least 1. Who keeps `pending() < capacity()` before each `submit`
///   asks as late as possible, and so knows the most when it asks.
///
/// \code
/// while (told < budget) {
///   while (executor.pending() < executor.capacity()) executor.submit({next++, solver.ask()});
///   for (const auto& done : executor.collect(paragon::evaluate::no_limit)) { solver.tell(done); ++told; }
/// }
/// \endcode
template <class E>
concept executor = space::has_architecture<E> && detail::submits<E> && detail::collects<E> &&
                   detail::counts_pending<E> && detail::has_capacity<E>;

/// Names what F lacks of `evaluator`.
template <class F, class Architecture>
consteval bool require_evaluator() {
  static_assert(
      evaluator<F, Architecture>,
      "an evaluator needs `operator()(const architecture&, std::size_t condition) const -> objective::outcome`, "
      "or a number, a std::array or std::vector of numbers");
  return true;
}

/// Names what E lacks of `executor`.
template <class E>
consteval bool require_executor() {
  static_assert(
      requires { typename E::architecture; }, "an executor needs a type `architecture`");
  static_assert(space::has_architecture<E>, "`architecture` must be regular");
  static_assert(detail::submits<E>, "an executor needs `submit(evaluate::request<architecture>)`");
  static_assert(detail::collects<E>,
                "an executor needs `collect(std::chrono::nanoseconds at_most) -> std::vector<evaluate::completion>`");
  static_assert(detail::counts_pending<E>, "an executor needs `pending() const -> std::size_t`");
  static_assert(detail::has_capacity<E>, "an executor needs `capacity() const -> std::size_t`");
  return true;
}

}  // namespace paragon::evaluate
