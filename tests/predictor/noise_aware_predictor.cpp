// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/predictor/dataset_encoder.hpp>
#include <paragon/predictor/noise_aware_predictor.hpp>

#include "../nn/layer_check.hpp"

namespace nn = paragon::nn;
namespace predictor = paragon::predictor;
using paragon::shape;
using paragon::tensor;

TEST_CASE("predictor: the published noise-aware predictor has its published number of weights") {
  nn::parameters<float> store;
  const predictor::dataset_encoder encoder(store, {}, {});
  CHECK(store.size() == 118160 + 41552);
  const predictor::noise_aware_predictor network(store, {}, {});
  CHECK(store.size() == 477137);
}

TEST_CASE("predictor: messages go along and against the edges, each row a mean") {
  std::vector<double> adjacency(64);
  paragon::benchmark::nasbench201_diffusion_graph<>::adjacency(std::span<double>(adjacency));
  const predictor::message_matrices<double> messages(adjacency, 8);
  for (const auto* matrix : {&messages.along, &messages.against}) {
    for (std::size_t i = 0; i < 8; ++i) {
      double sum = 0;
      for (const double v : matrix->row(i)) sum += v;
      CHECK(sum == doctest::Approx(1));
    }
  }
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 8; ++j) {
      const bool linked = i == j || adjacency[i * 8 + j] != 0;
      CHECK((messages.along[i * 8 + j] > 0) == linked);
      CHECK((messages.against[j * 8 + i] > 0) == linked);
    }
  }
  CHECK_THROWS_AS((predictor::message_matrices<double>(adjacency, 7)), paragon::error);
}

TEST_CASE("predictor: codes of noise levels are sines and cosines") {
  const std::vector<double> levels{0, 0.5, 5};
  const auto code = predictor::noise_code<double>(levels, 8);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      const double angle = levels[i] * std::pow(10000.0, -static_cast<double>(k) / 3);
      CHECK(code[i * 8 + k] == doctest::Approx(std::sin(angle)));
      CHECK(code[i * 8 + 4 + k] == doctest::Approx(std::cos(angle)));
    }
  }
  CHECK_THROWS_AS((void)predictor::noise_code<float>(levels, 7), paragon::error);
  CHECK_THROWS_AS((void)predictor::noise_code<float>(levels, 2), paragon::error);
}

TEST_CASE("predictor: gradients of the noise-aware predictor, several heads, by weights, cells and data set") {
  nn::parameters<double> store;
  const predictor::noise_aware_settings settings{
      .nodes = 3, .features = 2, .width = 4, .layers = 2, .code = 3, .dataset_code = 4, .hidden = 3, .heads = 2};
  const predictor::dataset_encoder encoder(store, {.features = 3, .width = 4, .heads = 2}, {.seed = 1});
  const predictor::noise_aware_predictor network(store, settings, {.seed = 1});
  paragon_test::randomise(store);
  const std::vector<double> adjacency{0, 1, 1, 0, 0, 1, 0, 0, 0};
  const predictor::message_matrices<double> messages(adjacency, 3);
  const auto noise = predictor::noise_code<double>(std::vector{0.3, 2.0}, 4);
  const double error = paragon::autodiff::gradient_error(
      [&](auto& context, const auto& v) {
        const nn::bound theta(v[0]);
        const auto code = encoder(theta, 1, 2, v[2]);
        return network(theta, messages.along.data(), messages.against.data(), v[1], context.constant(noise), code);
      },
      {store.values(), paragon_test::normal({2 * 3, 2}, 620), paragon_test::normal({2 * 3, 3}, 621)});
  CHECK(error < 1e-6);
  CHECK_THROWS_AS(predictor::noise_aware_predictor(store, {.layers = 0}, {}), paragon::error);
  CHECK_THROWS_AS(predictor::noise_aware_predictor(store, {.heads = 0}, {}), paragon::error);
  paragon::autodiff::evaluation<double> context;
  const auto pixels = paragon_test::normal({7, 3}, 622);
  CHECK_THROWS_AS((void)encoder(nn::bind(context, store), 1, 2, context.constant(pixels)), paragon::error);
}

TEST_CASE("predictor: a data set's code does not depend on the order of its images and classes") {
  nn::parameters<double> store;
  const predictor::dataset_encoder encoder(store, {.features = 3, .width = 4, .heads = 2}, {.seed = 1});
  paragon_test::randomise(store);
  const auto x = paragon_test::normal({2 * 3 * 2, 3}, 630);  // two data sets of three classes with two images
  tensor<double> turned(x.shape());
  for (std::size_t row = 0; row < 6; ++row) {
    for (std::size_t f = 0; f < 3; ++f) {
      turned[row * 3 + f] = x[(5 - row) * 3 + f];
      turned[(6 + row) * 3 + f] = x[(6 + row) * 3 + f];
    }
  }
  paragon::autodiff::evaluation<double> context;
  const auto theta = nn::bind(context, store);
  const auto a = encoder(theta, 2, 3, context.constant(x));
  const auto b = encoder(theta, 2, 3, context.constant(turned));
  for (std::size_t e = 0; e < a.size(); ++e) CHECK(std::abs(a.data()[e] - b.data()[e]) < 1e-12);
}
