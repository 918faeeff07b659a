// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <span>
#include <type_traits>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// The mean of numbers and their standard deviation, which divides by how many there are.
struct moments {
  double mean = 0;
  double deviation = 0;

  /// Those of `values`: NaN where one is NaN or infinite, 0 for none.
  ///
  /// Right for numbers of any size, and far from 0: they are taken as differences from the first one, in a unit near the
  /// greatest of these. The deviation of equal numbers is exactly 0, and their mean is that number. O(n).
  template <class T>
    requires std::floating_point<std::remove_const_t<T>>
  [[nodiscard]] static moments of(std::span<T> values) {
    if (values.empty()) return {};
    const double n = static_cast<double>(values.size());
    const double first = 0.5 * static_cast<double>(values[0]);  // halves, so that no difference overflows
    double greatest = 0;
    bool finite = true;
    for (const T v : values) {
      finite = finite && std::isfinite(v);
      greatest = std::max(greatest, std::abs(0.5 * static_cast<double>(v) - first));
    }
    if (!finite) return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
    if (greatest == 0) return {static_cast<double>(values[0]), 0};
    const int exponent = std::ilogb(greatest);
    const auto in_unit = [&](T v) { return std::ldexp(0.5 * static_cast<double>(v) - first, -exponent); };
    double sum = 0;
    for (const T v : values) sum += in_unit(v);
    double squares = 0;
    for (const T v : values) {
      const double difference = in_unit(v) - sum / n;
      squares += difference * difference;
    }
    return {2 * (first + std::ldexp(sum / n, exponent)), 2 * std::ldexp(std::sqrt(squares / n), exponent)};
  }
};

}  // namespace paragon
