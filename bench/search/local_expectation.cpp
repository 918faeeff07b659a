// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A training step of the default MODNAS on a problem of the size of NAS-Bench-201 (13 devices, 16 preferences, 30 choices,
// two objectives), and its parts in the order in which they run. One thread, float. Every architecture is known to the
// scorer, so objectives cost nothing: what is timed is what the library adds to them.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/normalised.hpp>
#include <paragon/preference/sphere.hpp>
#include <vector>

#include "problem.hpp"

namespace {

namespace autodiff = paragon::autodiff;
namespace gradient = paragon::gradient;
namespace hypernetwork = paragon::hypernetwork;
namespace nn = paragon::nn;
namespace preference = paragon::preference;
namespace search = paragon::search;
using paragon::tensor;
using paragon_bench::devices;
using paragon_bench::rows;
using T = float;

struct training {
  paragon_bench::judge_type judge = paragon_bench::make_judge();
  search::local_expectation<paragon_bench::judge_type> estimate{judge};
  nn::parameters<T> store;
  hypernetwork::multilayer net{store, {.choices = 30}, {.seed = 4}};
  tensor<T> preference{{devices * rows, 2}};
  tensor<T> hardware{{devices * rows, 10}};
  std::vector<double> preferences = std::vector<double>(devices * rows * 2);
  std::vector<std::size_t> numbers = std::vector<std::size_t>(devices);
  std::vector<double> gram = std::vector<double>(devices * devices);
  std::vector<double> weights = std::vector<double>(devices);
  gradient::normalised<gradient::min_norm, gradient::unit_length> solver;
  nn::adam<T> optimiser{{.beta1 = 0.9, .beta2 = 0.99}};
  autodiff::tape<T> tape;

  training() {
    const auto described = paragon_bench::make_devices();
    for (std::size_t i = 0; i < hardware.size(); ++i) {
      hardware[i] = static_cast<T>(described[i / 10 / rows].features[i % 10]);
    }
    for (std::size_t d = 0; d < devices; ++d) numbers[d] = d;
    draw({.seed = 5});
  }

  void draw(const paragon::random_key& key) {
    for (std::size_t r = 0; r < devices * rows; ++r) {
      preference::sphere{}(std::span<double>(preferences).subspan(2 * r, 2), key, r);
    }
    for (std::size_t i = 0; i < preferences.size(); ++i) preference[i] = static_cast<T>(preferences[i]);
  }
  auto logits() {
    tape.clear();
    return net(nn::bind(tape, store), tape.constant(preference), tape.constant(hardware));
  }
  search::batch batch(const paragon::random_key& key) const { return {preferences, numbers, rows, key, 0.5}; }
  auto losses(autodiff::variable<autodiff::tape<T>> y) {
    return autodiff::affine(autodiff::sum_columns(autodiff::reshape(estimate(y, batch({.seed = 6})), {devices, rows})),
                            T(1) / T(rows));
  }
};

void step(benchmark::State& state) {
  // As a user runs it: 50 steps of search::modnas for each iteration.
  constexpr std::size_t steps = 50;
  training t;
  search::modnas model(t.net, t.store, {.steps = steps, .rows = rows});
  const auto described = paragon_bench::make_devices();
  std::uint64_t seed = 0;
  for (auto _ : state) {
    const auto report = model.train(described, t.estimate, {.seed = ++seed});
    benchmark::DoNotOptimize(report.loss);
  }
  state.counters["us_for_a_step"] = benchmark::Counter(
      static_cast<double>(steps) * 1e-6, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void draw_preferences(benchmark::State& state) {
  training t;
  std::uint64_t i = 0;
  for (auto _ : state) t.draw(paragon::random_key{.seed = 5}.fork(i++));
}
void hypernetwork_forward(benchmark::State& state) {
  training t;
  for (auto _ : state) benchmark::DoNotOptimize(t.logits().data());
}
void local_expectation(benchmark::State& state) {
  training t;
  const auto y = t.logits();
  const std::vector<T> kept(y.span().begin(), y.span().end());
  std::uint64_t i = 0;
  for (auto _ : state) {
    t.tape.clear();
    const auto x = t.tape.input(kept.data(), {devices * rows, 30});
    benchmark::DoNotOptimize(t.estimate(x, t.batch(paragon::random_key{.seed = 6}.fork(i++))).data());
  }
}
void forward_estimate_and_backward(benchmark::State& state) {
  training t;
  for (auto _ : state) t.tape.backward_instances(t.losses(t.logits()));
}
void gram_matrix(benchmark::State& state) {
  training t;
  t.tape.backward_instances(t.losses(t.logits()));
  for (auto _ : state) t.tape.instances().gram(t.gram);
}
void least_norm(benchmark::State& state) {
  training t;
  t.tape.backward_instances(t.losses(t.logits()));
  t.tape.instances().gram(t.gram);
  for (auto _ : state) benchmark::DoNotOptimize(t.solver(gradient::gram_view(t.gram, devices), t.weights));
}
void combination(benchmark::State& state) {
  training t;
  t.tape.backward_instances(t.losses(t.logits()));
  t.tape.instances().gram(t.gram);
  t.solver(gradient::gram_view(t.gram, devices), t.weights);
  for (auto _ : state) t.tape.instances().combine(t.weights);
}
void adam(benchmark::State& state) {
  training t;
  const std::vector<T> gradient(t.store.size(), T(0.1));
  for (auto _ : state) t.optimiser.step(t.store, gradient.data(), 1e-3);
}

// What a local expectation is made of.

void scalarisation(benchmark::State& state) {
  const preference::smooth_tchebycheff scalarise{.mu = 0.03};
  const std::size_t n = devices * rows * 30;
  std::vector<double> z(2 * n);
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = paragon::random_key{.seed = 7}.uniform(i);
  training t;
  for (auto _ : state) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += scalarise(std::span<const double>(z).subspan(2 * i, 2),
                       std::span<const double>(t.preferences).subspan(i / 30 * 2, 2));
    }
    benchmark::DoNotOptimize(sum);
  }
}
void draws(benchmark::State& state) {
  std::uint64_t step = 0;
  for (auto _ : state) {
    const auto key = paragon::random_key{.seed = 8}.fork(step++);
    double sum = 0;
    for (std::size_t i = 0; i < devices * rows * 6; ++i) sum += key.uniform(i);
    benchmark::DoNotOptimize(sum);
  }
}

BENCHMARK(step)->Unit(benchmark::kMicrosecond);
BENCHMARK(draw_preferences)->Unit(benchmark::kMicrosecond);
BENCHMARK(hypernetwork_forward)->Unit(benchmark::kMicrosecond);
BENCHMARK(local_expectation)->Unit(benchmark::kMicrosecond);
BENCHMARK(forward_estimate_and_backward)->Unit(benchmark::kMicrosecond);
BENCHMARK(gram_matrix)->Unit(benchmark::kMicrosecond);
BENCHMARK(least_norm)->Unit(benchmark::kMicrosecond);
BENCHMARK(combination)->Unit(benchmark::kMicrosecond);
BENCHMARK(adam)->Unit(benchmark::kMicrosecond);
BENCHMARK(scalarisation)->Name("part_of_local_expectation/scalarisation")->Unit(benchmark::kMicrosecond);
BENCHMARK(draws)->Name("part_of_local_expectation/draws")->Unit(benchmark::kMicrosecond);

}  // namespace
