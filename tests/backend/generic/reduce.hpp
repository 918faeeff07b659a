// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "support.hpp"

namespace paragon_test::backend_tests {

template <class B, class T>
void sums_of_everything() {
  for (const std::size_t n : {0UL, 1UL, 15UL, 16UL, 17UL, 255UL, 257UL, 8191UL, 16384UL, 40001UL, 300007UL}) {
    INFO("seed 11, n " << n);
    const auto whole = integers<T>(n, 11, n % 7 == 0 ? 1U : 2U, 8);
    double want = 5;
    for (const T x : whole) want += -0.5 * static_cast<double>(x);
    const auto x = upload<B>(whole);
    auto out = upload<B>(std::vector<T>{T(5)});
    B::sum_all(n, T(-0.5), x.data(), out.data());
    check_equal(out.to_vector(), std::vector<T>{static_cast<T>(want)});

    const auto real = normals<T>(n, 11, 3);
    double sum = 0;
    double magnitude = 0;
    for (const T value : real) {
      sum += static_cast<double>(value);
      magnitude += std::abs(static_cast<double>(value));
    }
    out.assign(std::vector<T>{T(0)});
    const auto on_real = upload<B>(real);
    B::sum_all(n, T(1), on_real.data(), out.data());
    check_within(out.to_vector(), {sum}, {unit<T> * static_cast<double>(n + 2) * magnitude});
  }
}

template <class B, class T>
void sums_of_rows_and_columns() {
  const std::vector<std::pair<std::size_t, std::size_t>> sizes = {{0, 3},    {3, 0},    {1, 1},    {1, 40},   {40, 1},
                                                                  {7, 33},   {33, 31},  {100, 64}, {3, 1024}, {3, 1025},
                                                                  {2, 5000}, {5000, 5}, {513, 130}};
  for (const auto& [rows, columns] : sizes) {
    INFO("seed 12, " << rows << " x " << columns);
    const auto x = integers<T>(rows * columns, 12, 1, 8);
    const auto y = integers<T>(rows * columns, 12, 2, 8);
    auto over_rows = integers<T>(columns, 12, 3, 8);
    auto over_columns = integers<T>(rows, 12, 4, 8);
    auto products = over_columns;
    const auto on_x = upload<B>(x);
    const auto on_y = upload<B>(y);
    auto on_rows = upload<B>(over_rows);
    auto on_columns = upload<B>(over_columns);
    auto on_products = upload<B>(products);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        over_rows[c] += x[r * columns + c];
        over_columns[r] += x[r * columns + c];
        products[r] += x[r * columns + c] * y[r * columns + c];
      }
    }
    B::sum_rows(rows, columns, on_x.data(), on_rows.data());
    check_equal(on_rows.to_vector(), over_rows);
    B::sum_columns(rows, columns, on_x.data(), on_columns.data());
    check_equal(on_columns.to_vector(), over_columns);
    B::dot_columns(rows, columns, on_x.data(), on_y.data(), on_products.data());
    check_equal(on_products.to_vector(), products);
  }
}

/// Sixteen numbers that swallow a one, then very many ones: running sums in float do not grow any more.
template <class B, class T>
void sums_that_outgrow_float() {
  const double great = 16777216;  // 2^24
  const std::size_t n = 16 + 3'000'000;
  std::vector<T> x(n, T(1));
  std::fill_n(x.begin(), 16, T(great));
  const double want = 16 * great + 3'000'000;
  const auto on_x = upload<B>(x);
  auto out = upload<B>(std::vector<T>{T(0)});
  B::sum_all(n, T(1), on_x.data(), out.data());
  check_within(out.to_vector(), {want}, {8 * unit<T> * want});
  out.assign(std::vector<T>{T(0)});
  B::sum_columns(1, n, on_x.data(), out.data());
  check_within(out.to_vector(), {want}, {8 * unit<T> * want});
  out.assign(std::vector<T>{T(0)});
  B::sum_rows(n, 1, on_x.data(), out.data());
  check_within(out.to_vector(), {want}, {8 * unit<T> * want});
  const auto ones = upload<B>(std::vector<T>(n, T(1)));
  out.assign(std::vector<T>{T(0)});
  B::dot_columns(1, n, on_x.data(), ones.data(), out.data());
  check_within(out.to_vector(), {want}, {8 * unit<T> * want});
  const std::size_t rows = n / 64;
  auto sums = upload<B>(std::vector<T>(64, T(0)));
  x.assign(rows * 64, T(1));
  std::fill_n(x.begin(), 64, T(great));
  const auto on_rows = upload<B>(x);
  B::sum_rows(rows, 64, on_rows.data(), sums.data());
  const double each = great + static_cast<double>(rows - 1);
  check_within(sums.to_vector(), std::vector<double>(64, each), std::vector<double>(64, 8 * unit<T> * each));
}

/// Multiples of (3, 4) in all sizes that T has: the norm is 5 times the unit, though most squares are out of range.
template <class B, class T>
void norms_of_rows() {
  for (const std::size_t columns : {2UL, 3UL, 17UL, 400UL, 1500UL, 40'000UL}) {
    for (int exponent = std::numeric_limits<T>::min_exponent + 2; exponent < std::numeric_limits<T>::max_exponent - 3;
         exponent += 29) {
      INFO("columns " << columns << ", unit 2^" << exponent);
      for (const std::size_t rows : {std::size_t{1}, std::size_t{3}}) {
        std::vector<T> x(rows * columns, T(0));
        for (std::size_t r = 0; r < rows; ++r) {
          x[r * columns] = static_cast<T>(std::ldexp(3.0, exponent));
          x[r * columns + columns - 1] = static_cast<T>(std::ldexp(-4.0, exponent));
        }
        const auto on_x = upload<B>(x);
        tensor<double, B> norms(shape{rows});
        B::row_norms(rows, columns, on_x.data(), norms.data());
        const double want = std::ldexp(5.0, exponent);
        check_within(norms.to_vector(), std::vector<double>(rows, want), std::vector<double>(rows, 1e-15 * want));
      }
    }
  }
  const auto none = upload<B>(std::vector<T>(20'000, T(0)));
  tensor<double, B> norm(shape{1});
  B::row_norms(1, 20'000, none.data(), norm.data());
  check_equal(norm.to_vector(), {0.0});
  const auto nan = upload<B>(std::vector<T>{T(1), std::numeric_limits<T>::quiet_NaN(), T(2)});
  B::row_norms(1, 3, nan.data(), norm.data());
  CHECK(std::isnan(norm.to_vector()[0]));
}

}  // namespace paragon_test::backend_tests
