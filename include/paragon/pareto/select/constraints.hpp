// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>

#include "../points.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// What a point has to satisfy to be selected.
///
/// Semantics: `constraint(set, i)` says whether row i may be taken. `set` is the caller's, with all its columns, in his
/// directions; ignored ones can be constrained too.
/// Models: `at_most`, `at_least`, a lambda.
template <class C, class T>
concept selection_constraint =
    objective_value<T> && requires(const C& constraint, const points<T>& set, std::size_t i) {
      { constraint(set, i) } -> std::convertible_to<bool>;
    };

namespace detail {

/// Compares a number of any type with a limit, without rounding the number. NaN is neither below nor above.
template <class T>
bool is_at_most(T x, double limit) {
  if constexpr (std::is_integral_v<T>) {
    if (limit >= std::ldexp(1.0, std::numeric_limits<T>::digits)) return true;
    if (!(limit >= static_cast<double>(std::numeric_limits<T>::lowest()))) return false;
    return x <= static_cast<T>(std::floor(limit));
  } else {
    return x <= limit;
  }
}
template <class T>
bool is_at_least(T x, double limit) {
  if constexpr (std::is_integral_v<T>) {
    if (limit <= static_cast<double>(std::numeric_limits<T>::lowest())) return true;
    const double least = std::ceil(limit);
    if (!(least < std::ldexp(1.0, std::numeric_limits<T>::digits))) return false;
    return x >= static_cast<T>(least);
  } else {
    return x >= limit;
  }
}

template <class T>
T constrained(const points<T>& set, std::size_t i, std::size_t column) {
  if (column >= set.objectives()) {
    throw error("pareto::select", "a constraint on column " + std::to_string(column),
                "less than " + std::to_string(set.objectives()) + ", the number of columns");
  }
  return set(i, column);
}

}  // namespace detail

/// The value in a column is at most a limit. NaN is not.
struct at_most {
  std::size_t column;
  double value;

  template <objective_value T>
  [[nodiscard]] bool operator()(const points<T>& set, std::size_t i) const {
    return detail::is_at_most(detail::constrained(set, i, column), value);
  }
  friend bool operator==(const at_most&, const at_most&) = default;
};

/// The value in a column is at least a limit. NaN is not.
struct at_least {
  std::size_t column;
  double value;

  template <objective_value T>
  [[nodiscard]] bool operator()(const points<T>& set, std::size_t i) const {
    return detail::is_at_least(detail::constrained(set, i, column), value);
  }
  friend bool operator==(const at_least&, const at_least&) = default;
};

}  // namespace paragon::pareto
