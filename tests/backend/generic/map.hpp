// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "support.hpp"

namespace paragon_test::backend_tests {

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
  const paragon::random_key numbers{.seed = seed};
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

/// Numbers of a key, of its forks by numbers and of its fork by a name in turn; kernels fork too.
template <class T>
struct drawn {
  paragon::random_key key;
  PARAGON_HOST_DEVICE T operator()(std::size_t i) const noexcept {
    const paragon::random_key one = i % 3 == 0 ? key : i % 3 == 1 ? key.fork(i) : key.fork("noise");
    return static_cast<T>(one.normal(i));
  }
};

template <class B, class T>
void index_maps() {
  const drawn<T> numbers{{.seed = 9}};
  INFO("seed 9");
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{5000}}) {
    std::vector<double> want(n), bound(n);
    for (std::size_t i = 0; i < n; ++i) {
      want[i] = drawn<double>{numbers.key}(i);
      bound[i] = 8 * unit<T> * (std::abs(want[i]) + 1);
    }
    auto out = upload<B>(std::vector<T>(n, T(9)));
    B::map_index(numbers, n, out.data());
    check_within(out.to_vector(), want, bound);
  }
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

}  // namespace paragon_test::backend_tests
