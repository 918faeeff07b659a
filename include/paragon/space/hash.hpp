// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include "concepts.hpp"

namespace paragon::space {

/// A 64-bit hash of an architecture's choices; equal architectures have equal hashes, on every machine. O(decisions).
///
/// The choices are packed as digits of the mixed-radix number that they are, so architectures of a space of fewer than
/// 2^64 choice rows never collide; larger numbers wrap. The number is then mixed (the finaliser of SplitMix64, a
/// bijection), so that its low bits are fit for hash tables.
template <has_decisions S>
[[nodiscard]] constexpr std::uint64_t hash(const S& space, const typename S::architecture& a) {
  std::uint64_t code = 0;
  for (std::size_t d = 0; d < space.decisions(); ++d) {
    code = code * static_cast<std::uint64_t>(space.choices(d)) + static_cast<std::uint64_t>(space.choice(a, d));
  }
  code = (code ^ (code >> 30)) * 0xBF58476D1CE4E5B9U;
  code = (code ^ (code >> 27)) * 0x94D049BB133111EBU;
  return code ^ (code >> 31);
}

/// The hash as a function object for unordered containers.
///
/// \code
/// using cell = paragon::space::nasbench201::architecture;
/// std::unordered_set<cell, paragon::space::hasher<paragon::space::nasbench201>> seen;
/// \endcode
template <has_decisions S>
struct hasher {
  S space{};

  [[nodiscard]] std::size_t operator()(const typename S::architecture& a) const {
    return static_cast<std::size_t>(hash(space, a));
  }
};

}  // namespace paragon::space
