// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/autodiff/batched_product.hpp>
#include <paragon/autodiff/gradient_check.hpp>

#include "jacobian.hpp"
#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon::backend::transposed;
using paragon_test::normal;

TEST_CASE("autodiff: batched products, each factor as stored and transposed, and their gradients") {
  constexpr std::size_t count = 3;
  constexpr std::size_t m = 2;
  constexpr std::size_t k = 4;
  constexpr std::size_t n = 5;
  for (const auto ta : {transposed::no, transposed::yes}) {
    for (const auto tb : {transposed::no, transposed::yes}) {
      const bool a_turned = ta == transposed::yes;
      const bool b_turned = tb == transposed::yes;
      const auto a = a_turned ? normal({count * k, m}, 90) : normal({count * m, k}, 90);
      const auto b = b_turned ? normal({count * n, k}, 91) : normal({count * k, n}, 91);
      evaluation<double> context;
      const auto y = batched_product(count, context.constant(a), ta, context.constant(b), tb, 0.5);
      CHECK(y.shape() == shape{count * m, n});
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t r = 0; r < m; ++r) {
          for (std::size_t c = 0; c < n; ++c) {
            double expected = 0;
            for (std::size_t p = 0; p < k; ++p) {
              const double left = a_turned ? a[(i * k + p) * m + r] : a[(i * m + r) * k + p];
              const double right = b_turned ? b[(i * n + c) * k + p] : b[(i * k + p) * n + c];
              expected += 0.5 * left * right;
            }
            CHECK(y.data()[(i * m + r) * n + c] == doctest::Approx(expected).epsilon(1e-13));
          }
        }
      }
      const auto f = [ta, tb](auto&, const auto& x) { return batched_product(count, x[0], ta, x[1], tb, 0.5); };
      CHECK(gradient_error(f, {a, b}) < 1e-8);
    }
  }
  // Both factors the same variable: X X' of each block.
  CHECK(gradient_error(
            [](auto&, const auto& x) { return batched_product(2, x[0], transposed::no, x[0], transposed::yes); },
            {normal({6, 4}, 92)}) < 1e-8);
}

TEST_CASE("autodiff: <J v, u> = <v, J' u> for large batched products") {
  const auto f = [](auto&, const auto& x) { return batched_product(50, x[0], transposed::no, x[1], transposed::yes); };
  CHECK(paragon_test::dot_product_error(f, {normal({50 * 20, 16}, 93), normal({50 * 30, 16}, 94)}) < 1e-10);
}

TEST_CASE("autodiff: one adjacency is propagated over every graph") {
  const auto adjacency = normal({3, 3}, 95);
  const auto a = normal({12, 2}, 96);
  evaluation<double> context;
  const auto y = propagate(adjacency.data(), 3, context.constant(a));
  for (std::size_t g = 0; g < 4; ++g) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t c = 0; c < 2; ++c) {
        double expected = 0;
        for (std::size_t j = 0; j < 3; ++j) expected += adjacency[i * 3 + j] * a[(g * 3 + j) * 2 + c];
        CHECK(y.data()[(g * 3 + i) * 2 + c] == doctest::Approx(expected).epsilon(1e-13));
      }
    }
  }
  CHECK(gradient_error([&](auto&, const auto& x) { return propagate(adjacency.data(), 3, x[0]); }, {a}) < 1e-8);
}

TEST_CASE("autodiff: batches that do not divide are refused") {
  evaluation<double> context;
  const auto a = normal({6, 4}, 97);
  const auto b = normal({8, 5}, 98);
  const auto x = context.constant(a);
  const auto y = context.constant(b);
  CHECK_THROWS_AS(static_cast<void>(batched_product(4, x, transposed::no, y, transposed::no)), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(batched_product(0, x, transposed::no, y, transposed::no)), paragon::error);
  CHECK_THROWS_WITH_AS(static_cast<void>(batched_product(2, x, transposed::yes, y, transposed::no)),
                       "autodiff::batched_product: 2 products of (6, 4) and (8, 5); expected rows that divide into the "
                       "products, and inner extents that agree",
                       paragon::error);
  CHECK_THROWS_WITH_AS(static_cast<void>(propagate(a.data(), 4, x)),
                       "autodiff::propagate: (6, 4) with 4 nodes; expected a multiple of that many rows",
                       paragon::error);
  CHECK_THROWS_AS(static_cast<void>(propagate(a.data(), 0, x)), paragon::error);
}
