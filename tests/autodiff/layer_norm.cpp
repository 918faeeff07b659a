// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/layer_norm.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon_test::normal;

TEST_CASE("autodiff: rows are normalised to mean 0 and variance 1") {
  const auto a = normal({5, 9}, 50, 2, 7);
  evaluation<double> context;
  const auto y = normalise_rows(context.constant(a), 1e-5);
  for (std::size_t r = 0; r < 5; ++r) {
    double mean = 0;
    double variance = 0;
    for (std::size_t c = 0; c < 9; ++c) mean += a[r * 9 + c] / 9;
    for (std::size_t c = 0; c < 9; ++c) variance += (a[r * 9 + c] - mean) * (a[r * 9 + c] - mean) / 9;
    for (std::size_t c = 0; c < 9; ++c) {
      CHECK(y.data()[r * 9 + c] == doctest::Approx((a[r * 9 + c] - mean) / std::sqrt(variance + 1e-5)).epsilon(1e-12));
    }
  }
}

TEST_CASE("autodiff: gradients of normalised rows, also of rows that hardly vary") {
  for (const double epsilon : {1e-5, 0.1}) {
    const auto f = [epsilon](auto&, const auto& x) { return normalise_rows(x[0], epsilon); };
    CHECK(gradient_error(f, {normal({4, 8}, 51)}) < 1e-8);
    CHECK(gradient_error(f, {normal({2, 3, 5}, 52, 2, 10)}) < 1e-8);
    CHECK(gradient_error(f, {normal({7, 1}, 53)}) < 1e-8);
  }
  CHECK(gradient_error([](auto&, const auto& x) { return normalise_rows(x[0], 0.1); }, {normal({4, 8}, 54, 1e-3)}) <
        1e-8);
}
