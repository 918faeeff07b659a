// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "../autodiff/context.hpp"
#include "../core/random_key.hpp"
#include "../nn/parameters.hpp"

namespace paragon::inline PARAGON_ISA::hypernetwork {

/// Preferences and device features to architecture logits.
///
/// `h(theta, preference, device)`: preference is [rows, objectives], each row on the simplex; device is
/// [rows, device features]; the result is [rows, total choices] of the search space. Rows do not influence each other.
template <class H, class T = float>
concept hypernetwork = std::move_constructible<H> && requires(const H& h, const nn::bound<autodiff::tape<T>>& theta,
                                                              autodiff::variable<autodiff::tape<T>> preference,
                                                              autodiff::variable<autodiff::tape<T>> device) {
  { h(theta, preference, device) } -> std::same_as<autodiff::variable<autodiff::tape<T>>>;
};

/// Names what H lacks of `hypernetwork`: a failed assertion, in the compiler's first line of error.
template <class H, class T = float>
consteval bool require_hypernetwork() {
  static_assert(std::move_constructible<H>, "a hypernetwork must be move-constructible");
  static_assert(hypernetwork<H, T>,
                "a hypernetwork needs `operator()(nn::bound<C> theta, autodiff::variable<C> preference, "
                "autodiff::variable<C> device) const -> autodiff::variable<C>`");
  return true;
}

/// Logits to relaxed architectures: one-hot rows, or rows of probabilities, through which gradients flow.
///
/// `r(logits, offsets, key)`: decision d owns columns [offsets[d], offsets[d + 1]); row i uses the random elements
/// i * decisions + d of the key, so a row's sample does not depend on the batch that it is in.
template <class R, class T = float>
concept relaxation =
    std::move_constructible<R> && requires(const R& r, autodiff::variable<autodiff::tape<T>> logits,
                                           std::span<const std::size_t> offsets, paragon::random_key key) {
      { r(logits, offsets, key) } -> std::same_as<autodiff::variable<autodiff::tape<T>>>;
    };

/// Names what R lacks of `relaxation`: a failed assertion, in the compiler's first line of error.
template <class R, class T = float>
consteval bool require_relaxation() {
  static_assert(std::move_constructible<R>, "a relaxation must be move-constructible");
  static_assert(
      relaxation<R, T>,
      "a relaxation needs `operator()(autodiff::variable<C> logits, std::span<const std::size_t> offsets, key) "
      "const -> autodiff::variable<C>`");
  return true;
}

}  // namespace paragon::hypernetwork
