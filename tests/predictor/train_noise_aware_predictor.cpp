// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string_view>
#include <vector>

#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/sde.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/predictor/noise_aware_predictor.hpp>
#include <paragon/predictor/train_noise_aware_predictor.hpp>

using namespace paragon;

namespace {

struct only_scale {
  [[nodiscard]] static double scale(double) { return 1; }
};
struct deviation_that_is_text {
  [[nodiscard]] static double scale(double) { return 1; }
  [[nodiscard]] static std::string_view deviation(double) { return "much"; }
};
static_assert(predictor::noise_process<diffusion::variance_exploding>);
static_assert(predictor::noise_process<diffusion::variance_preserving>);
static_assert(predictor::noise_process<diffusion::sub_variance_preserving>);
static_assert(!predictor::noise_process<only_scale>);
static_assert(!predictor::noise_process<deviation_that_is_text>);

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

/// Reads x_t and t.
struct small_network {
  nn::linear first;
  nn::linear second;
  nn::linear last;

  template <class T>
  small_network(nn::parameters<T>& store, std::size_t entries, std::size_t heads, paragon::random_key key)
      : first(store, "first", entries + 1, 24, key), second(store, "second", 24, 24, key),
        last(store, "last", 24, heads, key) {}

  template <class C>
  auto operator()(const nn::bound<C>& theta, const predictor::noisy_batch<C>& batch) const {
    using T = typename C::value_type;
    T* time = theta.context().scratch(batch.times.size());
    for (std::size_t i = 0; i < batch.times.size(); ++i) time[i] = static_cast<T>(batch.times[i]);
    const auto x = autodiff::concatenate(batch.x, theta.context().constant(time, {batch.times.size(), 1}));
    return last(theta, autodiff::silu(second(theta, autodiff::silu(first(theta, x)))));
  }
};

float predicted(const small_network& network, const nn::parameters<float>& store, float x, double t, std::size_t head) {
  autodiff::evaluation<float> context;
  const std::vector<double> times{t};
  const auto batch = predictor::noisy_batch<autodiff::evaluation<float>>{
      context.constant(&x, {1, 1}), std::span<const double>(times), {}};
  return network(nn::freeze(context, store), batch).data()[head];
}

/// What training showed a model.
struct seen {
  std::vector<float> x;
  std::vector<double> times;
  std::vector<std::uint32_t> samples;
  friend bool operator==(const seen&, const seen&) = default;
};

}  // namespace

TEST_CASE("predictor: noise-aware training finds the mean label given x_t, head by head") {
  // x_0 is -1 or 1, alike often, and so is the label: E[x_0 | x_t] = tanh(scale x_t / deviation^2). The second head's
  // label is 1 - x_0 / 2, known for every other sample alone.
  const diffusion::variance_exploding process(0.3, 3);
  std::vector<float> data;
  std::vector<float> labels;
  for (std::size_t i = 0; i < 400; ++i) {
    data.push_back(i % 4 < 2 ? -1.0F : 1.0F);
    labels.push_back(data.back());
    labels.push_back(i % 2 == 0 ? 1 - data.back() / 2 : unknown);
  }
  nn::parameters<float> store;
  const small_network network(store, 1, 2, {.seed = 1});
  const auto status =
      predictor::train_noise_aware(store, std::span<const float>(data), 1, std::span<const float>(labels), 2, process,
                                   network, {.epochs = 400, .batch = 100, .rate = 1e-2, .held_out = 0}, {.seed = 2});
  CHECK(status.epochs == 400);
  for (const double t : {0.1, 0.4, 0.7, 0.95}) {
    for (const double x : {-1.5, -0.6, 0.4, 1.2}) {
      const double mean = std::tanh(x / std::pow(process.deviation(t), 2));
      CAPTURE(t);
      CAPTURE(x);
      CHECK(std::abs(predicted(network, store, static_cast<float>(x), t, 0) - mean) < 0.15);
      CHECK(std::abs(predicted(network, store, static_cast<float>(x), t, 1) - (1 - mean / 2)) < 0.15);
    }
  }
}

