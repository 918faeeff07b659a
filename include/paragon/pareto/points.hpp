// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// A number that objectives are measured in: floating point or integer.
template <class T>
concept objective_value = std::is_arithmetic_v<T> && !std::same_as<T, bool> && std::same_as<T, std::remove_cv_t<T>>;

namespace detail {

/// How a row of fixed length, `std::array<T, m>` or `T[m]`, is laid out.
template <class Row>
struct fixed_row {};
template <class Row>
  requires requires { typename Row::value_type; } && objective_value<typename Row::value_type> &&
           (sizeof(Row) % sizeof(typename Row::value_type) == 0) &&
           requires { std::integral_constant<std::size_t, std::tuple_size<Row>::value>{}; }
struct fixed_row<Row> {
  using value_type = typename Row::value_type;
  static constexpr std::size_t size = std::tuple_size<Row>::value;
  static constexpr std::ptrdiff_t stride = sizeof(Row) / sizeof(value_type);
  static constexpr const value_type* data(const Row& row) noexcept { return row.data(); }
};
template <objective_value T, std::size_t M>
struct fixed_row<T[M]> {
  using value_type = T;
  static constexpr std::size_t size = M;
  static constexpr std::ptrdiff_t stride = M;
  static constexpr const T* data(const T (&row)[M]) noexcept { return row; }
};

template <class Range>
using row_of = std::remove_cvref_t<decltype(*std::begin(std::declval<const Range&>()))>;

/// Rows of fixed length in contiguous memory: viewed where they lie.
template <class Range>
concept contiguous_rows = requires(const Range& range) {
  std::span(range);
  typename fixed_row<row_of<Range>>::value_type;
};

/// Rows of lengths known at run time, each with memory of its own: have to be copied.
template <class Range>
concept scattered_rows = !contiguous_rows<Range> && requires(const Range& range) {
  std::begin(range);
  std::end(range);
  std::span(*std::begin(range));
  requires objective_value<std::remove_cvref_t<decltype(*std::data(*std::begin(range)))>>;
};

}  // namespace detail

/// n points with m objectives each, where they lie in memory: a pointer, two sizes and two strides.
///
/// Every algorithm of this room reads its input through this view, so nothing is copied on the way in. Row-major data
/// has a column stride of 1; column-major data (Eigen's default) has a row stride of 1. Strides count elements.
///
/// \code
/// std::vector<std::array<double, 3>> designs = ...;
/// paragon::pareto::points view(designs);                            // no copy
/// paragon::pareto::points<double> flat(values, 3);                  // a span of 3 n numbers
/// paragon::pareto::points<double> part(values.data(), n, 2, 5);     // first 2 of 5 columns
/// \endcode
template <objective_value T>
class points {
public:
  using value_type = T;

  constexpr points() noexcept = default;

  /// n rows of m numbers; row i starts at `data + i * row_stride`.
  constexpr points(const T* data, std::size_t n, std::size_t m, std::ptrdiff_t row_stride,
                   std::ptrdiff_t column_stride = 1) noexcept
      : data_(data), size_(n), objectives_(m), row_stride_(row_stride), column_stride_(column_stride) {}

  /// Consecutive rows of `m` numbers. Throws `paragon::error` where `m` does not divide their number.
  constexpr points(std::span<const T> values, std::size_t m)
      : points(values.data(), m == 0 ? 0 : values.size() / m, m, static_cast<std::ptrdiff_t>(m)) {
    if (size_ * m != values.size()) {
      throw error("pareto::points", std::to_string(values.size()) + " numbers in rows of " + std::to_string(m),
                  "a multiple of the number of objectives");
    }
  }

  /// A contiguous range of `std::array<T, m>` or `T[m]`.
  template <detail::contiguous_rows Range, class Row = detail::fixed_row<detail::row_of<Range>>>
    requires std::same_as<T, typename Row::value_type>
  constexpr points(const Range& source) noexcept
      : points(std::size(source) == 0 ? nullptr : Row::data(*std::data(source)), std::size(source), Row::size,
               Row::stride) {}

  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr std::size_t objectives() const noexcept { return objectives_; }
  [[nodiscard]] constexpr const T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::ptrdiff_t row_stride() const noexcept { return row_stride_; }
  [[nodiscard]] constexpr std::ptrdiff_t column_stride() const noexcept { return column_stride_; }

  /// Objective k of point i.
  [[nodiscard]] constexpr const T& operator()(std::size_t i, std::size_t k) const noexcept {
    return data_[static_cast<std::ptrdiff_t>(i) * row_stride_ + static_cast<std::ptrdiff_t>(k) * column_stride_];
  }

private:
  const T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t objectives_ = 0;
  std::ptrdiff_t row_stride_ = 0;
  std::ptrdiff_t column_stride_ = 1;
};

