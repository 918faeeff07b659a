// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../core/list_view.hpp"
#include "../core/random_key.hpp"
#include "detail/oriented.hpp"
#include "detail/volume_mixture.hpp"
#include "detail/wide.hpp"
#include "filter.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// How far `approximate_hypervolume` goes.
struct approximation {
  std::size_t directions = std::size_t{1} << 16;  ///< at most; rounded up to a multiple of 512
  double relative_error = 0;                      ///< stop where the standard error, divided by the value, is below
  paragon::random_key key = {};                   ///< for the random shifts

  friend bool operator==(const approximation&, const approximation&) = default;
};

/// An estimated hypervolume.
struct approximate_volume {
  double value = 0;
  double standard_error = 0;
  double lower = 0;  ///< of the 95 % confidence interval
  double upper = 0;
  std::size_t directions = 0;  ///< that the value is the mean of
  std::size_t ignored = 0;     ///< points that are not better than the reference in every objective

  friend bool operator==(const approximate_volume&, const approximate_volume&) = default;
};

namespace detail {

/// Estimates the volume of the union of boxes; see `approximate_hypervolume`.
template <class Runner>
void estimate_union(const unit_boxes& boxes, const approximation& how, approximate_volume& result, Runner&& runner) {
  constexpr std::size_t shifts = volume_mixture::shifts;
  constexpr std::size_t step = volume_mixture::period;
  constexpr double two_sided_99 = 2.946712883475226;  // Student's t with 15 degrees of freedom
  constexpr double log_40 = 3.6888794541139363;
  const volume_mixture::shares shares = best_mixture(boxes, how.key);
  const volume_mixture mixture(boxes, shares, how.key, 0);
  const std::size_t limit = (how.directions + shifts * step - 1) / (shifts * step) * step;
  std::array<double, shifts> sums{};
  double mean = 0;
  double error = 0;
  std::size_t done = 0;
  for (std::size_t next = std::min(2 * step, limit); done < limit; next = std::min(2 * done, limit)) {
    mixture.add(done, next, sums, runner);
    done = next;
    const double each = static_cast<double>(done);
    mean = 0;
    for (const double s : sums) mean += s / each / static_cast<double>(shifts);
    double variance = 0;
    for (const double s : sums) variance += (s / each - mean) * (s / each - mean);
    error = std::sqrt(variance / static_cast<double>(shifts * (shifts - 1)));
    if (error < how.relative_error * mean) break;
  }
  result.directions = done * shifts;
  const double most = std::max(1.0, std::min(boxes.total(), ratio(boxes.cube(), boxes.largest())));
  const double unmet =
      log_40 * std::max(0.0, volume_mixture::most(boxes, shares) - mean) / static_cast<double>(result.directions);
  const auto volume = [&](double x) { return (wide<double>(x) * boxes.largest()).value(); };
  mean = std::clamp(mean, 1.0, most);
  result.value = volume(mean);
  result.standard_error = volume(error);
  result.lower = volume(std::max(1.0, mean - two_sided_99 * error));
  result.upper = volume(std::min(most, mean + two_sided_99 * error + unmet));
}

}  // namespace detail

