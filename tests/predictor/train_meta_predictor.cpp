// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/predictor/train_meta_predictor.hpp>
#include <paragon/space/one_hot.hpp>

using namespace paragon;

namespace {

const benchmark::nasbench201 cells;
const benchmark::nasbench201::graph graph;

/// Devices on which a 3x3 convolution costs a and pooling 1 - a, so that they rank cells differently.
struct devices {
  std::vector<predictor::measurements> measured;
  std::vector<std::vector<float>> features;

  devices(std::uint32_t first, std::uint32_t count, std::size_t samples) {
    for (std::uint32_t d = first; measured.size() < count; ++d) {
      const auto key = paragon::random_key{.seed = 91}.fork(d);
      const double a = key.uniform(0);
      if (std::abs(a - 0.5) < 0.05) continue;  // all but ties of the costs, whose order no predictor can know
      const std::vector<double> price{0, 0, 0.5, a, 1 - a};
      predictor::measurements m;
      for (std::size_t i = 0; i < samples; ++i) {
        const auto cell = cells.at(key.below(15625, 100 + i));
        std::vector<double> row(30);
        space::one_hot<double>(cells, cell, row);
        m.rows.insert(m.rows.end(), row.begin(), row.end());
        double cost = 2;
        for (const auto o : cell.operations) cost += price[static_cast<std::size_t>(o)];
        m.costs.push_back(cost);
      }
      measured.push_back(m);
      features.push_back({static_cast<float>(a), static_cast<float>(1 - a), static_cast<float>(a * a), 0.5F, 1});
    }
  }
};

constexpr predictor::meta_predictor_settings small{.node_features = 8, .device_features = 5, .width = 24, .layers = 3};

}  // namespace

TEST_CASE("predictor: the meta-predictor learns devices and carries over to one that it has not seen") {
  const devices train_on(0, 20, 150);
  const devices unseen(100, 3, 500);
  nn::parameters<float> store;
  const predictor::meta_predictor network(store, small, {.seed = 1});
  const auto status = predictor::train_meta_predictor(
      cells, graph, network, store, std::span<const predictor::measurements>(train_on.measured),
      std::span<const std::vector<float>>(train_on.features), {},
      {.epochs = 40, .batch = 32, .rate = 5e-3, .clip = 5, .patience = 0}, {.seed = 2});
  CHECK(status.best_loss < 0.05);  // of a variance of about 0.6
  for (std::size_t d = 0; d < 3; ++d) {
    const auto& truth = unseen.measured[d];
    const std::vector<float> rows(truth.rows.begin(), truth.rows.end());
    const auto found = predictor::predict_costs<float>(cells, graph, network, store, rows, unseen.features[d]);
    const std::vector<double> predicted(found.begin(), found.end());
    CAPTURE(unseen.features[d][0]);
    CAPTURE(status.best_loss);
    CHECK(predictor::spearman(predicted, truth.costs) > 0.95);
  }
}

TEST_CASE("predictor: units divide the costs that the meta-predictor sees") {
  const devices lab(0, 2, 40);
  auto scaled = lab;
  for (std::size_t d = 0; d < 2; ++d) {
    for (double& c : scaled.measured[d].costs) c *= d == 0 ? 8 : 0.25;
  }
  const auto fit = [&](const devices& from, std::vector<double> units) {
    nn::parameters<float> store;
    const predictor::meta_predictor network(store, small, {.seed = 3});
    static_cast<void>(predictor::train_meta_predictor(cells, graph, network, store,
                                                      std::span<const predictor::measurements>(from.measured),
                                                      std::span<const std::vector<float>>(from.features),
                                                      std::span<const double>(units), {.epochs = 3}, {.seed = 4}));
    return store.values().to_vector();
  };
  const auto plain = fit(lab, {});
  CHECK(plain == fit(lab, {1, 1}));
  CHECK(plain == fit(scaled, {8, 0.25}));
  CHECK(plain != fit(scaled, {}));
}

TEST_CASE("predictor: the published training of the meta-predictor is 64 cells of one device at 1e-4") {
  const auto settings = predictor::published_meta_training(7);
  CHECK(settings.epochs == 7);
  CHECK(settings.batch == 64);
  CHECK(settings.rate == 1e-4);
  CHECK(settings.last_rate == 1e-4);
  CHECK(settings.clip == 5);
  CHECK(settings.held_out == 0);
}

TEST_CASE("predictor: the meta-predictor refuses measurements that do not match") {
  const devices lab(0, 2, 10);
  nn::parameters<float> store;
  const predictor::meta_predictor network(store, small, {.seed = 5});
  const auto run = [&](const devices& from, std::vector<double> units) {
    static_cast<void>(predictor::train_meta_predictor(
        cells, graph, network, store, std::span<const predictor::measurements>(from.measured),
        std::span<const std::vector<float>>(from.features), std::span<const double>(units), {.epochs = 1}, {}));
  };
  CHECK_THROWS_AS(run(lab, {1}), error);
  auto bad = lab;
  bad.features.pop_back();
  CHECK_THROWS_AS(run(bad, {}), error);
  bad = lab;
  bad.features[1].push_back(0);
  CHECK_THROWS_AS(run(bad, {}), error);
  bad = lab;
  bad.measured[1].rows.pop_back();
  CHECK_THROWS_AS(run(bad, {}), error);
  const std::vector<float> rows(31);
  CHECK_THROWS_AS((void)predictor::predict_costs<float>(cells, graph, network, store, rows, lab.features[0]), error);
  nn::parameters<float> none;
  CHECK_THROWS_AS(predictor::meta_predictor(none, {.layers = 0}, {}), error);
}
