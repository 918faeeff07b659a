// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>

#include <paragon/nn/convolution.hpp>
#include <paragon/nn/layer.hpp>

#include "layer_check.hpp"

using namespace paragon;

static_assert(nn::layer<nn::convolution>);

TEST_CASE("nn: a convolution has weights of variance 2 / fan in and, on request, a bias") {
  nn::parameters<double> store;
  const nn::convolution plain(store, "plain", {.in = 32, .out = 64}, {.seed = 3});
  REQUIRE(store.entries().size() == 1);
  CHECK(store.entries()[0].where.extents == shape{3, 3, 32, 64});
  double variance = 0;
  for (const double v : store.values().span()) variance += v * v / static_cast<double>(store.size());
  CHECK(variance == doctest::Approx(2.0 / (9 * 32)).epsilon(0.05));
  const nn::convolution biased(store, "biased", {.in = 2, .out = 3, .kernel = 1, .stride = 2, .bias = true},
                               {.seed = 4});
  REQUIRE(store.find("biased.bias") != nullptr);
  const double values[] = {1, 2, 3};
  store.assign(store.find("biased.bias")->where, values);
  const tensor<double> x({1, 3, 3, 2});
  autodiff::evaluation<double> context;
  const auto y = biased(nn::freeze(context, store), context.constant(x));
  REQUIRE(y.shape() == shape{1, 2, 2, 3});
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(y.data()[i] == values[i % 3]);
}
