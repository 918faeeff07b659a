// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <paragon/backend/concepts.hpp>
#include <paragon/core/random.hpp>
#include <paragon/tensor/tensor.hpp>

/// The tests that every backend passes. Each is a template over the backend and the element type, and compares with a
/// plain calculation on the host: exactly where data are small integers, which sum without rounding, else within a
/// bound on the rounding errors of any order of summation.
namespace paragon_test::backend_tests {

using paragon::shape;
using paragon::tensor;
using paragon::backend::transposed;
namespace functions = paragon::functions;

template <class T>
inline constexpr double unit = static_cast<double>(std::numeric_limits<T>::epsilon());

template <class T>
std::vector<T> normals(std::size_t n, std::uint64_t seed, std::uint32_t stream, double scale = 1.0) {
  const paragon::random numbers{.seed = seed, .stream = stream};
  std::vector<T> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<T>(scale * numbers.normal(i));
  return values;
}

/// Integers from -limit to limit.
template <class T>
std::vector<T> integers(std::size_t n, std::uint64_t seed, std::uint32_t stream, std::uint64_t limit) {
  const paragon::random numbers{.seed = seed, .stream = stream};
  std::vector<T> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    values[i] =
        static_cast<T>(static_cast<std::int64_t>(numbers.below(2 * limit + 1, i)) - static_cast<std::int64_t>(limit));
  }
  return values;
}

inline std::vector<std::uint32_t> indices(std::size_t n, std::uint64_t seed, std::uint64_t limit) {
  const paragon::random numbers{.seed = seed, .stream = 77};
  std::vector<std::uint32_t> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<std::uint32_t>(numbers.below(limit, i));
  return values;
}

template <class B, class T>
tensor<T, B> upload(const std::vector<T>& values) {
  return tensor<T, B>(shape{values.size()}, std::span<const T>(values));
}

/// The same numbers, entry by entry; NaN equals NaN.
template <class T>
void check_equal(const std::vector<T>& got, const std::vector<T>& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) continue;
    INFO("entry " << i << " of " << got.size());
    CHECK(got[i] == want[i]);
    return;
  }
  CHECK(true);
}

/// |got - want| <= bound, entry by entry.
template <class T>
void check_within(const std::vector<T>& got, const std::vector<double>& want, const std::vector<double>& bound) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::abs(static_cast<double>(got[i]) - want[i]) <= bound[i]) continue;
    INFO("entry " << i << " of " << got.size() << ": " << got[i] << ", wanted " << want[i] << " within " << bound[i]);
    CHECK(false);
    return;
  }
  CHECK(true);
}

// memory

template <class B, class T>
void memory() {
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{100001}}) {
    INFO("n " << n);
    const auto values = normals<T>(n, 1, 0);
    void* first = B::allocate(sizeof(T) * n);
    void* second = B::allocate(sizeof(T) * n);
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
    B::copy_from_host(first, values.data(), sizeof(T) * n);
    B::copy(second, first, sizeof(T) * n);
    B::zero(first, sizeof(T) * n);
    std::vector<T> back(n, T(1));
    B::copy_to_host(back.data(), second, sizeof(T) * n);
    check_equal(back, values);
    B::copy_to_host(back.data(), first, sizeof(T) * n);
    check_equal(back, std::vector<T>(n, T(0)));
    B::deallocate(first);
    B::deallocate(second);
  }
}

// matrix products

struct product_size {
  std::size_t m, n, k;
};

struct stored_matrix {
  std::size_t rows, columns, stride;
  [[nodiscard]] std::size_t size() const { return rows * stride; }
};

inline stored_matrix stored(transposed t, std::size_t rows, std::size_t columns, std::size_t padding) {
  return t == transposed::no ? stored_matrix{rows, columns, columns + padding}
                             : stored_matrix{columns, rows, rows + padding};
}

/// C = alpha op(A) op(B) + beta C, and in `magnitude` the same sum of absolute values.
template <class T>
void plain_product(transposed ta, transposed tb, product_size s, double alpha, const T* a, std::size_t lda, const T* b,
                   std::size_t ldb, double beta, std::vector<double>& c, std::vector<double>& magnitude,
                   std::size_t ldc, std::size_t at) {
  for (std::size_t i = 0; i < s.m; ++i) {
    for (std::size_t j = 0; j < s.n; ++j) {
      double sum = 0;
      double size = 0;
      for (std::size_t p = 0; p < s.k; ++p) {
        const double x = static_cast<double>(ta == transposed::no ? a[i * lda + p] : a[p * lda + i]);
        const double y = static_cast<double>(tb == transposed::no ? b[p * ldb + j] : b[j * ldb + p]);
        sum += x * y;
        size += std::abs(x * y);
      }
      double& out = c[at + i * ldc + j];
      magnitude[at + i * ldc + j] = std::abs(alpha) * size + (beta == 0 ? 0 : std::abs(beta * out));
      out = alpha * sum + (beta == 0 ? 0 : beta * out);
    }
  }
}

