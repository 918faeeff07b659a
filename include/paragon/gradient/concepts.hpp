// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "gram_view.hpp"
#include "status.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Missing piece 1: the policy is called as `w(gram_view, std::span<double> weights)`.
template <class W>
concept callable_with_gram_and_weights =
    requires(W& w, gram_view gram, std::span<double> weights) { w(gram, weights); };

/// Missing piece 2: that call returns `paragon::gradient::status`.
template <class W>
concept returns_status = requires(W& w, gram_view gram, std::span<double> weights) {
  { w(gram, weights) } -> std::same_as<status>;
};

/// A policy that decides how k gradients are weighed: it reads their Gram matrix and writes k weights.
///
/// Semantics: writes every weight or throws `error`; the same Gram matrix (and state, and key) gives the same weights; says in
/// the status whether it converged, and never puts something else in place of an answer silently.
///
/// The smallest model:
/// \code
/// struct first_only {
///   paragon::gradient::status operator()(paragon::gradient::gram_view gram, std::span<double> weights) const {
///     std::ranges::fill(weights, 0.0);
///     weights[0] = 1;
///     return {.converged = true, .squared_norm = gram(0, 0)};
///   }
/// };
/// \endcode
template <class W>
concept weighting =
    callable_with_gram_and_weights<std::remove_reference_t<W>> && returns_status<std::remove_reference_t<W>>;

/// Names what W lacks of `weighting`: a failed assertion, in the compiler's first line of error.
template <class W>
consteval bool require_weighting() {
  static_assert(callable_with_gram_and_weights<std::remove_reference_t<W>>,
                "a weighting needs `operator()(paragon::gradient::gram_view, std::span<double> weights)`");
  static_assert(returns_status<std::remove_reference_t<W>>, "a weighting must return paragon::gradient::status");
  return true;
}

/// A weighting that remembers earlier calls; `reset()` makes it forget them.
template <class W>
concept stateful_weighting = weighting<W> && requires(std::remove_reference_t<W>& w) { w.reset(); };

/// Says by which factor each gradient is scaled before the weighting sees it: `n(gram, scales)` writes k numbers, positive or,
/// for a gradient that is left out, zero.
template <class N>
concept normalisation = requires(const std::remove_reference_t<N>& n, gram_view gram, std::span<double> scales) {
  { n(gram, scales) } -> std::same_as<void>;
};

/// k gradients of n numbers each: `rows()`, `columns()`, `row(i)` points to the first number of gradient i, and
/// `column_stride()` is the distance between two numbers of a gradient. Models: `matrix_view`, `row_list`.
template <class J>
concept jacobian = requires(const J& j, std::size_t i) {
  typename J::value_type;
  { j.rows() } -> std::convertible_to<std::size_t>;
  { j.columns() } -> std::convertible_to<std::size_t>;
  { j.row(i) } -> std::convertible_to<const typename J::value_type*>;
  { j.column_stride() } -> std::convertible_to<std::ptrdiff_t>;
} && std::floating_point<typename J::value_type>;

}  // namespace paragon::gradient
