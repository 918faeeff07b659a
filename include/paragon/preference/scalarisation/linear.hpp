// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "arguments.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// The weighted sum, sum_k w_k (f_k - z_k). Finds only points on the convex hull of the front. O(m).
struct linear {
  static constexpr const char* place = "preference::linear";

  /// \param f      m objective values, minimised
  /// \param w      m weights
  /// \param ideal  the ideal point z; empty: the origin
  template <objective_values F>
  [[nodiscard]] real_of<F> operator()(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal = {}) const {
    using T = real_of<F>;
    const detail::scalarisation_arguments<T> x(place, std::span<const T>(f), w, ideal);
    T sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) sum += x.weight(k) * x.excess(k);
    return sum;
  }

  /// Writes the derivatives by the objectives, returns the value.
  template <objective_values F>
  real_of<F> gradient(const F& f, list_view<real_of<F>> w, list_view<real_of<F>> ideal, std::span<real_of<F>> d) const {
    using T = real_of<F>;
    const detail::scalarisation_arguments<T> x(place, std::span<const T>(f), w, ideal);
    x.check_gradient(place, d.size());
    for (std::size_t k = 0; k < x.size(); ++k) d[k] = x.weight(k);
    return (*this)(f, w, ideal);
  }

  friend bool operator==(const linear&, const linear&) = default;
};

}  // namespace paragon::preference
