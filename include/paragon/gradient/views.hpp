// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <type_traits>

#include "../core/error.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// A borrowed matrix with two strides (in elements): k gradients in its rows, in any memory order.
template <class T>
class matrix_view {
public:
  using value_type = std::remove_const_t<T>;

  constexpr matrix_view(T* data, std::size_t rows, std::size_t columns, std::ptrdiff_t row_stride,
                        std::ptrdiff_t column_stride = 1) noexcept
      : data_(data), rows_(rows), columns_(columns), row_stride_(row_stride), column_stride_(column_stride) {}

  /// Row-major without gaps. \throws error where `data` does not hold rows * columns numbers
  constexpr matrix_view(std::span<T> data, std::size_t rows, std::size_t columns)
      : matrix_view(data.data(), rows, columns, static_cast<std::ptrdiff_t>(columns)) {
    if (data.size() != rows * columns) {
      throw error("matrix_view", std::to_string(data.size()) + " numbers",
                  std::to_string(rows) + " rows of " + std::to_string(columns));
    }
  }

  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] constexpr std::size_t columns() const noexcept { return columns_; }
  [[nodiscard]] constexpr std::ptrdiff_t row_stride() const noexcept { return row_stride_; }
  [[nodiscard]] constexpr std::ptrdiff_t column_stride() const noexcept { return column_stride_; }
  [[nodiscard]] constexpr T* row(std::size_t i) const noexcept {
    return data_ + static_cast<std::ptrdiff_t>(i) * row_stride_;
  }
  [[nodiscard]] constexpr T& operator()(std::size_t i, std::size_t j) const noexcept {
    return row(i)[static_cast<std::ptrdiff_t>(j) * column_stride_];
  }

private:
  T* data_;
  std::size_t rows_;
  std::size_t columns_;
  std::ptrdiff_t row_stride_;
  std::ptrdiff_t column_stride_;
};

/// k gradients that lie in different places, each without gaps: a span of spans.
template <class T>
class row_list {
public:
  using value_type = T;

  /// \throws error where the gradients differ in length
  explicit row_list(std::span<const std::span<const T>> rows) : rows_(rows) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].size() != rows[0].size()) {
        throw error("row_list", "gradient " + std::to_string(i) + " has " + std::to_string(rows[i].size()) + " numbers",
                    std::to_string(rows[0].size()) + " as gradient 0");
      }
    }
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }
  [[nodiscard]] std::size_t columns() const noexcept { return rows_.empty() ? 0 : rows_[0].size(); }
  [[nodiscard]] const T* row(std::size_t i) const noexcept { return rows_[i].data(); }
  [[nodiscard]] static constexpr std::ptrdiff_t column_stride() noexcept { return 1; }

private:
  std::span<const std::span<const T>> rows_;
};

/// A borrowed vector with a stride, in elements.
template <class T>
class vector_view {
public:
  using value_type = std::remove_const_t<T>;

  constexpr vector_view(T* data, std::size_t size, std::ptrdiff_t stride = 1) noexcept
      : data_(data), size_(size), stride_(stride) {}

  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr std::ptrdiff_t stride() const noexcept { return stride_; }
  [[nodiscard]] constexpr T& operator[](std::size_t i) const noexcept {
    return data_[static_cast<std::ptrdiff_t>(i) * stride_];
  }

private:
  T* data_;
  std::size_t size_;
  std::ptrdiff_t stride_;
};

/// How this room reads somebody's matrix type: specialise it with `static decltype(auto) with(M&, f)` that returns f(jacobian).
/// `gradient/eigen.hpp` and `gradient/xtensor.hpp` do so; what lies in memory is viewed, a lazy expression is evaluated once.
template <class M>
struct matrix_access;

template <jacobian J>
struct matrix_access<J> {
  template <class F>
  static decltype(auto) with(const J& rows, F&& f) {
    return f(rows);
  }
};

/// The same for vectors: `static decltype(auto) with(V&, f)` returns f(vector_view); a non-const V is written through it. As it
/// stands it serves std::vector, std::array, std::span and whatever else is contiguous.
template <class V>
struct vector_access {
  template <class U, class F>
    requires requires(U& v) { vector_view(std::ranges::data(v), std::ranges::size(v)); }
  static decltype(auto) with(U& v, F&& f) {
    return f(vector_view(std::ranges::data(v), std::ranges::size(v)));
  }
};

template <class T>
struct vector_access<vector_view<T>> {
  template <class F>
  static decltype(auto) with(const vector_view<T>& v, F&& f) {
    return f(v);
  }
};

namespace detail {
struct any_use {
  template <class X>
  void operator()(const X&) const {}
};
}  // namespace detail

/// A type that holds k gradients in its rows and for which `matrix_access` is specialised.
template <class M>
concept matrix_source = requires(const std::remove_reference_t<M>& m) {
  matrix_access<std::remove_cvref_t<M>>::with(m, detail::any_use{});
};

/// A type (const where it is only read) that holds numbers in a row and for which `vector_access` is specialised.
template <class V>
concept vector_source =
    requires(std::remove_reference_t<V>& v) { vector_access<std::remove_cvref_t<V>>::with(v, detail::any_use{}); };

/// Calls f with a `jacobian` over the gradients in `m`.
template <matrix_source M, class F>
decltype(auto) with_matrix(const M& m, F&& f) {
  return matrix_access<std::remove_cvref_t<M>>::with(m, f);
}

/// Calls f with a `vector_view` over `v`.
template <vector_source V, class F>
decltype(auto) with_vector(V&& v, F&& f) {
  return vector_access<std::remove_cvref_t<V>>::with(v, f);
}

}  // namespace paragon::gradient
