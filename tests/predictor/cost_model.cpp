// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/flow_features.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/predictor/cost_model.hpp>
#include <paragon/space/one_hot.hpp>

#include "../support.hpp"

using namespace paragon;
using flow = benchmark::nasbench201_flow_features;
using model_type = predictor::cost_model<flow>;

namespace {

/// The rows of some cells, and their costs on a device that is exactly linear under one hypothesis.
predictor::measurements measure(const std::vector<std::uint64_t>& cells, std::size_t hypothesis,
                                const std::array<double, 5>& weights, double unit = 1) {
  predictor::measurements m;
  for (const std::uint64_t i : cells) {
    std::array<double, 30> row{};
    space::one_hot<double>(benchmark::nasbench201{}, benchmark::nasbench201::at(i), row);
    std::array<double, 5> phi{};
    flow::evaluate<double>(hypothesis, row, phi);
    double cost = 0;
    for (std::size_t k = 0; k < 5; ++k) cost += weights[k] * phi[k];
    m.rows.insert(m.rows.end(), row.begin(), row.end());
    m.costs.push_back(unit * cost);
  }
  return m;
}

/// A device of its own: a constant, and convolutions that cost more than pooling and skipping.
std::array<double, 5> device_weights(std::uint32_t device) {
  const auto key = paragon::random_key{.seed = 31}.fork(device);
  return {1 + key.uniform(0), 0.2 * key.uniform(1), 0.5 + 0.5 * key.uniform(2), 1 + key.uniform(3),
          0.5 * key.uniform(4)};
}

std::vector<std::uint64_t> draw_cells(std::uint32_t stream, std::size_t n) {
  std::vector<std::uint64_t> cells(n);
  for (std::size_t i = 0; i < n; ++i) cells[i] = paragon::random_key{.seed = 32}.fork(stream).below(15625, i);
  return cells;
}

struct lab {
  std::vector<predictor::measurements> devices;
  std::vector<predictor::measurements> references;
};

constexpr std::uint32_t training_devices = 8;

/// Devices 0 .. 7, under hypotheses in turn.
lab train_lab(double unit = 1) {
  lab all;
  for (std::uint32_t d = 0; d < training_devices; ++d) {
    all.devices.push_back(measure(draw_cells(d, 300), d % 4, device_weights(d), unit));
    all.references.push_back(measure(draw_cells(1000, 10), d % 4, device_weights(d), unit));
  }
  return all;
}

double worst_error(const model_type& model, const predictor::cost_head& head, const predictor::measurements& truth) {
  double worst = 0;
  for (std::size_t i = 0; i < truth.costs.size(); ++i) {
    const double found = model.predict(head, std::span(truth.rows).subspan(30 * i, 30));
    worst = std::max(worst, std::abs(found / truth.costs[i] - 1));
  }
  return worst;
}

predictor::measurements permuted(const predictor::measurements& m, const std::vector<std::size_t>& order) {
  predictor::measurements out;
  for (const std::size_t i : order) {
    out.rows.insert(out.rows.end(), m.rows.begin() + static_cast<std::ptrdiff_t>(30 * i),
                    m.rows.begin() + static_cast<std::ptrdiff_t>(30 * (i + 1)));
    out.costs.push_back(m.costs[i]);
  }
  return out;
}

}  // namespace

TEST_CASE("predictor: cost models recover devices that are exactly linear") {
  const lab all = train_lab();
  model_type exact({}, {.ridge = 1e-12});
  exact.train(all.devices, all.references);
  model_type usual(flow{});
  usual.train(all.devices, all.references);
  REQUIRE(exact.heads().size() == training_devices);
  for (std::uint32_t d = 0; d < training_devices; ++d) {
    CAPTURE(d);
    const auto unseen = measure(draw_cells(500 + d, 200), d % 4, device_weights(d));
    CHECK(worst_error(exact, exact.heads()[d], unseen) < 1e-8);
    CHECK(worst_error(usual, usual.heads()[d], unseen) < 0.03);
    // All weight is on the hypothesis that the device follows.
    for (std::size_t i = 0; i < 20; ++i) {
      if (i / 5 != d % 4) CHECK(exact.heads()[d].weights[i] == 0);
    }
  }
}

