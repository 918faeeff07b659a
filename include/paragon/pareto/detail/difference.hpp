// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// (high - low) / `unit`, in double. Integers are subtracted before they are rounded.
/// \param unit  1, or 2 where a difference of finite numbers may be too large for a double
/// \pre low <= high
template <class T>
[[nodiscard]] constexpr double difference_of(T high, T low, T unit = 1) noexcept {
  if (high == low) return 0;  // also two infinities
  if constexpr (std::is_integral_v<T>) {
    return static_cast<double>(static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low)) /
           static_cast<double>(unit);
  } else {
    return static_cast<double>(high / unit - low / unit);
  }
}

/// The unit for differences up to `high` - `low`, two finite numbers.
template <class T>
[[nodiscard]] constexpr T unit_of_differences(T high, T low) noexcept {
  return difference_of(high, low) <= std::numeric_limits<double>::max() ? T(1) : T(2);
}

}  // namespace paragon::pareto::detail
