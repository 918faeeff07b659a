// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/linear.hpp>

#include "jacobian.hpp"
#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon_test::normal;

TEST_CASE("autodiff: linear and matmul are the sums of products that they say") {
  const auto a = normal({2, 3, 4}, 70);
  const auto w = normal({5, 4}, 71);
  const auto v = normal({4, 5}, 72);
  const auto b = normal({5}, 73);
  evaluation<double> context;
  const auto x = context.constant(a);
  const auto y = linear(x, context.constant(w), context.constant(b));
  const auto z = matmul(x, context.constant(v));
  CHECK(y.shape() == shape{6, 5});
  CHECK(z.shape() == shape{6, 5});
  for (std::size_t r = 0; r < 6; ++r) {
    for (std::size_t o = 0; o < 5; ++o) {
      double with_w = b[o];
      double with_v = 0;
      for (std::size_t i = 0; i < 4; ++i) {
        with_w += a[r * 4 + i] * w[o * 4 + i];
        with_v += a[r * 4 + i] * v[i * 5 + o];
      }
      CHECK(y.data()[r * 5 + o] == doctest::Approx(with_w).epsilon(1e-13));
      CHECK(z.data()[r * 5 + o] == doctest::Approx(with_v).epsilon(1e-13));
    }
  }
}

TEST_CASE("autodiff: gradients of linear and matmul") {
  const auto w = normal({5, 4}, 74);
  for (const shape& extents : {shape{6, 4}, shape{2, 3, 4}, shape{1, 4}, shape{4}}) {
    CAPTURE(to_string(extents));
    const auto x = normal(extents, 75);
    CHECK(gradient_error([](auto&, const auto& v) { return linear(v[0], v[1]); }, {x, w}) < 1e-8);
    CHECK(gradient_error([](auto&, const auto& v) { return linear(v[0], v[1], v[2]); }, {x, w, normal({5}, 76)}) <
          1e-8);
    CHECK(gradient_error([](auto&, const auto& v) { return matmul(v[0], v[1]); }, {x, normal({4, 5}, 77)}) < 1e-8);
  }
  // The same weights on both sides of a function.
  CHECK(gradient_error(
            [](auto&, const auto& v) { return matmul(linear(v[0], v[1]), v[1]) + linear(linear(v[0], v[1]), v[2]); },
            {normal({3, 4}, 78), w, normal({4, 5}, 79)}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& v) { return linear(v[0], v[0]) + matmul(v[0], v[0]); },
                       {normal({4, 4}, 80)}) < 1e-8);
}

TEST_CASE("autodiff: <J v, u> = <v, J' u> for large products") {
  CHECK(paragon_test::dot_product_error([](auto&, const auto& v) { return linear(v[0], v[1], v[2]); },
                                        {normal({300, 130}, 81), normal({70, 130}, 82), normal({70}, 83)}) < 1e-10);
  CHECK(paragon_test::dot_product_error([](auto&, const auto& v) { return matmul(v[0], v[1]); },
                                        {normal({300, 130}, 84), normal({130, 70}, 85)}) < 1e-10);
}

TEST_CASE("autodiff: products of shapes that do not fit are refused") {
  evaluation<double> context;
  const auto a = normal({6, 4}, 86);
  const auto w = normal({5, 3}, 87);
  const auto x = context.constant(a);
  CHECK_THROWS_WITH_AS(static_cast<void>(linear(x, context.constant(w))),
                       "autodiff::linear: x (6, 4) with weights (5, 3); expected weights of [out, 4]", paragon::error);
  CHECK_THROWS_WITH_AS(static_cast<void>(matmul(x, context.constant(w))),
                       "autodiff::matmul: (6, 4) times (5, 3); expected a second factor of [4, out]", paragon::error);
  const auto v = normal({5, 4}, 88);
  const auto b = normal({6}, 89);
  CHECK_THROWS_WITH_AS(static_cast<void>(linear(x, context.constant(v), context.constant(b))),
                       "autodiff::linear: a bias of shape (6) with weights (5, 4); expected 5 numbers", paragon::error);
}
