// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include <paragon/autodiff/gather.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/predictor/training.hpp>

using namespace paragon;
using predictor::train;
using predictor::training_settings;

namespace {

/// y = 3 x0 - 2 x1 + 0.5, with noise.
struct line {
  tensor<float> rows;
  std::vector<float> targets;
  explicit line(std::size_t n, double noise = 0) : rows({n, 2}), targets(n) {
    const paragon::random_key key{.seed = 71};
    for (std::size_t i = 0; i < n; ++i) {
      rows[2 * i] = static_cast<float>(key.normal(3 * i));
      rows[2 * i + 1] = static_cast<float>(key.normal(3 * i + 1));
      targets[i] = 3 * rows[2 * i] - 2 * rows[2 * i + 1] + 0.5F + static_cast<float>(noise * key.normal(3 * i + 2));
    }
  }
  template <class Layer>
  auto predict(const Layer& layer) const {
    return [this, &layer](const auto& theta, std::span<const std::uint32_t> samples) {
      return layer(theta, autodiff::gather(theta.context().constant(rows), samples));
    };
  }
};

/// The loss of all samples that the store gives.
template <class Layer>
double loss_of(const line& data, const Layer& layer, const nn::parameters<float>& store) {
  autodiff::evaluation<float> context;
  const auto y = layer(nn::freeze(context, store), context.constant(data.rows));
  double sum = 0;
  for (std::size_t i = 0; i < data.targets.size(); ++i) {
    sum += std::pow(static_cast<double>(y.data()[i] - data.targets[i]), 2) / static_cast<double>(data.targets.size());
  }
  return sum;
}

}  // namespace

TEST_CASE("predictor: training finds the line that the samples lie on") {
  const line data(300);
  for (const double held_out : {0.0, 0.2}) {
    nn::parameters<float> store;
    const nn::linear layer(store, "l", 2, 1, {.seed = 1});
    const auto status =
        train(store, std::span<const float>(data.targets), data.predict(layer),
              {.epochs = 200, .batch = 32, .rate = 0.05, .held_out = held_out, .patience = 0}, {.seed = 2});
    CHECK(status.epochs == 200);
    CHECK(!status.stopped_early);
    CHECK(status.best_loss < 1e-6);
    CHECK(store.data()[0] == doctest::Approx(3).epsilon(1e-3));
    CHECK(store.data()[1] == doctest::Approx(-2).epsilon(1e-3));
    CHECK(store.data()[2] == doctest::Approx(0.5).epsilon(1e-3));
  }
}

TEST_CASE("predictor: training minimises the loss that it is given") {
  // Nine in ten targets are 0, one is 10: squares want the mean, Huber's loss with a small delta (nearly) the median.
  const std::vector<float> targets{0, 0, 0, 0, 0, 0, 0, 0, 0, 10};
  const auto fit = [&](const auto& loss) {
    nn::parameters<float> store;
    const auto slot = store.add("level", {1, 1}, nn::fill{5}, {});
    const auto predict = [&](const auto& theta, std::span<const std::uint32_t> samples) {
      return autodiff::repeat_rows(theta[slot], samples.size());
    };
    static_cast<void>(train(store, std::span<const float>(targets), predict,
                            {.epochs = 500, .batch = 10, .rate = 0.1, .held_out = 0}, {.seed = 3}, loss));
    return store.data()[0];
  };
  CHECK(fit(predictor::mean_squared_error{}) == doctest::Approx(1).epsilon(1e-3));
  CHECK(fit(predictor::huber_loss{.delta = 0.01}) == doctest::Approx(0.01 / 9).epsilon(0.05));
}