template <class T>
std::vector<double> to_doubles(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

/// `count` products; the matrices of a factor coincide where its flag says so. Padding between rows must stay as it is.
template <class B, class T>
void one_product(std::uint64_t seed, std::size_t count, transposed ta, transposed tb, product_size s,
                 std::size_t padding, double beta, bool exact, bool same_a = false, bool same_b = false,
                 bool batched = false) {
  INFO("seed " << seed << ", count " << count << ", m " << s.m << ", n " << s.n << ", k " << s.k << ", A "
               << (ta == transposed::yes ? "transposed" : "as is") << ", B "
               << (tb == transposed::yes ? "transposed" : "as is") << ", padding " << padding << ", beta " << beta);
  const auto A = stored(ta, s.m, s.k, padding);
  const auto Bm = stored(tb, s.k, s.n, padding);
  const auto C = stored(transposed::no, s.m, s.n, padding);
  const auto values = [&](std::size_t n, std::uint32_t stream) {
    return exact ? integers<T>(n, seed, stream, 4) : normals<T>(n, seed, stream);
  };
  const auto a = values(A.size() * (same_a ? 1 : count), 1);
  const auto b = values(Bm.size() * (same_b ? 1 : count), 2);
  auto c = values(C.size() * count, 3);
  if (beta == 0) {
    for (std::size_t i = 0; i < c.size(); ++i) {
      if (i % C.stride < C.columns) c[i] = std::numeric_limits<T>::quiet_NaN();
    }
  }
  const double alpha = 2;
  std::vector<double> want = to_doubles(c);
  std::vector<double> bound(c.size(), 0.0);
  for (std::size_t i = 0; i < count; ++i) {
    plain_product(ta, tb, s, alpha, a.data() + (same_a ? 0 : i * A.size()), A.stride,
                  b.data() + (same_b ? 0 : i * Bm.size()), Bm.stride, beta, want, bound, C.stride, i * C.size());
  }
  for (double& x : bound) x *= exact ? 0.0 : unit<T> * (static_cast<double>(s.k) + 4.0);

  const auto on_a = upload<B>(a);
  const auto on_b = upload<B>(b);
  auto on_c = upload<B>(c);
  if (batched) {
    B::gemm_batched(count, ta, tb, s.m, s.n, s.k, T(alpha), on_a.data(), A.stride, same_a ? 0 : A.size(), on_b.data(),
                    Bm.stride, same_b ? 0 : Bm.size(), T(beta), on_c.data(), C.stride, C.size());
  } else {
    B::gemm(ta, tb, s.m, s.n, s.k, T(alpha), on_a.data(), A.stride, on_b.data(), Bm.stride, T(beta), on_c.data(),
            C.stride);
  }
  check_within(on_c.to_vector(), want, bound);
}

template <class B, class T>
void products() {
  const std::vector<product_size> sizes = {
      {0, 4, 4},   {4, 0, 4},     {4, 4, 0},    {1, 1, 1},   {1, 64, 64}, {64, 1, 64}, {3, 5, 7},     {4, 4, 4},
      {9, 9, 100}, {13, 100, 31}, {33, 65, 17}, {30, 40, 1}, {2, 3, 5},   {7, 1, 1},   {257, 31, 65}, {600, 40, 30}};
  std::uint64_t seed = 0;
  for (const auto s : sizes) {
    for (const auto ta : {transposed::no, transposed::yes}) {
      for (const auto tb : {transposed::no, transposed::yes}) {
        for (const std::size_t padding : {std::size_t{0}, std::size_t{3}}) {
          for (const double beta : {0.0, 1.0, -0.5}) one_product<B, T>(++seed, 1, ta, tb, s, padding, beta, true);
        }
        one_product<B, T>(++seed, 1, ta, tb, s, 0, -0.5, false);
      }
    }
  }
}

template <class B, class T>
void batched_products() {
  const std::vector<product_size> sizes = {{0, 2, 2}, {2, 2, 0}, {1, 1, 1}, {9, 9, 5}, {3, 50, 30}, {30, 41, 22}};
  std::uint64_t seed = 1000;
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{40}}) {
    for (const auto s : sizes) {
      for (const auto ta : {transposed::no, transposed::yes}) {
        for (const auto tb : {transposed::no, transposed::yes}) {
          for (const double beta : {0.0, 1.0}) {
            one_product<B, T>(++seed, count, ta, tb, s, 2, beta, true, false, false, true);
            one_product<B, T>(++seed, count, ta, tb, s, 0, beta, true, true, false, true);
            one_product<B, T>(++seed, count, ta, tb, s, 1, beta, true, false, true, true);
          }
          one_product<B, T>(++seed, count, ta, tb, s, 0, 1.0, false, false, true, true);
        }
      }
    }
  }
}

