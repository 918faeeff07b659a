// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "axis.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// Something to tune: `p.describe()` gives the `axis` that a sampler searches.
///
/// The smallest model, a learning rate that is always searched by its logarithm:
/// \code
/// struct learning_rate {
///   paragon::tune::axis describe() const {
///     return {.name = "rate", .lower = 1e-5, .upper = 1e-1, .logarithmic = true};
///   }
/// };
/// static_assert(paragon::tune::parameter<learning_rate>);
/// \endcode
template <class P>
concept parameter = requires(const P& p) {
  { p.describe() } -> std::convertible_to<axis>;
};

/// Names what P lacks of `parameter`: a failed assertion, in the compiler's first line of error.
template <class P>
consteval bool require_parameter() {
  static_assert(parameter<P>, "a parameter needs `describe() const -> paragon::tune::axis`");
  return true;
}

/// A number between two bounds, both included; with a step, only lower, lower + step, ...
struct uniform {
  std::string name;
  double lower = 0;
  double upper = 1;
  double step = 0;

  friend bool operator==(const uniform&, const uniform&) = default;
  [[nodiscard]] axis describe() const { return {name, lower, upper, step, false, {}}; }
};

/// A positive number that is searched by its logarithm: each factor of ten gets the same attention.
struct log_uniform {
  std::string name;
  double lower = 0.1;
  double upper = 1;

  friend bool operator==(const log_uniform&, const log_uniform&) = default;
  [[nodiscard]] axis describe() const { return {name, lower, upper, 0, true, {}}; }
};

namespace detail {

/// \throws error for an integer that a double cannot hold
inline double exact(const std::string& name, std::int64_t bound) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  if (bound < -most || bound > most) {
    throw error("tune: parameter " + quote(name), "bound " + std::to_string(bound), "at most 2^53 in magnitude");
  }
  return static_cast<double>(bound);
}

}  // namespace detail

/// A whole number between two bounds, both included: lower, lower + step, ...
struct integer {
  std::string name;
  std::int64_t lower = 0;
  std::int64_t upper = 1;
  std::int64_t step = 1;

  friend bool operator==(const integer&, const integer&) = default;
  [[nodiscard]] axis describe() const {
    if (step <= 0) throw error("tune: parameter " + quote(name), "step " + std::to_string(step), "a positive step");
    return {name, detail::exact(name, lower), detail::exact(name, upper), detail::exact(name, step), false, {}};
  }
};

/// A whole number of at least 1 that is searched by its logarithm: numbers of layers, of channels.
struct log_integer {
  std::string name;
  std::int64_t lower = 1;
  std::int64_t upper = 2;

  friend bool operator==(const log_integer&, const log_integer&) = default;
  [[nodiscard]] axis describe() const {
    return {name, detail::exact(name, lower), detail::exact(name, upper), 1, true, {}};
  }
};

/// One of several labels, in no order.
struct categorical {
  std::string name;
  std::vector<std::string> labels;

  friend bool operator==(const categorical&, const categorical&) = default;
  [[nodiscard]] axis describe() const {
    if (labels.empty()) throw error("tune: parameter " + quote(name), "no label", "at least one");
    return {name, 0, static_cast<double>(labels.size() - 1), 1, false, labels};
  }
};

}  // namespace paragon::tune
