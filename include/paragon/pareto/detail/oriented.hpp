// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../points.hpp"
#include "../policies.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Points as the algorithms see them: every objective minimised, ignored columns gone, NaN by policy.
///
/// Values are turned while they are read, so nothing is copied. Turning is exact: a change of sign for floating point,
/// the bitwise complement for integers, which reverses their order without overflow.
template <class T, bool NanIsWorst>
class oriented {
public:
  using value_type = T;

  /// \param place  the public function, for messages
  oriented(const points<T>& source, directions way, std::string_view place) : source_(source), place_(place) {
    const std::size_t m = source.objectives();
    if (source.size() == 0) return;
    if (!way.empty() && way.size() != m) {
      throw error(place, std::to_string(way.size()) + " directions for " + std::to_string(m) + " objectives",
                  "one direction for each objective, or none");
    }
    columns_.reserve(m);
    for (std::size_t k = 0; k < m; ++k) {
      const direction d = way.empty() ? direction::minimise : way[k];
      if (d == direction::ignore) continue;
      columns_.push_back({static_cast<std::ptrdiff_t>(k) * source.column_stride(), turn_of(d), k});
    }
    if (columns_.empty()) throw error(place, "no objective to compare", "at least one that is not ignored");
  }

  [[nodiscard]] std::size_t size() const noexcept { return source_.size(); }
  [[nodiscard]] std::size_t objectives() const noexcept { return columns_.size(); }
  [[nodiscard]] std::string_view place() const noexcept { return place_; }

  /// The column of the source behind objective k.
  [[nodiscard]] std::size_t column(std::size_t k) const noexcept { return columns_[k].index; }

  /// Objective k of point i, to be minimised.
  [[nodiscard]] T operator()(std::size_t i, std::size_t k) const noexcept {
    return turned(source_.data()[static_cast<std::ptrdiff_t>(i) * source_.row_stride() + columns_[k].offset], k);
  }

  /// A value of objective k, given in the caller's direction, as one to be minimised.
  [[nodiscard]] T turned(T value, std::size_t k) const noexcept { return turn(value, columns_[k].turn); }

  /// Objective k of the points from `first` on, as `operator()` gives it.
  void read(std::size_t first, std::size_t count, std::size_t k, T* values) const noexcept {
    const T* const source = &source_(first, columns_[k].index);
    const std::ptrdiff_t stride = source_.row_stride();
    const turned_column column = columns_[k];
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = turn(source[static_cast<std::ptrdiff_t>(i) * stride], column.turn);
    }
  }

  /// Throws if the policy forbids NaN and point i has one. For all points: O(n m), nothing for integers.
  void check(std::size_t i) const {
    if constexpr (std::is_floating_point_v<T> && !NanIsWorst) {
      for (std::size_t k = 0; k < objectives(); ++k) {
        if (const T x = (*this)(i, k); x != x) refuse_nan(i, k);
      }
    }
  }

  [[noreturn]] void refuse_nan(std::size_t i, std::size_t k) const {
    throw error(place_, "NaN in row " + std::to_string(i) + ", column " + std::to_string(column(k)),
                "numbers; the policy nan_worst accepts NaN as the worst value");
  }

private:
  struct turned_column {
    std::ptrdiff_t offset;
    T turn;  // a factor for floating point, a bit mask for integers
    std::size_t index;
  };

  static constexpr T turn(T value, T by) noexcept {
    if constexpr (std::is_floating_point_v<T>) {
      if constexpr (NanIsWorst) {
        if (value != value) return std::numeric_limits<T>::infinity();
      }
      return value * by;
    } else {
      return static_cast<T>(value ^ by);
    }
  }

  static constexpr T turn_of(direction d) noexcept {
    if constexpr (std::is_floating_point_v<T>) {
      return d == direction::maximise ? T(-1) : T(1);
    } else {
      return d == direction::maximise ? static_cast<T>(~T(0)) : T(0);
    }
  }

  points<T> source_;
  std::string_view place_;
  std::vector<turned_column> columns_;
};

}  // namespace paragon::pareto::detail
