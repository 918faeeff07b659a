// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace paragon::pareto::detail {

/// A sum of scaled objectives: no point that dominates another has a larger one.
///
/// The scale comes from a sample, so that units do not matter; it changes speed, never results. Rounding and overflow
/// can make the sums of two comparable points equal, never reverse them: every step is monotone, infinities included.
/// Sorting by it therefore needs a lexicographic tie break. O(m) per point.
template <class View>
class sort_key {
public:
  explicit sort_key(const View& view) : view_(view), scale_(view.objectives()) {
    constexpr std::size_t sample = 1024;
    const std::size_t step = std::max<std::size_t>(1, view.size() / sample);
    for (std::size_t k = 0; k < scale_.size(); ++k) {
      double low = std::numeric_limits<double>::max();
      double high = std::numeric_limits<double>::lowest();
      for (std::size_t i = 0; i < view.size(); i += step) {
        const double x = static_cast<double>(view(i, k));
        if (x < low && x >= std::numeric_limits<double>::lowest()) low = x;
        if (x > high && x <= std::numeric_limits<double>::max()) high = x;
      }
      const double range = high - low;
      if (range > 0 && 1 / range > 0) scale_[k] = {low, 1 / std::max(range, std::numeric_limits<double>::min())};
    }
  }

  [[nodiscard]] double operator()(std::size_t i) const noexcept {
    constexpr double limit = 1e300;  // finite, so that opposite infinities do not sum to NaN
    double sum = 0;
    for (std::size_t k = 0; k < scale_.size(); ++k) {
      const double x = (static_cast<double>(view_(i, k)) - scale_[k].low) * scale_[k].factor;
      sum += std::clamp(x, -limit, limit);
    }
    return sum;
  }

private:
  struct column_scale {
    double low = 0;
    double factor = 1;
  };

  const View& view_;
  std::vector<column_scale> scale_;
};

/// The points that one good point does not dominate, in input order; checks for NaN on the way. O(n m).
///
/// Of uniform data few remain: about 2 sqrt(n) for two objectives. Whatever is dropped is dominated by a point that
/// stays.
template <class View>
std::vector<std::size_t> not_dominated_by_best(const View& view, const sort_key<View>& key) {
  const std::size_t n = view.size();
  const std::size_t m = view.objectives();
  std::size_t best = 0;
  double best_key = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n; ++i) {
    view.check(i);
    if (const double k = key(i); k < best_key) {
      best_key = k;
      best = i;
    }
  }
  std::vector<typename View::value_type> pivot(m);
  for (std::size_t k = 0; k < m; ++k) pivot[k] = view(best, k);

  std::vector<std::size_t> remaining;
  for (std::size_t i = 0; i < n; ++i) {
    bool covered = true;
    bool equal = true;
    for (std::size_t k = 0; k < m && covered; ++k) {
      const auto x = view(i, k);
      covered = pivot[k] <= x;
      equal = equal && pivot[k] == x;
    }
    if (!covered || equal) remaining.push_back(i);
  }
  return remaining;
}

}  // namespace paragon::pareto::detail
