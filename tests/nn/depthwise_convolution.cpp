// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/nn/depthwise_convolution.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include <paragon/nn/layer.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using namespace paragon;

static_assert(nn::layer<nn::depthwise_convolution>);

TEST_CASE("nn: a depthwise convolution has weights of variance 2 / window") {
  nn::parameters<double> store;
  const nn::depthwise_convolution layer(store, "depth", {.channels = 400, .kernel = 5, .stride = 2}, {.seed = 9});
  REQUIRE(store.entries().size() == 1);
  CHECK(store.entries()[0].where.extents == shape{5, 5, 400});
  double variance = 0;
  for (const double v : store.values().span()) variance += v * v / static_cast<double>(store.size());
  CHECK(variance == doctest::Approx(2.0 / 25).epsilon(0.05));
}

TEST_CASE("nn: a depthwise convolution halves images and has correct gradients") {
  nn::parameters<double> store;
  const nn::depthwise_convolution layer(store, "depth", {.channels = 3, .stride = 2}, {.seed = 9});
  const auto x = paragon_test::normal({2, 5, 4, 3}, 590);
  autodiff::evaluation<double> context;
  CHECK(layer(nn::freeze(context, store), context.constant(x)).shape() == shape{2, 3, 2, 3});
  CHECK(paragon_test::layer_error(store, x, [&](const auto& theta, auto v) { return layer(theta, v); }) < 1e-8);
}