// element-wise maps

template <class F>
struct slope_of {
  F f;
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x, T y) const noexcept {
    return f.slope(x, y);
  }
};

struct difference {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x, T y) const noexcept {
    return x - y;
  }
};

/// One function against its textbook form in double: values within `ulps` units of |y| + floor, slopes against the
/// central difference of the textbook form.
template <class B, class T, class F, class Plain>
void one_function(const char* name, F f, Plain plain, double low, double high, double floor = 0) {
  const std::uint64_t seed = 5;
  INFO(std::string(name) << ", seed " << seed);
  const double ulps = 8;
  const paragon::random numbers{.seed = seed};
  const std::size_t n = 1031;
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(low + (high - low) * numbers.uniform(i));
  std::vector<double> want(n), bound(n), slope(n), slope_bound(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double at = static_cast<double>(x[i]);
    const double h = 0x1p-19;
    const double left = at - h;
    const double right = at + h;
    want[i] = plain(at);
    bound[i] = ulps * unit<T> * (std::abs(want[i]) + floor);
    slope[i] = (plain(right) - plain(left)) / (right - left);
    slope_bound[i] = 2 * unit<double> * (1 + std::abs(want[i])) / h + 1e-9 * (1 + std::abs(slope[i])) +
                     2 * ulps * unit<T> * (1 + std::abs(slope[i]));
  }
  const auto on_x = upload<B>(x);
  auto on_y = upload<B>(std::vector<T>(n, T(9)));
  B::map(f, n, on_y.data(), on_x.data());
  check_within(on_y.to_vector(), want, bound);

  auto on_slope = upload<B>(std::vector<T>(n, T(9)));
  B::map(slope_of<F>{f}, n, on_slope.data(), on_x.data(), on_y.data());
  check_within(on_slope.to_vector(), slope, slope_bound);

  auto on_sum = upload<B>(std::vector<T>(n, T(1)));
  B::map_add(f, n, on_sum.data(), on_x.data());
  for (std::size_t i = 0; i < n; ++i) {
    want[i] += 1;
    bound[i] += unit<T> * (1 + std::abs(want[i]));
  }
  check_within(on_sum.to_vector(), want, bound);
}

template <class B, class T>
void maps() {
  using real = double;
  one_function<B, T>(
      "relu", functions::relu{}, [](real x) { return x > 0 ? x : real(0); }, -3, 3);
  one_function<B, T>(
      "tanh", functions::tanh{}, [](real x) { return std::tanh(x); }, -6, 6);
  one_function<B, T>(
      "sigmoid", functions::sigmoid{}, [](real x) { return 1 / (1 + std::exp(-x)); }, -20, 20);
  one_function<B, T>(
      "silu", functions::silu{}, [](real x) { return x / (1 + std::exp(-x)); }, -20, 20);
  one_function<B, T>(
      "elu", functions::elu{}, [](real x) { return x > 0 ? x : std::expm1(x); }, -20, 20);
  one_function<B, T>(
      "exp", functions::exp{}, [](real x) { return std::exp(x); }, -30, 10);
  one_function<B, T>(
      "log", functions::log{}, [](real x) { return std::log(x); }, 0.1, 20);
  one_function<B, T>(
      "sin", functions::sin{}, [](real x) { return std::sin(x); }, -10, 10);
  one_function<B, T>(
      "square", functions::square{}, [](real x) { return x * x; }, -10, 10);
  one_function<B, T>(
      "softplus", functions::softplus{}, [](real x) { return std::log1p(std::exp(x)); }, -20, 20);
  one_function<B, T>(
      "affine", functions::affine<T>{T(-1.5), T(0.25)}, [](real x) { return -1.5 * x + 0.25; }, -5, 5, 8);
  one_function<B, T>(
      "huber", functions::huber<T>{T(0.75)},
      [](real x) { return std::abs(x) <= 0.75 ? x * x / 2 : 0.75 * (std::abs(x) - 0.375); }, -3, 3);
}

