// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <span>

#include "scalarisation/boundary_intersection.hpp"
#include "scalarisation/linear.hpp"
#include "scalarisation/smooth_tchebycheff.hpp"
#include "scalarisation/tchebycheff.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// A function that turns m objectives (minimised) into one number, given a preference ray and an ideal point.
///
/// Semantics: never falls when an objective at or above the ideal point rises, for non-negative weights (exception:
/// `boundary_intersection`, whose second term pulls towards the ray); an empty ideal point is the origin.
/// Models: `linear`, `tchebycheff`, `augmented_tchebycheff`, `smooth_tchebycheff`, `boundary_intersection`, or a type
/// of your own with the one operator below.
template <class S>
concept scalarisation =
    std::copy_constructible<S> && requires(const S& s, std::span<const double> values, std::span<const double> ray) {
      { s(values, ray, ray) } -> std::convertible_to<double>;
    };

/// Names what S lacks of `scalarisation`: a failed assertion, in the compiler's first line of error.
template <class S>
consteval bool require_scalarisation() {
  static_assert(std::copy_constructible<S>, "a scalarisation must be copy-constructible");
  static_assert(scalarisation<S>,
                "a scalarisation needs `operator()(std::span<const double> values, std::span<const double> ray, "
                "std::span<const double> ideal) const -> double`");
  return true;
}

/// A scalarisation that also writes its derivatives by the objectives (a subgradient where it has a kink).
template <class S>
concept differentiable_scalarisation =
    scalarisation<S> && requires(const S& s, std::span<const double> values, std::span<double> derivatives) {
      { s.gradient(values, values, values, derivatives) } -> std::convertible_to<double>;
    };

static_assert(differentiable_scalarisation<linear> && differentiable_scalarisation<tchebycheff> &&
              differentiable_scalarisation<augmented_tchebycheff> && differentiable_scalarisation<smooth_tchebycheff> &&
              differentiable_scalarisation<boundary_intersection>);

}  // namespace paragon::preference
