// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../core/list_view.hpp"
#include "detail/difference.hpp"
#include "detail/nearest.hpp"
#include "detail/oriented.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// Numbers in rows, in some unit.
struct rows_in_unit {
  double_rows rows;
  double unit;  ///< 1, or 2 where differences of finite numbers are too large for a double
};

/// How much every point is worse than the ideal one; refuses points that are better anywhere.
template <class View, class T>
rows_in_unit distances_from_ideal(const View& view, list_view<T> ideal, std::size_t columns, const char* place) {
  if (ideal.size() != columns) {
    throw error(place, "an ideal point of " + std::to_string(ideal.size()) + " numbers",
                std::to_string(columns) + ", one for each objective");
  }
  const std::size_t m = view.objectives();
  std::vector<double> values(view.size() * m);
  T unit = 1;
  for (std::size_t k = 0; k < m; ++k) {
    const T given = ideal[view.column(k)];
    if (!(given >= std::numeric_limits<T>::lowest() && given <= std::numeric_limits<T>::max())) {
      throw error(place, "the ideal point is not finite in column " + std::to_string(view.column(k)), "numbers");
    }
    const T best = view.turned(given, k);
    for (std::size_t i = 0; i < view.size(); ++i) {
      const T x = view(i, k);
      if (x < best) {
        throw error(
            place,
            "row " + std::to_string(i) + " is better than the ideal point in column " + std::to_string(view.column(k)),
            "an ideal point that is at least as good as every point");
      }
      if (unit == 1 && x <= std::numeric_limits<T>::max()) unit = unit_of_differences(x, best);
    }
  }
  for (std::size_t k = 0; k < m; ++k) {
    const T best = view.turned(ideal[view.column(k)], k);
    for (std::size_t i = 0; i < view.size(); ++i) values[i * m + k] = difference_of(view(i, k), best, unit);
  }
  return {{std::move(values), m}, static_cast<double>(unit)};
}

/// The integral over w in [0, 1] of the least max(w x, (1 - w) y), over points (x, y) at or above the origin.
///
/// Sorted by x, the points that no other dominates share [0, 1] among them, the last one first: neighbours a, b change
/// places where w x_b = (1 - w) y_a. Within its part, a point's larger term changes where w x = (1 - w) y.
inline double integrated_tchebycheff(std::vector<std::array<double, 2>> front) {
  std::erase_if(front, [](const auto& p) { return !(std::isfinite(p[0]) && std::isfinite(p[1])); });
  if (front.empty()) return std::numeric_limits<double>::infinity();
  std::sort(front.begin(), front.end());
  std::size_t kept = 0;
  for (const auto& p : front) {
    if (kept == 0 || p[1] < front[kept - 1][1]) front[kept++] = p;
  }
  if (front[0][0] + front[0][1] == 0) return 0;                            // the ideal point itself
  const auto change = [](double x, double y) { return 1 / (1 + x / y); };  // y / (x + y); 0 where y is 0
  double total = 0;
  double end = 1;
  for (std::size_t i = 0; i < kept; ++i) {
    const double x = front[i][0];
    const double y = front[i][1];
    const double begin = i + 1 < kept ? change(front[i + 1][0], y) : 0.0;
    const double middle = std::clamp(change(x, y), begin, end);
    total += (middle - begin) * (1 - 0.5 * (middle + begin)) * y;
    total += (end - middle) * 0.5 * (end + middle) * x;
    end = begin;
  }
  return total;
}

}  // namespace detail

