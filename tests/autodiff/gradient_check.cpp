// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/autodiff/gradient_check.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon_test::normal;

namespace {

/// y = x x whose adjoint is `factor` times the right one.
template <class C>
variable<C> square_with(variable<C> x, double factor) {
  const auto y = x.context().result(x.shape(), x);
  for (std::size_t i = 0; i < x.size(); ++i) y.data()[i] = x.data()[i] * x.data()[i];
  x.context().on_backward(y, [x, y, factor](auto& pass) {
    for (std::size_t i = 0; i < x.size(); ++i) pass.adjoint(x)[i] += factor * 2 * x.data()[i] * pass.adjoint(y)[i];
  });
  return y;
}

}  // namespace

TEST_CASE("autodiff: the gradient check accepts a right adjoint and measures how wrong another is") {
  const auto x = normal({10}, 140);
  CHECK(gradient_error([](auto&, const auto& v) { return square_with(v[0], 1.0); }, {x}) < 1e-9);
  CHECK(gradient_error([](auto&, const auto& v) { return square_with(v[0], 1.01); }, {x}) ==
        doctest::Approx(0.01).epsilon(1e-5));
  CHECK(gradient_error([](auto&, const auto& v) { return square_with(v[0], -1.0); }, {x}) ==
        doctest::Approx(2).epsilon(1e-5));
  CHECK(gradient_error([](auto&, const auto& v) { return square_with(v[0], 1.0); }, {x}, {.seed = 99}) < 1e-9);
}
