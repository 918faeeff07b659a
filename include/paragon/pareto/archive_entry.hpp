// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "points.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// What became of a point that was offered to an archive.
struct insertion {
  enum class outcome {
    inserted,
    dominated,   // another element dominates it; on a grid, the other's cell dominates or holds it
    repeated,    // an equal element is there already, under `keep_first`
    crowded_out  // not dominated, but the bound gave it up
  };
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  outcome what = outcome::inserted;
  std::size_t index = nowhere;  // of the new element, or of one that keeps it out
  std::size_t erased = 0;       // elements that went

  /// Whether the point is in the archive now.
  explicit operator bool() const noexcept { return what == outcome::inserted; }
  friend bool operator==(const insertion&, const insertion&) = default;
};

/// An element of an archive: where its objectives lie, and its payload.
template <class T, class Payload, std::size_t Objectives = dynamic_objectives>
struct archive_entry {
  std::span<const T, Objectives == dynamic_objectives ? std::dynamic_extent : Objectives> point;
  Payload& payload;
};
template <class T, class Payload, std::size_t Objectives>
  requires std::is_void_v<Payload>
struct archive_entry<T, Payload, Objectives> {
  std::span<const T, Objectives == dynamic_objectives ? std::dynamic_extent : Objectives> point;
};

namespace detail {

/// Payloads as they are stored: wrapped, so that a vector of bool keeps its bools, and nothing for void.
template <class Payload>
struct archive_slot {
  Payload payload;
};
template <>
struct archive_slot<void> {};

}  // namespace detail
}  // namespace paragon::pareto
