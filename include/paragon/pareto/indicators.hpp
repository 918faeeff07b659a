// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>

#include "detail/oriented.hpp"

namespace paragon::pareto {
namespace detail {

/// Euclidean distance.
struct plain_distance {
  static double along(double from, double to) noexcept { return from - to; }
};

/// How much the found point is worse than the one of the reference; being better costs nothing.
struct plus_distance {
  static double along(double found, double reference) noexcept { return std::max(found - reference, 0.0); }
};

template <class Distance, class View>
double squared_distance(const View& found, std::size_t i, const View& reference, std::size_t j) {
  double sum = 0;
  for (std::size_t k = 0; k < found.objectives(); ++k) {
    const auto a = found(i, k);
    const auto b = reference(j, k);
    if (a == b) continue;  // also equal infinities
    const double d = Distance::along(static_cast<double>(a), static_cast<double>(b));
    sum += d * d;
  }
  return sum;
}

/// The mean, over the points of one set, of the distance to the nearest of the other; `distance(i, j)` is squared.
template <class Squared>
double mean_to_nearest(std::size_t n, std::size_t others, Squared squared) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < others; ++j) nearest = std::min(nearest, squared(i, j));
    sum += std::sqrt(nearest);
  }
  return sum / static_cast<double>(n);
}

template <class Found, class Reference>
concept comparable_fronts =
    point_set<Found> && point_set<Reference> && std::same_as<value_of<Found>, value_of<Reference>>;

/// Mean distance to the nearest point, from the found points or (inverted) from those of the reference.
template <class Distance, bool Inverted>
struct distance_indicator {
  const char* place;

  template <class Found, class Reference, class... P>
    requires comparable_fronts<Found, Reference> && measure_policies<P...>
  [[nodiscard]] double operator()(const Found& found, const Reference& reference, P... policies) const {
    return (*this)(found, reference, directions{}, policies...);
  }

  template <class Found, class Reference, class... P>
    requires comparable_fronts<Found, Reference> && measure_policies<P...>
  [[nodiscard]] double operator()(const Found& found, const Reference& reference, directions way, P...) const {
    using T = value_of<Found>;
    const auto& found_source = point_access<Found>::get(found);
    const auto& reference_source = point_access<Reference>::get(reference);
    const points<T> a = found_source;
    const points<T> r = reference_source;
    if (a.size() == 0 || r.size() == 0) {
      throw error(place, a.size() == 0 ? "no points" : "no points in the reference front", "at least one");
    }
    if (a.objectives() != r.objectives()) {
      throw error(place,
                  std::to_string(a.objectives()) + " objectives, and " + std::to_string(r.objectives()) +
                      " in the reference front",
                  "as many in both");
    }
    using view = oriented<T, chosen<nan_worst, P...>>;
    const view front(a, way, place);
    const view target(r, way, place);
    for (std::size_t i = 0; i < front.size(); ++i) front.check(i);
    for (std::size_t j = 0; j < target.size(); ++j) target.check(j);
    if constexpr (Inverted) {
      return mean_to_nearest(target.size(), front.size(), [&](std::size_t j, std::size_t i) {
        return squared_distance<Distance>(front, i, target, j);
      });
    } else {
      return mean_to_nearest(front.size(), target.size(), [&](std::size_t i, std::size_t j) {
        return squared_distance<Distance>(front, i, target, j);
      });
    }
  }
};

}  // namespace detail

/// Inverted generational distance plus: how far, on average, the found front is behind the reference front.
///
/// The mean over the reference points of the distance to the nearest found point, where only objectives in which the
/// found point is *worse* count. Unlike `igd` it never contradicts dominance (it is weakly Pareto-compliant).
/// Objectives should have comparable scales. Smaller is better. In double, O(n r m), no memory.
///
/// Call it as `igd_plus(found, reference)`, `igd_plus(found, reference, directions)`, each with a NaN policy at the end
/// where the default, `nan_error`, is not wanted. `found` are the n points to judge, `reference` the r points to reach.
/// Throws `paragon::error` where a front is empty, where the numbers of objectives differ, for NaN.
/// Reference: Ishibuchi, Masuda, Tanigaki, Nojima, "Modified distance calculation in generational distance and inverted
/// generational distance", EMO 2015.
///
/// \code
/// std::vector<std::array<double, 2>> found{{4, 2}, {3, 3}, {2, 4}};
/// std::vector<std::array<double, 2>> truth{{10, 0}, {6, 1}, {2, 2}, {1, 6}, {0, 10}};
/// paragon::pareto::igd_plus(found, truth);  // 1.4828427
/// \endcode
inline constexpr detail::distance_indicator<detail::plus_distance, true> igd_plus{"pareto::igd_plus"};

/// Inverted generational distance: the mean over the reference points of the Euclidean distance to the nearest found
/// point. Called as `igd_plus`.
/// Reference: Coello Coello, Reyes Sierra, "A study of the parallelization of a coevolutionary multi-objective
/// evolutionary algorithm", MICAI 2004.
inline constexpr detail::distance_indicator<detail::plain_distance, true> igd{"pareto::igd"};

/// Generational distance plus: the mean over the found points of the distance to the nearest reference point, where
/// only objectives in which the found point is worse count. Called as `igd_plus`, same reference.
inline constexpr detail::distance_indicator<detail::plus_distance, false> gd_plus{"pareto::gd_plus"};

/// Generational distance: the mean over the found points of the Euclidean distance to the nearest reference point (the
/// mean is the norm with p = 1). Called as `igd_plus`.
/// Reference: Van Veldhuizen, Lamont, "Evolutionary computation and convergence to a Pareto front", GP 1998.
inline constexpr detail::distance_indicator<detail::plain_distance, false> gd{"pareto::gd"};

}  // namespace paragon::pareto
