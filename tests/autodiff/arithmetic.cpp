// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/gradient_check.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon::tensor;
using paragon_test::normal;

namespace {

/// The second operand's shape and the element of it that meets element (r, c) of a [4, 6].
struct broadcast {
  shape extents;
  std::size_t by_row;
  std::size_t by_column;
};
const broadcast broadcasts[] = {{{4, 6}, 6, 1}, {{24}, 6, 1}, {{6}, 0, 1}, {{1, 6}, 0, 1}, {{4, 1}, 1, 0}, {{4}, 1, 0}};

}  // namespace

TEST_CASE("autodiff: sums, differences and products meet by element, by column and by row") {
  const auto a = normal({4, 6}, 1);
  for (const auto& [extents, by_row, by_column] : broadcasts) {
    CAPTURE(to_string(extents));
    const auto b = normal(extents, 2);
    evaluation<double> context;
    const auto x = context.constant(a);
    const auto y = context.constant(b);
    const auto sum = x + y;
    const auto difference = x - y;
    const auto product = x * y;
    CHECK(sum.shape() == a.shape());
    for (std::size_t r = 0; r < 4; ++r) {
      for (std::size_t c = 0; c < 6; ++c) {
        const double p = a[r * 6 + c];
        const double q = b[r * by_row + c * by_column];
        CHECK(sum.data()[r * 6 + c] == p + q);
        CHECK(difference.data()[r * 6 + c] == p - q);
        CHECK(product.data()[r * 6 + c] == p * q);
      }
    }
  }
}

TEST_CASE("autodiff: gradients of sums, differences and products, with every broadcasting") {
  for (const auto& [extents, by_row, by_column] : broadcasts) {
    CAPTURE(to_string(extents));
    const std::vector<tensor<double>> operands{normal({4, 6}, 3), normal(extents, 4)};
    CHECK(gradient_error([](auto&, const auto& x) { return add(x[0], x[1]); }, operands) < 1e-8);
    CHECK(gradient_error([](auto&, const auto& x) { return subtract(x[0], x[1]); }, operands) < 1e-8);
    CHECK(gradient_error([](auto&, const auto& x) { return multiply(x[0], x[1]); }, operands) < 1e-8);
    CHECK(gradient_error(
              [](auto&, const auto& x) { return x[0] * x[1] - x[0] + x[1] * x[1] * x[0] * x[0] - x[1] * x[1]; },
              {normal({4, 6}, 5), normal({4, 6}, 6)}) < 1e-8);
  }
}

TEST_CASE("autodiff: in square matrices the shape says whether a vector meets rows or columns") {
  const tensor<double> a({2, 2}, {0, 0, 0, 0});
  const tensor<double> column({2, 1}, {1, 2});
  const tensor<double> row({2}, {1, 2});
  evaluation<double> context;
  const auto by_row = context.constant(a) + context.constant(column);
  const auto by_column = context.constant(a) + context.constant(row);
  CHECK(std::vector<double>(by_row.data(), by_row.data() + 4) == std::vector<double>{1, 1, 2, 2});
  CHECK(std::vector<double>(by_column.data(), by_column.data() + 4) == std::vector<double>{1, 2, 1, 2});
  CHECK(gradient_error([](auto&, const auto& x) { return (x[0] * x[1]) * (x[0] + x[2]); },
                       {normal({3, 3}, 7), normal({3, 1}, 8), normal({3}, 9)}) < 1e-8);
}

TEST_CASE("autodiff: one variable as both operands") {
  CHECK(gradient_error([](auto&, const auto& x) { return add(x[0], x[0]); }, {normal({3, 5}, 10)}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& x) { return subtract(x[0], x[0]); }, {normal({3, 5}, 11)}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& x) { return multiply(x[0], x[0]); }, {normal({3, 5}, 12)}) < 1e-8);
}

TEST_CASE("autodiff: operands that do not meet are named with their shapes") {
  evaluation<double> context;
  const auto a = normal({4, 6}, 13);
  const auto b = normal({5}, 14);
  const auto x = context.constant(a);
  const auto y = context.constant(b);
  CHECK_THROWS_WITH_AS(static_cast<void>(x + y),
                       "autodiff::add: (4, 6) with (5); expected equal sizes, one value per column, or one per row",
                       paragon::error);
  CHECK_THROWS_AS(static_cast<void>(x - y), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(x * y), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(y + x), paragon::error);
}

TEST_CASE("autodiff: operands from two contexts are refused") {
  evaluation<double> one;
  evaluation<double> two;
  const auto a = normal({2}, 15);
  CHECK_THROWS_WITH_AS(static_cast<void>(one.constant(a) + two.constant(a)),
                       "autodiff: operands from different contexts; expected variables of one context", paragon::error);
}
