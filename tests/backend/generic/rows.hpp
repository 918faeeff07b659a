// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "support.hpp"

namespace paragon_test::backend_tests {

inline const std::vector<std::pair<std::size_t, std::size_t>>& row_sizes() {
  static const std::vector<std::pair<std::size_t, std::size_t>> sizes = {
      {0, 3}, {3, 0}, {1, 1}, {3, 7}, {200, 33}, {5, 1000}, {4, 1024}, {3, 1025}, {2, 3001}};
  return sizes;
}

struct soft_row {
  std::vector<double> probability, logarithm, distance;
};

/// Softmax in extended precision.
template <class T>
soft_row plain_softmax(const T* x, std::size_t columns) {
  long double greatest = -std::numeric_limits<long double>::infinity();
  for (std::size_t c = 0; c < columns; ++c) greatest = std::max(greatest, static_cast<long double>(x[c]));
  long double total = 0;
  for (std::size_t c = 0; c < columns; ++c) total += std::exp(static_cast<long double>(x[c]) - greatest);
  soft_row row;
  for (std::size_t c = 0; c < columns; ++c) {
    const long double d = static_cast<long double>(x[c]) - greatest;
    row.distance.push_back(static_cast<double>(-d));
    row.probability.push_back(static_cast<double>(std::exp(d) / total));
    row.logarithm.push_back(static_cast<double>(d - std::log(total)));
  }
  return row;
}

template <class B, class T>
void softmax() {
  for (const double scale : {1.0, 30.0, 1e4}) {
    for (const auto& [rows, columns] : row_sizes()) {
      INFO("seed 21, scale " << scale << ", " << rows << " x " << columns);
      const auto x = normals<T>(rows * columns, 21, 1, scale);
      const auto dy = normals<T>(rows * columns, 21, 2);
      const auto start = normals<T>(rows * columns, 21, 3);
      const double n = static_cast<double>(columns);
      std::vector<double> y, log_y, dx, log_dx, y_bound, log_bound, dx_bound, log_dx_bound;
      for (std::size_t r = 0; r < rows; ++r) {
        const auto row = plain_softmax(x.data() + r * columns, columns);
        double inner = 0;
        double sum = 0;
        double inner_size = 0;
        double sum_size = 0;
        for (std::size_t c = 0; c < columns; ++c) {
          const double g = static_cast<double>(dy[r * columns + c]);
          inner += row.probability[c] * g;
          sum += g;
          inner_size += std::abs(row.probability[c] * g);
          sum_size += std::abs(g);
        }
        for (std::size_t c = 0; c < columns; ++c) {
          const double p = row.probability[c];
          const double g = static_cast<double>(dy[r * columns + c]);
          const double before = static_cast<double>(start[r * columns + c]);
          const double relative = unit<T> * (16 + std::min(row.distance[c], 110.0) + n / 8);
          const double least = 4 * static_cast<double>(std::numeric_limits<T>::min());
          const double shift = std::abs(static_cast<double>(x[r * columns + c])) + std::abs(row.logarithm[c]);
          y.push_back(p);
          y_bound.push_back(p * relative + least);
          log_y.push_back(row.logarithm[c]);
          log_bound.push_back(unit<T> * (16 + n / 8 + 4 * shift));
          dx.push_back(before + p * (g - inner));
          dx_bound.push_back((relative + n * unit<T>)*(p * (std::abs(g) + inner_size)) +
                             4 * unit<T> * std::abs(before) + least);
          log_dx.push_back(before + g - p * sum);
          log_dx_bound.push_back((relative + 4 * log_bound.back() + n * unit<T>)*p * sum_size +
                                 4 * unit<T> * (std::abs(before) + std::abs(g)) + least * sum_size);
        }
      }
      const auto on_x = upload<B>(x);
      const auto on_dy = upload<B>(dy);
      auto out = upload<B>(std::vector<T>(x.size(), T(9)));
      auto adjoint = upload<B>(start);
      B::softmax(rows, columns, on_x.data(), out.data());
      check_within(out.to_vector(), y, y_bound);
      B::softmax_adjoint(rows, columns, out.data(), on_dy.data(), adjoint.data());
      check_within(adjoint.to_vector(), dx, dx_bound);
      B::log_softmax(rows, columns, on_x.data(), out.data());
      check_within(out.to_vector(), log_y, log_bound);
      adjoint.assign(start);
      B::log_softmax_adjoint(rows, columns, out.data(), on_dy.data(), adjoint.data());
      check_within(adjoint.to_vector(), log_dx, log_dx_bound);
    }
  }
}

/// Masked entries, fully masked rows, NaN, in place.
template <class B, class T>
void softmax_of_special_rows() {
  const T inf = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (const std::size_t columns : {std::size_t{4}, std::size_t{1500}}) {
    INFO("columns " << columns);
    std::vector<T> x(4 * columns, -inf);
    x[1 * columns + 1] = T(3);
    x[1 * columns + 3] = T(3);
    for (std::size_t c = 0; c < columns; ++c) x[2 * columns + c] = c == 2 ? nan : T(1);
    x[3 * columns + columns - 1] = nan;
    std::vector<T> y(4 * columns, T(0));
    y[1 * columns + 1] = T(0.5);
    y[1 * columns + 3] = T(0.5);
    for (std::size_t c = 0; c < columns; ++c) y[2 * columns + c] = y[3 * columns + c] = nan;
    auto rows = upload<B>(x);
    B::softmax(4, columns, rows.data(), rows.data());
    check_equal(rows.to_vector(), y);

    rows.assign(x);
    B::log_softmax(4, columns, rows.data(), rows.data());
    std::vector<T> logarithm(4 * columns, -inf);
    const auto got = rows.to_vector();
    for (const std::size_t kept : {columns + 1, columns + 3}) {
      CHECK(std::abs(static_cast<double>(got[kept]) + std::log(2.0)) <= 8 * unit<T>);
      logarithm[kept] = got[kept];
    }
    std::fill_n(logarithm.begin() + static_cast<std::ptrdiff_t>(2 * columns), 2 * columns, nan);
    check_equal(got, logarithm);
  }
}

template <class B, class T>
void layer_norm() {
  const T epsilon = T(1e-5);
  for (const auto& [rows, columns] : row_sizes()) {
    if (columns == 0) continue;
    INFO("seed 31, " << rows << " x " << columns);
    auto x = normals<T>(rows * columns, 31, 1, 2.0);
    for (T& value : x) value += T(3);
    if (rows > 1) std::fill_n(x.begin(), columns, T(7));
    const auto dy = normals<T>(rows * columns, 31, 2);
    const auto start = normals<T>(rows * columns, 31, 3);
    const double n = static_cast<double>(columns);
    std::vector<double> y, y_bound, s, s_bound, dx, dx_bound;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t at = r * columns;
      long double sum = 0;
      double size = 0;
      for (std::size_t c = 0; c < columns; ++c) {
        sum += static_cast<long double>(x[at + c]);
        size += std::abs(static_cast<double>(x[at + c])) / n;
      }
      const double mean = static_cast<double>(sum / static_cast<long double>(columns));
      double variance = 0;
      for (std::size_t c = 0; c < columns; ++c) variance += std::pow(static_cast<double>(x[at + c]) - mean, 2) / n;
      const double scale = 1 / std::sqrt(variance + static_cast<double>(epsilon));
      // The rounding of the mean shifts all of y; that of the variance scales it.
      const double shift = unit<T> * (8 + n / 8) * size * scale;
      const double relative = unit<T> * (16 + n / 8) + shift * shift;
      s.push_back(scale);
      s_bound.push_back(scale * relative);
      double inner = 0;
      double total = 0;
      double inner_size = 0;
      double total_size = 0;
      for (std::size_t c = 0; c < columns; ++c) {
        const double normal = (static_cast<double>(x[at + c]) - mean) * scale;
        const double g = static_cast<double>(dy[at + c]);
        y.push_back(normal);
        y_bound.push_back(rows > 1 && r == 0 ? 0.0 : std::abs(normal) * relative + shift);
        total += g / n;
        inner += g * normal / n;
        total_size += std::abs(g) / n;
        inner_size += std::abs(g) * (std::abs(normal) + 1) / n;
      }
      for (std::size_t c = 0; c < columns; ++c) {
        const double g = static_cast<double>(dy[at + c]);
        const double before = static_cast<double>(start[at + c]);
        const double normal = y[at + c];
        dx.push_back(before + scale * (g - total - normal * inner));
        dx_bound.push_back((4 * relative + 4 * shift) * scale *
                               (std::abs(g) + total_size + (std::abs(normal) + 1) * inner_size) +
                           4 * unit<T> * std::abs(before));
      }
    }
    const auto on_x = upload<B>(x);
    const auto on_dy = upload<B>(dy);
    auto out = upload<B>(std::vector<T>(x.size(), T(9)));
    auto scales = upload<B>(std::vector<T>(rows, T(9)));
    auto adjoint = upload<B>(start);
    B::normalise(rows, columns, epsilon, on_x.data(), out.data(), scales.data());
    check_within(out.to_vector(), y, y_bound);
    check_within(scales.to_vector(), s, s_bound);
    B::normalise_adjoint(rows, columns, out.data(), scales.data(), on_dy.data(), adjoint.data());
    check_within(adjoint.to_vector(), dx, dx_bound);
  }
}

