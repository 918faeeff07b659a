// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/predictor/architecture_network.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/space/one_hot.hpp>

#include "../support.hpp"

using namespace paragon;

namespace {

std::vector<double> normal_rows(std::size_t n, std::size_t width, std::uint32_t stream) {
  std::vector<double> x(n * width);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = paragon::random_key{.seed = 81}.fork(stream).normal(i);
  return x;
}

}  // namespace

TEST_CASE("predictor: an architecture network learns a function of the row, in the unit of its labels") {
  const auto rows = normal_rows(400, 3, 0);
  std::vector<double> labels;
  for (std::size_t i = 0; i < 400; ++i) labels.push_back(90 + 0.01 * (rows[3 * i] * rows[3 * i + 1] - rows[3 * i + 2]));
  predictor::architecture_network<double> network(3, {.width = 32, .members = 2}, {.seed = 1});
  const auto statuses = network.train(rows, labels, {.epochs = 300, .rate = 5e-3});
  CHECK(statuses.size() == 2);
  const auto test = normal_rows(200, 3, 1);
  const auto found = network.predict(test);
  double worst = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    if (std::abs(test[3 * i]) > 2 || std::abs(test[3 * i + 1]) > 2 || std::abs(test[3 * i + 2]) > 2) continue;
    worst = std::max(worst, std::abs(found[i] - 90 - 0.01 * (test[3 * i] * test[3 * i + 1] - test[3 * i + 2])));
  }
  CHECK(worst < 0.01);  // of a deviation of 0.014
  CHECK(predictor::pearson(found, network.predict(test)) == doctest::Approx(1));
}

TEST_CASE("predictor: on a tape the network predicts the same and has gradients by the row and the weights") {
  const auto rows = normal_rows(50, 4, 2);
  const auto labels = normal_rows(50, 1, 3);
  predictor::architecture_network<double> network(4, {.width = 6, .layers = 3, .members = 3}, {.seed = 2});
  static_cast<void>(network.train(rows, labels, {.epochs = 5}));
  const tensor<double> x({7, 4}, normal_rows(7, 4, 4));
  autodiff::tape<double> tape;
  const auto y = network(nn::freeze(tape, network.parameters()), tape.input(x));
  CHECK(y.shape() == shape{7, 1});
  const auto expected = network.predict(x.span());
  for (std::size_t i = 0; i < 7; ++i) CHECK(y.data()[i] == expected[i]);
  CHECK(autodiff::gradient_error([&](auto&, const auto& in) { return network(nn::bound(in[1]), in[0]); },
                                 {x, network.parameters().values()}) < 1e-7);
}

TEST_CASE("predictor: members start and train differently, and the prediction is their mean") {
  const auto rows = normal_rows(60, 4, 5);
  const auto labels = normal_rows(60, 1, 6);
  predictor::architecture_network<double> network(4, {.width = 6, .layers = 1, .members = 3}, {.seed = 3});
  static_cast<void>(network.train(rows, labels, {.epochs = 20}));
  const auto& store = network.parameters();
  const std::size_t size = store.find("member1.layer0.weight")->where.offset;
  CHECK(store.size() == 3 * size + 2);
  CHECK(store.data()[0] != store.data()[size]);
  const auto x = normal_rows(9, 4, 7);
  const auto mean = network.predict(x);
  std::vector<double> sum(9, 0.0);
  for (std::size_t m = 0; m < 3; ++m) {
    predictor::architecture_network<double> one(4, {.width = 6, .layers = 1, .members = 1}, {.seed = 3});
    std::copy_n(store.data() + m * size, size, one.parameters().data());
    std::copy_n(store.data() + 3 * size, 2, one.parameters().data() + size);
    const auto y = one.predict(x);
    for (std::size_t i = 0; i < 9; ++i) sum[i] += y[i] / 3;
  }
  for (std::size_t i = 0; i < 9; ++i) CHECK(mean[i] == doctest::Approx(sum[i]).epsilon(1e-12));
}

