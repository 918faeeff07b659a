// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../core/list_view.hpp"
#include "detail/free_boxes.hpp"
#include "detail/gaussian.hpp"
#include "detail/oriented.hpp"
#include "detail/wide.hpp"
#include "filter.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// An expected improvement and its derivatives, by the mean and by the standard deviation of each objective.
struct expected_improvement {
  double value = 0;
  std::vector<double> mean_gradient;
  std::vector<double> deviation_gradient;

  friend bool operator==(const expected_improvement&, const expected_improvement&) = default;
};

/// How much hypervolume a candidate is expected to add to a front, where all that is known of its objectives is a mean
/// and a standard deviation each: the criterion of multi-objective Bayesian optimisation. Exact, for up to three
/// objectives, with exact derivatives.
///
/// The objectives are independent and Gaussian. The region that the front leaves free is cut into boxes once; then the
/// expectation is a sum of products of one-dimensional ones, so that many candidates can be judged against one front. A
/// deviation of 0 gives the improvement itself. All terms are positive: values are right to about 1e-13 of the largest
/// term, far tails included, and wherever they can be represented, whatever the products on the way. For one objective this is the usual expected improvement.
///
/// Cost: O(n log n) for a front of n points, which give at most 2 n + 1 boxes (n + 1 for two objectives); O(n) for a
/// candidate. A value type; calls on one object from several threads are safe.
///
/// \code
/// const expected_hypervolume_improvement improvement(front, {1.1, 1.1});
/// const auto e = improvement({0.4, 0.6}, {0.1, 0.2});
/// e.value, e.mean_gradient, e.deviation_gradient;
/// improvement.values(means, deviations);  // of many candidates
/// \endcode
class expected_hypervolume_improvement {
public:
  /// \param front      points with m objectives, one to three of them not ignored, any `point_set`; may be empty.
  ///                   Dominated points and those that are not better than the reference change nothing
  /// \param reference  m finite numbers in the caller's directions; those of ignored objectives are not read
  /// \param way        one direction per objective; empty: all minimised. Means have the same directions.
  /// Policies: `nan_error` (default) or `nan_worst`: a point with a NaN is then left out; `threaded`
  /// Throws `paragon::error` for NaN, for wrong numbers of objectives.
  template <point_set Set, class... P>
    requires measure_policies<P...>
  expected_hypervolume_improvement(const Set& front, list_view<value_of<Set>> reference, directions way, P... policies)
      : objectives_(reference.size()), boxes_(cut(front, reference, way, policies...)) {}

  /// The same with all objectives minimised.
  template <point_set Set, class... P>
    requires measure_policies<P...>
  expected_hypervolume_improvement(const Set& front, list_view<value_of<Set>> reference, P... policies)
      : expected_hypervolume_improvement(front, reference, directions{}, policies...) {}

  /// The number of objectives, ignored ones included.
  [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }

  /// The number of boxes that a candidate is compared with.
  [[nodiscard]] std::size_t boxes() const noexcept { return boxes_.boxes().size(); }

  /// The expected improvement of one candidate, with its derivatives (0 for ignored objectives).
  ///
  /// \param mean       m finite numbers, in the caller's directions; those of ignored objectives are not read
  /// \param deviation  m finite numbers of at least 0. Where one is 0 the value has kinks: at a kink the derivatives
  ///                   are the limit for small deviations
  /// Throws `paragon::error` for other numbers.
  [[nodiscard]] expected_improvement operator()(list_view<double> mean, list_view<double> deviation) const {
    require(mean.size() == objectives_ && deviation.size() == objectives_,
            std::to_string(mean.size()) + " means and " + std::to_string(deviation.size()) + " deviations");
    std::vector<double> space(workspace(true));
    return with_gradient([&](std::size_t k) { return mean[k]; }, [&](std::size_t k) { return deviation[k]; }, space);
  }

