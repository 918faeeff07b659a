// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// How a sampler sees one parameter: which values it has, and on which scale it is searched.
///
/// Every value is a number. A categorical parameter has labels, and its value is the position of one of them. Samplers
/// work in a *coordinate*: the value, or its logarithm on a logarithmic axis. Where values lie `step` apart, each owns
/// the coordinates from half a step below to half a step above, so the ends of the coordinate lie half a step outside.
///
/// Plain data: `parameter_space` checks it, brings `upper` to the last value that the steps reach, and sets the bounds
/// of a categorical one. All members below are O(1) and expect a checked axis.
struct axis {
  std::string name;
  double lower = 0;
  double upper = 1;
  double step = 0;                  ///< distance of neighbouring values; 0: every number between the bounds
  bool logarithmic = false;         ///< searched by its logarithm; then lower - step / 2 > 0
  std::vector<std::string> labels;  ///< of a categorical parameter; otherwise empty

  friend bool operator==(const axis&, const axis&) = default;

  [[nodiscard]] bool categorical() const noexcept { return !labels.empty(); }

  /// Whether there is nothing to choose.
  [[nodiscard]] bool fixed() const noexcept { return lower == upper || coordinate_lower() == coordinate_upper(); }

  [[nodiscard]] double coordinate(double value) const noexcept { return logarithmic ? std::log(value) : value; }
  [[nodiscard]] double coordinate_lower() const noexcept { return coordinate(lower - step / 2); }
  [[nodiscard]] double coordinate_upper() const noexcept { return coordinate(upper + step / 2); }

  /// The value that owns a coordinate.
  [[nodiscard]] double value_at(double coordinate) const noexcept {
    return nearest(logarithmic ? std::exp(coordinate) : coordinate);
  }

  /// The value nearest to a number.
  [[nodiscard]] double nearest(double number) const noexcept {
    if (step > 0) number = lower + std::round((number - lower) / step) * step;
    return std::clamp(number, lower, upper);
  }

  /// Whether a number is a value of this axis; on steps within a billionth of one.
  [[nodiscard]] bool contains(double number) const noexcept {
    if (!(number >= lower && number <= upper)) return false;
    return step == 0 || std::abs(nearest(number) - number) <= 1e-9 * step;
  }
};

}  // namespace paragon::tune