TEST_CASE("predictor: ten noiseless references calibrate a device whatever its hypothesis") {
  const lab all = train_lab();
  model_type model({}, {.ridge = 1e-12, .noise = {1e-6, 1e-5, 1e-4}});
  model.train(all.devices, all.references);
  for (std::uint32_t d = 100; d < 112; ++d) {
    CAPTURE(d);
    // References that tell the hypotheses apart: cells with an edge that the input, the output or both don't reach.
    std::vector<std::uint64_t> cells = draw_cells(2000 + d, 7);
    for (const char* ops : {"|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|",
                            "|none~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|avg_pool_3x3~1|skip_connect~2|",
                            "|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|"}) {
      cells.push_back(benchmark::nasbench201::index(benchmark::nasbench201::parse(ops)));
    }
    const auto head = model.calibrate(measure(cells, d % 4, device_weights(d)));
    CHECK(worst_error(model, head, measure(draw_cells(3000 + d, 300), d % 4, device_weights(d))) < 1e-3);
  }
}

TEST_CASE("predictor: fewer references than weights still give a useful head, by the prior") {
  const lab all = train_lab();
  model_type model(flow{});
  model.train(all.devices, all.references);
  for (std::uint32_t d = 100; d < 108; ++d) {
    CAPTURE(d);
    const auto head = model.calibrate(measure(draw_cells(4000 + d, 3), 0, device_weights(d)));
    const auto truth = measure(draw_cells(5000 + d, 300), 0, device_weights(d));
    std::vector<double> found;
    for (std::size_t i = 0; i < 300; ++i)
      found.push_back(model.predict(head, std::span(truth.rows).subspan(30 * i, 30)));
    CHECK(predictor::spearman(found, truth.costs) > 0.8);
  }
}

TEST_CASE("predictor: the order of references and samples does not matter") {
  const lab all = train_lab();
  model_type model(flow{});
  model.train(all.devices, all.references);
  const auto references = measure(draw_cells(1000, 10), 3, device_weights(200));
  const auto head = model.calibrate(references);
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (std::uint32_t shuffle = 0; shuffle < 5; ++shuffle) {
    paragon::random_key{.seed = 33}.fork(shuffle).shuffle(order);
    const auto other = model.calibrate(permuted(references, order));
    CHECK(other.scale == doctest::Approx(head.scale).epsilon(1e-14));
    for (std::size_t i = 0; i < 20; ++i) CHECK(std::abs(other.weights[i] - head.weights[i]) < 1e-10);
  }
  lab shuffled = all;
  for (auto& device : shuffled.devices) {
    std::vector<std::size_t> samples(device.costs.size());
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = samples.size() - 1 - i;
    device = permuted(device, samples);
  }
  model_type again(flow{});
  again.train(shuffled.devices, shuffled.references);
  const auto other = again.calibrate(references);
  for (std::size_t i = 0; i < 20; ++i) CHECK(std::abs(other.weights[i] - head.weights[i]) < 1e-8);
}

TEST_CASE("predictor: costs in another unit give predictions in that unit") {
  const auto predict_all = [](double training_unit, double unit) {
    const lab all = train_lab(training_unit);
    model_type model(flow{});
    model.train(all.devices, all.references);
    const auto head = model.calibrate(measure(draw_cells(1000, 10), 2, device_weights(300), unit));
    const auto rows = measure(draw_cells(6000, 50), 2, device_weights(300)).rows;
    std::vector<double> found;
    for (std::size_t i = 0; i < 50; ++i) found.push_back(model.predict(head, std::span(rows).subspan(30 * i, 30)));
    return found;
  };
  const auto milliseconds = predict_all(1, 1);
  const auto microseconds = predict_all(1000, 1000);
  const auto mixed = predict_all(1, 1000);  // the training devices in ms, the new one in us
  for (std::size_t i = 0; i < 50; ++i) {
    CHECK(microseconds[i] == doctest::Approx(1000 * milliseconds[i]).epsilon(1e-9));
    CHECK(mixed[i] == doctest::Approx(1000 * milliseconds[i]).epsilon(1e-9));
  }
}

TEST_CASE("predictor: a relaxed row costs the expectation over its cells") {
  const lab all = train_lab();
  model_type model(flow{});
  model.train(all.devices, all.references);
  std::array<double, 30> row{};
  space::one_hot<double>(benchmark::nasbench201{}, benchmark::nasbench201::at(1234), row);
  const double first = model.predict(model.heads()[3], row);
  std::array<double, 30> other = row;
  for (std::size_t o = 0; o < 5; ++o) other[o] = o == 4 ? 1 : 0;
  const double second = model.predict(model.heads()[3], other);
  std::array<double, 30> mix = row;
  for (std::size_t o = 0; o < 5; ++o) mix[o] = 0.3 * row[o] + 0.7 * other[o];
  CHECK(model.predict(model.heads()[3], mix) == doctest::Approx(0.3 * first + 0.7 * second).epsilon(1e-12));
}