TEST_CASE("predictor: the same seed gives the same network, also when it is trained again") {
  const auto rows = normal_rows(60, 4, 8);
  const auto labels = normal_rows(60, 1, 9);
  const auto fit = [&](std::uint64_t seed, int times) {
    predictor::architecture_network<double> network(4, {.width = 6, .members = 2}, {.seed = seed});
    for (int i = 0; i < times; ++i) static_cast<void>(network.train(rows, labels, {.epochs = 5}));
    return network.parameters().values().to_vector();
  };
  CHECK(fit(4, 1) == fit(4, 1));
  CHECK(fit(4, 1) == fit(4, 2));
  CHECK(fit(4, 1) != fit(5, 1));
}

TEST_CASE("predictor: constant labels are predicted") {
  const auto rows = normal_rows(40, 4, 10);
  predictor::architecture_network<double> network(4, {.width = 6, .members = 1}, {.seed = 6});
  static_cast<void>(network.train(rows, std::vector<double>(40, 12.5), {.epochs = 3000, .rate = 1e-2, .held_out = 0}));
  for (const double y : network.predict(rows)) CHECK(y == doctest::Approx(12.5).epsilon(1e-3));
}

TEST_CASE("predictor: architecture networks refuse what does not match") {
  CHECK_THROWS_AS((predictor::architecture_network<float>(4, {.members = 0}, {})), error);
  predictor::architecture_network<float> network(4, {}, {});
  const std::vector<float> rows(8);
  const std::vector<float> labels(3);
  CHECK_THROWS_AS(static_cast<void>(network.train(rows, labels)), error);
  CHECK_THROWS_AS(static_cast<void>(network.train({}, {})), error);
  CHECK_THROWS_AS((void)network.predict(std::span(rows).first(7)), error);
}

TEST_CASE("predictor: 250 labels rank all cells of NAS-Bench-201") {
  const auto folder = paragon_test::data_folder();
  if (!folder || !std::filesystem::exists(*folder / "nb201" / "nb201_accuracy.csv")) {
    return paragon_test::skip("no nb201 tables");
  }
  const benchmark::nasbench201_tables tables(folder->string());
  const benchmark::nasbench201 cells;
  std::vector<float> all(15625 * 30);
  for (std::size_t i = 0; i < 15625; ++i) {
    space::one_hot<float>(cells, benchmark::nasbench201_at_api_index(i), std::span(all).subspan(30 * i, 30));
  }
  const auto key = paragon::random_key{.seed = 1}.fork(9);
  INFO("seed " << key.seed);
  std::vector<std::size_t> order(15625);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  key.shuffle(order);
  std::vector<float> rows;
  std::vector<float> labels;
  for (std::size_t i = 0; i < 250; ++i) {
    rows.insert(rows.end(), all.begin() + static_cast<std::ptrdiff_t>(30 * order[i]),
                all.begin() + static_cast<std::ptrdiff_t>(30 * (order[i] + 1)));
    labels.push_back(static_cast<float>(tables.labels("cifar10").read(order[i])));
  }
  predictor::architecture_network<float> network(30, {}, {.seed = 1});
  static_cast<void>(network.train(
      rows, labels, {.epochs = 300, .batch = 32, .adam = {.decay = 0.3}, .held_out = 0.15, .patience = 40},
      predictor::huber_loss{.delta = 0.3}));
  const auto predicted = network.predict(all);
  const std::vector<double> found(predicted.begin(), predicted.end());
  const auto truth = tables.judge().validation_accuracy("cifar10");
  MESSAGE("Kendall " << predictor::kendall(found, truth) << ", Spearman " << predictor::spearman(found, truth));
  CHECK(predictor::kendall(found, truth) > 0.6);
  CHECK(tables.labels("cifar10").labels_read() == 250);
}
