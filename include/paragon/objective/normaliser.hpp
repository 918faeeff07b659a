// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/moments.hpp"

namespace paragon::inline PARAGON_ISA::objective {

/// Brings the values of objectives to one scale, so that they can be weighed against each other.
///
/// `n.update(x)` takes note of a value, `n(x)` normalises one and `n.slope(x)` is the derivative of that, all in the
/// value's natural direction and rising. A normaliser that learns nothing ignores `update`. Updates come in the order of
/// the program and from one thread. A value that is not finite is an error.
template <class N>
concept normaliser = std::copyable<N> && requires(N n, const N& c, double x) {
  n.update(x);
  { c(x) } -> std::convertible_to<double>;
  { c.slope(x) } -> std::convertible_to<double>;
};

namespace detail {
inline void expect_finite(const char* place, double x) {
  if (!std::isfinite(x)) throw error(place, "the value " + number_text(x), "a finite number");
}

/// (x - low) / (high - low), also where a difference is beyond the range of double. \pre high > low
inline double part_of_range(double x, double low, double high) noexcept {
  const double part = (x - low) / (high - low);
  return std::isfinite(part) && std::isfinite(high - low) ? part : (0.5 * x - 0.5 * low) / (0.5 * high - 0.5 * low);
}
/// 1 / (high - low), likewise.
inline double slope_of_range(double low, double high) noexcept { return 0.5 / (0.5 * high - 0.5 * low); }
/// low + y (high - low), likewise.
inline double within_range(double y, double low, double high) noexcept {
  const double range = high - low;
  return std::isfinite(range) ? low + y * range : (1 - y) * low + y * high;
}
}  // namespace detail

/// (x - minimum) / (maximum - minimum), with a range known beforehand.
struct fixed_range {
  double minimum = 0;
  double maximum = 1;

  friend bool operator==(const fixed_range&, const fixed_range&) = default;

  /// The range of these values. \pre at least two different ones, all finite, else an error.
  [[nodiscard]] static fixed_range of(std::span<const double> values) {
    fixed_range r{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (const double v : values) {
      detail::expect_finite("objective::fixed_range", v);
      r.minimum = std::min(r.minimum, v);
      r.maximum = std::max(r.maximum, v);
    }
    if (!(r.maximum > r.minimum)) throw error("objective::fixed_range", "no two different values", "a range");
    return r;
  }

  static void update(double) noexcept {}
  [[nodiscard]] double operator()(double x) const noexcept { return detail::part_of_range(x, minimum, maximum); }
  [[nodiscard]] double slope(double) const noexcept { return detail::slope_of_range(minimum, maximum); }
  [[nodiscard]] double inverse(double y) const noexcept { return detail::within_range(y, minimum, maximum); }
};

/// The published normalisation of the training loss: the range of the values noted since the last reset.
///
/// Normalise first, then update, as published: the result may leave [0, 1]. As long as fewer than two different values
/// were noted a value passes unchanged. Programs reset it after every epoch; with a `capacity`, noting one value more
/// than that forgets all of them, as published for larger spaces. Early in each epoch the scale jumps: for comparison
/// only, see `quantile_range`.
class running_range {
public:
  running_range() = default;
  explicit running_range(std::size_t capacity) : capacity_(capacity) {}

  void update(double x) {
    detail::expect_finite("objective::running_range", x);
    minimum_ = count_ == 0 ? x : std::min(minimum_, x);
    maximum_ = count_ == 0 ? x : std::max(maximum_, x);
    ++count_;
    if (capacity_ > 0 && count_ > capacity_) reset();
  }
  void reset() noexcept { count_ = 0; }

  /// Whether values are being scaled at all.
  [[nodiscard]] bool ready() const noexcept { return count_ >= 2 && maximum_ > minimum_; }
  [[nodiscard]] double operator()(double x) const noexcept {
    return ready() ? detail::part_of_range(x, minimum_, maximum_) : x;
  }
  [[nodiscard]] double slope(double) const noexcept { return ready() ? detail::slope_of_range(minimum_, maximum_) : 1; }
  /// Maps [0, 1] back to the range; the published way to give a cost the scale of the loss.
  [[nodiscard]] double inverse(double y) const noexcept {
    return ready() ? detail::within_range(y, minimum_, maximum_) : y;
  }

private:
  std::size_t capacity_ = 0;  // 0: no limit
  std::size_t count_ = 0;
  double minimum_ = 0;
  double maximum_ = 0;
};

/// (x - mean) / deviation with exponentially moving moments, without the bias of the first steps.
///
/// Changes smoothly, needs no reset. The weights of past values are those of an average of `1 / (1 - decay)` values, and
/// sum to 1 from the first on. As long as the deviation is 0 a value is only centred.
class moving_standard {
public:
  moving_standard() = default;
  /// \pre 0 <= decay < 1, else an error.
  explicit moving_standard(double decay) : decay_(decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw error("objective::moving_standard", "decay " + number_text(decay), "at least 0 and below 1");
    }
  }