TEST_CASE("predictor: training stops early and keeps the best weights") {
  const line data(60, 3);
  nn::parameters<float> store;
  const nn::linear first(store, "a", 2, 64, {.seed = 4});
  const nn::linear second(store, "b", 64, 1, {.seed = 4});
  const auto layer = [&](const auto& theta, auto x) { return second(theta, autodiff::silu(first(theta, x))); };
  const training_settings settings{.epochs = 3000, .batch = 16, .rate = 0.02, .held_out = 0.3, .patience = 30};
  std::vector<double> seen;
  const auto status = train(store, std::span<const float>(data.targets), data.predict(layer), settings, {.seed = 5},
                            predictor::mean_squared_error{},
                            [&](std::string_view phase, std::size_t done, std::size_t total, double value) {
                              CHECK(phase == "training");
                              CHECK(done == seen.size() + 1);
                              CHECK(total == 3000);
                              seen.push_back(value);
                              return true;
                            });
  CHECK(status.stopped_early);
  CHECK(status.epochs == seen.size());
  CHECK(status.epochs == status.best_epoch + 30);
  CHECK(status.best_loss == *std::min_element(seen.begin(), seen.end()));
  CHECK(seen[status.best_epoch - 1] == status.best_loss);

  // Trained for as long as the best epoch, without stopping, the weights are the same: those of the best epoch were kept.
  nn::parameters<float> again;
  const nn::linear first_again(again, "a", 2, 64, {.seed = 4});
  const nn::linear second_again(again, "b", 64, 1, {.seed = 4});
  std::size_t left = status.best_epoch;
  const auto cut = train(again, std::span<const float>(data.targets), data.predict(layer), settings, {.seed = 5},
                         predictor::mean_squared_error{},
                         [&](std::string_view, std::size_t, std::size_t, double) { return --left > 0; });
  CHECK(cut.cancelled);
  CHECK(cut.epochs == status.best_epoch);
  for (std::size_t i = 0; i < store.size(); ++i) CHECK(store.data()[i] == again.data()[i]);
}

TEST_CASE("predictor: training gives the same weights for one thread and two") {
  const line data(3000, 0.5);
  const auto fit = [&](std::size_t threads) {
    paragon::thread_pool pool(threads);
    const backend::cpu::use_pool kernels(pool);
    nn::parameters<float> store;
    const nn::linear first(store, "a", 2, 50, {.seed = 6});
    const nn::linear second(store, "b", 50, 1, {.seed = 6});
    const auto layer = [&](const auto& theta, auto x) { return second(theta, autodiff::silu(first(theta, x))); };
    static_cast<void>(train(store, std::span<const float>(data.targets), data.predict(layer),
                            {.epochs = 3, .batch = 1000}, {.seed = 7}));
    return store.values().to_vector();
  };
  const auto one = fit(1);
  CHECK(one == fit(2));
}

TEST_CASE("predictor: batches take every training sample once an epoch, and never mix groups") {
  constexpr std::size_t n = 103;
  std::vector<float> targets(n, 1);
  std::vector<std::uint32_t> groups(n);
  for (std::size_t i = 0; i < n; ++i) groups[i] = static_cast<std::uint32_t>(i % 3 == 0 ? 0 : i % 2 == 0 ? 5 : 2);
  nn::parameters<float> store;
  const auto slot = store.add("level", {1, 1}, nn::fill{0}, {});
  std::vector<std::vector<std::uint32_t>> trained;
  std::set<std::uint32_t> held;
  std::vector<std::size_t> epoch_ends;
  const auto predict = [&]<class C>(const nn::bound<C>& theta, std::span<const std::uint32_t> samples) {
    for (const auto i : samples) CHECK(groups[i] == groups[samples.front()]);
    if constexpr (C::recording) {
      trained.emplace_back(samples.begin(), samples.end());
    } else {
      held.insert(samples.begin(), samples.end());
    }
    return autodiff::repeat_rows(theta[slot], samples.size());
  };
  const auto watch = [&](std::string_view, std::size_t, std::size_t, double) {
    epoch_ends.push_back(trained.size());
    return true;
  };
  static_cast<void>(train(store, std::span<const float>(targets), predict,
                          {.epochs = 2, .batch = 8, .held_out = 0.2, .patience = 0}, {.seed = 8},
                          predictor::mean_squared_error{}, watch, std::span<const std::uint32_t>(groups)));
  REQUIRE(epoch_ends.size() == 2);
  for (const std::uint32_t g : {0U, 2U, 5U}) {
    const auto all = static_cast<double>(std::count(groups.begin(), groups.end(), g));
    const auto out = std::count_if(held.begin(), held.end(), [&](std::uint32_t i) { return groups[i] == g; });
    CHECK(out == std::lround(0.2 * all));  // held out within each group
  }
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    std::multiset<std::uint32_t> seen;
    for (std::size_t b = epoch == 0 ? 0 : epoch_ends[0]; b < epoch_ends[epoch]; ++b) {
      CHECK(trained[b].size() <= 8);
      seen.insert(trained[b].begin(), trained[b].end());
    }
    CHECK(seen.size() == n - held.size());
    for (std::uint32_t i = 0; i < n; ++i) CHECK(seen.count(i) + held.count(i) == 1);
  }
  const std::vector<std::vector<std::uint32_t>> first(trained.begin(),
                                                      trained.begin() + static_cast<std::ptrdiff_t>(epoch_ends[0]));
  const std::vector<std::vector<std::uint32_t>> second(trained.begin() + static_cast<std::ptrdiff_t>(epoch_ends[0]),
                                                       trained.end());
  CHECK(first != second);
}

