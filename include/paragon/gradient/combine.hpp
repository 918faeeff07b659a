// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>

#include "../core/error.hpp"
#include "views.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Writes sum_i w_i g_i, the linear combination of the rows of `rows`.
///
/// Sums in double, then rounds once. Gradients of weight zero are not read. O(k n), one pass over the memory.
/// \param weights  k numbers, \param rows  k x n, \param out  n numbers; vectors of any kind with `vector_access`
/// \throws error where the sizes disagree
template <class W, matrix_source M, vector_source V>
  requires vector_source<const W>
void combine(const W& weights, const M& rows, V&& out) {
  with_vector(weights, [&](const auto& w) {
    with_matrix(rows, [&](const auto& g) {
      with_vector(out, [&](const auto& d) {
        using number = typename std::remove_cvref_t<decltype(d)>::value_type;
        if (w.size() != g.rows() || d.size() != g.columns()) {
          throw error("combine",
                      std::to_string(w.size()) + " weights and " + std::to_string(d.size()) + " numbers of room",
                      std::to_string(g.rows()) + " and " + std::to_string(g.columns()));
        }
        constexpr std::size_t block = 512;
        double sums[block];
        const std::size_t n = g.columns();
        const std::ptrdiff_t stride = g.column_stride();
        for (std::size_t start = 0; start < n; start += block) {
          const std::size_t width = std::min(block, n - start);
          std::fill_n(sums, width, 0.0);
          for (std::size_t i = 0; i < g.rows(); ++i) {
            const double weight = static_cast<double>(w[i]);
            if (weight == 0) continue;
            const auto* from = g.row(i) + static_cast<std::ptrdiff_t>(start) * stride;
            if (stride == 1) {
              for (std::size_t t = 0; t < width; ++t) sums[t] += weight * static_cast<double>(from[t]);
            } else {
              for (std::size_t t = 0; t < width; ++t) {
                sums[t] += weight * static_cast<double>(from[static_cast<std::ptrdiff_t>(t) * stride]);
              }
            }
          }
          for (std::size_t t = 0; t < width; ++t) d[start + t] = static_cast<number>(sums[t]);
        }
      });
    });
  });
}

}  // namespace paragon::gradient