  /// The value alone, in less time.
  [[nodiscard]] double value(list_view<double> mean, list_view<double> deviation) const {
    require(mean.size() == objectives_ && deviation.size() == objectives_,
            std::to_string(mean.size()) + " means and " + std::to_string(deviation.size()) + " deviations");
    std::vector<double> space(workspace(false));
    return value_alone([&](std::size_t k) { return mean[k]; }, [&](std::size_t k) { return deviation[k]; }, space);
  }

  /// The values of many candidates: row i of both sets is candidate i. The same numbers as one by one.
  /// Policies: `threaded`
  template <point_set Means, point_set Deviations, class... P>
    requires std::same_as<value_of<Means>, double> && std::same_as<value_of<Deviations>, double> &&
             (execution_policy<P> && ...)
  [[nodiscard]] std::vector<double> values(const Means& means, const Deviations& deviations, P... policies) const {
    std::vector<double> result;
    for_each(means, deviations, false, result, &expected_hypervolume_improvement::value_of_row, policies...);
    return result;
  }

  /// Many candidates, with derivatives: row i of both sets is candidate i. The same numbers as one by one.
  /// Policies: `threaded`
  template <point_set Means, point_set Deviations, class... P>
    requires std::same_as<value_of<Means>, double> && std::same_as<value_of<Deviations>, double> &&
             (execution_policy<P> && ...)
  [[nodiscard]] std::vector<expected_improvement> operator()(const Means& means, const Deviations& deviations,
                                                             P... policies) const {
    std::vector<expected_improvement> result;
    for_each(means, deviations, true, result, &expected_hypervolume_improvement::gradient_of_row, policies...);
    return result;
  }

private:
  static constexpr const char* place = "pareto::expected_hypervolume_improvement";
  static constexpr std::size_t axes = detail::free_boxes::axes;

  static void require(bool holds, const std::string& problem) {
    if (!holds) throw error(place, problem, "one finite mean and one deviation of at least 0 for each objective");
  }

