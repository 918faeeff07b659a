// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The published noise-aware accuracy predictor with its data-set encoder.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <paragon/autodiff/reduce.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/predictor/dataset_encoder.hpp>
#include <paragon/predictor/noise_aware_predictor.hpp>

#include "../nn/published.hpp"
#include "support.hpp"

namespace nn = paragon::nn;
namespace predictor = paragon::predictor;
using paragon::shape;
using paragon::tensor;

namespace {

void compare(const std::string& path) {
  CAPTURE(path);
  const paragon::safetensors_file file(path);
  const shape extents = file.shape("input.x");
  const std::size_t graphs = extents[0];
  const shape joint = file.shape("weight.pred_fc.0.weight");
  const std::size_t code = file.shape("weight.fc1.weight")[0];
  const predictor::noise_aware_settings settings{.nodes = extents[1],
                                                 .features = extents[2],
                                                 .width = file.shape("weight.gcn.0.weight1")[1],
                                                 .layers = std::stoul(file.metadata().at("gcn_layers")),
                                                 .code = code,
                                                 .dataset_code = joint[1] - code,
                                                 .hidden = joint[0]};
  const auto images = file.get<double>("input.dataset");
  const predictor::dataset_encoder_settings set_settings{.features = images.shape()[2], .width = joint[1] - code};

  nn::parameters<double> store;
  const predictor::dataset_encoder encoder(store, set_settings, {});
  const predictor::noise_aware_predictor network(store, settings, {});
  // The published network also has a layer that nothing reads.
  nn::linear(store, "set_fc.0", images.shape()[2], joint[1] - code, {});
  nn::load_weights(file, store, "weight.");

  const auto mask = file.get<double>("input.mask", {settings.nodes, settings.nodes});
  const predictor::message_matrices<double> messages(mask.span(), settings.nodes);
  const auto x = file.get<double>("input.x");
  const auto noise = paragon_test::time_code(file.get<double>("input.sigma"), settings.width).values;

  paragon::autodiff::tape<double> context;
  const auto theta = nn::freeze(context, store);
  const auto in = context.input(x);
  const auto pixels = context.constant(images.data(), shape{images.shape()[0] * images.shape()[1], images.shape()[2]});
  const auto dataset = encoder(theta, graphs, std::stoul(file.metadata().at("classes")), pixels);
  CHECK(paragon_test::difference(dataset.data(), file.get<double>("output.dataset_code")) < 1e-9);
  const auto y = network(theta, messages.along.data(), messages.against.data(), in, context.constant(noise), dataset);
  CHECK(paragon_test::difference(y.data(), file.get<double>("output.y", {graphs, 1})) < 1e-9);
  context.backward(sum(y));
  CHECK(paragon_test::difference(context.gradient(in), file.get<double>("gradient.x", extents)) < 1e-8);
}

}  // namespace

TEST_CASE("predictor: golden accuracy predictor, with its data-set encoder") {
  const auto folder = paragon_test::golden_folder();
  if (!folder) return paragon_test::skip("no folder of golden numbers");
  const auto files = paragon_test::golden_files(*folder, "accuracy_predictor");
  if (files.empty()) return paragon_test::skip("no accuracy_predictor in " + folder->string());
  for (const auto& path : files) compare(path);
}
