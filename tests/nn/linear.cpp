// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/nn/linear.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using paragon::shape;

TEST_CASE("nn: a linear layer is x W' + b") {
  nn::parameters<double> store;
  const nn::linear layer(store, "head", 4, 3, {.seed = 1});
  CHECK(store.entries()[0].name == "head.weight");
  CHECK(store.entries()[0].where.extents == shape{3, 4});
  CHECK(store.entries()[1].name == "head.bias");
  CHECK(store.entries()[1].where.extents == shape{3});
  for (std::size_t i = 0; i < 3; ++i) CHECK(paragon_test::at(store, "head.bias")[i] == 0);
  paragon_test::randomise(store);
  const auto x = paragon_test::normal({5, 4}, 510);
  paragon::autodiff::evaluation<double> context;
  const auto y = layer(nn::bind(context, store), context.constant(x));
  const double* w = paragon_test::at(store, "head.weight");
  const double* b = paragon_test::at(store, "head.bias");
  for (std::size_t r = 0; r < 5; ++r) {
    for (std::size_t o = 0; o < 3; ++o) {
      double expected = b[o];
      for (std::size_t i = 0; i < 4; ++i) expected += x[r * 4 + i] * w[o * 4 + i];
      CHECK(y.data()[r * 3 + o] == doctest::Approx(expected).epsilon(1e-13));
    }
  }
  CHECK(paragon_test::layer_error(store, x, [&](const auto& theta, auto v) { return layer(theta, v); }) < 1e-8);
}
