// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Points are compared in groups of this many, objective by objective: value k of point j lies at `k * lane_count + j`.
inline constexpr std::size_t lane_count = 16;

/// A bit for each point of a group.
using lane_set = std::uint32_t;

/// The first `count` lanes.
[[nodiscard]] constexpr lane_set first_lanes(std::size_t count) noexcept { return (lane_set{1} << count) - 1; }

/// The lanes whose value is at most (or, `AtLeast`, at least) `key[k]` for every k < m. O(m).
///
/// Written with the vector types of GCC and Clang, because GCC 12 leaves the plain loop scalar, four times slower. The
/// loop serves other compilers, and number types that are not 4 or 8 bytes wide.
template <bool AtLeast, class T>
[[nodiscard]] inline lane_set matching_lanes(const T* values, const T* key, std::size_t m) noexcept {
#if defined(__GNUC__)
  if constexpr (sizeof(T) == 4 || sizeof(T) == 8) {
#if defined(__AVX__)
    constexpr std::size_t bytes = 32;
#else
    constexpr std::size_t bytes = 16;
#endif
    constexpr std::size_t size = bytes / sizeof(T);
    constexpr std::size_t groups = lane_count / size;
    using integer = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
    typedef T vector __attribute__((vector_size(bytes)));
    typedef integer mask __attribute__((vector_size(bytes)));
    static constexpr auto bit_of_lane = [] {
      std::array<integer, lane_count> bits{};
      for (std::size_t j = 0; j < lane_count; ++j) bits[j] = integer{1} << j;
      return bits;
    }();
    mask holds[groups];
    std::memcpy(holds, bit_of_lane.data(), sizeof(holds));
    for (std::size_t k = 0; k < m; ++k) {
      const vector limit = key[k] - vector{};
      for (std::size_t g = 0; g < groups; ++g) {
        vector x;
        std::memcpy(&x, values + k * lane_count + g * size, bytes);
        if constexpr (AtLeast) {
          holds[g] &= x >= limit;
        } else {
          holds[g] &= x <= limit;
        }
      }
    }
    mask all = holds[0];
    for (std::size_t g = 1; g < groups; ++g) all |= holds[g];
    integer result = 0;
    for (std::size_t j = 0; j < size; ++j) result |= all[j];
    return static_cast<lane_set>(result);
  }
#endif
  lane_set result = first_lanes(lane_count);
  for (std::size_t k = 0; k < m; ++k) {
    lane_set row = 0;
    for (std::size_t j = 0; j < lane_count; ++j) {
      const T x = values[k * lane_count + j];
      row |= static_cast<lane_set>(AtLeast ? x >= key[k] : x <= key[k]) << j;
    }
    result &= row;
  }
  return result;
}

}  // namespace paragon::pareto::detail
