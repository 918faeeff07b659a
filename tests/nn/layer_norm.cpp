// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>

#include <paragon/nn/layer_norm.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;

TEST_CASE("nn: layer normalisation with gain and bias") {
  nn::parameters<double> store;
  const nn::layer_norm layer(store, "norm", 6, 1e-3);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(paragon_test::at(store, "norm.weight")[i] == 1);
    CHECK(paragon_test::at(store, "norm.bias")[i] == 0);
  }
  paragon_test::randomise(store);
  const auto x = paragon_test::normal({4, 6}, 520, 2, 1);
  paragon::autodiff::evaluation<double> context;
  const auto y = layer(nn::bind(context, store), context.constant(x));
  const double* gain = paragon_test::at(store, "norm.weight");
  const double* bias = paragon_test::at(store, "norm.bias");
  for (std::size_t r = 0; r < 4; ++r) {
    double mean = 0;
    double variance = 0;
    for (const double v : x.row(r)) mean += v / 6;
    for (const double v : x.row(r)) variance += (v - mean) * (v - mean) / 6;
    for (std::size_t c = 0; c < 6; ++c) {
      const double expected = gain[c] * (x.row(r)[c] - mean) / std::sqrt(variance + 1e-3) + bias[c];
      CHECK(y.data()[r * 6 + c] == doctest::Approx(expected).epsilon(1e-12));
    }
  }
  CHECK(paragon_test::layer_error(store, x, [&](const auto& theta, auto v) { return layer(theta, v); }) < 1e-8);
}
