// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../../core/json.hpp"
#include "../choice_index.hpp"

namespace paragon::inline PARAGON_ISA::space::detail {

/// A number that is an integer from -2^53 to 2^53, in whatever way it is written.
[[nodiscard]] inline std::optional<std::int64_t> exact_integer(const json& value) {
  if (!value.is_number()) return std::nullopt;
  constexpr std::uint64_t most = std::uint64_t{1} << 53U;
  if (value.is_integer() && value.integer() > most) return std::nullopt;
  const double real = value.number();
  if (!(std::abs(real) <= static_cast<double>(most)) || std::trunc(real) != real) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

/// The same value, written in the one way that all equal ones are: 3.0 and 3e0 are 3.
[[nodiscard]] inline json normal_value(const json& value) {
  if (!value.is_number() || value.is_integer()) return value;
  const double real = value.number();
  if (real >= 0 && real < 0x1p64 && std::trunc(real) == real) return static_cast<std::uint64_t>(real);
  return value;
}

/// Holds where decision `on` is active and took one of these choices.
struct described_condition {
  std::size_t on = 0;
  std::vector<bool> holds;  ///< for each choice

  friend bool operator==(const described_condition&, const described_condition&) = default;
};

/// One decision of a space that is read at run time: a list of values, or a range of integers, which takes no memory.
struct described_decision {
  std::string name;
  std::string group;         ///< empty: none
  std::size_t like = 0;      ///< the first decision of the group
  std::size_t count = 0;     ///< how many choices
  std::vector<json> values;  ///< of a list
  std::int64_t first = 0;    ///< of a range
  std::int64_t step = 0;     ///< of a range; 0: a list
  bool ordered = false;
  std::vector<described_condition> conditions;  ///< all must hold; by the decision they are on

  std::string key;                                       ///< the name as JSON
  std::vector<std::string> texts;                        ///< of a list: the values as JSON
  std::unordered_map<std::string, std::size_t> by_text;  ///< of a list

  [[nodiscard]] bool is_range() const noexcept { return step != 0; }

  /// The value of choice `c`.
  [[nodiscard]] json value(std::size_t c) const {
    if (is_range()) return first + step * static_cast<std::int64_t>(c);
    return values[c];
  }

  /// It as a number; NaN where it is none. Of an integer beyond 2^53 the nearest double.
  [[nodiscard]] double number(std::size_t c) const {
    if (is_range()) return static_cast<double>(first + step * static_cast<std::int64_t>(c));
    const json& v = values[c];
    if (v.is_integer()) return static_cast<double>(v.integer());
    return v.is_number() ? v.number() : std::numeric_limits<double>::quiet_NaN();
  }

  /// Appends it as JSON.
  void append(std::string& out, std::size_t c) const {
    if (is_range()) {
      out += std::to_string(first + step * static_cast<std::int64_t>(c));
    } else {
      out += texts[c];
    }
  }

  /// The choice of that value.
  [[nodiscard]] std::optional<std::size_t> find(const json& value) const {
    if (is_range()) {
      const std::optional<std::int64_t> integer = exact_integer(value);
      if (!integer || *integer < first || (*integer - first) % step != 0) return std::nullopt;
      const auto c = static_cast<std::size_t>((*integer - first) / step);
      return c < count ? std::optional(c) : std::nullopt;
    }
    if (value.is_null() || value.is_array() || value.is_object()) return std::nullopt;
    const auto found = by_text.find(normal_value(value).dump());
    return found == by_text.end() ? std::nullopt : std::optional(found->second);
  }

  /// What values there are, for messages.
  [[nodiscard]] std::string values_text() const {
    if (is_range()) {
      return std::to_string(first) + " to " + value(count - 1).dump() + " in steps of " + std::to_string(step);
    }
    constexpr std::size_t most = 12;
    std::string out = count > 1 ? "one of " : "";
    for (std::size_t c = 0; c < count && c < most; ++c) append(out.append(c == 0 ? "" : ", "), c);
    return count > most ? out + " and " + std::to_string(count - most) + " more" : out;
  }

  /// Whether both have the same choices in the same order.
  [[nodiscard]] bool same_choices(const described_decision& other) const {
    if (count != other.count || ordered != other.ordered) return false;
    if (is_range() && other.is_range()) return first == other.first && (step == other.step || count == 1);
    for (std::size_t c = 0; c < count; ++c) {
      if (!(value(c) == other.value(c))) return false;
    }
    return true;
  }

  friend bool operator==(const described_decision& a, const described_decision& b) {
    return a.name == b.name && a.group == b.group && a.is_range() == b.is_range() && a.same_choices(b) &&
           a.conditions == b.conditions;
  }
};

/// All that `described` knows; immutable once it is read.
struct described_data {
  std::string name;
  std::vector<described_decision> decisions;
  std::vector<std::size_t> order;        ///< of the decisions: each behind those that its activity depends on
  std::vector<std::size_t> conditional;  ///< those with conditions, in that order
  std::vector<std::size_t> counts;       ///< of the choices of each decision, side by side
  std::unordered_map<std::string, std::size_t> by_name;
};

}  // namespace paragon::space::detail