template <class B, class T>
void broadcast_maps() {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 0}, {1, 1}, {5, 7}, {300, 129}}) {
    INFO("seed 8, " << rows << " x " << columns);
    const auto a = normals<T>(rows * columns, 8, 1);
    const auto by_column = normals<T>(columns, 8, 2);
    const auto by_row = normals<T>(rows, 8, 3);
    std::vector<T> want_column(a.size()), want_row(a.size());
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        want_column[r * columns + c] = a[r * columns + c] - by_column[c];
        want_row[r * columns + c] = a[r * columns + c] - by_row[r];
      }
    }
    const auto on_a = upload<B>(a);
    const auto on_column = upload<B>(by_column);
    const auto on_row = upload<B>(by_row);
    auto out = upload<B>(std::vector<T>(a.size(), T(9)));
    B::map_by_column(difference{}, rows, columns, out.data(), on_a.data(), on_column.data());
    check_equal(out.to_vector(), want_column);
    B::map_by_row(difference{}, rows, columns, out.data(), on_a.data(), on_row.data());
    check_equal(out.to_vector(), want_row);
  }
}

// reductions

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

// rows

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

// gathers

template <class B, class T>
void gathers() {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 0}, {1, 1}, {50, 7}, {700, 300}}) {
    const std::size_t entries = 23;
    INFO("seed 41, " << rows << " x " << columns);
    const auto table = normals<T>(entries * columns, 41, 1);
    const auto x = normals<T>(rows * columns, 41, 2);
    const auto index = indices(rows, 41, entries);
    std::vector<T> picked(rows * columns);
    std::vector<T> added = table;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        picked[r * columns + c] = table[index[r] * columns + c];
        added[index[r] * columns + c] += x[r * columns + c];
      }
    }
    auto on_table = upload<B>(table);
    const auto on_x = upload<B>(x);
    const auto on_index = upload<B>(index);
    auto out = upload<B>(std::vector<T>(x.size(), T(9)));
    B::gather(rows, columns, on_table.data(), on_index.data(), out.data());
    check_equal(out.to_vector(), picked);
    B::scatter_add(rows, columns, on_x.data(), on_index.data(), on_table.data());
    check_equal(on_table.to_vector(), added);
  }
}

template <class B, class T>
void masks() {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 0}, {1, 1}, {50, 7}, {70, 90}}) {
    INFO("seed 42, " << rows << " x " << columns);
    const auto x = normals<T>(rows * columns, 42, 1);
    const auto row_index = indices(rows, 42, 3);
    const auto column_index = indices(columns, 43, 3);
    std::vector<T> want = x;
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (row_index[i / columns] != column_index[i % columns]) want[i] = T(0);
    }
    auto matrix = upload<B>(x);
    const auto on_row = upload<B>(row_index);
    const auto on_column = upload<B>(column_index);
    B::keep_equal(rows, columns, on_row.data(), on_column.data(), matrix.data());
    check_equal(matrix.to_vector(), want);
  }
}

template <class B, class T>
void blocks_of_columns() {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 0}, {1, 1}, {5, 4}, {300, 120}}) {
    INFO("seed 44, " << rows << " x " << columns);
    const std::size_t from_stride = columns + 3;
    const std::size_t to_stride = columns + 5;
    const auto from = normals<T>(rows * from_stride, 44, 1);
    const auto to = normals<T>(rows * to_stride, 44, 2);
    auto copied = to;
    auto added = to;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        copied[r * to_stride + c] = from[r * from_stride + c];
        added[r * to_stride + c] += from[r * from_stride + c];
      }
    }
    const auto on_from = upload<B>(from);
    auto on_to = upload<B>(to);
    B::copy_columns(rows, columns, on_from.data(), from_stride, on_to.data(), to_stride);
    check_equal(on_to.to_vector(), copied);
    on_to.assign(to);
    B::add_columns(rows, columns, on_from.data(), from_stride, on_to.data(), to_stride);
    check_equal(on_to.to_vector(), added);
  }
}

// optimisers

