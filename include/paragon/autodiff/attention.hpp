// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include "context.hpp"
#include "functors.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// Scaled dot-product attention of several heads: softmax(Q K^T / sqrt(width / heads)) V, head by head.
///
/// q, k and v are [sequences * length, width]; head h has columns [h, h + 1) * width / heads, and is read in place.
/// Where mask[i, j] is 0, position i does not see position j (its score is -1e9, as in the published networks, so a row
/// that sees nothing attends to everything alike). O(sequences length^2 width).
/// \param mask  [length, length] in the backend's memory, or nullptr
template <class C>
[[nodiscard]] variable<C> attention(variable<C> q, variable<C> k, variable<C> v, std::size_t heads, std::size_t length,
                                    const typename C::value_type* mask) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  using backend::transposed;
  const std::size_t width = q.columns();
  if (heads == 0 || width % heads != 0 || length == 0 || q.rows() % length != 0 || !(q.shape() == k.shape()) ||
      !(q.shape() == v.shape())) {
    throw error("autodiff::attention",
                to_string(q.shape()) + ", " + to_string(k.shape()) + ", " + to_string(v.shape()) + " with " +
                    std::to_string(heads) + " heads and length " + std::to_string(length),
                "three equal shapes, rows a multiple of the length, columns a multiple of the heads");
  }
  const std::size_t sequences = q.rows() / length;
  const std::size_t part = width / heads;
  const std::size_t block = sequences * length * length;
  const std::size_t stride = length * width;
  const std::size_t square = length * length;
  const T scale = T(1) / std::sqrt(static_cast<T>(part));
  T* weights = q.context().scratch(heads * block);
  const auto y = q.context().result(q.shape(), q, k, v);
  for (std::size_t h = 0; h < heads; ++h) {
    const std::size_t at = h * part;
    T* scores = weights + h * block;
    B::gemm_batched(sequences, transposed::no, transposed::yes, length, length, part, scale,
                    static_cast<const T*>(q.data()) + at, width, stride, static_cast<const T*>(k.data()) + at, width,
                    stride, T(0), scores, length, square);
    if (mask != nullptr) {
      B::map_by_column(detail::where_seen<T>{T(-1e9)}, sequences, square, scores, static_cast<const T*>(scores), mask);
    }
    B::softmax(sequences * length, length, static_cast<const T*>(scores), scores);
    B::gemm_batched(sequences, transposed::no, transposed::no, length, part, length, T(1),
                    static_cast<const T*>(scores), length, square, static_cast<const T*>(v.data()) + at, width, stride,
                    T(0), y.data() + at, width, stride);
  }
  q.context().on_backward(y, [=](auto& pass) {
    const T* dy = pass.adjoint(y);
    T* dq = pass.adjoint(q);
    T* dk = pass.adjoint(k);
    T* dv = pass.adjoint(v);
    T* dweights = pass.scratch(block);
    T* dscores = pass.scratch(block);
    for (std::size_t h = 0; h < heads; ++h) {
      const std::size_t at = h * part;
      const T* w = weights + h * block;
      if (dv != nullptr) {
        B::gemm_batched(sequences, transposed::yes, transposed::no, length, part, length, T(1), w, length, square,
                        dy + at, width, stride, T(1), dv + at, width, stride);
      }
      if (dq == nullptr && dk == nullptr) continue;
      B::gemm_batched(sequences, transposed::no, transposed::yes, length, length, part, T(1), dy + at, width, stride,
                      static_cast<const T*>(v.data()) + at, width, stride, T(0), dweights, length, square);
      B::zero(dscores, sizeof(T) * block);
      // A masked score has weight 0 and so gets no adjoint, unless its whole row is masked.
      B::softmax_adjoint(sequences * length, length, w, static_cast<const T*>(dweights), dscores);
      if (mask != nullptr) {
        B::map_by_column(detail::where_seen<T>{T(0)}, sequences, square, dscores, static_cast<const T*>(dscores), mask);
      }
      if (dq != nullptr) {
        B::gemm_batched(sequences, transposed::no, transposed::no, length, part, length, scale,
                        static_cast<const T*>(dscores), length, square, static_cast<const T*>(k.data()) + at, width,
                        stride, T(1), dq + at, width, stride);
      }
      if (dk != nullptr) {
        B::gemm_batched(sequences, transposed::yes, transposed::no, length, part, length, scale,
                        static_cast<const T*>(dscores), length, square, static_cast<const T*>(q.data()) + at, width,
                        stride, T(1), dk + at, width, stride);
      }
    }
  });
  return y;
}

}  // namespace paragon::autodiff
