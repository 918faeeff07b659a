// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "detail/nearest.hpp"
#include "detail/two_fronts.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// The values of a front as they were given, or their inverse in some columns; refuses those that are not positive.
template <class View>
double_rows positive_rows(const View& view, const std::vector<char>& inverted, const char* place, const char* front) {
  const std::size_t m = view.objectives();
  std::vector<double> values(view.size() * m);
  for (std::size_t i = 0; i < view.size(); ++i) {
    view.check(i);
    for (std::size_t k = 0; k < m; ++k) {
      const double x = static_cast<double>(view.turned(view(i, k), k));  // turned twice: the caller's number
      if (!(x > 0)) {
        throw error(place,
                    number_text(x) + " in row " + std::to_string(i) + ", column " + std::to_string(view.column(k)) +
                        " of the " + front + " front",
                    "positive objectives");
      }
      values[i * m + k] = inverted[k] != 0 ? 1 / x : x;
    }
  }
  return {std::move(values), m};
}

/// Neither infinite nor so small that digits are missing.
inline bool positive_and_finite(const double_rows& rows) noexcept {
  return std::all_of(rows.values.begin(), rows.values.end(), [](double x) {
    return x >= std::numeric_limits<double>::min() && x <= std::numeric_limits<double>::max();
  });
}

/// The definition, for infinities and numbers whose inverse is one.
inline double multiplicative_by_definition(const double_rows& front, const double_rows& target,
                                           const std::vector<char>& maximised) {
  double most = 0;
  for (std::size_t j = 0; j < target.size(); ++j) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < front.size(); ++i) {
      double worst = 0;
      for (std::size_t k = 0; k < front.objectives; ++k) {
        const double a = front[i][k];
        const double r = target[j][k];
        worst = std::max(worst, a == r ? 1.0 : maximised[k] != 0 ? r / a : a / r);
      }
      least = std::min(least, worst);
    }
    most = std::max(most, least);
  }
  return most;
}

}  // namespace detail

/// Additive epsilon: the least number that, taken off every objective of every found point, makes the found front
/// weakly dominate the reference front.
///
/// Negative where the found front is better all over. A reference point at minus infinity that no found point reaches
/// gives infinity. Smaller is better. In double; O(n r m) at worst, with searching in boxes and ending early as soon as
/// a reference point cannot change the result. O((n + r) m) memory. The result does not depend on threads.
///
/// \param found      the n points to judge, any `point_set`
/// \param reference  the r points to reach, of the same number type
/// \param way        one direction per objective; empty: all minimised. Where maximised, the number is added.
/// Policies: `nan_error` (default) or `nan_worst`; `threaded`
/// Throws `paragon::error` where a front is empty, where the numbers of objectives differ, for NaN.
/// Reference: Zitzler, Thiele, Laumanns, Fonseca, Grunert da Fonseca, "Performance assessment of multiobjective
/// optimizers", IEEE TEC 7, 2003.
///
/// \code
/// std::vector<std::array<double, 2>> found{{4, 2}, {3, 3}, {2, 4}};
/// std::vector<std::array<double, 2>> truth{{10, 1}, {6, 1}, {2, 2}, {1, 6}, {1, 10}};
/// paragon::pareto::additive_epsilon(found, truth);  // 1
/// \endcode
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double additive_epsilon(const Found& found, const Reference& reference, directions way, P... policies) {
  const auto measure = [&](const auto& front, const auto& target) {
    return detail::greatest_nearest_value<detail::objectives_of_either<Found, Reference>>(
        detail::double_rows(target), detail::double_rows(front), detail::worst_difference{},
        detail::runner_of(policies...));
  };
  return detail::with_two_fronts<P...>("pareto::additive_epsilon", found, reference, way, measure);
}

/// The same with all objectives minimised.
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double additive_epsilon(const Found& found, const Reference& reference, P... policies) {
  return additive_epsilon(found, reference, directions{}, policies...);
}

/// Multiplicative epsilon: the least factor that, divided out of every objective of every found point, makes the found
/// front weakly dominate the reference front. At least 1 where the reference front cannot be beaten.
///
/// As `additive_epsilon`, but it does not depend on the units of the objectives. All of them have to be positive, as a
/// factor says nothing about others: zero and negative values throw `paragon::error`. Where maximised, the factor is
/// multiplied. Under `nan_worst` a maximised NaN is minus infinity, and refused like it.
///
/// \code
/// paragon::pareto::multiplicative_epsilon(found, truth);  // 2
/// \endcode
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double multiplicative_epsilon(const Found& found, const Reference& reference, directions way,
                                            P... policies) {
  constexpr const char* place = "pareto::multiplicative_epsilon";
  const auto measure = [&](const auto& front, const auto& target) {
    std::vector<char> maximised;
    std::vector<char> minimised;
    for (std::size_t k = 0; k < front.objectives(); ++k) {
      maximised.push_back(!way.empty() && way[front.column(k)] == direction::maximise ? 1 : 0);
      minimised.push_back(maximised[k] == 0 ? 1 : 0);
    }
    const detail::double_rows factor = detail::positive_rows(front, maximised, place, "found");
    const detail::double_rows divisor = detail::positive_rows(target, minimised, place, "reference");
    if (!detail::positive_and_finite(factor) || !detail::positive_and_finite(divisor)) {
      const std::vector<char> none(front.objectives());
      return detail::multiplicative_by_definition(detail::positive_rows(front, none, place, "found"),
                                                  detail::positive_rows(target, none, place, "reference"), maximised);
    }
    return detail::greatest_nearest_value<detail::objectives_of_either<Found, Reference>>(
        divisor, factor, detail::worst_product{}, detail::runner_of(policies...));
  };
  return detail::with_two_fronts<P...>(place, found, reference, way, measure);
}

/// The same with all objectives minimised.
template <class Found, class Reference, class... P>
  requires comparable_fronts<Found, Reference> && measure_policies<P...>
[[nodiscard]] double multiplicative_epsilon(const Found& found, const Reference& reference, P... policies) {
  return multiplicative_epsilon(found, reference, directions{}, policies...);
}

}  // namespace paragon::pareto
