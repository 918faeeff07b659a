// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>

#include "arguments.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// Penalty boundary intersection: the distance along the ray, plus theta times the distance from the ray.
///
/// With u = w / |w| and s = (f - z) u: s + theta |f - z - s u|. It pulls solutions onto the ray itself. O(m).
/// Below the ideal point s is negative here, where the paper takes its absolute value: smaller stays better.
/// Reference: Zhang, Li, "MOEA/D", IEEE TEC 11, 2007, section II.B.
struct boundary_intersection {
  double theta = 5;

  static constexpr const char* place = "preference::boundary_intersection";

  /// \param f      m objective values, minimised
  /// \param w      m weights, not all zero
  /// \param ideal  the ideal point z; empty: the origin
  template <objective_values F>
  [[nodiscard]] real_of<F> operator()(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal = {}) const {
    using T = real_of<F>;
    const detail::scalarisation_arguments<T> x(place, std::span<const T>(f), w, ideal);
    const auto [along, across, length] = distances(x);
    return along + static_cast<T>(theta) * across;
  }

  /// Writes the derivatives by the objectives, u + theta r / |r| with r the part across the ray, and returns the value.
  /// On the ray itself, where |r| has no derivative, they are u.
  template <objective_values F>
  real_of<F> gradient(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal, std::span<real_of<F>> d) const {
    using T = real_of<F>;
    const detail::scalarisation_arguments<T> x(place, std::span<const T>(f), w, ideal);
    x.check_gradient(place, d.size());
    const auto [along, across, length] = distances(x);
    for (std::size_t k = 0; k < x.size(); ++k) {
      const T u = x.weight(k) / length;
      d[k] = u;
      if (across > 0) d[k] += static_cast<T>(theta) * (x.excess(k) - along * u) / across;
    }
    return along + static_cast<T>(theta) * across;
  }

  friend bool operator==(const boundary_intersection&, const boundary_intersection&) = default;

private:
  template <class T>
  struct parts {
    T along;
    T across;
    T length;
  };

  template <class T>
  static parts<T> distances(const detail::scalarisation_arguments<T>& x) {
    T squares = 0;
    T product = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      squares += x.weight(k) * x.weight(k);
      product += x.weight(k) * x.excess(k);
    }
    if (!(squares > 0)) throw error(place, "a ray without direction", "weights that are not all zero");
    const T length = std::sqrt(squares);
    const T along = product / length;
    T across = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const T r = x.excess(k) - along * x.weight(k) / length;
      across += r * r;
    }
    return {along, std::sqrt(across), length};
  }
};

}  // namespace paragon::preference
