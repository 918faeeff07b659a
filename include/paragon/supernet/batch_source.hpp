// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "../tensor/shape.hpp"

namespace paragon::supernet {

/// Labelled images, a batch for each step of a training: the same step gives the same batch again.
///
/// - `s.extents()`: [batch, height, width, channels], the same for every step.
/// - `s.fill(step, images, labels)`: writes the numbers that a network reads and the classes.
template <class S, class T = float>
concept batch_source = requires(S& s, std::uint64_t step, std::span<T> images, std::span<std::uint32_t> labels) {
  { s.extents() } -> std::convertible_to<shape>;
  s.fill(step, images, labels);
};

}  // namespace paragon::supernet
