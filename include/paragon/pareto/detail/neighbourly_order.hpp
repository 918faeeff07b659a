// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Orders rows of m numbers so that every `share` of them, counted from the first, lie near each other: halves them along
/// the objective that is widest in proportion to the whole, again and again. O(n m log n). Depends on the rows alone.
template <class T>
class row_halving {
public:
  using id = std::uint32_t;

  row_halving(const std::vector<T>& rows, std::size_t m, std::size_t share)
      : rows_(rows), m_(m), share_(share), order_(rows.size() / m), scale_(m, 1.0) {
    std::iota(order_.begin(), order_.end(), id{0});
    if (order_.empty()) return;
    for (std::size_t k = 0; k < m; ++k) {
      const double range = extent(0, order_.size(), k);
      scale_[k] = range > std::numeric_limits<double>::min() ? 1 / range : 0;
    }
    halve(0, order_.size());
  }

  [[nodiscard]] std::vector<id> take() { return std::move(order_); }

private:
  void halve(std::size_t begin, std::size_t end) {
    if (end - begin <= share_) return;
    std::size_t axis = 0;
    double widest = -1;
    for (std::size_t k = 0; k < m_; ++k) {
      if (const double width = extent(begin, end, k) * scale_[k]; width > widest) {
        widest = width;
        axis = k;
      }
    }
    const std::size_t shares = (end - begin + share_ - 1) / share_;
    const std::size_t middle = begin + shares / 2 * share_;
    const auto at = [this](std::size_t i) { return order_.begin() + static_cast<std::ptrdiff_t>(i); };
    std::nth_element(at(begin), at(middle), at(end), [this, axis](id a, id b) {
      const T x = rows_[a * m_ + axis];
      const T y = rows_[b * m_ + axis];
      return x != y ? x < y : a < b;
    });
    halve(begin, middle);
    halve(middle, end);
  }

  [[nodiscard]] double extent(std::size_t begin, std::size_t end, std::size_t k) const {
    T low = rows_[order_[begin] * m_ + k];
    T high = low;
    for (std::size_t i = begin; i < end; ++i) {
      low = std::min(low, rows_[order_[i] * m_ + k]);
      high = std::max(high, rows_[order_[i] * m_ + k]);
    }
    return static_cast<double>(high) - static_cast<double>(low);
  }

  const std::vector<T>& rows_;
  std::size_t m_;
  std::size_t share_;
  std::vector<id> order_;
  std::vector<double> scale_;
};

template <class T>
std::vector<std::uint32_t> neighbourly_order(const std::vector<T>& rows, std::size_t m, std::size_t share) {
  return row_halving<T>(rows, m, share).take();
}

}  // namespace paragon::pareto::detail
