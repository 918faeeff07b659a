// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>

#include "../core/metric.hpp"

namespace paragon::objective {

/// The condition of an objective that has none: its value depends on the architecture alone.
struct unconditional {
  friend constexpr bool operator==(unconditional, unconditional) = default;
};

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
concept objective = requires(const O o, const A a, const C condition) {
  { o.describe() } -> std::convertible_to<metric>;
  { o.value(a, condition) } -> std::convertible_to<double>;
};

}  // namespace paragon::objective
