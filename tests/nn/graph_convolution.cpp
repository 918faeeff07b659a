// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/nn/graph_convolution.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using paragon::shape;

namespace {

constexpr std::size_t nodes = 4;
constexpr std::size_t in = 3;
constexpr std::size_t out = 2;

/// Element (g, i, o) of A x W for every graph g.
double propagated(const paragon::tensor<double>& a, const paragon::tensor<double>& x, const double* w, std::size_t g,
                  std::size_t i, std::size_t o) {
  double sum = 0;
  for (std::size_t j = 0; j < nodes; ++j) {
    for (std::size_t f = 0; f < in; ++f) sum += a[i * nodes + j] * x[(g * nodes + j) * in + f] * w[f * out + o];
  }
  return sum;
}

}  // namespace

TEST_CASE("nn: graph convolution is A x W + b for every graph") {
  nn::parameters<double> store;
  const nn::graph_convolution layer(store, "gc", in, out, {.seed = 4});
  CHECK(store.find("gc.weight")->where.extents == shape{in, out});
  paragon_test::randomise(store);
  const auto a = paragon_test::normal({nodes, nodes}, 550);
  const auto x = paragon_test::normal({3 * nodes, in}, 551);
  paragon::autodiff::evaluation<double> context;
  const auto y = layer(nn::bind(context, store), a.data(), nodes, context.constant(x));
  for (std::size_t g = 0; g < 3; ++g) {
    for (std::size_t i = 0; i < nodes; ++i) {
      for (std::size_t o = 0; o < out; ++o) {
        const double expected =
            propagated(a, x, paragon_test::at(store, "gc.weight"), g, i, o) + paragon_test::at(store, "gc.bias")[o];
        CHECK(y.data()[(g * nodes + i) * out + o] == doctest::Approx(expected).epsilon(1e-12));
      }
    }
  }
  CHECK(paragon_test::layer_error(store, x,
                                  [&](const auto& theta, auto v) { return layer(theta, a.data(), nodes, v); }) < 1e-8);
}

TEST_CASE("nn: directed graph convolution is the mean of messages along the edges and against them") {
  nn::parameters<double> store;
  const nn::directed_graph_convolution layer(store, "gc", in, out, {.seed = 5});
  CHECK(store.find("gc.weight1")->where.extents == shape{in, out});
  CHECK(store.find("gc.weight2")->where.extents == shape{in, out});
  const auto f = paragon_test::normal({nodes, nodes}, 552);
  const auto g = paragon_test::normal({nodes, nodes}, 553);
  const auto x = paragon_test::normal({3 * nodes, in}, 554);
  paragon::autodiff::evaluation<double> context;
  const auto y = layer(nn::bind(context, store), f.data(), g.data(), nodes, context.constant(x));
  for (std::size_t n = 0; n < 3; ++n) {
    for (std::size_t i = 0; i < nodes; ++i) {
      for (std::size_t o = 0; o < out; ++o) {
        const double one = propagated(f, x, paragon_test::at(store, "gc.weight1"), n, i, o);
        const double two = propagated(g, x, paragon_test::at(store, "gc.weight2"), n, i, o);
        const double expected = 0.5 * ((one > 0 ? one : 0) + (two > 0 ? two : 0));
        CHECK(y.data()[(n * nodes + i) * out + o] == doctest::Approx(expected).epsilon(1e-12));
      }
    }
  }
  CHECK(paragon_test::layer_error(
            store, x, [&](const auto& theta, auto v) { return layer(theta, f.data(), g.data(), nodes, v); }) < 1e-8);
}
