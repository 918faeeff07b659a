// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/gather.hpp>
#include <paragon/autodiff/gradient_check.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon_test::normal;

TEST_CASE("autodiff: rows of a table, some of them several times") {
  const auto table = normal({5, 3}, 60);
  evaluation<double> context;
  std::vector<std::uint32_t> index{4, 0, 4, 2, 4};
  const auto y = gather(context.constant(table), index);
  index.assign(5, 99);  // the operator keeps its own copy
  CHECK(y.shape() == shape{5, 3});
  const std::size_t expected[] = {4, 0, 4, 2, 4};
  for (std::size_t r = 0; r < 5; ++r) {
    for (std::size_t c = 0; c < 3; ++c) CHECK(y.data()[r * 3 + c] == table[expected[r] * 3 + c]);
  }
}

TEST_CASE("autodiff: gradients of gathered rows add up in the table") {
  const std::vector<std::uint32_t> index{4, 0, 4, 2, 4};
  CHECK(gradient_error([&](auto&, const auto& x) { return gather(x[0], index) * gather(x[0], index); },
                       {normal({5, 3}, 61)}) < 1e-8);
  CHECK(gradient_error([&](auto&, const auto& x) { return gather(gather(x[0], index) * x[1], index); },
                       {normal({5, 3}, 62), normal({5, 3}, 63)}) < 1e-8);
}

TEST_CASE("autodiff: rows repeated") {
  const auto a = normal({2, 3}, 64);
  evaluation<double> context;
  const auto y = repeat_rows(context.constant(a), 4);
  CHECK(y.shape() == shape{8, 3});
  for (std::size_t r = 0; r < 8; ++r) {
    for (std::size_t c = 0; c < 3; ++c) CHECK(y.data()[r * 3 + c] == a[r / 4 * 3 + c]);
  }
  CHECK(gradient_error([](auto&, const auto& x) { return repeat_rows(x[0], 4) * x[1]; },
                       {normal({2, 3}, 65), normal({8, 3}, 66)}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& x) { return repeat_rows(x[0], 1); }, {normal({2, 3}, 67)}) < 1e-8);
}

TEST_CASE("autodiff: an index outside the table is named") {
  evaluation<double> context;
  const auto table = normal({5, 3}, 68);
  const std::vector<std::uint32_t> index{4, 5};
  CHECK_THROWS_WITH_AS(static_cast<void>(gather(context.constant(table), index)),
                       "autodiff::gather: index 5 at position 1; expected below 5", paragon::error);
}
