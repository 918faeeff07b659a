// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <type_traits>

#include "detail/nearest.hpp"
#include "detail/two_fronts.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// Mean distance to the nearest point, from the found points or (inverted) from those of the reference. `Plus`: only
/// objectives in which the found point is worse count.
template <bool Plus, bool Inverted>
struct distance_indicator {
  const char* place;

  template <class Found, class Reference, class... P>
    requires comparable_fronts<Found, Reference> && measure_policies<P...>
  [[nodiscard]] double operator()(const Found& found, const Reference& reference, P... policies) const {
    return (*this)(found, reference, directions{}, policies...);
  }

  template <class Found, class Reference, class... P>
    requires comparable_fronts<Found, Reference> && measure_policies<P...>
  [[nodiscard]] double operator()(const Found& found, const Reference& reference, directions way, P... policies) const {
    return with_two_fronts<P...>(place, found, reference, way, [&](const auto& front, const auto& target) {
      using metric = std::conditional_t<Plus, shortfall<!Inverted>, euclidean>;
      const double_rows a(front);
      const double_rows r(target);
      return mean_of(nearest_distances<objectives_of_either<Found, Reference>>(Inverted ? r : a, Inverted ? a : r,
                                                                               metric{}, runner_of(policies...)));
    });
  }
};

}  // namespace detail

/// Inverted generational distance plus: how far, on average, the found front is behind the reference front.
///
/// The mean over the reference points of the distance to the nearest found point, where only objectives in which the
/// found point is *worse* count. Unlike `igd` it never contradicts dominance (it is weakly Pareto-compliant).
/// Objectives should have comparable scales (`normalise`). Smaller is better.
///
/// In double, right where squares of differences are too large or too small for it. The nearest point is searched for in boxes (see `detail::nearest_search`): O(n r m) at worst, O((n + r) m
/// log n) for dense fronts of few objectives. O((n + r) m) memory. The result does not depend on threads.
///
/// Call it as `igd_plus(found, reference)`, `igd_plus(found, reference, directions)`, each with policies at the end:
/// `nan_error` (default) or `nan_worst`, `threaded`. `found` are the n points to judge, `reference` the r points to
/// reach. Throws `paragon::error` where a front is empty, where the numbers of objectives differ, for NaN.
/// Reference: Ishibuchi, Masuda, Tanigaki, Nojima, "Modified distance calculation in generational distance and inverted
/// generational distance", EMO 2015.
///
/// \code
/// std::vector<std::array<double, 2>> found{{4, 2}, {3, 3}, {2, 4}};
/// std::vector<std::array<double, 2>> truth{{10, 0}, {6, 1}, {2, 2}, {1, 6}, {0, 10}};
/// paragon::pareto::igd_plus(found, truth);  // 1.4828427
/// \endcode
inline constexpr detail::distance_indicator<true, true> igd_plus{"pareto::igd_plus"};

/// Inverted generational distance: the mean over the reference points of the Euclidean distance to the nearest found
/// point. Called as `igd_plus`.
/// Reference: Coello Coello, Reyes Sierra, "A study of the parallelization of a coevolutionary multi-objective
/// evolutionary algorithm", MICAI 2004.
inline constexpr detail::distance_indicator<false, true> igd{"pareto::igd"};

/// Generational distance plus: the mean over the found points of the distance to the nearest reference point, where
/// only objectives in which the found point is worse count. Called as `igd_plus`, same reference.
inline constexpr detail::distance_indicator<true, false> gd_plus{"pareto::gd_plus"};

/// Generational distance: the mean over the found points of the Euclidean distance to the nearest reference point (the
/// mean is the norm with p = 1). Called as `igd_plus`.
/// Reference: Van Veldhuizen, Lamont, "Evolutionary computation and convergence to a Pareto front", GP 1998.
inline constexpr detail::distance_indicator<false, false> gd{"pareto::gd"};

}  // namespace paragon::pareto
