// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>

#include "arguments.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// A differentiable Tchebycheff distance, mu log sum_k exp(w_k (f_k - z_k) / mu).
///
/// Between max_k w_k (f_k - z_k) and that plus mu log m; computed relative to the maximum, so it does not overflow.
/// O(m).
/// Reference: Lin, Zhang, Yang, Liu, Wang, Zhang, "Smooth Tchebycheff scalarization for multi-objective optimization",
/// ICML 2024, equation 8.
struct smooth_tchebycheff {
  double mu = 0.1;  ///< positive; the smaller, the nearer to the maximum

  static constexpr const char* place = "preference::smooth_tchebycheff";

  /// \param f      m objective values, minimised
  /// \param w      m weights
  /// \param ideal  the ideal point z; empty: the origin
  template <objective_values F>
  [[nodiscard]] real_of<F> operator()(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal = {}) const {
    return evaluate(f, w, ideal, [](std::size_t, auto) {});
  }

  /// Writes the derivatives by the objectives, w_k times a softmax, and returns the value.
  template <objective_values F>
  real_of<F> gradient(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal, std::span<real_of<F>> d) const {
    using T = real_of<F>;
    const detail::scalarisation_arguments<T> x(place, std::span<const T>(f), w, ideal);
    x.check_gradient(place, d.size());
    T sum = 0;
    const T value = evaluate(f, w, ideal, [&](std::size_t k, T share) {
      d[k] = w[k] * share;
      sum += share;
    });
    for (T& g : d) g /= sum;
    return value;
  }

  friend bool operator==(const smooth_tchebycheff&, const smooth_tchebycheff&) = default;

private:
  template <class F, class Visit>
  real_of<F> evaluate(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal, Visit visit) const {
    using T = real_of<F>;
    if (!(mu > 0)) throw error(place, "mu = " + number_text(mu), "a positive number");
    const detail::scalarisation_arguments<T> x(place, std::span<const T>(f), w, ideal);
    T highest = x.weight(0) * x.excess(0);
    for (std::size_t k = 1; k < x.size(); ++k) highest = std::max(highest, x.weight(k) * x.excess(k));
    T sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const T share = std::exp((x.weight(k) * x.excess(k) - highest) / static_cast<T>(mu));
      visit(k, share);
      sum += share;
    }
    return highest + static_cast<T>(mu) * std::log(sum);
  }
};

}  // namespace paragon::preference
