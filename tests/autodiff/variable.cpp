// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <type_traits>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/context.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon_test::normal;

static_assert(std::is_trivially_copyable_v<variable<tape<float>>>, "adjoints capture variables");
static_assert(sizeof(variable<tape<float>>) <= 2 * sizeof(void*));

TEST_CASE("autodiff: a variable knows its values, shape and context") {
  const auto a = normal({2, 3, 4}, 150);
  tape<double> context;
  const auto x = context.input(a);
  const auto c = context.constant(a);
  CHECK(&x.context() == &context);
  CHECK(x.data() == a.data());
  CHECK(x.shape() == shape{2, 3, 4});
  CHECK(x.size() == 24);
  CHECK(x.rows() == 6);
  CHECK(x.columns() == 4);
  CHECK(x.span().size() == 24);
  CHECK(x.needs_gradient());
  CHECK_FALSE(c.needs_gradient());
  CHECK((x + c).needs_gradient());
  CHECK_FALSE((c + c).needs_gradient());
}

TEST_CASE("autodiff: a shape stays valid while further variables are made") {
  const auto a = normal({2, 3}, 151);
  tape<double> context;
  const auto x = context.input(a);
  const auto& extents = x.shape();
  auto y = x;
  for (int i = 0; i < 1000; ++i) y = y + x;
  CHECK(extents == shape{2, 3});
}
