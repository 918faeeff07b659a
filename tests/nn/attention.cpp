// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/nn/attention.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using paragon::shape;

namespace {

/// x W' + b
std::vector<double> plain_linear(const nn::parameters<double>& store, const std::string& name, std::size_t width,
                                 const double* x, std::size_t rows) {
  const double* w = paragon_test::at(store, name + ".weight");
  const double* b = paragon_test::at(store, name + ".bias");
  std::vector<double> y(rows * width);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t o = 0; o < width; ++o) {
      y[r * width + o] = b[o];
      for (std::size_t i = 0; i < width; ++i) y[r * width + o] += x[r * width + i] * w[o * width + i];
    }
  }
  return y;
}

}  // namespace

TEST_CASE("nn: multi-head attention against its definition, with a mask that leaves a row empty") {
  constexpr std::size_t length = 3;
  constexpr std::size_t width = 8;
  constexpr std::size_t heads = 2;
  constexpr std::size_t part = width / heads;
  const std::vector<double> mask{0, 1, 1, 1, 0, 1, 0, 0, 0};
  nn::parameters<double> store;
  const nn::attention layer(store, "attn", width, heads, {.seed = 3});
  CHECK(store.entries().size() == 8);
  CHECK(store.find("attn.linears.3.weight")->where.extents == shape{width, width});
  paragon_test::randomise(store);
  const auto x = paragon_test::normal({2 * length, width}, 540);
  paragon::autodiff::evaluation<double> context;
  const auto y = layer(nn::bind(context, store), length, mask.data(), context.constant(x));

  const auto q = plain_linear(store, "attn.linears.0", width, x.data(), 2 * length);
  const auto k = plain_linear(store, "attn.linears.1", width, x.data(), 2 * length);
  const auto v = plain_linear(store, "attn.linears.2", width, x.data(), 2 * length);
  std::vector<double> seen(2 * length * width);
  for (std::size_t row = 0; row < 2 * length; ++row) {
    const std::size_t first = row / length * length;
    for (std::size_t h = 0; h < heads; ++h) {
      std::vector<double> weight(length);
      double total = 0;
      bool empty = true;
      for (std::size_t j = 0; j < length; ++j) empty = empty && mask[row % length * length + j] == 0;
      for (std::size_t j = 0; j < length; ++j) {
        double score = 0;
        for (std::size_t c = h * part; c < (h + 1) * part; ++c)
          score += q[row * width + c] * k[(first + j) * width + c];
        const bool visible = mask[row % length * length + j] != 0;
        weight[j] = empty ? 1 : (visible ? std::exp(score / std::sqrt(static_cast<double>(part))) : 0);
        total += weight[j];
      }
      for (std::size_t j = 0; j < length; ++j) {
        for (std::size_t c = h * part; c < (h + 1) * part; ++c) {
          seen[row * width + c] += weight[j] / total * v[(first + j) * width + c];
        }
      }
    }
  }
  const auto expected = plain_linear(store, "attn.linears.3", width, seen.data(), 2 * length);
  CHECK(paragon_test::largest_difference(y.data(), expected, expected.size()) < 1e-12);
  CHECK(paragon_test::layer_error(
            store, x, [&](const auto& theta, auto in) { return layer(theta, length, mask.data(), in); }) < 1e-8);
  CHECK(paragon_test::layer_error(
            store, x, [&](const auto& theta, auto in) { return layer(theta, length, nullptr, in); }) < 1e-8);
}

TEST_CASE("nn: heads must divide the width of attention") {
  nn::parameters<float> store;
  CHECK_THROWS_WITH_AS(nn::attention(store, "a", 10, 3, {}),
                       "nn::attention: 3 heads for a width of 10; expected a divisor of the width", paragon::error);
  nn::parameters<float> other;
  CHECK_THROWS_AS(nn::attention(other, "a", 10, 0, {}), paragon::error);
}
