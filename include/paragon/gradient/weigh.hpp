// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include "../core/error.hpp"
#include "concepts.hpp"
#include "detail/scratch.hpp"
#include "views.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Runs a weighting on a Gram matrix of any type: `matrix_view` (float or double), an Eigen matrix, an xtensor expression;
/// the weights go into anything with `vector_access`. Double in row- or column-major order is passed on as it is; other
/// layouts and float are converted (k^2 numbers).
/// \throws error where the matrix is not square, or the number of weights is wrong
/// \code
/// Eigen::MatrixXd G = J * J.transpose();
/// Eigen::VectorXd w(G.rows());
/// auto s = paragon::gradient::weigh(paragon::gradient::min_norm{}, G, w);
/// \endcode
template <class W, matrix_source M, vector_source V>
status weigh(W&& policy, const M& gram, V&& weights) {
  static_assert(require_weighting<W>());
  return with_matrix(gram, [&](const auto& g) {
    return with_vector(weights, [&](const auto& w) {
      using gram_number = typename std::remove_cvref_t<decltype(g)>::value_type;
      using weight_number = typename std::remove_cvref_t<decltype(w)>::value_type;
      const std::size_t k = g.rows();
      if (g.columns() != k || k == 0) {
        throw error("weigh", "a matrix of " + std::to_string(k) + " x " + std::to_string(g.columns()), "a square one");
      }
      if (w.size() != k) {
        throw error("weigh", std::to_string(w.size()) + " weights for " + std::to_string(k) + " gradients",
                    std::to_string(k));
      }
      const auto decide = [&](gram_view entries) {
        if constexpr (std::is_same_v<weight_number, double>) {
          if (w.stride() == 1) return policy(entries, std::span<double>(w.data(), k));
        }
        detail::numbers decided(k);
        const status s = policy(entries, decided.span());
        for (std::size_t i = 0; i < k; ++i) w[i] = static_cast<weight_number>(decided[i]);
        return s;
      };
      if constexpr (std::is_same_v<gram_number, double>) {
        const auto size = static_cast<std::ptrdiff_t>(k);
        const std::ptrdiff_t row_stride = k == 1 ? 1 : g.row(1) - g.row(0);
        const bool row_major = g.column_stride() == 1 && row_stride == size;
        const bool column_major = g.column_stride() == size && row_stride == 1;  // the same for a symmetric matrix
        if (k == 1 || row_major || column_major) return decide(gram_view({g.row(0), k * k}, k));
      }
      detail::square entries(k * k);
      for (std::size_t i = 0; i < k; ++i) {
        for (std::size_t j = 0; j < k; ++j) {
          entries[i * k + j] = static_cast<double>(g.row(i)[static_cast<std::ptrdiff_t>(j) * g.column_stride()]);
        }
      }
      return decide(gram_view(entries.span(), k));
    });
  });
}

}  // namespace paragon::gradient