TEST_CASE("predictor: noise-aware training shows x_t of the process, new in every pass but for the held-out part") {
  const diffusion::variance_preserving process;
  constexpr std::size_t entries = 5;
  constexpr std::size_t samples = 60;
  std::vector<float> data;
  std::vector<float> labels;
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t e = 0; e < entries; ++e) data.push_back(static_cast<float>((i + e) % 7) - 3);
    labels.push_back(i % 3 == 0 ? 1.0F : unknown);
    labels.push_back(i % 3 == 1 ? 2.0F : unknown);
  }
  nn::parameters<float> store;
  const nn::slot level = store.add("level", {1, 2}, nn::fill{0}, {});
  std::vector<seen> trained;
  std::vector<seen> held_out;
  const auto watch = [&](const auto& theta, const auto& batch) {
    using C = std::remove_reference_t<decltype(theta.context())>;
    (C::recording ? trained : held_out)
        .push_back({{batch.x.data(), batch.x.data() + batch.x.size()},
                    {batch.times.begin(), batch.times.end()},
                    {batch.samples.begin(), batch.samples.end()}});
    return autodiff::repeat_rows(theta[level], batch.samples.size());
  };
  static_cast<void>(predictor::train_noise_aware(
      store, std::span<const float>(data), entries, std::span<const float>(labels), 2, process, watch,
      {.epochs = 200, .batch = 60, .rate = 0.1, .held_out = 0.25, .patience = 0}, {.seed = 3}));
  REQUIRE(trained.size() == 200);
  REQUIRE(held_out.size() == 200);
  CHECK(std::all_of(held_out.begin(), held_out.end(), [&](const seen& s) { return s == held_out[0]; }));
  CHECK(held_out[0].samples.size() == 10);
  std::map<std::uint32_t, std::vector<double>> times;
  double sum = 0;
  double square = 0;
  double count = 0;
  for (const seen& s : trained) {
    CHECK(s.samples.size() == 30);
    for (std::size_t r = 0; r < s.samples.size(); ++r) {
      CHECK(s.samples[r] % 3 != 2);  // none of its labels is known
      CHECK(std::count(held_out[0].samples.begin(), held_out[0].samples.end(), s.samples[r]) == 0);
      CHECK((s.times[r] > 0 && s.times[r] <= 1));
      times[s.samples[r]].push_back(s.times[r]);
      for (std::size_t e = 0; e < entries; ++e) {
        const double x0 = static_cast<double>(data[s.samples[r] * entries + e]);
        const double z = (static_cast<double>(s.x[r * entries + e]) - process.scale(s.times[r]) * x0) /
                         process.deviation(s.times[r]);
        sum += z;
        square += z * z;
        ++count;
      }
    }
  }
  CHECK(std::abs(sum / count) < 4 / std::sqrt(count));
  CHECK(std::abs(square / count - 1) < 4 * std::sqrt(2 / count));
  double mean_time = 0;
  for (auto& [sample, drawn] : times) {
    for (const double t : drawn) mean_time += t / (30 * 200);
    std::sort(drawn.begin(), drawn.end());
    CHECK(std::adjacent_find(drawn.begin(), drawn.end()) == drawn.end());
  }
  CHECK(std::abs(mean_time - 0.5) < 4 * std::sqrt(1.0 / 12 / (30 * 200)));
  // Squared errors: each head at the mean of its own known labels.
  CHECK(store.data()[0] == doctest::Approx(1).epsilon(1e-2));
  CHECK(store.data()[1] == doctest::Approx(2).epsilon(1e-2));
}

