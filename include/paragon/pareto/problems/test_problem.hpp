// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "../../core/list_view.hpp"
#include "../points.hpp"

namespace paragon::inline PARAGON_ISA::pareto::problems {

/// The values that a decision variable may have, both ends included.
struct interval {
  double lower = 0;
  double upper = 1;

  friend bool operator==(const interval&, const interval&) = default;
};

/// A function from decision variables to objectives, all minimised, for benchmarks of solvers.
///
/// Semantics: variable i lies in `bounds(i)`; `evaluate(x, f)` writes `objectives()` numbers that depend on x alone and
/// throws `paragon::error` for spans of another length.
/// Models: `zdt<N>`, `dtlz<N>`, `wfg<N>`.
template <class P>
concept test_problem = requires(const P& problem, std::span<const double> x, std::span<double> f, std::size_t i) {
  { problem.name() } -> std::convertible_to<std::string_view>;
  { problem.variables() } -> std::convertible_to<std::size_t>;
  { problem.objectives() } -> std::convertible_to<std::size_t>;
  { problem.bounds(i) } -> std::convertible_to<interval>;
  problem.evaluate(x, f);
};

/// A test problem whose Pareto front is known: `front(n)` are n points on it, and `hypervolume(reference)` is the
/// volume that the whole front dominates.
template <class P>
concept solved_test_problem = test_problem<P> && requires(const P& problem, std::size_t n) {
  { problem.front(n) } -> point_set;
  { problem.hypervolume(list_view<double>{}) } -> std::convertible_to<double>;
};

/// Points on a front, row after row in one block; a `point_set`.
class front_points {
public:
  front_points() = default;
  front_points(std::size_t n, std::size_t m) : values_(n * m), size_(n), objectives_(m) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }
  [[nodiscard]] std::span<const double> values() const noexcept { return values_; }

  [[nodiscard]] std::span<const double> operator[](std::size_t i) const noexcept {
    return {values_.data() + i * objectives_, objectives_};
  }
  [[nodiscard]] std::span<double> operator[](std::size_t i) noexcept {
    return {values_.data() + i * objectives_, objectives_};
  }

private:
  std::vector<double> values_;
  std::size_t size_ = 0;
  std::size_t objectives_ = 0;
};

namespace detail {

/// Throws `paragon::error` for a wrong number of variables or objectives and for a variable out of its bounds (or NaN).
template <class P>
void check_arguments(const P& problem, std::span<const double> x, std::span<const double> f) {
  if (x.size() != problem.variables() || f.size() != problem.objectives()) {
    throw error(problem.name(),
                std::to_string(x.size()) + " variables, room for " + std::to_string(f.size()) + " objectives",
                std::to_string(problem.variables()) + " and " + std::to_string(problem.objectives()));
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const interval range = problem.bounds(i);
    if (!(x[i] >= range.lower && x[i] <= range.upper)) {
      throw error(problem.name(), "variable " + std::to_string(i) + " is " + number_text(x[i]),
                  "a number from " + number_text(range.lower) + " to " + number_text(range.upper));
    }
  }
}

/// Throws `paragon::error` unless the reference is as bad as the front's worst value in every objective, where the
/// closed forms hold.
template <class P>
void check_reference(const P& problem, list_view<double> reference, std::span<const double> nadir) {
  bool fits = reference.size() == nadir.size();
  for (std::size_t k = 0; fits && k < nadir.size(); ++k) fits = reference[k] >= nadir[k];
  if (fits) return;
  std::string worst;
  for (const double x : nadir) worst += (worst.empty() ? "" : ", ") + number_text(x);
  throw error(problem.name(), "a reference point that does not bound the front",
              "at least " + worst + ", the worst values on the front");
}

}  // namespace detail
}  // namespace paragon::pareto::problems

namespace paragon::inline PARAGON_ISA::pareto {

template <>
struct point_access<problems::front_points> {
  using value_type = double;
  static points<double> get(const problems::front_points& front) noexcept {
    return {front.values().data(), front.size(), front.objectives(), static_cast<std::ptrdiff_t>(front.objectives())};
  }
};

}  // namespace paragon::pareto
