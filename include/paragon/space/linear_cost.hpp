// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// A cost that is linear in the one-hot row of an architecture: constant + coefficients . row.
///
/// At a one-hot row it is the exact cost; at a row of probabilities its expectation. Its gradient is `coefficients`,
/// everywhere.
struct linear_cost {
  double constant = 0;
  std::vector<double> coefficients;  ///< one per entry of a relaxed architecture

  friend bool operator==(const linear_cost&, const linear_cost&) = default;

  /// The cost of a one-hot row, or its expectation over a row of probabilities. O(row).
  template <class T>
  [[nodiscard]] double operator()(std::span<const T> row) const {
    if (row.size() != coefficients.size()) {
      throw error("space::linear_cost", "a row of " + std::to_string(row.size()) + " entries",
                  std::to_string(coefficients.size()));
    }
    double sum = constant;
    for (std::size_t i = 0; i < row.size(); ++i) sum += coefficients[i] * static_cast<double>(row[i]);
    return sum;
  }
};

}  // namespace paragon::space
