// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "archive_bound.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// An archive of one element to each cell of a grid, and none in a cell that the cell of another element dominates.
///
/// The elements cover every point ever offered but for the width of a cell, and the grid bounds their number, not the
/// length of the search. In its cell an element gives way only to a point that dominates it. Cell i of column k is
/// [i w_k, (i + 1) w_k). For a multiplicative grid insert logarithms, or write a bound whose `cell` takes them.
///
/// Reference: Laumanns, Thiele, Deb, Zitzler, "Combining convergence and diversity in evolutionary multiobjective
/// optimization", Evolutionary Computation 10(3), 2002.
template <objective_value T>
class epsilon_grid {
public:
  /// \param widths  above 0 and finite: one for each objective, or one for all
  explicit epsilon_grid(std::vector<T> widths) : widths_(std::move(widths)) {
    for (const T& w : widths_) {
      if (!(w > 0) || w - w != 0) {
        throw error("pareto::epsilon_grid", "a cell with width " + number_text(w), "a finite width above 0");
      }
    }
  }

  [[nodiscard]] T cell(T x, std::size_t column) const {
    const T width = widths_.size() == 1 ? widths_[0] : widths_[column];
    if constexpr (std::is_floating_point_v<T>) {
      return std::floor(x / width);
    } else {
      const T towards_zero = static_cast<T>(x / width);
      if constexpr (std::is_signed_v<T>) {
        if (x < 0 && towards_zero * width != x) return static_cast<T>(towards_zero - 1);
      }
      return towards_zero;
    }
  }
  void require(std::size_t objectives) const {
    if (widths_.size() == 1 || widths_.size() == objectives) return;
    throw error("pareto::epsilon_grid", std::to_string(widths_.size()) + " widths",
                std::to_string(objectives) + ", one for each objective, or one for all");
  }
  friend bool operator==(const epsilon_grid&, const epsilon_grid&) = default;

private:
  std::vector<T> widths_;
};

}  // namespace paragon::pareto
