// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "../../core/random_key.hpp"
#include "../axis.hpp"
#include "../bandwidth.hpp"

namespace paragon::tune::detail {

/// The mass of the standard normal distribution between a and b > a, to six digits in both tails and for widths of at least 1e-10.
inline double normal_mass(double a, double b) noexcept {
  constexpr double r = std::numbers::sqrt2 / 2;
  if (b - a < 1e-6) {  // here the differences below lose their digits
    const double middle = a + (b - a) / 2;
    return (b - a) * std::exp(-0.5 * middle * middle) / std::sqrt(2 * std::numbers::pi);
  }
  if (a > 0) return 0.5 * (std::erfc(r * a) - std::erfc(r * b));
  if (b < 0) return 0.5 * (std::erfc(-r * b) - std::erfc(-r * a));
  return 0.5 * (std::erf(r * b) - std::erf(r * a));
}

/// The kernels of a mixture along one axis: one for each observation, then the prior.
///
/// Numbers: normal distributions truncated to the axis; where values lie a step apart, each has the mass of its
/// interval. Labels: each kernel prefers the label that it observed. Several axes are independent within one kernel.
class parzen_axis {
public:
  template <bandwidth_rule Rule>
  parzen_axis(const axis& a, const std::vector<double>& observed, double prior_weight, std::size_t dimensions,
              const Rule& rule)
      : axis_(&a), fixed_(a.fixed()) {
    if (fixed_) return;
    if (a.categorical()) {
      observed_ = observed;
      const double share = prior_weight / static_cast<double>(observed.size() + 1);
      const double labels = static_cast<double>(a.labels.size());
      hit_ = (1 + share) / (1 + labels * share);
      miss_ = share / (1 + labels * share);
      return;
    }
    lower_ = a.coordinate_lower();
    upper_ = a.coordinate_upper();
    const double range = upper_ - lower_;
    for (const double x : observed) centres_.push_back(a.coordinate(x));
    widths_.resize(observed.size());
    rule(centres_, lower_, upper_, dimensions, std::span<double>(widths_));
    const double narrowest = range / std::min(100.0, static_cast<double>(observed.size() + 2));
    for (double& w : widths_) w = std::clamp(w, narrowest, range);
    centres_.push_back(lower_ + range / 2);
    widths_.push_back(range);
    for (std::size_t k = 0; k < centres_.size(); ++k) {
      const double mass = normal_mass((lower_ - centres_[k]) / widths_[k], (upper_ - centres_[k]) / widths_[k]);
      const double scale = a.step > 0 ? 1 : widths_[k] * std::sqrt(2 * std::numbers::pi);
      log_scales_.push_back(std::log(mass * scale));
    }
  }

  /// Adds the logarithm of each kernel's density at a value.
  void add_log_density(double value, std::span<double> sums) const {
    if (fixed_) return;
    if (axis_->categorical()) {
      const double hit = std::log(hit_);
      const double miss = std::log(miss_);
      for (std::size_t k = 0; k < observed_.size(); ++k) sums[k] += observed_[k] == value ? hit : miss;
      sums[observed_.size()] -= std::log(static_cast<double>(axis_->labels.size()));
    } else if (axis_->step > 0) {
      const double lower = axis_->coordinate(value - axis_->step / 2);
      const double upper = axis_->coordinate(value + axis_->step / 2);
      for (std::size_t k = 0; k < centres_.size(); ++k) {
        const double mass = normal_mass((lower - centres_[k]) / widths_[k], (upper - centres_[k]) / widths_[k]);
        sums[k] += std::log(mass) - log_scales_[k];
      }
    } else {
      const double x = axis_->coordinate(value);
      for (std::size_t k = 0; k < centres_.size(); ++k) {
        const double z = (x - centres_[k]) / widths_[k];
        sums[k] -= 0.5 * z * z + log_scales_[k];
      }
    }
  }

  /// A value from kernel k. The element's 40 low bits are the caller's.
  [[nodiscard]] double draw(std::size_t k, random_key key, std::uint64_t element) const {
    if (fixed_) return axis_->lower;
    if (axis_->categorical()) {
      const auto labels = axis_->labels.size();
      const bool prior = k == observed_.size();
      // hit = (hit - miss) + miss: with that difference the observed label, otherwise any.
      if (!prior && key.uniform(element) < hit_ - miss_) return observed_[k];
      return static_cast<double>(key.below(labels, element | (std::uint64_t{1} << 40)));
    }
    // Rejection: the centre is on the axis, which is at least one width long, so a third of the draws are accepted.
    for (std::uint64_t attempt = 0;; ++attempt) {
      const double x = centres_[k] + widths_[k] * key.normal(element | (attempt << 40));
      if (x >= lower_ && x <= upper_) return axis_->value_at(x);
    }
  }

private:
  const axis* axis_;
  bool fixed_;
  std::vector<double> observed_;  // labels
  double hit_ = 0;
  double miss_ = 0;
  double lower_ = 0;  // coordinates from here on
  double upper_ = 0;
  std::vector<double> centres_;
  std::vector<double> widths_;
  std::vector<double> log_scales_;
};

}  // namespace paragon::tune::detail