/// R2, exactly, for two objectives: the weighted Tchebycheff distance to the ideal point that the best point of the set
/// has, on average over all weights (w, 1 - w), w uniform in [0, 1].
///
/// Smaller is better; it is Pareto-compliant, and finite for every front. Dominated points change nothing. Objectives
/// should have comparable scales (`normalise`). In double, O(n log n), O(n) memory.
///
/// \param set    n points with two objectives that are not ignored, any `point_set`
/// \param ideal  m numbers in the caller's directions, at least as good as every point (`ideal`, or better); those of
///               ignored objectives are not read. The same for all fronts that are compared
/// \param way    one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`
/// Points with an infinite value have no part. Throws `paragon::error` for an empty front, for NaN, for other than two
/// objectives, for a point better than the ideal point.
/// Reference: Hansen, Jaszkiewicz, "Evaluating the quality of approximations to the non-dominated set", 1998;
/// Schäpermeier, Kerschke, "R2 v2: the Pareto-compliant R2 indicator for better benchmarking in bi-objective
/// optimization", 2025.
///
/// \code
/// std::vector<std::array<double, 2>> front{{5, 5}, {4, 6}, {2, 7}, {7, 4}};
/// paragon::pareto::r2(front, {0, 0});  // 2.594191919191919
/// \endcode
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] double r2(const Set& set, list_view<value_of<Set>> ideal, directions way, P...) {
  constexpr const char* place = "pareto::r2";
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) throw error(place, "no points", "at least one");
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, place);
  if (view.objectives() != 2) {
    throw error(place, std::to_string(view.objectives()) + " objectives",
                "2 that are not ignored, or a set of weights");
  }
  for (std::size_t i = 0; i < view.size(); ++i) view.check(i);
  const auto [rows, unit] = detail::distances_from_ideal(view, ideal, where.objectives(), place);
  std::vector<std::array<double, 2>> front(rows.size());
  for (std::size_t i = 0; i < front.size(); ++i) front[i] = {rows[i][0], rows[i][1]};
  return unit * detail::integrated_tchebycheff(std::move(front));
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] double r2(const Set& set, list_view<value_of<Set>> ideal, P... policies) {
  return r2(set, ideal, directions{}, policies...);
}

/// R2 for a given set of weights, any number of objectives: the mean over the weights of the least max_k w_k |a_k -
/// z_k| over the points a, z the ideal point.
///
/// As the other `r2`. O(n weights m) at worst, with searching in boxes; O((n + weights) m) memory. The result does not
/// depend on threads.
///
/// \param weights  rows of m weights of at least 0, any `point_set` of double; those of ignored objectives are not read
/// Policies: `nan_error` (default) or `nan_worst` for the points; `threaded`
///
/// \code
/// const auto rays = paragon::preference::simplex_grid(3, 20);
/// paragon::pareto::r2(front, {0, 0, 0}, paragon::pareto::points(rays.values(), 3));
/// \endcode
template <point_set Set, point_set Weights, class... P>
  requires std::same_as<value_of<Weights>, double> && measure_policies<P...>
[[nodiscard]] double r2(const Set& set, list_view<value_of<Set>> ideal, const Weights& weights, directions way,
                        P... policies) {
  constexpr const char* place = "pareto::r2";
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  const auto& weight_source = point_access<Weights>::get(weights);
  const points<double> weight = weight_source;
  if (where.size() == 0 || weight.size() == 0) {
    throw error(place, where.size() == 0 ? "no points" : "no weights", "at least one");
  }
  if (weight.objectives() != where.objectives()) {
    throw error(
        place,
        std::to_string(weight.objectives()) + " weights for " + std::to_string(where.objectives()) + " objectives",
        "as many");
  }
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, place);
  for (std::size_t i = 0; i < view.size(); ++i) view.check(i);
  std::vector<double> rows;
  rows.reserve(weight.size() * view.objectives());
  for (std::size_t j = 0; j < weight.size(); ++j) {
    for (std::size_t k = 0; k < view.objectives(); ++k) {
      const double w = weight(j, view.column(k));
      if (!(w >= 0 && w <= std::numeric_limits<double>::max())) {
        throw error(place, "weight " + number_text(w) + " in row " + std::to_string(j), "finite weights of at least 0");
      }
      rows.push_back(w);
    }
  }
  const auto [distances, unit] = detail::distances_from_ideal(view, ideal, where.objectives(), place);
  return unit * detail::mean_of(detail::nearest_values<objectives_of<Set>>(
                    detail::double_rows(std::move(rows), view.objectives()), distances, detail::worst_product{},
                    detail::runner_of(policies...)));
}

/// The same with all objectives minimised.
template <point_set Set, point_set Weights, class... P>
  requires std::same_as<value_of<Weights>, double> && measure_policies<P...>
[[nodiscard]] double r2(const Set& set, list_view<value_of<Set>> ideal, const Weights& weights, P... policies) {
  return r2(set, ideal, weights, directions{}, policies...);
}

}  // namespace paragon::pareto