  template <class Set, class... P>
  detail::free_boxes cut(const Set& front, list_view<value_of<Set>> reference, directions way, P... policies) {
    using T = value_of<Set>;
    const auto& source = point_access<Set>::get(front);
    const points<T> where = source;
    if (where.size() > 0 && where.objectives() != objectives_) {
      throw error(place, "a reference point of " + std::to_string(objectives_) + " numbers",
                  std::to_string(where.objectives()) + ", one for each objective");
    }
    // The reference is a set of one point: it says the number of objectives where the front is empty.
    const detail::oriented<T, detail::chosen<nan_worst, P...>> corner(points<T>(reference, objectives_), way, place);
    const std::size_t m = corner.objectives();
    if (m == 0 || m > axes) {
      throw error(place, std::to_string(m) + " objectives", "1, 2 or 3 that are not ignored");
    }
    std::vector<double> bounds;
    for (std::size_t k = 0; k < m; ++k) {
      columns_[k] = corner.column(k);
      sign_[k] = !way.empty() && way[columns_[k]] == direction::maximise ? -1.0 : 1.0;
      bounds.push_back(sign_[k] * static_cast<double>(reference[columns_[k]]));
      if (!std::isfinite(bounds[k])) throw error(place, "the reference point is not finite", "numbers");
    }
    used_ = m;
    std::vector<double> rows;
    if (where.size() > 0) {
      const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, place);
      for (std::size_t i = 0; i < view.size(); ++i) view.check(i);
      for (const std::size_t i : filter(front, way, policies...)) {
        bool inside = true;
        for (std::size_t k = 0; k < m; ++k) inside = inside && view(i, k) < corner(0, k);
        for (std::size_t k = 0; inside && k < m; ++k) {
          rows.push_back(sign_[k] * static_cast<double>(view.turned(view(i, k), k)));  // turned twice: as it was given
        }
      }
    }
    return {rows, bounds};
  }

  [[nodiscard]] std::size_t workspace(bool gradient) const noexcept {
    std::size_t size = 0;
    for (std::size_t a = 0; a < axes; ++a) size += boxes_.thresholds(a).size();
    return gradient ? 3 * size : size;
  }

  /// Per axis and threshold: what a candidate below it gains, in a unit, and the derivatives of that by mean and
  /// deviation.
  struct tables {
    std::array<const double*, axes> gain{};
    std::array<const double*, axes> below{};
    std::array<const double*, axes> density{};
    std::array<int, axes> unit{};  // the power of two
  };

  template <bool Gradient, class Mean, class Deviation>
  tables tabulate(const Mean& mean, const Deviation& deviation, std::vector<double>& space) const {
    tables result;
    double* next = space.data();
    for (std::size_t a = 0; a < axes; ++a) {
      const std::vector<double>& thresholds = boxes_.thresholds(a);
      const std::size_t n = thresholds.size();
      double* const gain = next;
      double* const below = Gradient ? gain + n : nullptr;
      double* const density = Gradient ? gain + 2 * n : nullptr;
      next += Gradient ? 3 * n : n;
      if (a < used_) {
        const double mu = mean(columns_[a]);
        const double sigma = deviation(columns_[a]);
        const bool legal = std::isfinite(mu) && sigma >= 0 && std::isfinite(sigma);
        if (!legal) require(false, "a mean of " + number_text(mu) + ", a deviation of " + number_text(sigma));
        const double largest =
            std::max({std::abs(thresholds[n > 1 ? 1 : 0]), std::abs(thresholds.back()), std::abs(mu)});
        if (largest < 0x1p1020) {
          detail::gaussian_excess<Gradient>(thresholds.data(), n, sign_[a] * mu, sigma, gain, below, density);
        } else {  // differences may be too large
          std::vector<double> quarters = thresholds;
          for (double& t : quarters) t /= 4;
          detail::gaussian_excess<Gradient>(quarters.data(), n, sign_[a] * mu / 4, sigma / 4, gain, below, density);
          result.unit[a] = 2;
        }
      } else {
        for (std::size_t i = 0; i < n; ++i) gain[i] = 1;
        for (std::size_t i = 0; Gradient && i < n; ++i) below[i] = density[i] = 0;
      }
      gain[0] = 0;  // below minus infinity
      if constexpr (Gradient) below[0] = density[0] = 0;
      result.gain[a] = gain;
      result.below[a] = below;
      result.density[a] = density;
    }
    return result;
  }

  /// Whether no product of gains leaves the range of double, but for terms that do not matter beside `sum`.
  [[nodiscard]] bool in_range(const tables& t, double sum) const noexcept {
    double above_one = 1;
    for (std::size_t a = 0; a < axes; ++a) above_one *= std::max(1.0, t.gain[a][boxes_.thresholds(a).size() - 1]);
    return above_one < 0x1p1000 && sum >= 0x1p-950 * above_one;
  }

  template <class Sum>
  [[nodiscard]] static Sum over(const double* values, const detail::free_box& b, std::size_t a) {
    if (a + 1 == axes) return Sum(values[b.high[a]]);
    return detail::length<Sum>(values[b.low[a]], values[b.high[a]]);
  }

  template <class Sum>
  [[nodiscard]] Sum sum_of(const tables& t) const {
    Sum sum{};
    for (const detail::free_box& b : boxes_.boxes()) {
      sum += over<Sum>(t.gain[0], b, 0) * over<Sum>(t.gain[1], b, 1) * over<Sum>(t.gain[2], b, 2);
    }
    return sum;
  }

  /// A sum of products of gains, times the units of the axes but `left_out`.
  template <class Sum>
  [[nodiscard]] static double value_of_sum(const Sum& sum, const tables& t, std::size_t left_out = axes) {
    int unit = 0;
    for (std::size_t a = 0; a < axes; ++a) unit += a == left_out ? 0 : t.unit[a];
    if constexpr (std::is_same_v<Sum, double>) {
      return unit == 0 ? sum : std::ldexp(sum, unit);
    } else {
      return (sum * Sum(std::ldexp(1.0, unit))).value();
    }
  }

  template <class Mean, class Deviation>
  double value_alone(const Mean& mean, const Deviation& deviation, std::vector<double>& space) const {
    const tables t = tabulate<false>(mean, deviation, space);
    const double sum = sum_of<double>(t);
    return in_range(t, sum) ? value_of_sum(sum, t) : value_of_sum(sum_of<detail::wide<double>>(t), t);
  }

  template <class Sum>
  expected_improvement gradient_of(const tables& t) const {
    Sum sum{};
    std::array<Sum, axes> by_mean{};
    std::array<Sum, axes> by_deviation{};
    for (const detail::free_box& b : boxes_.boxes()) {
      const Sum x = over<Sum>(t.gain[0], b, 0);
      const Sum y = over<Sum>(t.gain[1], b, 1);
      const Sum z = over<Sum>(t.gain[2], b, 2);
      sum += x * y * z;
      const std::array<Sum, axes> others{y * z, x * z, x * y};
      for (std::size_t a = 0; a < axes; ++a) {
        by_mean[a] = by_mean[a] - others[a] * over<Sum>(t.below[a], b, a);
        by_deviation[a] += others[a] * over<Sum>(t.density[a], b, a);
      }
    }
    expected_improvement result{value_of_sum(sum, t), std::vector<double>(objectives_),
                                std::vector<double>(objectives_)};
    for (std::size_t a = 0; a < used_; ++a) {
      result.mean_gradient[columns_[a]] = sign_[a] * value_of_sum(by_mean[a], t, a);
      result.deviation_gradient[columns_[a]] = value_of_sum(by_deviation[a], t, a);
    }
    return result;
  }

  template <class Mean, class Deviation>
  expected_improvement with_gradient(const Mean& mean, const Deviation& deviation, std::vector<double>& space) const {
    const tables t = tabulate<true>(mean, deviation, space);
    expected_improvement result = gradient_of<double>(t);
    return in_range(t, result.value) ? result : gradient_of<detail::wide<double>>(t);
  }

  double value_of_row(const points<double>& means, const points<double>& deviations, std::size_t i,
                      std::vector<double>& space) const {
    return value_alone([&](std::size_t k) { return means(i, k); }, [&](std::size_t k) { return deviations(i, k); },
                       space);
  }

  expected_improvement gradient_of_row(const points<double>& means, const points<double>& deviations, std::size_t i,
                                       std::vector<double>& space) const {
    return with_gradient([&](std::size_t k) { return means(i, k); }, [&](std::size_t k) { return deviations(i, k); },
                         space);
  }

  template <class Means, class Deviations, class Result, class Row, class... P>
  void for_each(const Means& means, const Deviations& deviations, bool gradient, std::vector<Result>& results, Row row,
                P... policies) const {
    const auto& mean_source = point_access<Means>::get(means);
    const auto& deviation_source = point_access<Deviations>::get(deviations);
    const points<double> mean = mean_source;
    const points<double> deviation = deviation_source;
    require(mean.size() == deviation.size(),
            std::to_string(mean.size()) + " rows of means and " + std::to_string(deviation.size()) + " of deviations");
    results.resize(mean.size());
    if (mean.size() == 0) return;
    require(mean.objectives() == objectives_ && deviation.objectives() == objectives_,
            std::to_string(mean.objectives()) + " means and " + std::to_string(deviation.objectives()) + " deviations");
    detail::runner_of(policies...).for_blocks(mean.size(), 64, [&](std::size_t begin, std::size_t end) {
      std::vector<double> space(workspace(gradient));
      for (std::size_t i = begin; i < end; ++i) results[i] = (this->*row)(mean, deviation, i, space);
    });
  }

  std::size_t objectives_;
  std::size_t used_ = 0;  // objectives that are not ignored
  std::array<std::size_t, axes> columns_{};
  std::array<double, axes> sign_{};
  detail::free_boxes boxes_;
};

}  // namespace paragon::pareto
