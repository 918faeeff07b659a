// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <vector>

#include <paragon/nn/embedding.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using paragon::shape;

TEST_CASE("nn: an embedding picks rows of its table") {
  nn::parameters<double> store;
  const nn::embedding layer(store, "tokens", 7, 3, {.seed = 2});
  CHECK(store.entries()[0].name == "tokens.weight");
  CHECK(store.entries()[0].where.extents == shape{7, 3});
  const std::vector<std::uint32_t> index{6, 0, 6, 3};
  paragon::autodiff::evaluation<double> context;
  const auto theta = nn::bind(context, store);
  const auto y = layer(theta, index);
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 3; ++c) CHECK(y.data()[r * 3 + c] == store.data()[index[r] * 3 + c]);
  }
  const std::vector<std::uint32_t> outside{7};
  CHECK_THROWS_AS(static_cast<void>(layer(theta, outside)), paragon::error);
  const auto unused = paragon_test::normal({1}, 530);
  CHECK(paragon_test::layer_error(store, unused, [&](const auto& t, auto) { return layer(t, index); }) < 1e-8);
}
