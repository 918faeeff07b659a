// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "../tensor/shape.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

namespace detail {

template <class S>
concept has_extents = requires(S& s) {
  { s.extents() } -> std::convertible_to<shape>;
};
template <class S, class T>
concept fills = requires(S& s, std::uint64_t step, std::span<T> images, std::span<std::uint32_t> labels) {
  s.fill(step, images, labels);
};

}  // namespace detail

/// Labelled images, a batch for each step of a training: the same step gives the same batch again.
///
/// - `s.extents()`: [batch, height, width, channels], the same for every step.
/// - `s.fill(step, images, labels)`: writes the numbers that a network reads and the classes.
template <class S, class T = float>
concept batch_source = detail::has_extents<S> && detail::fills<S, T>;

/// Names what S lacks of `batch_source`: a failed assertion, in the compiler's first line of error.
template <class S, class T = float>
consteval bool require_batch_source() {
  static_assert(detail::has_extents<S>, "a source of batches needs `extents() -> paragon::shape`");
  static_assert(detail::fills<S, T>,
                "a source of batches needs `fill(std::uint64_t step, std::span<T> images, "
                "std::span<std::uint32_t> labels)`");
  return true;
}

}  // namespace paragon::supernet
