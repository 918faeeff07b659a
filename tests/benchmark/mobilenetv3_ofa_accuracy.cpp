// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/benchmark/mobilenetv3/ofa_accuracy.hpp>
#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/benchmark/mobilenetv3/tables.hpp>
#include <paragon/data/csv.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/space/sample.hpp>

#include "../scratch.hpp"
#include "../support.hpp"

namespace benchmark = paragon::benchmark;
namespace data = paragon::data;
namespace predictor = paragon::predictor;
namespace space = paragon::space;
using paragon::shape;
using paragon::tensor;
using graph = benchmark::mobilenetv3_diffusion_graph;

namespace {

/// Layers of the published shapes with random numbers.
std::vector<tensor<double>> drawn_layers() {
  const std::vector<shape> extents{{400, 128}, {400}, {400, 400}, {400}, {400, 400}, {400}, {1, 400}, {1}};
  std::vector<tensor<double>> layers;
  for (const shape& s : extents) {
    tensor<double> layer(s);
    const auto draw = paragon::random_key{.seed = 9}.fork(layers.size());
    for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = draw.normal(i) * (s.rank() == 2 ? 0.07 : 0.1);
    layers.push_back(std::move(layer));
  }
  return layers;
}

void write(const paragon_test::scratch_folder& folder, const std::vector<tensor<double>>& layers) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string name = "layer" + std::to_string(i / 2) + (i % 2 == 0 ? "_weight.npy" : "_bias.npy");
    paragon::save_npy<double>(folder / name, layers[i].shape(), layers[i].span());
  }
}

/// As published, from the network itself.
double plain(const std::vector<tensor<double>>& layers, const benchmark::mobilenetv3_subnet& net, int resolution) {
  std::vector<double> x(128);
  for (std::size_t l = 0; l < 20; ++l) {
    if (!net.present(l)) continue;
    x[3 * l + (net.kernel[l] - 3U) / 2] = 1;
    x[60 + 3 * l + (net.expand[l] == 6 ? 2U : net.expand[l] - 3U)] = 1;
  }
  x[120 + static_cast<std::size_t>((resolution - 112) / 16)] = 1;
  for (std::size_t l = 0; l < 4; ++l) {
    std::vector<double> y(layers[2 * l].shape()[0]);
    for (std::size_t o = 0; o < y.size(); ++o) {
      y[o] = layers[2 * l + 1][o];
      for (std::size_t i = 0; i < x.size(); ++i) y[o] += layers[2 * l][o * x.size() + i] * x[i];
      if (l < 3) y[o] = std::max(y[o], 0.0);
    }
    x = y;
  }
  return 100 * x[0];
}

}  // namespace

TEST_CASE("predictor: Once-for-All's accuracy predictor gives the same for node features as for its own encoding") {
  const paragon_test::scratch_folder folder;
  const auto layers = drawn_layers();
  write(folder, layers);
  INFO("seed 10");
  for (const int resolution : {112, 175, 224}) {
    const benchmark::ofa_accuracy<double> accuracy(folder / "", resolution);
    std::vector<double> rows(3600);
    std::vector<double> expected;
    for (std::size_t i = 0; i < 20; ++i) {
      const auto net = space::uniform(benchmark::mobilenetv3{}, {.seed = 10}, i);
      graph::encode(net, std::span<double>(rows).subspan(180 * i, 180));
      expected.push_back(plain(layers, net, resolution));
    }
    const auto found = accuracy.predict(rows);
    for (std::size_t i = 0; i < 20; ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
  const benchmark::ofa_accuracy<double> accuracy(folder / "");
  tensor<double> relaxed(shape{2, 180});
  for (std::size_t i = 0; i < relaxed.size(); ++i) relaxed[i] = paragon::random_key{.seed = 10}.uniform(i);
  CHECK(paragon::autodiff::gradient_error(
            [&](auto& tape, const auto& x) {
              return paragon::autodiff::sum(accuracy(paragon::nn::freeze(tape, accuracy.parameters()), x[0]));
            },
            {relaxed}) < 1e-6);
}

TEST_CASE("predictor: Once-for-All's accuracy predictor refuses what it cannot read") {
  const paragon_test::scratch_folder folder;
  CHECK_THROWS_WITH_AS((benchmark::ofa_accuracy<float>(folder / "")), doctest::Contains("layer0_weight.npy"),
                       paragon::error);
  auto layers = drawn_layers();
  write(folder, layers);
  CHECK_THROWS_WITH_AS((benchmark::ofa_accuracy<float>(folder / "", 240)), doctest::Contains("112 to 239"),
                       paragon::error);
  CHECK_THROWS_AS((void)benchmark::ofa_accuracy<float>(folder / "").predict(std::vector<float>(181)), paragon::error);
  layers[4] = tensor<double>(shape{400, 399});
  write(folder, layers);
  CHECK_THROWS_WITH_AS((benchmark::ofa_accuracy<float>(folder / "")), doctest::Contains("layer2_weight.npy"),
                       paragon::error);
}

TEST_CASE("predictor: golden predictions of Once-for-All's accuracy predictor") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no folder of benchmark tables");
  const std::string layers = (*folder / "ofa/acc_predictor").string();
  const data::csv_table table((*folder / "ofa/ofa_predictor_reference.csv").string());
  REQUIRE(table.rows() == 3446);
  std::map<int, std::vector<std::size_t>> by_resolution;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    by_resolution[table.number<int>(i, table.column("r"))].push_back(i);
  }
  for (const auto& [resolution, lines] : by_resolution) {
    const benchmark::ofa_accuracy<double> accuracy(layers, resolution);
    std::vector<double> rows(180 * lines.size());
    for (std::size_t n = 0; n < lines.size(); ++n) {
      const auto net = benchmark::mobilenetv3_from_digits(table.text(lines[n], table.column("ks")),
                                                          table.text(lines[n], table.column("e")),
                                                          table.text(lines[n], table.column("d")));
      graph::encode(net, std::span<double>(rows).subspan(180 * n, 180));
    }
    const auto found = accuracy.predict(rows);
    for (std::size_t n = 0; n < lines.size(); ++n) {
      const double expected = 100 * table.number<double>(lines[n], table.column("predicted_top1"));
      CHECK(std::abs(found[n] - expected) < 1e-4);  // the table has 7 digits
    }
  }
  // It ranks networks of width 1.0 whose accuracy was measured.
  const benchmark::ofa_accuracy_table measured((*folder / "ofa/ofa_mbv3_w10_accuracy_dynast.csv").string());
  std::vector<float> rows(180 * measured.networks.size());
  for (std::size_t i = 0; i < measured.networks.size(); ++i) {
    graph::encode(measured.networks[i], std::span<float>(rows).subspan(180 * i, 180));
  }
  const auto found = benchmark::ofa_accuracy<float>(layers).predict(rows);
  CHECK(predictor::spearman(std::vector<double>(found.begin(), found.end()), measured.top1) > 0.97);
}