/// The hypervolume, estimated, with its standard error and a 95 % confidence interval. For many objectives, from about
/// 8 on, where the exact `hypervolume` takes exponential time.
///
/// The volume between the front and the reference is a mean over directions from the reference of how far each stays in
/// the dominated region, to the m-th power. The directions are even ones, mixed with those of points in the boxes
/// between front and reference, so that no direction counts more than a known bound: see `detail::volume_mixture`. A
/// pilot run of 1024 directions chooses the mixture. The directions are low-discrepancy sets, used 16 times with
/// independent random shifts; the mean of the 16 results is unbiased, their scatter gives the standard error.
///
/// The interval is Student's for 99 %, since the 16 results are not quite normal and stopping early looks at the error
/// more than once: it holds 95 %. Scatter cannot tell of parts that no direction met: to the upper end
/// is added the most that these hold with a probability of 2.5 %, log(40) times the bound over the number of directions.
/// Where few directions are spent on a large set of overlapping boxes that is wide, which says that they do not know.
/// The interval never leaves what is certain: the largest box of one point, the sum of all, and the box around them.
///
/// Cost: a `filter`, and O(n m) for each direction; O(n m) memory. The result is a function of the key, the same for any number of threads. One point is measured exactly.
///
/// \param set        n points with m objectives, any `point_set`
/// \param reference  m numbers in the caller's directions; those of ignored objectives are not read
/// \param how        how many directions, when to stop earlier, random_key key
/// \param way        one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`: a point with a NaN is then ignored; `threaded`
/// Throws `paragon::error` for a wrong number of numbers, for NaN, for no directions. Points at infinity are treated as
/// by `hypervolume`.
/// Reference: Deng, Zhang, "Approximating hypervolume and hypervolume contributions using polar coordinate", IEEE TEC
/// 23, 2019; Shang, Ishibuchi, Zhang, Liu, "A new R2 indicator for better hypervolume approximation", GECCO 2018.
///
/// \code
/// const auto v = paragon::pareto::approximate_hypervolume(front, reference, {.relative_error = 1e-3});
/// v.value, v.lower, v.upper;
/// \endcode
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] approximate_volume approximate_hypervolume(const Set& set, list_view<value_of<Set>> reference,
                                                         const approximation& how, directions way, P... policies) {
  constexpr const char* place = "pareto::approximate_hypervolume";
  using T = value_of<Set>;
  if (how.directions == 0) throw error(place, "0 directions", "at least 1");
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) return {};
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, place);
  if (reference.size() != where.objectives()) {
    throw error(place, "a reference point of " + std::to_string(reference.size()) + " numbers",
                std::to_string(where.objectives()) + ", one for each objective");
  }
  const std::size_t m = view.objectives();
  std::vector<T> corner(m);
  for (std::size_t k = 0; k < m; ++k) {
    const T r = reference[view.column(k)];
    if (r != r) throw error(place, "NaN in the reference point", "numbers");
    corner[k] = view.turned(r, k);
  }
  const auto inside = [&](std::size_t i) {
    for (std::size_t k = 0; k < m; ++k) {
      if (!(view(i, k) < corner[k])) return false;
    }
    return true;
  };
  approximate_volume result;
  for (std::size_t i = 0; i < view.size(); ++i) {
    view.check(i);
    if (!inside(i)) ++result.ignored;
  }

  std::vector<detail::wide<double>> sides;  // of the boxes between the points and the reference
  for (const std::size_t i : filter(set, way, policies...)) {
    if (!inside(i)) continue;
    for (std::size_t k = 0; k < m; ++k) {
      const double to = static_cast<double>(corner[k]);
      const double from = static_cast<double>(view(i, k));
      if (!std::isfinite(to) || !std::isfinite(from)) {
        result.value = result.lower = result.upper = std::numeric_limits<double>::infinity();
        return result;
      }
      sides.push_back(detail::wide<double>::difference(to, from));
    }
  }
  if (sides.empty()) return result;
  detail::estimate_union(detail::unit_boxes(sides, m), how, result, detail::runner_of(policies...));
  return result;
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] approximate_volume approximate_hypervolume(const Set& set, list_view<value_of<Set>> reference,
                                                         const approximation& how, P... policies) {
  return approximate_hypervolume(set, reference, how, directions{}, policies...);
}

/// The same with all objectives minimised and 2^16 directions.
template <point_set Set>
[[nodiscard]] approximate_volume approximate_hypervolume(const Set& set, list_view<value_of<Set>> reference) {
  return approximate_hypervolume(set, reference, approximation{}, directions{});
}

}  // namespace paragon::pareto
