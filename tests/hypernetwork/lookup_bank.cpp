// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/hypernetwork/lookup_bank.hpp>

using namespace paragon;
using hypernetwork::lookup_bank;
using hypernetwork::lookup_bank_settings;

namespace {

constexpr lookup_bank_settings small{.bank = 3, .rows = 11, .device_features = 4, .choices = 5, .sine = true};

struct problem {
  tensor<double> preference{{4, 2}};
  tensor<double> device{{4, 4}};
  explicit problem(std::array<double, 4> first) {
    for (std::size_t r = 0; r < 4; ++r) {
      preference[2 * r] = first[r];
      preference[2 * r + 1] = 1 - first[r];
    }
    for (std::size_t i = 0; i < 16; ++i) device[i] = paragon::random_key{.seed = 51}.uniform(i);
  }
};

}  // namespace

TEST_CASE("hypernetwork: the published bank for NAS-Bench-201 has 152,000 parameters") {
  nn::parameters<float> store;
  const lookup_bank bank(store, {.choices = 30}, {.seed = 1});
  CHECK(store.size() == 152000);
  CHECK(store.find("hardware_embedding.weight")->where.extents == shape{50, 10});
  CHECK(store.find("tables")->where.extents == shape{101, 1500});
}

TEST_CASE("hypernetwork: the bank mixes the rows of the preference by the device") {
  for (const bool sine : {true, false}) {
    nn::parameters<double> store;
    auto settings = small;
    settings.sine = sine;
    const lookup_bank bank(store, settings, {.seed = 2});
    const problem data({0, 0.3, 0.72, 1});
    const std::array<std::size_t, 4> rows{0, 3, 7, 10};
    autodiff::evaluation<double> context;
    const auto y = bank(nn::freeze(context, store), context.constant(data.preference), context.constant(data.device));
    REQUIRE(y.shape() == shape{4, 5});
    const double* embedding = store.data();
    const double* tables = store.data() + 12;
    for (std::size_t r = 0; r < 4; ++r) {
      std::array<double, 3> mix{};
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        double dot = 0;
        for (std::size_t i = 0; i < 4; ++i) dot += embedding[4 * k + i] * data.device[4 * r + i];
        sum += mix[k] = std::exp(sine ? std::sin(dot / 2) : dot / 2);
      }
      for (std::size_t c = 0; c < 5; ++c) {
        double expected = 0;
        for (std::size_t k = 0; k < 3; ++k) expected += mix[k] / sum * tables[rows[r] * 15 + k * 5 + c];
        CHECK(y.data()[r * 5 + c] == doctest::Approx(expected).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("hypernetwork: halves of a row go to the even one, as published") {
  nn::parameters<double> store;
  const lookup_bank bank(store, {.bank = 1, .rows = 9, .device_features = 4, .choices = 5}, {.seed = 3});
  const problem data({0.0625, 0.1875, 0.3125, 0.9375});  // 0.5, 1.5, 2.5 and 7.5 of 8 steps
  autodiff::evaluation<double> context;
  const auto y = bank(nn::freeze(context, store), context.constant(data.preference), context.constant(data.device));
  const std::array<std::size_t, 4> rows{0, 2, 2, 8};
  // A bank of one table has the weight 1 for every device.
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 5; ++c) CHECK(y.data()[5 * r + c] == store.data()[4 + 5 * rows[r] + c]);
  }
}

TEST_CASE("hypernetwork: gradients of the bank by its tables, its embedding and the device") {
  for (const bool sine : {true, false}) {
    nn::parameters<double> store;
    auto settings = small;
    settings.sine = sine;
    const lookup_bank bank(store, settings, {.seed = 4});
    const problem data({0.2, 0.2, 0.5, 1});  // a row that two instances share
    CHECK(autodiff::gradient_error(
              [&](auto& context, const auto& x) {
                return bank(nn::bound(x[0]), context.constant(data.preference), x[1]);
              },
              {store.values(), data.device}) < 1e-8);
  }
}

TEST_CASE("hypernetwork: gradients of the bank's instances are those of passes of their own") {
  nn::parameters<double> store;
  const lookup_bank bank(store, small, {.seed = 5});
  const problem data({0.2, 0.2, 0.5, 1});
  const std::vector<double> weights{0.4, -1.3, 0.7, 2};
  autodiff::tape<double> tape;
  const auto theta = nn::bind(tape, store);
  const auto run = [&](const nn::bound<autodiff::tape<double>>& p) {
    return autodiff::sum_columns(autodiff::square(bank(p, tape.constant(data.preference), tape.constant(data.device))));
  };
  const auto losses = run(theta);
  std::vector<std::vector<double>> gradients;
  for (std::size_t t = 0; t < 4; ++t) {
    std::vector<double> seed(4, 0.0);
    seed[t] = 1;
    tape.backward(losses, seed.data(), 1);
    gradients.emplace_back(tape.gradient(theta.all()), tape.gradient(theta.all()) + store.size());
  }
  tape.backward_instances(losses);
  std::vector<double> gram(16);
  tape.instances().gram(gram);
  tape.instances().combine(weights);
  const double* combined = tape.gradient(theta.all());
  for (std::size_t t = 0; t < 4; ++t) {
    for (std::size_t s = 0; s < 4; ++s) {
      double dot = 0;
      for (std::size_t i = 0; i < store.size(); ++i) dot += gradients[t][i] * gradients[s][i];
      CHECK(gram[4 * t + s] == doctest::Approx(dot).epsilon(1e-12));
    }
  }
  for (std::size_t i = 0; i < store.size(); ++i) {
    double expected = 0;
    for (std::size_t t = 0; t < 4; ++t) expected += weights[t] * gradients[t][i];
    CHECK(std::abs(combined[i] - expected) < 1e-12);
  }
}

TEST_CASE("hypernetwork: the bank refuses preferences that it has no row for") {
  nn::parameters<double> store;
  const lookup_bank bank(store, small, {.seed = 6});
  autodiff::evaluation<double> context;
  const auto theta = nn::freeze(context, store);
  const problem data({0, 0, 0, 0});
  const tensor<double> three({4, 3});
  CHECK_THROWS_WITH_AS((void)bank(theta, context.constant(three), context.constant(data.device)),
                       "hypernetwork::lookup_bank: 3 objectives; expected 2; use hypernetwork::multilayer for more",
                       error);
  for (const double bad : {-0.1, 1.1, std::nan("")}) {
    const problem outside({0, bad, 0, 0});
    CHECK_THROWS_AS((void)bank(theta, context.constant(outside.preference), context.constant(outside.device)), error);
  }
}
