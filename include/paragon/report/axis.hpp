// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::report {

/// How an axis is divided. `automatic` is logarithmic where all values are positive and span more than a factor of five.
enum class axis_scale { automatic, linear, logarithmic };

/// A range of values.
struct axis_range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  friend bool operator==(const axis_range&, const axis_range&) = default;

  /// Widens the range to hold a value; NaN and infinities are left out.
  void include(double value) noexcept {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] bool empty() const noexcept { return !(low <= high); }
};

/// One axis of a picture: maps values to pixels and knows where its ticks are.
class axis {
public:
  /// \param range  the values to show; widened by a margin
  /// \param begin  pixel of the low end, \param end pixel of the high end (below `begin` for a y axis)
  /// \throws error for an empty range, and for a logarithmic axis of values that are not positive
  axis(axis_range range, axis_scale scale, double begin, double end) : begin_(begin), end_(end) {
    if (range.empty()) throw error("report::axis", "no finite value to show", "at least one");
    logarithmic_ = scale == axis_scale::logarithmic ||
                   (scale == axis_scale::automatic && range.low > 0 && range.high > 5 * range.low);
    if (logarithmic_ && !(range.low > 0)) {
      throw error("report::axis", "the value " + number_text(range.low) + " on a logarithmic axis", "positive values");
    }
    low_ = transform(range.low);
    high_ = transform(range.high);
    double margin = 0.06 * (high_ - low_);
    if (!(margin > 0)) margin = logarithmic_ ? 0.1 : std::max(0.1 * std::abs(high_), 1e-9);
    // A margin that crosses zero would invent negative times and errors.
    low_ = !logarithmic_ && low_ >= 0 ? std::max(0.0, low_ - margin) : low_ - margin;
    high_ += margin;
  }

  [[nodiscard]] bool logarithmic() const noexcept { return logarithmic_; }

  /// Whether a value lies on the axis.
  [[nodiscard]] bool shows(double value) const noexcept {
    if (!std::isfinite(value) || (logarithmic_ && !(value > 0))) return false;
    const double t = transform(value);
    return t >= low_ && t <= high_;
  }

  /// The pixel of a value. \pre positive where the axis is logarithmic
  [[nodiscard]] double operator()(double value) const noexcept {
    return begin_ + (transform(value) - low_) / (high_ - low_) * (end_ - begin_);
  }

  /// Round values on the axis, rising: about `wanted` of them, 1, 2 or 5 times powers of ten.
  [[nodiscard]] std::vector<double> ticks(int wanted = 5) const {
    if (logarithmic_) {
      std::vector<double> found;
      for (const std::initializer_list<double> steps :
           {std::initializer_list<double>{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 5, 7}}) {
        found.clear();
        for (double decade = std::floor(low_); decade <= high_; ++decade) {
          for (const double step : steps) {
            const double value = step * std::pow(10.0, decade);
            if (shows(value)) found.push_back(value);
          }
        }
        if (static_cast<int>(found.size()) >= std::max(3, wanted - 1)) break;
      }
      if (found.size() >= 3) return thinned(found, 2 * wanted);
    }
    const double first = logarithmic_ ? std::pow(10.0, low_) : low_;
    const double last = logarithmic_ ? std::pow(10.0, high_) : high_;
    const double rough = (last - first) / wanted;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = power;
    for (const double s : {2.0, 5.0, 10.0}) {
      if (step < 0.65 * rough) step = s * power;
    }
    std::vector<double> found;
    const double start = std::ceil(first / step - 1e-9);
    for (int i = 0; i < 4 * wanted; ++i) {  // counted, for beyond 2^53 a sum of ones no longer grows
      const double value = (start + i) * step;
      if (shows(value)) found.push_back(value);
    }
    return found;
  }

private:
  [[nodiscard]] double transform(double value) const noexcept { return logarithmic_ ? std::log10(value) : value; }

  static std::vector<double> thinned(const std::vector<double>& all, int limit) {
    const std::size_t stride = all.size() / static_cast<std::size_t>(limit) + 1;
    std::vector<double> kept;
    for (std::size_t i = 0; i < all.size(); i += stride) kept.push_back(all[i]);
    return kept;
  }

  double begin_;
  double end_;
  double low_ = 0;
  double high_ = 0;
  bool logarithmic_ = false;
};

}  // namespace paragon::report
