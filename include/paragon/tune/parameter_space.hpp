// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "axis.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// The parameters that are tuned together, in a fixed order. A point of it is one number for each.
///
/// \code
/// const paragon::tune::parameter_space scales(paragon::tune::uniform{"accuracy", 1000, 5000},
///                                             paragon::tune::integer{"latency", 100, 500},
///                                             paragon::tune::categorical{"solver", {"euler", "heun"}});
/// scales.index("latency");  // 1
/// \endcode
class parameter_space {
public:
  /// \throws error that names the parameter: for a name that is empty, used twice or not UTF-8 (labels alike); bounds
  ///         that are not finite or in the wrong order; a logarithm of what is not positive; a negative step, or one
  ///         too small for a double
  template <class... P>
    requires(sizeof...(P) > 0 && (!std::same_as<P, std::vector<axis>> && ...) &&
             (!std::same_as<P, parameter_space> && ...))
  explicit parameter_space(const P&... parameters) : parameter_space(axes_of(parameters...)) {}

  /// The same from axes, for parameters that only the run time knows.
  explicit parameter_space(std::vector<axis> axes) : axes_(std::move(axes)) {
    if (axes_.empty()) throw error("tune::parameter_space", "no parameter", "at least one");
    std::vector<std::string> names;
    for (axis& a : axes_) {
      check(a);
      names.push_back(a.name);
    }
    require_distinct(std::move(names), "tune::parameter_space", "parameter");
  }

  friend bool operator==(const parameter_space&, const parameter_space&) = default;

  [[nodiscard]] std::size_t size() const noexcept { return axes_.size(); }
  [[nodiscard]] std::span<const axis> axes() const noexcept { return axes_; }
  /// \pre i < size()
  [[nodiscard]] const axis& operator[](std::size_t i) const noexcept { return axes_[i]; }

  /// The position of a parameter. O(size). \throws error where there is none of that name
  [[nodiscard]] std::size_t index(std::string_view name) const {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      if (axes_[i].name == name) return i;
    }
    throw error("tune::parameter_space", "no parameter " + quote(name));
  }

  /// Whether `point` has a value of every axis. O(size).
  [[nodiscard]] bool contains(std::span<const double> point) const noexcept {
    return point.size() == axes_.size() &&
           std::equal(point.begin(), point.end(), axes_.begin(), [](double x, const axis& a) { return a.contains(x); });
  }

private:
  template <class... P>
  static std::vector<axis> axes_of(const P&... parameters) {
    static_assert((require_parameter<P>() && ...));
    return {parameters.describe()...};
  }

  static void require_distinct(std::vector<std::string> names, const std::string& place, const std::string& what) {
    for (const std::string& name : names) {
      if (name.empty()) throw error(place, "a " + what + " without a name");
      (void)json(name).dump();  // throws where it is not UTF-8, before it gets into a file
    }
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) throw error(place, what + " " + quote(*twice) + " twice");
  }

  static void check(axis& a) {
    const std::string place = "tune: parameter " + quote(a.name);
    if (a.categorical()) {
      require_distinct(a.labels, place, "label");
      if (a.logarithmic) throw error(place, "labels on a logarithmic axis");
      a.lower = 0;
      a.upper = static_cast<double>(a.labels.size() - 1);
      a.step = 1;
      return;
    }
    const std::string bounds = "bounds " + number_text(a.lower) + " and " + number_text(a.upper);
    if (!std::isfinite(a.lower) || !std::isfinite(a.upper) || !std::isfinite(a.upper - a.lower)) {
      throw error(place, bounds, "finite bounds a finite distance apart");
    }
    if (a.lower > a.upper) throw error(place, bounds, "the lower one first");
    if (!(a.step >= 0) || (a.step > 0 && (a.upper - a.lower) / a.step > 0x1p32)) {
      throw error(place, "step " + number_text(a.step), "0, or a distance that fits at most 2^32 times");
    }
    if (a.step > 0) a.upper = a.lower + std::floor((a.upper - a.lower) / a.step + 1e-9) * a.step;
    if (a.logarithmic && !(a.lower - a.step / 2 > 0)) {
      throw error(place, bounds + " on a logarithmic axis", "positive bounds, and more than half a step");
    }
    if (a.step > 0 && !(a.coordinate_lower() < a.coordinate(a.lower + a.step / 2) &&
                        a.coordinate(a.upper - a.step / 2) < a.coordinate_upper())) {
      throw error(place, "step " + number_text(a.step) + " with " + bounds, "steps that a double tells apart");
    }
  }

  std::vector<axis> axes_;
};

}  // namespace paragon::tune