/// Rows of one number give zeros exactly, whatever the number; far from 0 and in any unit rows keep all their digits.
template <class B, class T>
void layer_norm_of_hard_rows() {
  const auto normalised = [](const std::vector<T>& row, T epsilon) {
    const auto x = upload<B>(row);
    auto y = upload<B>(std::vector<T>(row.size(), T(9)));
    auto scale = upload<B>(std::vector<T>(1, T(9)));
    B::normalise(1, row.size(), epsilon, x.data(), y.data(), scale.data());
    return std::pair(y.to_vector(), static_cast<double>(scale.to_vector()[0]));
  };
  const double greatest = static_cast<double>(std::numeric_limits<T>::max());
  for (const double value : {12345.678, 0.1, -1.0 / 3, 1e-30, 1e30, 0.3 * greatest, greatest, 0.0}) {
    for (const std::size_t n : {1UL, 2UL, 3UL, 7UL, 16UL, 31UL, 64UL, 100UL, 1000UL, 3001UL}) {
      INFO("value " << value << ", columns " << n);
      const auto [y, scale] = normalised(std::vector<T>(n, static_cast<T>(value)), T(1e-5));
      check_equal(y, std::vector<T>(n, T(0)));
      CHECK(scale == doctest::Approx(1 / std::sqrt(1e-5)).epsilon(8 * unit<T>));
      check_equal(normalised(std::vector<T>(n, static_cast<T>(value)), T(0)).first, std::vector<T>(n, T(0)));
    }
  }
  // Of neighbours a and a + step, half each, the mean lies between them: -1 and 1 without epsilon.
  for (const double a : {1.0, 16777216.0, -4e9}) {
    for (const std::size_t n : {2UL, 8UL, 64UL, 130UL}) {
      INFO("neighbours of " << a << ", columns " << n);
      std::vector<T> row(n, static_cast<T>(a));
      for (std::size_t c = 1; c < n; c += 2) row[c] = std::nextafter(row[0], std::numeric_limits<T>::infinity());
      std::vector<double> want(n, -1);
      for (std::size_t c = 1; c < n; c += 2) want[c] = 1;
      check_within(normalised(row, T(0)).first, want, std::vector<double>(n, 8 * unit<T>));
    }
  }
  // (0, 0, 0, 4) times any unit: mean 1, variance 3.
  const double root = std::sqrt(3.0);
  for (int exponent = std::numeric_limits<T>::min_exponent; exponent < std::numeric_limits<T>::max_exponent - 3;
       exponent += 23) {
    INFO("unit 2^" << exponent);
    std::vector<T> row(4, T(0));
    row[3] = static_cast<T>(std::ldexp(4.0, exponent));
    check_within(normalised(row, T(0)).first, {-1 / root, -1 / root, -1 / root, root},
                 std::vector<double>(4, 8 * unit<T>));
  }
  // Both ends of the range: the difference of the two overflows.
  const T end = std::numeric_limits<T>::max();
  check_within(normalised({end, -end}, T(1e-5)).first, {1, -1}, {8 * unit<T>, 8 * unit<T>});
  const T infinity = std::numeric_limits<T>::infinity();
  CHECK(std::isnan(normalised({T(1), infinity, T(2)}, T(1e-5)).first[0]));
}

}  // namespace paragon_test::backend_tests
