// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/reduce.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon_test::normal;

TEST_CASE("autodiff: sums and means") {
  const auto a = normal({3, 4, 5}, 30);
  double total = 0;
  for (const double v : a.span()) total += v;
  evaluation<double> context;
  const auto x = context.constant(a);
  CHECK(sum(x).shape() == shape{1});
  CHECK(sum(x).data()[0] == doctest::Approx(total).epsilon(1e-14));
  CHECK(sum(x, -0.25).data()[0] == doctest::Approx(-0.25 * total).epsilon(1e-14));
  CHECK(mean(x).data()[0] == doctest::Approx(total / 60).epsilon(1e-14));
  const auto rows = sum_columns(x);
  CHECK(rows.shape() == shape{12, 1});
  for (std::size_t r = 0; r < 12; ++r) {
    double expected = 0;
    for (std::size_t c = 0; c < 5; ++c) expected += a[r * 5 + c];
    CHECK(rows.data()[r] == doctest::Approx(expected).epsilon(1e-14));
  }
}

TEST_CASE("autodiff: gradients of sums and means") {
  const auto x = normal({6, 7}, 31);
  CHECK(gradient_error([](auto&, const auto& v) { return sum(v[0] * v[0]); }, {x}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& v) { return sum(v[0] * v[0], 0.3); }, {x}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& v) { return mean(v[0] * v[0]); }, {x}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& v) { return sum_columns(v[0] * v[0]); }, {x}) < 1e-8);
  // A row sum that meets its own rows again.
  CHECK(gradient_error([](auto&, const auto& v) { return v[0] * sum_columns(v[0]); }, {x}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& v) { return v[0] * sum_columns(v[0]); }, {normal({5, 5}, 32)}) < 1e-8);
}
