// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "detail/oriented.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// The points that `stretch` and `select` choose among, as their policies and rules see them.
///
/// Every objective is minimised, ignored columns are gone, no value is NaN, no two candidates are equal, and they are
/// in lexicographic order (the first objective counts most). A policy that breaks ties by the lower index therefore
/// gives the same points for any order of the input. Columns and points that a policy's user writes down are the
/// caller's, in his directions: `objective`, `turned` and `original` translate.
template <objective_value T>
class candidates {
public:
  /// The distinct points among some rows. O(n m + n log n) for n rows.
  /// \param view     all rows, checked for NaN
  /// \param columns  of the caller's set
  template <bool NanIsWorst>
  candidates(const detail::oriented<T, NanIsWorst>& view, std::size_t columns, std::span<const std::size_t> rows);

  [[nodiscard]] std::size_t size() const noexcept { return first_rows_.size(); }
  [[nodiscard]] std::size_t objectives() const noexcept { return columns_.size(); }

  /// Objective k of candidate i, to be minimised.
  [[nodiscard]] T operator()(std::size_t i, std::size_t k) const noexcept { return values_[i * objectives() + k]; }

  /// All of them, row after row.
  [[nodiscard]] points<T> values() const noexcept {
    return {values_.data(), size(), objectives(), static_cast<std::ptrdiff_t>(objectives())};
  }

  /// The row of the caller's set: of equal rows the first.
  [[nodiscard]] std::size_t row(std::size_t i) const noexcept { return first_rows_[i]; }

  /// A row that equals the first row of a candidate.
  struct repeat {
    std::size_t candidate;
    std::size_t row;
  };
  /// All rows that are not the first of their candidate.
  [[nodiscard]] std::span<const repeat> repeats() const noexcept { return repeats_; }

  /// The objective behind a column of the caller's set. Throws `paragon::error` where it is ignored or absent.
  [[nodiscard]] std::size_t objective(std::size_t column) const {
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    if (found == columns_.end()) {
      throw error(place_, "column " + std::to_string(column) + " is not an objective",
                  "a column of the set that is not ignored");
    }
    return static_cast<std::size_t>(found - columns_.begin());
  }

  /// Whether the caller maximises objective k.
  [[nodiscard]] bool maximised(std::size_t k) const noexcept { return maximised_[k] != 0; }

  /// Objective k of candidate i as the caller wrote it.
  [[nodiscard]] T original(std::size_t i, std::size_t k) const noexcept { return turn((*this)(i, k), k); }

  /// A point of the caller's, one number for each column of the set, as one to compare candidates with.
  /// Throws `paragon::error` for another length, for NaN, for a number that T does not hold.
  /// \param what  what the point is, for messages
  [[nodiscard]] std::vector<T> turned(std::span<const double> point, std::string_view what) const {
    const std::vector<double> numbers = active(point, what);
    std::vector<T> result(numbers.size());
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      if constexpr (std::is_integral_v<T>) {
        const double limit = std::ldexp(1.0, std::numeric_limits<T>::digits);
        const bool held = numbers[k] < limit && numbers[k] >= static_cast<double>(std::numeric_limits<T>::lowest()) &&
                          numbers[k] == std::floor(numbers[k]);
        if (!held) {
          throw error(place_, std::string(what) + " has " + number_text(numbers[k]), "integers in the points' range");
        }
      }
      result[k] = turn(static_cast<T>(numbers[k]), k);
    }
    return result;
  }

  /// One number for each column of the set, without those of ignored columns.
  /// Throws `paragon::error` for another length and for NaN.
  [[nodiscard]] std::vector<double> active(std::span<const double> numbers, std::string_view what) const {
    if (numbers.size() != all_columns_) {
      throw error(place_, std::string(what) + " of " + std::to_string(numbers.size()) + " numbers",
                  std::to_string(all_columns_) + ", one for each column");
    }
    std::vector<double> result;
    for (const std::size_t column : columns_) {
      if (numbers[column] != numbers[column]) throw error(place_, "NaN in " + std::string(what), "numbers");
      result.push_back(numbers[column]);
    }
    return result;
  }

  /// The public function that asks, for messages.
  [[nodiscard]] std::string_view place() const noexcept { return place_; }

private:
  [[nodiscard]] T turn(T value, std::size_t k) const noexcept {
    if (!maximised(k)) return value;
    if constexpr (std::is_floating_point_v<T>) {
      return -value;
    } else {
      return static_cast<T>(~value);
    }
  }

  std::vector<T> values_;
  std::vector<std::size_t> first_rows_;
  std::vector<repeat> repeats_;
  std::vector<std::size_t> columns_;  // by objective
  std::vector<char> maximised_;       // by objective
  std::size_t all_columns_;
  std::string_view place_;
};

template <objective_value T>
template <bool NanIsWorst>
candidates<T>::candidates(const detail::oriented<T, NanIsWorst>& view, std::size_t columns,
                          std::span<const std::size_t> rows)
    : all_columns_(columns), place_(view.place()) {
  const std::size_t m = view.objectives();
  for (std::size_t k = 0; k < m; ++k) {
    columns_.push_back(view.column(k));
    maximised_.push_back(view.turned(T(0), k) < view.turned(T(1), k) ? 0 : 1);
  }
  struct keyed_row {
    T first;
    std::size_t row;
  };
  std::vector<keyed_row> order;
  order.reserve(rows.size());
  for (const std::size_t i : rows) order.push_back({view(i, 0), i});
  const auto difference = [&](std::size_t i, std::size_t j) {
    std::size_t k = 0;
    while (k < m && view(i, k) == view(j, k)) ++k;
    return k;
  };
  std::sort(order.begin(), order.end(), [&](const keyed_row& a, const keyed_row& b) {
    if (a.first != b.first) return a.first < b.first;
    const std::size_t k = difference(a.row, b.row);
    return k == m ? a.row < b.row : view(a.row, k) < view(b.row, k);
  });
  for (const keyed_row& next : order) {
    if (!first_rows_.empty() && difference(first_rows_.back(), next.row) == m) {
      repeats_.push_back({size() - 1, next.row});
      continue;
    }
    first_rows_.push_back(next.row);
    for (std::size_t k = 0; k < m; ++k) values_.push_back(view(next.row, k));
  }
}

}  // namespace paragon::pareto
