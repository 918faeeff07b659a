// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <string>

#include <paragon/nn/weights.hpp>
#include <paragon/predictor/meta_predictor.hpp>

#include "../golden.hpp"

namespace {

template <class T>
void check_predictor(double output_tolerance, double gradient_tolerance) {
  const auto file = paragon_test::golden_file("meta_predictor.safetensors");
  if (!file) return;
  const auto x = file->get<T>("input.x");
  const auto adjacency = file->get<T>("input.adjacency");
  const auto device = file->get<T>("input.device");
  const auto expected = file->get<double>("output.y");
  const std::size_t graphs = x.shape()[0];
  const std::size_t nodes = x.shape()[1];
  REQUIRE(adjacency.size() == nodes * nodes);
  std::size_t layers = 0;
  while (file->contains("weight.gc" + std::to_string(layers + 1) + ".weight")) ++layers;

  paragon::nn::parameters<T> store;
  const paragon::predictor::meta_predictor predictor(store,
                                                     {.node_features = x.columns(),
                                                      .device_features = device.columns(),
                                                      .width = file->shape("weight.gc1.weight").columns(),
                                                      .layers = layers},
                                                     {.seed = 1});
  paragon::nn::load_weights(*file, store, "weight.");

  paragon::autodiff::tape<T> tape;
  const auto theta = paragon::nn::bind(tape, store);
  const auto cells = tape.input(x.data(), {graphs * nodes, x.columns()});
  const auto y = predictor(theta, adjacency.data(), nodes, cells, tape.constant(device));
  REQUIRE(y.size() == expected.size());
  CHECK(paragon_test::relative_difference(y.data(), expected.data(), y.size()) < output_tolerance);

  if (file->contains("upstream")) {
    const auto upstream = file->get<T>("upstream");
    REQUIRE(upstream.size() == y.size());
    tape.backward(y, upstream.data(), 1);
  } else {
    tape.backward(y, nullptr, 1);
  }
  const auto expected_x = file->get<double>("gradient.x");
  CHECK(paragon_test::relative_difference(tape.gradient(cells), expected_x.data(), x.size()) < gradient_tolerance);
  for (const auto& [name, where] : store.entries()) {
    CAPTURE(name);
    const auto wanted = file->get<double>("gradient." + name, where.extents);
    CHECK(paragon_test::relative_difference(tape.gradient(theta.all()) + where.offset, wanted.data(), wanted.size()) <
          gradient_tolerance);
  }
}

}  // namespace

TEST_CASE("predictor: golden meta-predictor of MODNAS") { check_predictor<double>(1e-9, 1e-8); }

TEST_CASE("predictor: golden meta-predictor of MODNAS in float") { check_predictor<float>(1e-4, 1e-4); }
