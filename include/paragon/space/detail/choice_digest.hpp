// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::space::detail {

/// 64 bits for a row of choices, taken one after the other.
///
/// Choices are the digits of mixed-radix numbers; where the next digit would not fit into 64 bits, the number is mixed into
/// the digest and another begins. So every decision counts, however many there are, and rows of fewer than 2^64
/// possibilities, which are one number, never collide: the mixing (the finaliser of SplitMix64) is a bijection.
class choice_digest {
public:
  /// \pre choice < choices
  constexpr void add(std::uint64_t choice, std::uint64_t choices) noexcept {
    std::uint64_t rows = 0;
    if (__builtin_mul_overflow(rows_, choices, &rows)) {
      digest_ = mix(digest_ ^ number_);
      number_ = 0;
      rows = choices;
    }
    number_ = number_ * choices + choice;
    rows_ = rows;
  }

  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return mix(digest_ ^ number_); }

private:
  static constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
  }

  std::uint64_t digest_ = 0;  ///< of the numbers that are full
  std::uint64_t number_ = 0;
  std::uint64_t rows_ = 1;  ///< how many rows the number tells apart
};

}  // namespace paragon::space::detail
