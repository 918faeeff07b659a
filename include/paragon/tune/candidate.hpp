// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "parameter_space.hpp"
#include "trial.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// The point that an evaluation is asked about: values by position or by name.
///
/// A view; it lives as long as the study that made it. Lookups by name are O(parameters).
///
/// \code
/// auto evaluate = [&](const paragon::tune::candidate& x) {
///   return mean_accuracy(x["accuracy"], x.integer("latency"), x.label("solver"), x.number());
/// };
/// \endcode
class candidate {
public:
  /// \pre `values` belongs to `space` and both outlive the candidate
  candidate(const parameter_space& space, std::size_t number, std::span<const double> values) noexcept
      : space_(&space), number_(number), values_(values) {}

  /// The number of the trial: a seed that is the same however the evaluations are spread over threads.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }
  [[nodiscard]] std::span<const double> values() const noexcept { return values_; }

  /// \pre i < values().size()
  [[nodiscard]] double operator[](std::size_t i) const noexcept { return values_[i]; }
  /// \throws error where there is no parameter of that name, here and below
  [[nodiscard]] double operator[](std::string_view name) const { return values_[space_->index(name)]; }

  /// The value, rounded to a whole number.
  [[nodiscard]] std::int64_t integer(std::string_view name) const { return std::llround((*this)[name]); }

  /// The label that a categorical parameter has. \throws error also where it is a number
  [[nodiscard]] const std::string& label(std::string_view name) const {
    const std::size_t i = space_->index(name);
    const axis& a = (*space_)[i];
    if (!a.categorical()) throw error("tune: parameter " + quote(a.name), "is a number", "a categorical one");
    return a.labels[static_cast<std::size_t>(values_[i])];
  }

private:
  const parameter_space* space_;
  std::size_t number_;
  std::span<const double> values_;
};

/// What is tuned: called with a candidate, it returns a number or an `outcome`.
///
/// Semantics: may throw, which makes the trial a failed one. Evaluations of one batch run at the same time where a pool
/// is given. Randomness should come from `candidate::number()`, or a study is not reproducible.
template <class F>
concept evaluation = requires(F& f, const candidate& x) {
  { f(x) } -> std::convertible_to<double>;
} || requires(F& f, const candidate& x) {
  { f(x) } -> std::convertible_to<outcome>;
};

/// Names what F lacks of `evaluation`: a failed assertion, in the compiler's first line of error.
template <class F>
consteval bool require_evaluation() {
  static_assert(evaluation<F>,
                "what is tuned needs `operator()(const tune::candidate&) -> double`, or -> tune::outcome");
  return true;
}

}  // namespace paragon::tune
