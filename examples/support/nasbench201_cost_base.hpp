// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "nasbench201_surrogates.hpp"

/// The part of the costs' surrogates that is solved for, not trained.
namespace nasbench201 {

/// The linear part of a cost, and the scale of what it leaves over.
struct cost_base {
  std::array<double, surrogate_features::linear> weights{};
  double floor = 0;       ///< added where sizes are relative
  double spread = 0;      ///< relative size of what is left over
  double least = 0;       ///< smallest value seen
  double resolution = 0;  ///< unit of the values; 0: none
};

/// Weights w that minimise sum ((x w - y) / (y + floor))^2 over rows of x, by the normal equations and Cholesky; a small
/// ridge, since the features depend on each other.
[[nodiscard]] inline std::vector<double> relative_fit(const std::vector<double>& x, const std::vector<double>& y,
                                                      double floor) {
  const std::size_t k = x.size() / y.size();
  std::vector<double> a(k * k, 0.0);
  std::vector<double> w(k, 0.0);
  for (std::size_t r = 0; r < y.size(); ++r) {
    const double weight = 1 / ((y[r] + floor) * (y[r] + floor));
    const double* row = x.data() + r * k;
    for (std::size_t i = 0; i < k; ++i) {
      w[i] += weight * row[i] * y[r];
      for (std::size_t j = 0; j <= i; ++j) a[i * k + j] += weight * row[i] * row[j];
    }
  }
  double greatest = 0;
  for (std::size_t i = 0; i < k; ++i) greatest = std::max(greatest, a[i * k + i]);
  for (std::size_t i = 0; i < k; ++i) {
    a[i * k + i] += 1e-9 * greatest;
    for (std::size_t j = 0; j <= i; ++j) {
      for (std::size_t l = 0; l < j; ++l) a[i * k + j] -= a[i * k + l] * a[j * k + l];
      a[i * k + j] = i == j ? std::sqrt(a[i * k + i]) : a[i * k + j] / a[j * k + j];
    }
    for (std::size_t l = 0; l < i; ++l) w[i] -= a[i * k + l] * w[l];
    w[i] /= a[i * k + i];
  }
  for (std::size_t i = k; i-- > 0;) {
    for (std::size_t l = i + 1; l < k; ++l) w[i] -= a[l * k + i] * w[l];
    w[i] /= a[i * k + i];
  }
  return w;
}

/// The scalar product of weights with as many features.
[[nodiscard]] inline double product(std::span<const double> weights, const double* x) {
  return std::inner_product(weights.begin(), weights.end(), x, 0.0);
}

/// The greatest power of ten, 1 to 1e-7, of which all values are multiples; 0 where there is none.
[[nodiscard]] inline double resolution_of(const std::vector<double>& values) {
  for (int digits = 0; digits <= 7; ++digits) {
    const double unit = std::pow(10.0, digits);
    if (std::all_of(values.begin(), values.end(),
                    [&](double v) { return std::abs(v * unit - std::round(v * unit)) < 1e-4; })) {
      return 1 / unit;
    }
  }
  return 0;
}

/// Fits the linear part to the known values of some cells; exactly, with a spread of 0, where operation counts explain all.
/// \param features  rows of `surrogate_features::describe_linear` of all cells
[[nodiscard]] inline cost_base fit_base(std::span<const double> values, const std::vector<double>& features,
                                        std::span<const std::size_t> rows) {
  constexpr std::size_t width = surrogate_features::linear;
  constexpr std::size_t first_count = 30;  // the counts of all operations: flow features under the first hypothesis
  constexpr std::size_t counts = 5;
  std::vector<double> x;
  std::vector<double> few;
  std::vector<double> y;
  for (const std::size_t r : rows) {
    if (std::isnan(values[r])) continue;
    const double* row = features.data() + r * width;
    x.insert(x.end(), row, row + width);
    few.insert(few.end(), row + first_count, row + first_count + counts);
    y.push_back(values[r]);
  }
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
  cost_base base{.floor = 0.1 * mean, .least = *std::min_element(y.begin(), y.end())};
  base.resolution = resolution_of(y);

  // Estimates rather than measurements are sums over the operations: then the counts say all.
  auto exact = relative_fit(few, y, base.floor);
  double worst = 0;
  for (double& w : exact) {
    if (std::abs(w) < 1e-5 * mean) w = 0;
  }
  for (std::size_t r = 0; r < y.size(); ++r)
    worst = std::max(worst, std::abs(product(exact, &few[r * counts]) / y[r] - 1));
  if (worst < 1e-5) {
    std::copy(exact.begin(), exact.end(), base.weights.begin() + first_count);
    return base;
  }
  const auto weights = relative_fit(x, y, base.floor);
  std::copy(weights.begin(), weights.end(), base.weights.begin());
  std::vector<double> size(y.size());
  for (std::size_t r = 0; r < y.size(); ++r) {
    const double fitted = product(weights, &x[r * width]);
    size[r] = std::abs(y[r] - fitted) / (std::max(fitted, 0.0) + base.floor);
  }
  const auto middle = size.begin() + static_cast<std::ptrdiff_t>(size.size() / 2);
  std::nth_element(size.begin(), middle, size.end());
  base.spread = *middle / 0.6745;
  return base;
}

/// What is left over of a cost, in units of its usual size.
[[nodiscard]] inline float residual(const cost_base& base, double value, std::span<const double> x) {
  if (std::isnan(value)) return std::numeric_limits<float>::quiet_NaN();
  if (base.spread == 0) return 0;
  const double fitted = product(base.weights, x.data());
  return static_cast<float>((value - fitted) / ((std::max(fitted, 0.0) + base.floor) * base.spread));
}

}  // namespace nasbench201
