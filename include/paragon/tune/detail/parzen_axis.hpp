// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "../../core/random_key.hpp"
#include "../axis.hpp"
#include "../bandwidth.hpp"

namespace paragon::inline PARAGON_ISA::tune::detail {

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
  /// Logarithms of the masses of one value's interval, one for each distinct kernel.
  struct interval_masses {
    double value = 0;
    std::vector<double> logs;
  };

  template <bandwidth_rule Rule>
  parzen_axis(const axis& a, std::vector<double> observed, double prior_weight, std::size_t dimensions,
              const Rule& rule)
      : axis_(&a), fixed_(a.fixed()), kernels_(observed.size() + 1) {
    if (fixed_) return;
    if (a.categorical()) {
      observed_ = std::move(observed);
      const double share = prior_weight / static_cast<double>(kernels_);
      const double labels = static_cast<double>(a.labels.size());
      hit_ = (1 + share) / (1 + labels * share);
      miss_ = share / (1 + labels * share);
      return;
    }
    lower_ = a.coordinate_lower();
    upper_ = a.coordinate_upper();
    const double range = upper_ - lower_;
    centres_ = std::move(observed);
    if (a.logarithmic) {
      for (double& x : centres_) x = a.coordinate(x);
    }
    widths_.resize(centres_.size());
    rule(std::span<const double>(centres_), lower_, upper_, dimensions, std::span<double>(widths_));
    const double narrowest = range / std::min(100.0, static_cast<double>(kernels_ + 1));
    for (double& w : widths_) w = std::clamp(w, narrowest, range);
    centres_.push_back(lower_ + range / 2);
    widths_.push_back(range);
    if (a.step > 0) {
      find_distinct();
    } else {
      for (const double w : widths_) inverse_widths_.push_back(1 / w);
    }
  }

  /// Multiplies each kernel's factor by what its density is divided by, where lengths are measured in axes; returns the
  /// logarithm of that unit. \post each factor has become smaller by at most 500
  [[nodiscard]] double multiply_scales(std::span<double> factors) const {
    if (fixed_ || axis_->categorical()) return 0;
    const double range = upper_ - lower_;
    if (axis_->step > 0) {
      std::vector<double> masses(distinct_.size());
      for (std::size_t u = 0; u < masses.size(); ++u) masses[u] = mass_on_axis(distinct_[u].first, distinct_[u].second);
      for (std::size_t k = 0; k < kernels_; ++k) factors[k] *= masses[which_[k]];
      return 0;
    }
    const double unit = std::sqrt(2 * std::numbers::pi) / range;
    for (std::size_t k = 0; k < kernels_; ++k) factors[k] *= mass_on_axis(centres_[k], widths_[k]) * widths_[k] * unit;
    return std::log(range);
  }

  /// Adds the logarithm of each kernel's density at a value, but for its scale.
  /// \param known  what was computed for other values; grows
  void add_log_density(double value, std::span<double> sums, std::vector<interval_masses>& known) const {
    if (fixed_) return;
    if (axis_->categorical()) {
      const double hit = std::log(hit_);
      const double miss = std::log(miss_);
      for (std::size_t k = 0; k < observed_.size(); ++k) sums[k] += observed_[k] == value ? hit : miss;
      sums[observed_.size()] -= std::log(static_cast<double>(axis_->labels.size()));
    } else if (axis_->step > 0) {
      const std::vector<double>& logs = masses_of(value, known);
      for (std::size_t k = 0; k < kernels_; ++k) sums[k] += logs[which_[k]];
    } else {
      const double x = axis_->coordinate(value);
      for (std::size_t k = 0; k < kernels_; ++k) {
        const double z = (x - centres_[k]) * inverse_widths_[k];
        sums[k] -= 0.5 * z * z;
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
  [[nodiscard]] double mass_on_axis(double centre, double width) const noexcept {
    const double a = (lower_ - centre) / width;
    const double b = (upper_ - centre) / width;
    constexpr double far = 8.5;  // what lies beyond is below half a unit in the last place of 1
    return a < -far && b > far ? 1 : normal_mass(a, b);
  }

  /// On steps many kernels are the same.
  void find_distinct() {
    std::vector<std::size_t> order(kernels_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto kernel = [this](std::size_t k) { return std::pair(centres_[k], widths_[k]); };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return kernel(a) < kernel(b); });
    which_.resize(kernels_);
    for (const std::size_t k : order) {
      if (distinct_.empty() || distinct_.back() != kernel(k)) distinct_.push_back(kernel(k));
      which_[k] = static_cast<std::uint32_t>(distinct_.size() - 1);
    }
  }

  [[nodiscard]] const std::vector<double>& masses_of(double value, std::vector<interval_masses>& known) const {
    for (const interval_masses& m : known) {
      if (m.value == value) return m.logs;
    }
    const double lower = axis_->coordinate(value - axis_->step / 2);
    const double upper = axis_->coordinate(value + axis_->step / 2);
    interval_masses& fresh = known.emplace_back();
    fresh.value = value;
    for (const auto& [centre, width] : distinct_) {
      fresh.logs.push_back(std::log(normal_mass((lower - centre) / width, (upper - centre) / width)));
    }
    return fresh.logs;
  }

  const axis* axis_;
  bool fixed_;
  std::size_t kernels_;           // the prior included
  std::vector<double> observed_;  // labels
  double hit_ = 0;
  double miss_ = 0;
  double lower_ = 0;  // coordinates from here on
  double upper_ = 0;
  std::vector<double> centres_;
  std::vector<double> widths_;
  std::vector<double> inverse_widths_;               // where there are no steps
  std::vector<std::pair<double, double>> distinct_;  // where there are: centre and width
  std::vector<std::uint32_t> which_;                 // of the distinct ones
};

}  // namespace paragon::tune::detail
