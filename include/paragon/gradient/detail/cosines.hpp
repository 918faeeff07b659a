// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>

#include "../gram_view.hpp"

namespace paragon::inline PARAGON_ISA::gradient::detail {

/// The cosines between the gradients and their norms. A zero gradient is orthogonal to all; its own cosine is `diagonal`.
inline void cosines(gram_view gram, double* cosine, double* norm, double diagonal = 0) {
  const std::size_t k = gram.size();
  for (std::size_t i = 0; i < k; ++i) norm[i] = std::sqrt(gram(i, i));
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      const bool zero = norm[i] == 0 || norm[j] == 0;
      cosine[i * k + j] = i == j ? (zero ? diagonal : 1) : (zero ? 0 : gram(i, j) / norm[i] / norm[j]);
    }
  }
}

}  // namespace paragon::gradient::detail
