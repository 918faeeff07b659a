// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../core/error.hpp"
#include "../core/metric.hpp"
#include "../core/utf8.hpp"

namespace paragon::inline PARAGON_ISA::objective {

/// Says that an evaluation failed, and why: `return paragon::objective::failed{"out of memory"};`
struct failed {
  std::string reason;

  friend bool operator==(const failed&, const failed&) = default;
};

/// What came of one evaluation: a finite number for each objective, or a failure with its reason.
///
/// A failure is information (solvers learn to keep away from what fails), so it is a value and not an exception. There is
/// no third state: NaN or an infinity among the numbers, or no number at all, makes a failure that says so. Values are
/// in the order, the units and the natural directions of the objectives. A reason is valid UTF-8 of at most about 2,000
/// bytes whatever it was made of, so that every outcome can be written to a file: bytes that are no UTF-8 become '?', and
/// a longer one loses its middle.
///
/// \code
/// paragon::objective::outcome train(const network& n) {
///   if (!fits(n)) return paragon::objective::failed{"needs more than 24 GB"};
///   return {error_of(n), latency_of(n)};
/// }
/// if (const auto o = train(n); o.complete()) use(o.values()); else log(o.reason());
/// \endcode
class outcome {
public:
  /// A failure: nothing was evaluated.
  outcome() : what_(std::string("not evaluated")) {}
  outcome(failed why) : what_(printable(std::move(why.reason))) {}
  outcome(double value) : outcome(std::vector<double>{value}) {}
  outcome(std::initializer_list<double> values) : outcome(std::vector<double>(values)) {}
  outcome(std::vector<double> values) : what_(std::move(values)) { check(); }
  template <std::convertible_to<double> T, std::size_t N>
  outcome(const std::array<T, N>& values) : outcome(std::vector<double>(values.begin(), values.end())) {}
  explicit outcome(std::span<const double> values) : outcome(std::vector<double>(values.begin(), values.end())) {}

  /// Whether there are values.
  [[nodiscard]] bool complete() const noexcept { return std::holds_alternative<std::vector<double>>(what_); }

  /// How many values; 0 for a failure.
  [[nodiscard]] std::size_t size() const noexcept {
    const auto* values = std::get_if<std::vector<double>>(&what_);
    return values == nullptr ? 0 : values->size();
  }

  /// All finite. \throws error for a failure, with its reason
  [[nodiscard]] std::span<const double> values() const& {
    const auto* values = std::get_if<std::vector<double>>(&what_);
    if (values == nullptr) throw error("objective::outcome", "the evaluation failed: " + reason(), "values");
    return *values;
  }
  std::span<const double> values() const&& = delete;  // they would be gone before they are used

  /// \throws error for a failure, and for an objective that does not exist
  [[nodiscard]] double value(std::size_t objective) const& {
    const std::span<const double> all = values();
    if (objective >= all.size()) {
      throw error("objective::outcome", "objective " + std::to_string(objective),
                  "below " + std::to_string(all.size()));
    }
    return all[objective];
  }

  /// Why it failed; never empty. \throws error where there are values
  [[nodiscard]] const std::string& reason() const& {
    const auto* why = std::get_if<std::string>(&what_);
    if (why == nullptr) throw error("objective::outcome", "the evaluation has values", "a failure");
    return *why;
  }
  const std::string& reason() const&& = delete;

  friend bool operator==(const outcome&, const outcome&) = default;

private:
  void check() {
    const auto& values = std::get<std::vector<double>>(what_);
    const auto bad = std::find_if(values.begin(), values.end(), [](double x) { return !std::isfinite(x); });
    if (values.empty()) {
      what_ = std::string("the evaluation gave no value");
    } else if (bad != values.end()) {
      const auto m = static_cast<std::size_t>(bad - values.begin());
      what_ = "the value of objective " + std::to_string(m) + " is " + number_text(*bad);
    }
  }

  static std::string printable(std::string reason) {
    constexpr std::size_t most = 2000;
    if (reason.empty()) return "no reason given";
    for (std::size_t i = 0; i < reason.size();) {
      const std::size_t n = utf8_length(reason, i);
      if (n == 0) reason[i] = '?';
      i += std::max<std::size_t>(n, 1);
    }
    if (reason.size() <= most) return reason;
    const std::string_view text = reason;
    return std::string(text.substr(0, paragon::detail::whole_characters(text, most / 2))) + " ... " +
           std::string(text.substr(paragon::detail::whole_characters(text, text.size() - most / 2)));
  }

  std::variant<std::vector<double>, std::string> what_;
};

/// The outcome, or a failure where its values are not one for each objective.
///
/// What a user's function returns is checked by this before anything else sees it.
[[nodiscard]] inline outcome complete_or_failed(outcome found, std::span<const metric> objectives) {
  if (!found.complete() || found.size() == objectives.size()) return found;
  std::string names;
  for (const metric& m : objectives) names.append(names.empty() ? "" : ", ").append(m.name);
  return failed{"the evaluation gave " + std::to_string(found.size()) + " values; expected " +
                std::to_string(objectives.size()) + ": " + names};
}

}  // namespace paragon::objective
