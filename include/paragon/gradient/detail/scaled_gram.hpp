// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "../gram_view.hpp"
#include "scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient::detail {

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
      const int half = gram(i, i) > 0 ? exponent_of(gram(i, i)) >> 1 : 0;  // rounded down
      length[i] = power_of_two(half);
      per_length[i] = power_of_two(-half);
    }
    for (std::size_t i = 0; i < k; ++i) {
      const double* row = gram.row(i);
      double* to = entries.data() + i * k;
      for (std::size_t j = 0; j < k; ++j) to[j] = row[j] * per_length[i] * per_length[j];
    }
  }

private:
  /// floor(log2 x) for x > 0, read from its bits: the standard functions are calls.
  static int exponent_of(double x) noexcept {
    const auto bits = static_cast<int>(std::bit_cast<std::uint64_t>(x) >> 52U);
    return bits > 0 ? bits - 1023 : std::ilogb(x);
  }
  /// 2^exponent. \pre -1023 < exponent < 1024
  static double power_of_two(int exponent) noexcept {
    return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52U);
  }
};

}  // namespace paragon::gradient::detail