TEST_CASE("predictor: the published network trains on noisy cells, and its gradient by them is right") {
  using graph = benchmark::nasbench201_diffusion_graph<>;
  const benchmark::nasbench201 cells;
  const diffusion::variance_exploding process;
  const predictor::noise_aware_settings settings{.width = 8, .layers = 2, .code = 8, .dataset_code = 0, .hidden = 8};
  std::vector<double> data;
  std::vector<double> labels;
  for (std::size_t i = 0; i < 100; ++i) {
    const auto cell = cells.at(paragon::random_key{.seed = 7}.below(15625, i));
    std::vector<double> x(56);
    graph::encode(cell, std::span<double>(x));
    for (const double v : x) data.push_back(2 * v - 1);
    labels.push_back(static_cast<double>(std::count(cell.operations.begin(), cell.operations.end(),
                                                    benchmark::nasbench201_operation::nor_conv_3x3)) -
                     1.2);
  }
  std::vector<double> adjacency(64);
  graph::adjacency(std::span<double>(adjacency));
  const predictor::message_matrices<double> messages(adjacency, 8);
  const auto fit = [&](nn::parameters<double>& store, const predictor::noise_aware_predictor& network) {
    return predictor::train_noise_aware(store, std::span<const double>(data), 56, std::span<const double>(labels), 1,
                                        process,
                                        [&](const auto& theta, const auto& batch) {
                                          auto& context = theta.context();
                                          std::vector<double> levels;
                                          for (const double t : batch.times) levels.push_back(process.noise_level(t));
                                          const auto code = predictor::noise_code<double>(levels, 8);
                                          double* noise = context.scratch(code.size());
                                          std::copy_n(code.data(), code.size(), noise);
                                          return network(theta, messages.along.data(), messages.against.data(),
                                                         autodiff::reshape(batch.x, {batch.times.size() * 8, 7}),
                                                         context.constant(noise, {batch.times.size(), 8}));
                                        },
                                        {.epochs = 60, .batch = 20, .rate = 1e-2, .held_out = 0}, {.seed = 8});
  };
  nn::parameters<double> store;
  const predictor::noise_aware_predictor network(store, settings, {.seed = 9});
  const auto status = fit(store, network);
  double variance = 0;
  for (const double y : labels) variance += y * y / 100;
  CHECK(status.best_loss < 0.8 * variance);

  nn::parameters<double> again;
  const predictor::noise_aware_predictor twin(again, settings, {.seed = 9});
  CHECK(fit(again, twin) == status);
  CHECK(again.values().to_vector() == store.values().to_vector());

  const auto noise = predictor::noise_code<double>(std::vector{0.7}, 8);
  tensor<double> x(shape{16, 7});
  for (std::size_t e = 0; e < 112; ++e) x[e] = data[e] + 0.7 * paragon::random_key{.seed = 10}.normal(e);
  const double worst = autodiff::gradient_error(
      [&](auto& context, const auto& v) {
        return network(nn::freeze(context, store), messages.along.data(), messages.against.data(), v[0],
                       context.constant(noise));
      },
      {x});
  CHECK(worst < 1e-6);
}

TEST_CASE("predictor: noise-aware training tells its observer, and refuses what does not fit") {
  const diffusion::variance_exploding process;
  const std::vector<float> data{-1, 1, 1, -1};
  nn::parameters<float> store;
  const small_network network(store, 1, 1, {.seed = 11});
  const auto run = [&](std::size_t entries, const std::vector<float>& labels, std::size_t heads) {
    return predictor::train_noise_aware(
        store, std::span<const float>(data), entries, std::span<const float>(labels), heads, process, network,
        {.epochs = 5, .held_out = 0}, {.seed = 12}, predictor::mean_squared_error{},
        [](std::string_view, std::size_t done, std::size_t, double) { return done < 3; });
  };
  const auto status = run(1, {1, 2, 3, 4}, 1);
  CHECK(status.cancelled);
  CHECK(status.epochs == 3);
  CHECK_THROWS_AS((void)run(0, {1, 2, 3, 4}, 1), error);
  CHECK_THROWS_AS((void)run(1, {1, 2, 3, 4}, 0), error);
  CHECK_THROWS_AS((void)run(3, {1}, 1), error);
  CHECK_THROWS_AS((void)run(1, {1, 2, 3}, 1), error);
  CHECK_THROWS_AS((void)run(1, {1, 2, 3, 4, 5, 6, 7, 8}, 2), error);  // the network has one head
  CHECK_THROWS_AS((void)run(1, {unknown, unknown, unknown, unknown}, 1), error);
  CHECK_THROWS_AS((void)run(1, {1, 2, 3, std::numeric_limits<float>::infinity()}, 1), error);
}
