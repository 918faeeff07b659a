// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>

#include "../gram_view.hpp"
#include "scratch.hpp"

namespace paragon::gradient::detail {

/// A Gram matrix G in units of the gradients' own lengths: G_ij = length_i C_ij length_j, where every length is a power of two
/// and C_ii lies in [1, 4), or is 0 for a zero gradient (of length 1). Nothing is rounded, and whatever the range of G, no
/// product or square of entries of C overflows or vanishes.
struct scaled_gram {
  square entries;  ///< C, k x k
  numbers length;
  numbers per_length;  ///< 1 / length

  explicit scaled_gram(gram_view gram)
      : entries(gram.size() * gram.size()), length(gram.size()), per_length(gram.size()) {
    const std::size_t k = gram.size();
    for (std::size_t i = 0; i < k; ++i) {
      int exponent = 1;
      if (gram(i, i) > 0) std::frexp(gram(i, i), &exponent);  // G_ii is in [2^(exponent - 1), 2^exponent)
      const int half = (exponent - 1) >> 1;                   // rounded down
      length[i] = std::ldexp(1.0, half);
      per_length[i] = std::ldexp(1.0, -half);
    }
    for (std::size_t i = 0; i < k; ++i) {
      const double* row = gram.row(i);
      double* to = entries.data() + i * k;
      for (std::size_t j = 0; j < k; ++j) to[j] = row[j] * per_length[i] * per_length[j];
    }
  }
};

}  // namespace paragon::gradient::detail
