// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "../tensor/shape.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// No variable.
inline constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

/// What a context knows of one variable.
template <class T>
struct node {
  T* value = nullptr;
  T* adjoint = nullptr;  ///< set during a backward pass; a view has none of its own
  shape extents;
  std::size_t offset = 0;      ///< of a view within `whole`
  std::uint32_t whole = none;  ///< the variable of which this is a view
  bool needs_gradient = false;
  bool leaf = false;      ///< an input: its gradient is kept for every seed
  bool borrowed = false;  ///< its value is memory of the caller
  bool shared = false;    ///< a leaf that all instances of a batch share
  bool recorded = false;  ///< has a record
};

}  // namespace paragon::autodiff
