// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/metric.hpp"
#include "../space/concepts.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::objective {

/// Rows of a table in the order of `space.index(a)`.
struct by_index {
  template <space::enumerable_space S>
  [[nodiscard]] std::uint64_t operator()(const S& s, const typename S::architecture& a) const {
    return s.index(a);
  }
};

/// An objective that looks its values up: a column of a benchmark table over all architectures of a space.
///
/// The column is not copied and must outlive the objective. NaN in it means "not measured": asking for such a value is an
/// error, `known(a)` asks first.
/// \tparam Order which row belongs to an architecture: `order(space, a)`. Tables of a benchmark are often
///   in an order of its own.
///
/// \code
/// paragon::objective::table error({"error", "%", paragon::direction::minimise}, space, column);
/// double e = error.value(architecture);
/// \endcode
template <class S, class Order = by_index>
class table {
  static_assert(space::require_enumerable_space<S>());

public:
  using architecture = typename S::architecture;
  static constexpr bool device_independent = true;  ///< a search asks once, not once for each device

  /// \pre `column` has `space.size()` entries, else an error.
  table(metric what, S space, std::span<const double> column, Order order = {})
      : what_(std::move(what)), space_(std::move(space)), column_(column), order_(std::move(order)) {
    if (column.size() != space_.size()) {
      throw error("objective::table " + what_.name, std::to_string(column.size()) + " rows",
                  std::to_string(space_.size()));
    }
  }

  [[nodiscard]] const metric& describe() const noexcept { return what_; }

  /// Whether the table knows this architecture.
  [[nodiscard]] bool known(const architecture& a) const {
    const double v = at(a);
    return v == v;
  }

  /// The entry of the table; the condition, if one is passed, plays no part. O(1).
  template <class Condition = unconditional>
  [[nodiscard]] double value(const architecture& a, const Condition& = {}) const {
    const double v = at(a);
    if (v != v)
      throw error("objective::table " + what_.name, "no value for " + std::string(space_.to_string(a)),
                  "a measured one");
    return v;
  }

private:
  [[nodiscard]] double at(const architecture& a) const { return column_[static_cast<std::size_t>(order_(space_, a))]; }

  metric what_;
  S space_;
  std::span<const double> column_;
  [[no_unique_address]] Order order_;
};

/// Several tables of one kind, chosen by the condition: for instance the latency on each of many devices.
///
/// The condition is the number of the column. Columns are not copied and must outlive the objective.
template <class S, class Order = by_index>
class table_set {
  static_assert(space::require_enumerable_space<S>());

public:
  using architecture = typename S::architecture;

  /// \pre every column has `space.size()` entries, else an error.
  table_set(metric what, S space, std::span<const std::span<const double>> columns, Order order = {})
      : what_(std::move(what)) {
    tables_.reserve(columns.size());
    for (const std::span<const double> column : columns) tables_.emplace_back(what_, space, column, order);
  }

  [[nodiscard]] const metric& describe() const noexcept { return what_; }
  [[nodiscard]] std::size_t columns() const noexcept { return tables_.size(); }
  [[nodiscard]] bool known(const architecture& a, std::size_t column) const { return chosen(column).known(a); }
  [[nodiscard]] double value(const architecture& a, std::size_t column) const { return chosen(column).value(a); }

private:
  [[nodiscard]] const table<S, Order>& chosen(std::size_t column) const {
    if (column >= tables_.size()) {
      throw error("objective::table_set " + what_.name, "column " + std::to_string(column),
                  "below " + std::to_string(tables_.size()));
    }
    return tables_[column];
  }

  metric what_;
  std::vector<table<S, Order>> tables_;
};

}  // namespace paragon::objective