/// Algorithm 1 of Kingma and Ba with the L2 term of its line "get gradients", and algorithm 2 of Loshchilov and Hutter.
template <class B, class T>
void adam() {
  struct setting {
    double l2, decay;
  };
  const std::size_t n = 1037;
  const int steps = 20;
  const double rate = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  for (const auto [l2, decay] : {setting{0, 0}, setting{0.1, 0}, setting{0, 0.1}}) {
    INFO("seed 51, l2 " << l2 << ", decay " << decay);
    const auto start = normals<T>(n, 51, 0);
    std::vector<double> parameter = to_doubles(start), mean(n, 0.0), variance(n, 0.0), bound(n, 0.0);
    auto on_parameter = upload<B>(start);
    auto on_mean = upload<B>(std::vector<T>(n, T(0)));
    auto on_variance = upload<B>(std::vector<T>(n, T(0)));
    for (int t = 1; t <= steps; ++t) {
      const auto gradient = normals<T>(n, 51, static_cast<std::uint32_t>(t));
      for (std::size_t i = 0; i < n; ++i) {
        const double g = static_cast<double>(gradient[i]) + l2 * parameter[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        variance[i] = beta2 * variance[i] + (1 - beta2) * g * g;
        const double m_hat = mean[i] / (1 - std::pow(beta1, t));
        const double v_hat = variance[i] / (1 - std::pow(beta2, t));
        parameter[i] -= rate * m_hat / (std::sqrt(v_hat) + epsilon) + rate * decay * parameter[i];
      }
      const paragon::backend::adam_step<T> step{.rate = T(rate),
                                                .beta1 = T(beta1),
                                                .beta2 = T(beta2),
                                                .epsilon = T(epsilon),
                                                .l2 = T(l2),
                                                .decay = T(decay),
                                                .correction1 = T(1 / (1 - std::pow(beta1, t))),
                                                .correction2 = T(1 / (1 - std::pow(beta2, t)))};
      const auto on_gradient = upload<B>(gradient);
      B::adam(step, n, on_parameter.data(), on_gradient.data(), on_mean.data(), on_variance.data());
    }
    // Constants such as 1 - 0.999 keep about 16 bits after their subtraction in float; both moments carry that error.
    const double constants = unit<T> / (1 - beta2);
    for (std::size_t i = 0; i < n; ++i) {
      bound[i] = steps * (unit<T> * (std::abs(parameter[i]) + 1) + rate * (constants + 32 * unit<T>));
    }
    check_within(on_parameter.to_vector(), parameter, bound);
  }
}

/// As PyTorch's documentation of SGD says: the first velocity is the gradient, later ones momentum * velocity + gradient.
template <class B, class T>
void sgd() {
  struct setting {
    double momentum, l2;
    bool nesterov;
  };
  const std::size_t n = 1037;
  const int steps = 10;
  const double rate = 0.05;
  for (const auto [momentum, l2, nesterov] :
       {setting{0, 0, false}, setting{0.9, 0, false}, setting{0.9, 0.01, false}, setting{0.9, 0.01, true}}) {
    INFO("seed 52, momentum " << momentum << ", l2 " << l2 << ", nesterov " << nesterov);
    const auto start = normals<T>(n, 52, 0);
    std::vector<double> parameter = to_doubles(start), velocity(n, 0.0), bound(n, 0.0), size(n, 0.0);
    auto on_parameter = upload<B>(start);
    auto on_velocity = upload<B>(std::vector<T>(n, T(0)));
    for (int t = 1; t <= steps; ++t) {
      const auto gradient = normals<T>(n, 52, static_cast<std::uint32_t>(t));
      for (std::size_t i = 0; i < n; ++i) {
        const double g = static_cast<double>(gradient[i]) + l2 * parameter[i];
        velocity[i] = t == 1 ? g : momentum * velocity[i] + g;
        parameter[i] -= rate * (nesterov ? g + momentum * velocity[i] : velocity[i]);
        size[i] = std::max(size[i], std::abs(g) + std::abs(velocity[i]));
      }
      const paragon::backend::sgd_step<T> step{
          .rate = T(rate), .momentum = T(momentum), .l2 = T(l2), .nesterov = nesterov};
      const auto on_gradient = upload<B>(gradient);
      B::sgd(step, n, on_parameter.data(), on_gradient.data(), on_velocity.data());
    }
    for (std::size_t i = 0; i < n; ++i) {
      bound[i] = steps * unit<T> * (std::abs(parameter[i]) + 1 + rate * 16 * size[i]);
    }
    check_within(on_parameter.to_vector(), parameter, bound);
  }
}

// the same bits

/// The results of every kernel, at sizes at which the work is cut into several blocks.
template <class B, class T>
std::vector<std::vector<T>> every_kernel() {
  const std::uint64_t seed = 61;
  const std::size_t rows = 1100;
  const std::size_t columns = 100;
  const std::size_t n = rows * columns;
  const auto x = upload<B>(normals<T>(n, seed, 1));
  const auto dy = upload<B>(normals<T>(n, seed, 2));
  const auto weights = upload<B>(normals<T>(columns * columns, seed, 3));
  const auto index = upload<B>(indices(rows, seed, 17));
  const auto other = upload<B>(indices(columns, seed, 17));
  const auto zeros = [](std::size_t size) { return tensor<T, B>(shape{size}); };
  std::vector<std::vector<T>> results;

  auto out = zeros(n);
  for (const auto ta : {transposed::no, transposed::yes}) {
    for (const auto tb : {transposed::no, transposed::yes}) {
      B::gemm(ta, tb, rows, columns, columns, T(1), x.data(), ta == transposed::no ? columns : rows, weights.data(),
              columns, T(0), out.data(), columns);
      results.push_back(out.to_vector());
      for (const std::size_t size : {std::size_t{10}, std::size_t{4}}) {
        B::gemm_batched(n / (size * size), ta, tb, size, size, size, T(1), x.data(), size, size * size, dy.data(), size,
                        size * size, T(0), out.data(), size, size * size);
        results.push_back(out.to_vector());
      }
    }
  }
  B::map(functions::tanh{}, n, out.data(), x.data());
  B::map_add(functions::exp{}, n, out.data(), dy.data());
  results.push_back(out.to_vector());
  B::map_by_column(difference{}, rows, columns, out.data(), x.data(), weights.data());
  results.push_back(out.to_vector());
  B::map_by_row(difference{}, rows, columns, out.data(), x.data(), weights.data());
  results.push_back(out.to_vector());

  auto sums = zeros(rows);
  B::sum_all(n, T(1), x.data(), sums.data());
  results.push_back(sums.to_vector());
  B::sum_rows(rows, columns, x.data(), sums.data());
  results.push_back(sums.to_vector());
  B::sum_columns(rows, columns, x.data(), sums.data());
  results.push_back(sums.to_vector());
  B::dot_columns(rows, columns, x.data(), dy.data(), sums.data());
  results.push_back(sums.to_vector());

  auto adjoint = zeros(n);
  B::softmax(rows, columns, x.data(), out.data());
  results.push_back(out.to_vector());
  B::softmax_adjoint(rows, columns, out.data(), dy.data(), adjoint.data());
  results.push_back(adjoint.to_vector());
  B::log_softmax(rows, columns, x.data(), out.data());
  results.push_back(out.to_vector());
  B::log_softmax_adjoint(rows, columns, out.data(), dy.data(), adjoint.data());
  results.push_back(adjoint.to_vector());
  B::normalise(rows, columns, T(1e-5), x.data(), out.data(), sums.data());
  results.push_back(out.to_vector());
  results.push_back(sums.to_vector());
  B::normalise_adjoint(rows, columns, out.data(), sums.data(), dy.data(), adjoint.data());
  results.push_back(adjoint.to_vector());

  B::gather(rows, columns, weights.data(), index.data(), out.data());
  results.push_back(out.to_vector());
  B::keep_equal(rows, columns, index.data(), other.data(), out.data());
  results.push_back(out.to_vector());
  B::copy_columns(rows, columns / 2, x.data(), columns, out.data() + 3, columns);
  B::add_columns(rows, columns / 2, dy.data() + 5, columns, out.data(), columns);
  B::scatter_add(rows, columns, x.data(), index.data(), out.data());
  results.push_back(out.to_vector());

  auto mean = zeros(n);
  auto variance = zeros(n);
  auto parameter = x;
  const paragon::backend::adam_step<T> adam{T(0.01), T(0.9), T(0.999), T(1e-8), T(0.1), T(0.1), T(1.5), T(2)};
  for (int step = 0; step < 3; ++step) {
    B::adam(adam, n, parameter.data(), dy.data(), mean.data(), variance.data());
    B::sgd({T(0.01), T(0.9), T(0.1), true}, n, parameter.data(), dy.data(), mean.data());
  }
  results.push_back(parameter.to_vector());
  results.push_back(mean.to_vector());
  results.push_back(variance.to_vector());
  return results;
}

}  // namespace paragon_test::backend_tests
