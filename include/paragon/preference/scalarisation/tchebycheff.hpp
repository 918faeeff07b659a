// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>

#include "arguments.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// The augmented weighted Tchebycheff distance to the ideal point, max_k w_k |f_k - z_k| + rho sum_k |f_k - z_k|.
///
/// Reaches every Pareto-optimal point, of non-convex fronts too; a positive rho keeps weakly optimal ones away. O(m).
/// Reference: Steuer, Choo, "An interactive weighted Tchebycheff procedure", Mathematical Programming 26, 1983.
struct augmented_tchebycheff {
  double rho = 0.05;

  static constexpr const char* place = "preference::tchebycheff";

  /// \param f      m objective values, minimised
  /// \param w      m weights
  /// \param ideal  the ideal point z; empty: the origin
  template <objective_values F>
  [[nodiscard]] real_of<F> operator()(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal = {}) const {
    using T = real_of<F>;
    const detail::scalarisation_arguments<T> x(place, std::span<const T>(f), w, ideal);
    return evaluate(x, worst_of(x));
  }

  /// Writes a subgradient by the objectives, returns the value. Of several maxima the first counts.
  template <objective_values F>
  real_of<F> gradient(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal, std::span<real_of<F>> d) const {
    using T = real_of<F>;
    const detail::scalarisation_arguments<T> x(place, std::span<const T>(f), w, ideal);
    x.check_gradient(place, d.size());
    const std::size_t worst = worst_of(x);
    for (std::size_t k = 0; k < x.size(); ++k) {
      const T sign = x.excess(k) < 0 ? T(-1) : T(1);
      d[k] = sign * (static_cast<T>(rho) + (k == worst ? x.weight(k) : T(0)));
    }
    return evaluate(x, worst);
  }

  friend bool operator==(const augmented_tchebycheff&, const augmented_tchebycheff&) = default;

private:
  template <class T>
  static std::size_t worst_of(const detail::scalarisation_arguments<T>& x) {
    std::size_t worst = 0;
    for (std::size_t k = 1; k < x.size(); ++k) {
      if (x.weight(k) * std::abs(x.excess(k)) > x.weight(worst) * std::abs(x.excess(worst))) worst = k;
    }
    return worst;
  }

  template <class T>
  T evaluate(const detail::scalarisation_arguments<T>& x, std::size_t worst) const {
    T sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) sum += std::abs(x.excess(k));
    return x.weight(worst) * std::abs(x.excess(worst)) + static_cast<T>(rho) * sum;
  }
};

/// The weighted Tchebycheff distance to the ideal point, max_k w_k |f_k - z_k|: the augmented one without augmentation.
struct tchebycheff {
  /// Parameters as for `augmented_tchebycheff`.
  template <objective_values F>
  [[nodiscard]] real_of<F> operator()(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal = {}) const {
    return augmented_tchebycheff{.rho = 0}(f, w, ideal);
  }

  /// Writes a subgradient by the objectives, returns the value. Of several maxima the first counts.
  template <objective_values F>
  real_of<F> gradient(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal, std::span<real_of<F>> d) const {
    return augmented_tchebycheff{.rho = 0}.gradient(f, w, ideal, d);
  }

  friend bool operator==(const tchebycheff&, const tchebycheff&) = default;
};

}  // namespace paragon::preference