template <detail::contiguous_rows Range>
points(const Range&) -> points<typename detail::fixed_row<detail::row_of<Range>>::value_type>;

/// Points copied into consecutive rows: for sources whose rows do not lie at a fixed distance.
template <objective_value T>
class copied_points {
public:
  copied_points(std::vector<T> values, std::size_t n, std::size_t m) : values_(std::move(values)), size_(n), m_(m) {}

  operator points<T>() const noexcept { return {values_.data(), size_, m_, static_cast<std::ptrdiff_t>(m_)}; }

private:
  std::vector<T> values_;
  std::size_t size_;
  std::size_t m_;
};

/// How a container becomes points: specialise it for a type of your own.
///
/// A specialisation has `value_type` and `static get(const Source&)`, which returns `points<value_type>` or something
/// that owns the numbers and converts to it. Where the number of objectives is known at compile time it may say so in a
/// `static constexpr std::size_t objectives`: algorithms then compile for that number alone. `pareto/eigen.hpp` and `pareto/xtensor.hpp` hold such specialisations.
template <class Source>
struct point_access;

template <objective_value T>
struct point_access<points<T>> {
  using value_type = T;
  static constexpr points<T> get(const points<T>& source) noexcept { return source; }
};

template <detail::contiguous_rows Range>
struct point_access<Range> {
  using value_type = typename detail::fixed_row<detail::row_of<Range>>::value_type;
  static constexpr std::size_t objectives = detail::fixed_row<detail::row_of<Range>>::size;
  static constexpr points<value_type> get(const Range& source) noexcept { return points<value_type>(source); }
};

template <detail::scattered_rows Range>
struct point_access<Range> {
  using value_type = std::remove_cvref_t<decltype(*std::data(*std::begin(std::declval<const Range&>())))>;

  /// Throws `paragon::error` where the rows differ in length.
  static copied_points<value_type> get(const Range& source) {
    std::vector<value_type> values;
    std::size_t n = 0;
    std::size_t m = 0;
    for (const auto& row : source) {
      const std::span<const value_type> numbers(row);
      if (n == 0) m = numbers.size();
      if (numbers.size() != m) {
        throw error("pareto::points",
                    "row " + std::to_string(n) + " has " + std::to_string(numbers.size()) + " numbers",
                    std::to_string(m) + " as in row 0");
      }
      values.insert(values.end(), numbers.begin(), numbers.end());
      ++n;
    }
    return {std::move(values), n, m};
  }
};

/// Anything that the algorithms accept as a set of points.
///
/// Models: `points<T>`; contiguous ranges of `std::array<T, m>` or `T[m]`; ranges of vectors (copied); Eigen matrices
/// and xtensor expressions with their adapter included; a type of your own with a `point_access`.
template <class Source>
concept point_set = requires(const Source& source) {
  requires objective_value<typename point_access<Source>::value_type>;
  { point_access<Source>::get(source) } -> std::convertible_to<points<typename point_access<Source>::value_type>>;
};

/// The number type of a point set.
template <point_set Source>
using value_of = typename point_access<Source>::value_type;

/// Stands for a number of objectives that is known at run time only.
inline constexpr std::size_t dynamic_objectives = 0;

namespace detail {

template <point_set Source>
consteval std::size_t fixed_objectives() {
  if constexpr (requires { point_access<Source>::objectives; }) {
    return point_access<Source>::objectives;
  } else {
    return dynamic_objectives;
  }
}

/// Calls `f.template operator()<M>()` with M = m where m <= Most, and with M = `dynamic_objectives` beyond. Nothing is
/// instantiated above `Fixed`, the number of objectives of the point set's type (some may be ignored: m <= Fixed).
/// \pre m >= 1
template <std::size_t Fixed, std::size_t Most, std::size_t M = 1, class F>
decltype(auto) with_objectives(std::size_t m, F&& f) {
  if constexpr (M > Most) {
    return f.template operator()<dynamic_objectives>();
  } else {
    if constexpr (M != Fixed) {
      if (m != M) return with_objectives<Fixed, Most, M + 1>(m, f);
    }
    return f.template operator()<M>();
  }
}

}  // namespace detail

/// The number of objectives of a point set where its type says so, else `dynamic_objectives`.
template <point_set Source>
inline constexpr std::size_t objectives_of = detail::fixed_objectives<Source>();

}  // namespace paragon::pareto