  void update(double x) {
    detail::expect_finite("objective::moving_standard", x);
    // West, "Updating mean and variance estimates", CACM 22 (1979), with weights that decay.
    const double total = decay_ * weight_ + 1;
    // The deviation is kept, not its square, and differences are halved: nothing leaves the range of double before it must.
    const double share = 1 / total;
    const double half = 0.5 * x - 0.5 * mean_;
    mean_ += 2 * share * half;
    deviation_ = std::sqrt(1 - share) * std::hypot(deviation_, 2 * std::sqrt(share) * half);
    weight_ = total;
  }
  void reset() noexcept { weight_ = mean_ = deviation_ = 0; }

  [[nodiscard]] double mean() const noexcept { return mean_; }
  [[nodiscard]] double deviation() const noexcept { return deviation_; }
  [[nodiscard]] double operator()(double x) const noexcept {
    return deviation_ > 0 ? (x - mean_) / deviation_ : x - mean_;
  }
  [[nodiscard]] double slope(double) const noexcept { return deviation_ > 0 ? 1 / deviation_ : 1; }

private:
  double decay_ = 0.99;
  double weight_ = 0;
  double mean_ = 0;
  double deviation_ = 0;
};

/// (x - low) / (high - low) with two quantiles of the last `window` values: a range that outliers do not stretch.
///
/// The quantile q of n values is the one of rank q (n - 1), interpolated. As long as the quantiles are equal a value is
/// only shifted. An update costs O(window), the rest O(1).
class quantile_range {
public:
  struct options {
    double low = 0.05;
    double high = 0.95;
    std::size_t window = 512;
    friend bool operator==(const options&, const options&) = default;
  };

  quantile_range() = default;
  /// \pre 0 <= low < high <= 1, window > 0, else an error.
  explicit quantile_range(const options& o) : options_(o) {
    if (!(o.low >= 0 && o.low < o.high && o.high <= 1)) {
      throw error("objective::quantile_range", "quantiles " + number_text(o.low) + " and " + number_text(o.high),
                  "0 <= low < high <= 1");
    }
    if (o.window == 0) throw error("objective::quantile_range", "a window of 0 values", "at least 1");
  }

  void update(double x) {
    detail::expect_finite("objective::quantile_range", x);
    if (recent_.size() < options_.window) {
      recent_.push_back(x);
    } else {
      sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), recent_[oldest_]));
      recent_[oldest_] = x;
      oldest_ = (oldest_ + 1) % options_.window;
    }
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), x), x);
  }
  void reset() noexcept {
    recent_.clear();
    sorted_.clear();
    oldest_ = 0;
  }

  [[nodiscard]] double low() const noexcept { return quantile(options_.low); }
  [[nodiscard]] double high() const noexcept { return quantile(options_.high); }
  [[nodiscard]] double operator()(double x) const noexcept {
    const double from = low();
    const double to = high();
    return to > from ? detail::part_of_range(x, from, to) : x - from;
  }
  [[nodiscard]] double slope(double) const noexcept {
    const double from = low();
    const double to = high();
    return to > from ? detail::slope_of_range(from, to) : 1;
  }

private:
  [[nodiscard]] double quantile(double q) const noexcept {
    if (sorted_.empty()) return 0;
    const double rank = q * static_cast<double>(sorted_.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted_.size() - 1);
    return detail::within_range(rank - static_cast<double>(below), sorted_[below], sorted_[above]);
  }

  options options_;
  std::vector<double> recent_;  // in the order of arrival, a ring once it is full
  std::vector<double> sorted_;
  std::size_t oldest_ = 0;
};

/// (log max(x, floor) - mean) / deviation: for costs that span magnitudes, such as latencies.
///
/// Below the floor the result is constant and the slope 0.
struct log_standard {
  double mean = 0;
  double deviation = 1;
  double floor = 1e-6;  ///< in the unit of the values, above 0

  friend bool operator==(const log_standard&, const log_standard&) = default;

  /// Mean and deviation of the logarithms of these values. \pre floor > 0, not all values equal, else an error.
  [[nodiscard]] static log_standard of(std::span<const double> values, double floor = 1e-6) {
    if (!(floor > 0)) throw error("objective::log_standard", "the floor " + number_text(floor), "above 0");
    std::vector<double> logarithms;
    logarithms.reserve(values.size());
    for (const double v : values) {
      detail::expect_finite("objective::log_standard", v);
      logarithms.push_back(std::log(std::max(v, floor)));
    }
    const moments m = moments::of(std::span<const double>(logarithms));
    if (!(m.deviation > 0)) throw error("objective::log_standard", "no two different values", "a deviation above 0");
    return {m.mean, m.deviation, floor};
  }

  static void update(double) noexcept {}
  [[nodiscard]] double operator()(double x) const noexcept { return (std::log(std::max(x, floor)) - mean) / deviation; }
  [[nodiscard]] double slope(double x) const noexcept { return x > floor ? 1 / (x * deviation) : 0; }
  [[nodiscard]] double inverse(double y) const noexcept { return std::exp(mean + y * deviation); }
};

}  // namespace paragon::objective