TEST_CASE("predictor: cost models refuse what they cannot learn from") {
  lab all = train_lab();
  model_type model(flow{});
  CHECK_THROWS_WITH_AS((void)model.calibrate(all.references[0]),
                       "predictor::cost_model::calibrate: an untrained model; expected train() before", error);
  CHECK_THROWS_AS(model.train(std::span(all.devices).first(1), std::span(all.references).first(1)), error);
  CHECK_THROWS_AS(model.train(all.devices, std::span(all.references).first(3)), error);
  lab bad = all;
  bad.devices[2].costs.pop_back();
  CHECK_THROWS_AS(model.train(bad.devices, bad.references), error);
  bad = all;
  bad.devices[1].costs[7] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(model.train(bad.devices, bad.references),
                       "predictor::cost_model::train: cost 7 is not finite; expected a number", error);
  bad = all;
  bad.references[0] = {};
  CHECK_THROWS_AS(model.train(bad.devices, bad.references), error);
  model.train(all.devices, all.references);
  CHECK_THROWS_AS((void)model.calibrate({}), error);
  auto zero = all.references[0];
  for (double& c : zero.costs) c = 0;
  CHECK_THROWS_AS((void)model.calibrate(zero), error);
}

TEST_CASE("predictor: six unseen devices are ranked and predicted from ten references each") {
  const auto folder = paragon_test::data_folder();
  if (!folder || !std::filesystem::exists(*folder / "nb201" / "nb201_latency_help.csv")) {
    return paragon_test::skip("no nb201 tables");
  }
  const benchmark::nasbench201_tables tables(folder->string());
  const benchmark::nasbench201 cells;
  std::vector<double> rows(15625 * 30);
  for (std::size_t i = 0; i < 15625; ++i) {
    space::one_hot<double>(cells, benchmark::nasbench201_at_api_index(i), std::span(rows).subspan(30 * i, 30));
  }
  const auto add = [&](predictor::measurements& m, std::string_view device, std::size_t cell) {
    m.rows.insert(m.rows.end(), rows.begin() + static_cast<std::ptrdiff_t>(30 * cell),
                  rows.begin() + static_cast<std::ptrdiff_t>(30 * (cell + 1)));
    m.costs.push_back(tables.latency(device).read(cell));
  };
  const auto references_of = [&](std::string_view device) {
    predictor::measurements m;
    for (const std::size_t cell : tables.reference_indices()) add(m, device, cell);
    return m;
  };
  lab all;
  auto names = tables.split().train;
  names.insert(names.end(), tables.split().valid.begin(), tables.split().valid.end());
  REQUIRE(names.size() == 13);
  const paragon::random_key key{.seed = 1};
  INFO("seed " << key.seed);
  for (std::size_t d = 0; d < names.size(); ++d) {
    all.references.push_back(references_of(names[d]));
    predictor::measurements m = all.references.back();
    for (std::size_t i = 0; i < 890; ++i) {
      add(m, names[d], key.fork(d).below(15625, i));
    }
    all.devices.push_back(m);
    CHECK(tables.latency(names[d]).labels_read() <= 900);
  }
  model_type model(flow{});
  model.train(all.devices, all.references);
  double mean = 0;
  for (const auto& name : tables.split().test) {
    CAPTURE(name);
    const auto head = model.calibrate(references_of(name));
    CHECK(tables.latency(name).labels_read() == 10);
    std::vector<double> found(15625);
    for (std::size_t i = 0; i < 15625; ++i) found[i] = model.predict(head, std::span(rows).subspan(30 * i, 30));
    const auto truth = tables.judge().latency(name);
    const double rank = predictor::spearman(found, truth);
    std::vector<double> errors(15625);
    for (std::size_t i = 0; i < 15625; ++i) errors[i] = std::abs(found[i] / truth[i] - 1);
    std::nth_element(errors.begin(), errors.begin() + 7812, errors.end());
    MESSAGE(name << ": Spearman " << rank << ", Kendall " << predictor::kendall(found, truth) << ", median error "
                 << errors[7812]);
    CHECK(errors[7812] <= 0.15);
    mean += rank / static_cast<double>(tables.split().test.size());
  }
  MESSAGE("mean Spearman " << mean);
  CHECK(mean >= 0.95);
}
