// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "axis.hpp"
#include "bandwidth.hpp"
#include "detail/parzen_axis.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// A Parzen mixture: the density of points like those observed, and of anything else a little.
///
/// One kernel around every observation, a product over the axes, plus a prior: a normal distribution as wide as the
/// axis and centred on it, or all labels alike. The density is with respect to the coordinate of a continuous axis, and
/// a probability on steps and labels; it is positive everywhere. An axis with one value takes no part.
///
/// Building it costs O(n log n) for each of the d axes, a density O(n d) and a draw O(d + log n) for n observations.
/// Deterministic. Reference: Bergstra, Bardenet, Bengio, Kegl, NeurIPS 2011; Watanabe, "Tree-structured Parzen
/// estimator", arXiv 2304.11127.
///
/// \code
/// const paragon::tune::parameter_space space(paragon::tune::uniform{"x", 0, 10});
/// const std::vector observed{2.0, 2.5, 7.0};
/// const paragon::tune::parzen_mixture density(space.axes(), observed, paragon::tune::recency_weights(3), 1.0);
/// density.log_density(std::vector{2.2});
/// \endcode
class parzen_mixture {
public:
  /// \param axes          d checked axes, which outlive the mixture
  /// \param points        n points, row by row, each with a value of every axis
  /// \param weights       how much each point counts, n positive numbers
  /// \param prior_weight  how much the prior counts beside them, positive
  /// \throws error for lengths that do not fit
  template <bandwidth_rule Rule = neighbour_gaps>
  parzen_mixture(std::span<const axis> axes, std::span<const double> points, std::vector<double> weights,
                 double prior_weight, const Rule& rule = {})
      : weights_(std::move(weights)) {
    const std::size_t n = weights_.size();
    const std::size_t d = axes.size();
    if (d == 0 || points.size() != n * d) {
      throw error("tune::parzen_mixture",
                  std::to_string(points.size()) + " numbers for " + std::to_string(n) + " points on " +
                      std::to_string(d) + " axes",
                  "as many numbers as points times axes");
    }
    std::size_t dimensions = 0;
    for (const axis& a : axes) dimensions += a.fixed() ? 0U : 1U;
    axes_.reserve(d);
    for (std::size_t j = 0; j < d; ++j) {
      std::vector<double> column(n);
      for (std::size_t i = 0; i < n; ++i) column[i] = points[i * d + j];
      axes_.emplace_back(axes[j], std::move(column), prior_weight, dimensions, rule);
    }
    weights_.push_back(prior_weight);
    double sum = 0;
    for (const double w : weights_) sum += w;
    double below = 0;
    cumulative_.reserve(n + 1);
    for (double& w : weights_) {
      w /= sum;
      cumulative_.push_back(below += w);
    }
    find_scales();
  }

  /// The weight of each kernel, the prior last; they sum to 1.
  [[nodiscard]] std::span<const double> weights() const noexcept { return weights_; }

  /// The logarithm of the density at a point with a value of every axis.
  [[nodiscard]] double log_density(std::span<const double> point) const {
    double log = 0;
    log_densities(point, {&log, 1});
    return log;
  }

  /// The same at several points, row by row, which costs less than one after the other. \pre as many points as logs
  void log_densities(std::span<const double> points, std::span<double> logs) const {
    const std::size_t d = axes_.size();
    std::vector<std::vector<detail::parzen_axis::interval_masses>> known(d);
    std::vector<double> sums;
    for (std::size_t i = 0; i < logs.size(); ++i) {
      sums = log_scales_;
      for (std::size_t j = 0; j < d; ++j) axes_[j].add_log_density(points[i * d + j], sums, known[j]);
      logs[i] = log_of_sum(sums);
    }
  }

  /// Draws a point; the same for the same key and index. \pre index * (axes + 1) < 2^40
  void draw(std::span<double> point, random_key key, std::uint64_t index) const {
    const std::uint64_t element = index * (axes_.size() + 1);
    const auto at = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, key.uniform(element));
    const auto kernel = static_cast<std::size_t>(at - cumulative_.begin());
    for (std::size_t j = 0; j < axes_.size(); ++j) point[j] = axes_[j].draw(kernel, key, element + 1 + j);
  }

private:
  /// The logarithm of weight / scale of each kernel. One logarithm does for many axes, as long as nothing underflows.
  void find_scales() {
    log_scales_.assign(weights_.size(), 0.0);
    std::vector<double> factors(weights_.size(), 1.0);
    double units = 0;
    constexpr std::size_t axes_at_once = 64;  // 500^-64 is a normal number
    for (std::size_t j = 0; j < axes_.size(); ++j) {
      units += axes_[j].multiply_scales(factors);
      if ((j + 1) % axes_at_once != 0 && j + 1 < axes_.size()) continue;
      for (std::size_t k = 0; k < factors.size(); ++k) {
        log_scales_[k] -= std::log(factors[k]);
        factors[k] = 1;
      }
    }
    for (std::size_t k = 0; k < weights_.size(); ++k) log_scales_[k] += std::log(weights_[k]) - units;
  }

  static double log_of_sum(std::span<const double> logs) noexcept {
    const double largest = *std::max_element(logs.begin(), logs.end());
    const double least = largest - 50;  // what is smaller does not change a sum of less than 10^5 kernels
    double sum = 0;
    for (const double s : logs) {
      if (s > least) sum += std::exp(s - largest);
    }
    return largest + std::log(sum);
  }

  std::vector<detail::parzen_axis> axes_;
  std::vector<double> weights_;
  std::vector<double> log_scales_;
  std::vector<double> cumulative_;
};

}  // namespace paragon::tune
