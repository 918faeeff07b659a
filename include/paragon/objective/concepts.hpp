// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>

#include "../core/metric.hpp"

namespace paragon::inline PARAGON_ISA::objective {

/// The condition of an objective that has none: its value depends on the architecture alone.
struct unconditional {
  friend constexpr bool operator==(unconditional, unconditional) = default;
};

namespace detail {

template <class O>
concept describes_itself = requires(const O o) {
  { o.describe() } -> std::convertible_to<metric>;
};
template <class O, class A, class C>
concept gives_value = requires(const O o, const A a, const C condition) {
  { o.value(a, condition) } -> std::convertible_to<double>;
};

}  // namespace detail

/// What an architecture is judged by: `o.value(a, condition)` in the unit and direction that `o.describe()` states.
///
/// The condition says under which circumstances: `unconditional`, the number of a device, a data set. An objective that
/// does not depend on it accepts any. Values are in their natural direction; nobody negates by hand, for algorithms read
/// `describe().sense`. Both functions are const, may be called from several threads at once, and depend on nothing but
/// their arguments. A value that is not known is an error, not NaN.
///
/// \code
/// struct depth {                                          // the smallest objective
///   paragon::metric describe() const { return {"depth", "layers", paragon::direction::minimise}; }
///   double value(const network& n, auto) const { return n.depth; }
/// };
/// static_assert(paragon::objective::objective<depth, network>);
/// \endcode
/// \tparam A the architecture, \tparam C the condition.
template <class O, class A, class C = unconditional>
concept objective = detail::describes_itself<O> && detail::gives_value<O, A, C>;

/// Names what O lacks of `objective`: a failed assertion, in the compiler's first line of error.
template <class O, class A, class C = unconditional>
consteval bool require_objective() {
  static_assert(detail::describes_itself<O>, "an objective needs `describe() const -> paragon::metric`");
  static_assert(
      detail::gives_value<O, A, C>,
      "an objective needs `value(architecture, condition) const -> double`; a scorer's condition is the number of "
      "a device, a std::size_t");
  return true;
}

}  // namespace paragon::objective
