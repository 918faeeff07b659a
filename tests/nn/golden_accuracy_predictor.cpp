// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The published noise-aware accuracy predictor after its data-set encoder, whose code is taken from the file.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/batched_product.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/nn/graph_convolution.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/nn/weights.hpp>

#include "published.hpp"
#include "support.hpp"

namespace nn = paragon::nn;
using paragon::shape;
using paragon::tensor;
using paragon::backend::transposed;

namespace {

/// Every row divided by its sum.
tensor<double> row_normalised(tensor<double> a) {
  for (std::size_t r = 0; r < a.rows(); ++r) {
    double sum = 0;
    for (const double v : a.row(r)) sum += v;
    for (double& v : a.row(r)) v /= sum;
  }
  return a;
}

tensor<double> turned(const tensor<double>& a) {
  tensor<double> out(a.shape());
  for (std::size_t r = 0; r < a.rows(); ++r) {
    for (std::size_t c = 0; c < a.columns(); ++c) out.row(c)[r] = a.row(r)[c];
  }
  return out;
}

void compare(const std::string& path) {
  CAPTURE(path);
  const paragon::safetensors_file file(path);
  const shape extents = file.shape("input.x");
  const std::size_t graphs = extents[0];
  const std::size_t nodes = extents[1];
  const std::size_t layers = std::stoul(file.metadata().at("gcn_layers"));
  const std::size_t hidden = file.shape("weight.gcn.0.weight1")[1];
  const std::size_t code = file.shape("weight.fc1.weight")[0];
  const shape joint = file.shape("weight.pred_fc.0.weight");

  nn::parameters<double> store;
  std::vector<nn::directed_graph_convolution> convolutions;
  for (std::size_t l = 0; l < layers; ++l) {
    convolutions.emplace_back(store, "gcn." + std::to_string(l), l == 0 ? extents[2] : hidden, hidden,
                              paragon::random{});
  }
  const nn::linear time_one(store, "timeEmb1", hidden, 4 * hidden, {});
  const nn::linear time_two(store, "timeEmb2", 4 * hidden, hidden, {});
  const nn::slot fc1 = store.add("fc1.weight", {code, hidden}, nn::fill{}, {});
  const nn::linear first(store, "pred_fc.0", joint[1], joint[0], {});
  const nn::linear second(store, "pred_fc.2", joint[0], 1, {});
  nn::load_weights(file, store, "weight.");

  auto adjacency = file.get<double>("input.mask", {nodes, nodes});
  for (std::size_t i = 0; i < nodes; ++i) adjacency.row(i)[i] += 1;
  adjacency = row_normalised(adjacency);
  const auto along = row_normalised(adjacency);
  const auto against = row_normalised(turned(adjacency));
  const auto x = file.get<double>("input.x");
  const auto time = paragon_test::time_code(file.get<double>("input.sigma"), hidden).values;
  const auto dataset = file.get<double>("output.dataset_code");
  const tensor<double> average(shape{graphs, nodes},
                               std::vector<double>(graphs * nodes, 1.0 / static_cast<double>(nodes)));

  paragon::autodiff::tape<double> context;
  const auto theta = nn::freeze(context, store);
  const auto in = context.input(x);
  auto h = in;
  for (const auto& convolution : convolutions) h = convolution(theta, along.data(), against.data(), nodes, h);
  h = batched_product(graphs, context.constant(average), transposed::no, h, transposed::no);
  h = h + time_two(theta, silu(time_one(theta, context.constant(time))));
  h = concatenate(context.constant(dataset), linear(h, theta[fc1]));
  const auto y = second(theta, tanh(first(theta, h)));
  CHECK(paragon_test::difference(y.data(), file.get<double>("output.y", {graphs, 1})) < 1e-9);
  context.backward(sum(y));
  CHECK(paragon_test::difference(context.gradient(in), file.get<double>("gradient.x", extents)) < 1e-8);
}

}  // namespace

TEST_CASE("nn: golden accuracy predictor, its directed graph convolutions and head") {
  const auto folder = paragon_test::golden_folder();
  if (!folder) return paragon_test::skip("no folder of golden numbers");
  const auto files = paragon_test::golden_files(*folder, "accuracy_predictor");
  if (files.empty()) return paragon_test::skip("no accuracy_predictor in " + folder->string());
  for (const auto& path : files) compare(path);
}