TEST_CASE("predictor: a training that diverges says so and keeps finite weights") {
  const line data(100);
  nn::parameters<float> store;
  const nn::linear layer(store, "l", 2, 1, {.seed = 9});
  const auto status = train(store, std::span<const float>(data.targets), data.predict(layer),
                            {.epochs = 50, .rate = 1e30, .last_rate = 1e30}, {.seed = 10});
  CHECK(status.diverged);
  for (std::size_t i = 0; i < store.size(); ++i) CHECK(std::isfinite(store.data()[i]));
}

TEST_CASE("predictor: clipping bounds the step of the first gradient") {
  const line data(64);
  nn::parameters<float> store;
  const nn::linear layer(store, "l", 2, 1, {.seed = 11});
  // The gradients of Adam are divided by their own size, so a clip shows in epsilon's weight: with a huge epsilon a step is
  // rate * gradient / epsilon.
  const auto before = store.values().to_vector();
  static_cast<void>(train(store, std::span<const float>(data.targets), data.predict(layer),
                          {.epochs = 1, .batch = 64, .rate = 1, .adam = {.epsilon = 1e3}, .clip = 0.5, .held_out = 0},
                          {.seed = 12}));
  double moved = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    moved += std::pow(static_cast<double>(store.data()[i] - before[i]), 2);
  CHECK(std::sqrt(moved) == doctest::Approx(0.5e-3).epsilon(1e-3));
}

TEST_CASE("predictor: training refuses what it cannot use") {
  const line data(10);
  nn::parameters<float> store;
  const nn::linear layer(store, "l", 2, 1, {.seed = 13});
  const auto run = [&](std::span<const float> targets, const training_settings& settings,
                       std::vector<std::uint32_t> groups) {
    static_cast<void>(train(store, targets, data.predict(layer), settings, {}, predictor::mean_squared_error{},
                            silent{}, std::span<const std::uint32_t>(groups)));
  };
  const auto before = store.values().to_vector();
  CHECK_THROWS_AS(run({}, {}, {}), error);
  CHECK_THROWS_WITH_AS(run(data.targets, {.batch = 0}, {}), "predictor::train: batches of 0; expected at least 1",
                       error);
  CHECK_THROWS_AS(run(data.targets, {.held_out = 1}, {}), error);
  CHECK_THROWS_AS(run(data.targets, {.held_out = std::nan("")}, {}), error);
  CHECK_THROWS_AS(run(data.targets, {}, {1, 2}), error);
  CHECK_THROWS_AS(run(data.targets, {}, std::vector<std::uint32_t>(10, 10)), error);
  auto bad = data.targets;
  bad[3] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH_AS(run(bad, {}, {}), "predictor::train: target 3 is not finite; expected a number", error);
  CHECK(store.values().to_vector() == before);
}
