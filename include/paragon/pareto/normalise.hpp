// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/list_view.hpp"
#include "detail/difference.hpp"
#include "detail/oriented.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// Points in comparable units: every objective minimised, 0 at the ideal point and 1 at the nadir. A `point_set`.
class normalised_points {
public:
  normalised_points(std::vector<double> values, std::size_t n, std::size_t m)
      : values_(std::move(values)), size_(n), objectives_(m) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }
  [[nodiscard]] double operator()(std::size_t i, std::size_t k) const noexcept { return values_[i * objectives_ + k]; }

  operator points<double>() const noexcept {
    return {values_.data(), size_, objectives_, static_cast<std::ptrdiff_t>(objectives_)};
  }

private:
  std::vector<double> values_;
  std::size_t size_;
  std::size_t objectives_;
};

template <>
struct point_access<normalised_points> {
  using value_type = double;
  static points<double> get(const normalised_points& source) noexcept { return source; }
};

/// Brings the objectives to comparable scales: (x - ideal) / (nadir - ideal).
///
/// Distances between fronts (`igd`, `hausdorff`, `spacing`, `r2`) mean little where one objective is in milliseconds
/// and another in millions of parameters. Give all fronts that are compared the same two points, from `ideal` and
/// `nadir` of all of them or of the reference front. The result has all objectives minimised and the ignored ones left
/// out, so that what follows needs no directions. An objective in which ideal and nadir are equal is shifted, not
/// scaled.
///
/// In double, O(n m) time and memory.
///
/// \param set           n points with m objectives, any `point_set`
/// \param ideal, nadir  m finite numbers each, in the caller's directions, the ideal nowhere worse than the nadir;
///                      those of ignored objectives are not read
/// \param way           one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`
/// Throws `paragon::error` for NaN, for a wrong number of numbers, for an ideal worse than the nadir.
///
/// \code
/// const auto best = ideal(truth), worst = nadir(truth);
/// igd_plus(normalise(found, best, worst), normalise(truth, best, worst));
/// \endcode
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] normalised_points normalise(const Set& set, list_view<value_of<Set>> ideal,
                                          list_view<value_of<Set>> nadir, directions way, P...) {
  constexpr const char* place = "pareto::normalise";
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) return {{}, 0, 0};
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, place);
  if (ideal.size() != where.objectives() || nadir.size() != where.objectives()) {
    throw error(
        place,
        "ideal and nadir of " + std::to_string(ideal.size()) + " and " + std::to_string(nadir.size()) + " numbers",
        std::to_string(where.objectives()) + ", one for each objective");
  }
  const std::size_t n = view.size();
  const std::size_t m = view.objectives();
  for (std::size_t i = 0; i < n; ++i) view.check(i);
  std::vector<double> values(n * m);
  for (std::size_t k = 0; k < m; ++k) {
    const std::size_t column = view.column(k);
    const T best = view.turned(ideal[column], k);
    const T worst = view.turned(nadir[column], k);
    if (!(std::numeric_limits<T>::lowest() <= best && best <= worst && worst <= std::numeric_limits<T>::max())) {
      throw error(place, "no range from ideal to nadir in column " + std::to_string(column),
                  "finite numbers, the ideal nowhere worse than the nadir");
    }
    for (std::size_t i = 0; i < n; ++i) {
      const T x = view(i, k);
      // One unit for both differences, in which neither is too large if x is finite.
      const bool above = x >= best;
      const bool finite = x >= std::numeric_limits<T>::lowest() && x <= std::numeric_limits<T>::max();
      T unit = detail::unit_of_differences(worst, best);
      if (finite && unit == 1) unit = detail::unit_of_differences(above ? x : best, above ? best : x);
      double range = detail::difference_of(worst, best, unit);
      if (worst == best) range = 1 / static_cast<double>(unit);
      const double apart = above ? detail::difference_of(x, best, unit) : -detail::difference_of(best, x, unit);
      values[i * m + k] = apart / range;
    }
  }
  return {std::move(values), n, m};
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] normalised_points normalise(const Set& set, list_view<value_of<Set>> ideal,
                                          list_view<value_of<Set>> nadir, P... policies) {
  return normalise(set, ideal, nadir, directions{}, policies...);
}

}  // namespace paragon::pareto
