// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/nn/squeeze_excite.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>

#include <paragon/nn/layer.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using namespace paragon;
using paragon_test::at;

static_assert(nn::layer<nn::squeeze_excite>);

TEST_CASE("nn: squeeze and excite by definition, and its gradients") {
  nn::parameters<double> store;
  const nn::squeeze_excite layer(store, "se", {.channels = 5, .hidden = 3}, {.seed = 8});
  CHECK(store.find("se.reduce.weight")->where.extents == shape{3, 5});
  CHECK(store.find("se.expand.weight")->where.extents == shape{5, 3});
  paragon_test::randomise(store);
  const auto x = paragon_test::normal({2, 3, 4, 5}, 580, 1, 1);
  autodiff::evaluation<double> context;
  const auto y = layer(nn::freeze(context, store), context.constant(x));
  REQUIRE(y.shape() == x.shape());
  for (std::size_t n = 0; n < 2; ++n) {
    double mean[5] = {};
    double hidden[3] = {};
    for (std::size_t i = 0; i < 60; ++i) mean[i % 5] += x[n * 60 + i] / 12;
    for (std::size_t h = 0; h < 3; ++h) {
      hidden[h] = at(store, "se.reduce.bias")[h];
      for (std::size_t c = 0; c < 5; ++c) hidden[h] += at(store, "se.reduce.weight")[h * 5 + c] * mean[c];
      hidden[h] = std::max(hidden[h], 0.0);
    }
    for (std::size_t c = 0; c < 5; ++c) {
      double g = at(store, "se.expand.bias")[c];
      for (std::size_t h = 0; h < 3; ++h) g += at(store, "se.expand.weight")[c * 3 + h] * hidden[h];
      g = std::clamp(g / 6 + 0.5, 0.0, 1.0);
      for (std::size_t p = 0; p < 12; ++p) {
        const std::size_t i = n * 60 + p * 5 + c;
        CHECK(y.data()[i] == doctest::Approx(x[i] * g).epsilon(1e-12));
      }
    }
  }
  CHECK(paragon_test::layer_error(store, x, [&](const auto& theta, auto v) { return layer(theta, v); }) < 1e-8);
}
