// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/nn/set_pool.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using paragon::shape;
using paragon::tensor;

namespace {

tensor<double> pooled(const nn::set_pool& layer, const nn::parameters<double>& store, std::size_t sets,
                      const tensor<double>& x, std::size_t width) {
  paragon::autodiff::evaluation<double> context;
  const auto y = layer(nn::bind(context, store), sets, context.constant(x));
  CHECK(y.shape() == shape{sets, width});
  return {y.shape(), std::vector<double>(y.data(), y.data() + y.size())};
}

}  // namespace

TEST_CASE("nn: pooling a set does not depend on the order of its members, nor on other sets") {
  nn::parameters<double> store;
  const nn::set_pool layer(store, "pool", 5, 8, 4, {.seed = 2});
  paragon_test::randomise(store);
  const auto x = paragon_test::normal({3 * 4, 5}, 610);
  const auto y = pooled(layer, store, 3, x, 8);
  const std::vector<std::size_t> order{2, 0, 3, 1};
  tensor<double> shuffled(x.shape());
  for (std::size_t s = 0; s < 3; ++s) {
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t f = 0; f < 5; ++f) shuffled[(4 * s + i) * 5 + f] = x[(4 * s + order[i]) * 5 + f];
    }
  }
  const auto z = pooled(layer, store, 3, shuffled, 8);
  for (std::size_t e = 0; e < y.size(); ++e) CHECK(std::abs(y[e] - z[e]) < 1e-12);
  const tensor<double> alone(shape{4, 5}, std::vector<double>(x.data() + 20, x.data() + 40));
  const auto second = pooled(layer, store, 1, alone, 8);
  for (std::size_t e = 0; e < 8; ++e) CHECK(std::abs(y[8 + e] - second[e]) < 1e-12);
}

TEST_CASE("nn: set attention with equal keys passes their value on") {
  // Every weight is then 1 / members, so o = q + v, and the block gives o + relu(W o + b).
  nn::parameters<double> store;
  const nn::set_attention layer(store, "mab", 3, 2, 4, 2, {.seed = 4});
  paragon_test::randomise(store);
  const auto query = paragon_test::normal({1, 3}, 611);
  const auto member = paragon_test::normal({1, 2}, 612);
  tensor<double> keys(shape{5, 2});
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t f = 0; f < 2; ++f) keys[2 * i + f] = member[f];
  }
  paragon::autodiff::evaluation<double> context;
  const auto y = layer(nn::bind(context, store), 1, context.constant(query), context.constant(keys));
  const auto project = [&](const std::string& name, const double* x, std::size_t in) {
    std::vector<double> out(4);
    for (std::size_t o = 0; o < 4; ++o) {
      out[o] = paragon_test::at(store, name + ".bias")[o];
      for (std::size_t i = 0; i < in; ++i) out[o] += paragon_test::at(store, name + ".weight")[o * in + i] * x[i];
    }
    return out;
  };
  const auto q = project("mab.fc_q", query.data(), 3);
  const auto v = project("mab.fc_v", member.data(), 2);
  std::vector<double> o(4);
  for (std::size_t e = 0; e < 4; ++e) o[e] = q[e] + v[e];
  const auto after = project("mab.fc_o", o.data(), 4);
  for (std::size_t e = 0; e < 4; ++e) CHECK(y.data()[e] == doctest::Approx(o[e] + std::max(after[e], 0.0)));
}

TEST_CASE("nn: gradients of pooling a set") {
  nn::parameters<double> store;
  const nn::set_pool layer(store, "pool", 3, 4, 2, {.seed = 2});
  paragon_test::randomise(store);
  CHECK(paragon_test::layer_error(store, paragon_test::normal({2 * 3, 3}, 613),
                                  [&](const auto& theta, auto x) { return layer(theta, 2, x); }) < 1e-6);
  CHECK_THROWS_AS(nn::set_attention(store, "bad", 3, 3, 5, 2, {}), paragon::error);
  CHECK_THROWS_AS(nn::set_attention(store, "bad", 3, 3, 4, 0, {}), paragon::error);
}
