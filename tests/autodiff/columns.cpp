// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/gradient_check.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon_test::normal;

TEST_CASE("autodiff: columns side by side, and slices of columns") {
  const auto a = normal({2, 2, 3}, 100);
  const auto b = normal({4, 2}, 101);
  evaluation<double> context;
  const auto y = concatenate(context.constant(a), context.constant(b));
  CHECK(y.shape() == shape{4, 5});
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 5; ++c) CHECK(y.data()[r * 5 + c] == (c < 3 ? a[r * 3 + c] : b[r * 2 + c - 3]));
  }
  const auto z = slice_columns(y, 2, 2);
  CHECK(z.shape() == shape{4, 2});
  for (std::size_t r = 0; r < 4; ++r) {
    CHECK(z.data()[r * 2] == a[r * 3 + 2]);
    CHECK(z.data()[r * 2 + 1] == b[r * 2]);
  }
}

TEST_CASE("autodiff: gradients through columns that are not contiguous") {
  CHECK(gradient_error([](auto&, const auto& x) { return concatenate(x[0], x[1]); },
                       {normal({4, 3}, 102), normal({4, 2}, 103)}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& x) { return concatenate(x[0], x[0]) * x[1]; },
                       {normal({4, 3}, 104), normal({4, 6}, 105)}) < 1e-8);
  CHECK(gradient_error([](auto&, const auto& x) { return slice_columns(x[0], 1, 3); }, {normal({4, 6}, 106)}) < 1e-8);
  // Slices that overlap, slices of slices, everything and nothing.
  CHECK(gradient_error(
            [](auto&, const auto& x) {
              const auto wide = slice_columns(x[0], 1, 4);
              return slice_columns(x[0], 0, 3) * slice_columns(wide, 1, 3) +
                     slice_columns(slice_columns(wide, 0, 4), 0, 3);
            },
            {normal({4, 6}, 107)}) < 1e-8);
  CHECK(gradient_error(
            [](auto&, const auto& x) { return concatenate(slice_columns(x[0], 0, 6), slice_columns(x[0], 6, 0)); },
            {normal({4, 6}, 108)}) < 1e-8);
}

TEST_CASE("autodiff: reshaping shares memory and adjoint") {
  const auto a = normal({4, 6}, 109);
  tape<double> context;
  const auto x = context.input(a);
  const auto y = reshape(x, {2, 3, 4});
  CHECK(y.data() == x.data());
  CHECK(y.shape() == shape{2, 3, 4});
  CHECK(gradient_error(
            [](auto&, const auto& v) {
              return reshape(reshape(v[0], {12, 2}) * reshape(v[1], {2}), {4, 6}) * v[0];
            },
            {normal({4, 6}, 110), normal({1, 2}, 111)}) < 1e-8);
}

TEST_CASE("autodiff: columns that do not exist are refused") {
  evaluation<double> context;
  const auto a = normal({4, 6}, 112);
  const auto b = normal({3, 6}, 113);
  const auto x = context.constant(a);
  CHECK_THROWS_WITH_AS(static_cast<void>(concatenate(x, context.constant(b))),
                       "autodiff::concatenate: (4, 6) with (3, 6); expected equal rows", paragon::error);
  CHECK_THROWS_WITH_AS(static_cast<void>(slice_columns(x, 4, 3)),
                       "autodiff::slice_columns: columns 4 to 7 of (4, 6); expected columns of the variable",
                       paragon::error);
  CHECK_THROWS_AS(static_cast<void>(slice_columns(x, 7, 0)), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(slice_columns(x, static_cast<std::size_t>(-1), 2)), paragon::error);
  CHECK_THROWS_WITH_AS(static_cast<void>(reshape(x, {5, 5})),
                       "autodiff::reshape: (4, 6) to (5, 5); expected equal sizes", paragon::error);
}
