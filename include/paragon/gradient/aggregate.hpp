// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "../core/parallel.hpp"
#include "combine.hpp"
#include "concepts.hpp"
#include "detail/scratch.hpp"
#include "gram.hpp"
#include "views.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// What `aggregate` returns where it is given no room for the direction.
template <class T>
struct aggregated {
  std::vector<T> direction;     ///< sum_i w_i g_i; step along its negative
  std::vector<double> weights;  ///< the w_i
  gradient::status status;
};

/// From k gradients to one direction: Gram matrix, weights, linear combination. The direction goes into `out`.
///
/// O(k^2 n) with two passes over the gradients. Deterministic, whatever the pool.
/// \param rows  k gradients of n numbers: `matrix_view`, `row_list`, an Eigen matrix, an xtensor expression
/// \param out   n numbers: a span, an Eigen vector, an xtensor container
template <class W, matrix_source M, vector_source V>
status aggregate(W&& policy, const M& rows, V&& out, thread_pool* pool = nullptr) {
  static_assert(require_weighting<W>());
  return with_matrix(rows, [&](const auto& view) {
    const std::size_t k = view.rows();
    detail::square entries(k * k);
    detail::numbers weights(k);
    gram(view, entries.span(), pool);
    const status s = policy(gram_view(entries.span(), k), weights.span());
    combine(weights.span(), view, out);
    return s;
  });
}

/// The same; the direction, the weights and the status are returned.
/// \code
/// auto [direction, weights, status] = paragon::gradient::aggregate(paragon::gradient::min_norm{}, jacobian);
/// \endcode
template <class W, matrix_source M>
[[nodiscard]] auto aggregate(W&& policy, const M& rows) {
  static_assert(require_weighting<W>());
  return with_matrix(rows, [&](const auto& view) {
    using number = typename std::remove_cvref_t<decltype(view)>::value_type;
    const std::size_t k = view.rows();
    aggregated<number> result{std::vector<number>(view.columns()), std::vector<double>(k), {}};
    const std::vector<double> entries = gram(view);
    result.status = policy(gram_view(entries, k), std::span<double>(result.weights));
    combine(result.weights, view, result.direction);
    return result;
  });
}

}  // namespace paragon::gradient
