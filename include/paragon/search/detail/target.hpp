// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "../../core/moments.hpp"
#include "../../predictor/surrogate.hpp"

namespace paragon::inline PARAGON_ISA::search::detail {

/// How a surrogate sees an objective: as it is, or by its logarithm where that is less skewed, as it is of latencies and
/// sizes, whose parts multiply.
class target_transform {
public:
  /// By logarithms where all values are positive, span a factor of two, and are less skewed so.
  [[nodiscard]] static target_transform of(std::span<const double> y) {
    target_transform t;
    const auto [least, most] = std::minmax_element(y.begin(), y.end());
    if (y.empty() || !(*least > 0) || *most < 2 * *least) return t;
    std::vector<double> logs;
    for (const double v : y) logs.push_back(std::log(v));
    t.logarithmic_ = std::abs(skewness(logs)) < std::abs(skewness(y));
    return t;
  }

  [[nodiscard]] double operator()(double y) const {
    return logarithmic_ ? std::log(std::max(y, std::numeric_limits<double>::min())) : y;
  }

  /// Mean and deviation of the objective itself, of those that a surrogate says of what it sees; of a logarithm those of
  /// the log-normal distribution, where deviations above 2 (a factor of 7) count as 2.
  [[nodiscard]] predictor::estimate back(predictor::estimate e) const {
    if (!logarithmic_) return e;
    const double variance = std::min(e.deviation * e.deviation, 4.0);
    const double mean = std::exp(std::min(e.mean + variance / 2, 700.0));
    return {mean, mean * std::sqrt(std::expm1(variance))};
  }

private:
  static double skewness(std::span<const double> y) {
    const moments m = moments::of(y);
    if (!(m.deviation > 0)) return 0;
    double sum = 0;
    for (const double v : y) sum += std::pow((v - m.mean) / m.deviation, 3);
    return sum / static_cast<double>(y.size());
  }

  bool logarithmic_ = false;
};

}  // namespace paragon::search::detail
