// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One MODNAS step on NAS-Bench-201 for 13 devices: the step of bench/peers/modnas_step.py, on one tape. The other
// benchmarks are its parts, in the order in which they run; they add up to the step, but for what changes in cache.
// One thread, float. With PARAGON_MODNAS_STEP=FILE (written by the script with --dump) the numbers of one step are first
// compared with those of the script; a difference of more than 1e-3 ends the program.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/normalised.hpp>
#include <paragon/gradient/published_frank_wolfe.hpp>
#include <paragon/hypernetwork/lookup_bank.hpp>
#include <paragon/hypernetwork/relaxation.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/nn/optimiser.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/predictor/encode.hpp>
#include <paragon/predictor/meta_predictor.hpp>
#include <paragon/tensor/safetensors.hpp>
#include <span>
#include <string>
#include <vector>

namespace {

namespace autodiff = paragon::autodiff;
namespace gradient = paragon::gradient;
namespace hypernetwork = paragon::hypernetwork;
namespace nn = paragon::nn;
namespace predictor = paragon::predictor;
using paragon::safetensors_file;
using paragon::shape;
using paragon::tensor;
using T = float;
using tape_type = autodiff::tape<T>;
using variable = autodiff::variable<tape_type>;

constexpr std::size_t devices = 13;
constexpr std::array<std::size_t, 7> offsets{0, 5, 10, 15, 20, 25, 30};

/// The error predictor: 30-128-128-1 with SiLU.
struct error_network {
  nn::linear one, two, three;
  explicit error_network(nn::parameters<T>& store)
      : one(store, "layer0", 30, 128, {.seed = 3}), two(store, "layer1", 128, 128, {.seed = 3}),
        three(store, "layer2", 128, 1, {.seed = 3}) {}
  variable operator()(const nn::bound<tape_type>& theta, variable x) const {
    return three(theta, autodiff::silu(two(theta, autodiff::silu(one(theta, x)))));
  }
};

struct modnas_step {
  nn::parameters<T> bank_store, latency_store, error_store;
  hypernetwork::lookup_bank bank{bank_store, {.choices = 30}, {.seed = 1}};
  predictor::meta_predictor latency{latency_store, {}, {.seed = 2}};
  error_network error{error_store};
  paragon::benchmark::nasbench201 cells;
  tensor<T> adjacency{{9, 9}};
  tensor<T> device{{devices, 10}};
  tensor<T> preference{{devices, 2}};
  tensor<T> error_weight{{devices, 1}};
  tensor<T> latency_scale{{devices, 1}};
  tensor<T> least{{devices, 1}};
  tensor<T> range{{devices, 1}};
  tape_type tape;
  nn::adam<T> optimiser{{.beta1 = 0.5, .beta2 = 0.999, .l2 = 0.09}};
  std::vector<double> gram = std::vector<double>(devices * devices);
  std::vector<double> weights = std::vector<double>(devices);
  gradient::normalised<gradient::published_frank_wolfe, gradient::unit_length> published;
  gradient::normalised<gradient::min_norm, gradient::unit_length> exact;

  modnas_step() {
    const paragon::random_key key{.seed = 4};
    paragon::benchmark::nasbench201::graph::adjacency<T>(adjacency.span());
    for (std::size_t i = 0; i < device.size(); ++i) device[i] = static_cast<T>(key.uniform(i));
    for (std::size_t t = 0; t < devices; ++t) {
      least[t] = static_cast<T>(5 + 5 * key.uniform(1000 + t));
      range[t] = static_cast<T>(10 + 10 * key.uniform(2000 + t));
    }
  }

  /// Dirichlet(1, 1): uniform on the segment.
  void draw_preferences(paragon::random_key key) {
    for (std::size_t t = 0; t < devices; ++t) preference[2 * t] = static_cast<T>(key.uniform(t));
    scale_preferences();
  }
  void scale_preferences() {
    for (std::size_t t = 0; t < devices; ++t) {
      error_weight[t] = preference[2 * t];
      preference[2 * t + 1] = 1 - preference[2 * t];
      latency_scale[t] = preference[2 * t + 1] / range[t];
    }
  }

  nn::bound<tape_type> theta() { return nn::bind(tape, bank_store); }
  variable logits(const nn::bound<tape_type>& theta) {
    return bank(theta, tape.constant(preference), tape.constant(device));
  }
  variable latencies(variable relaxed) {
    return latency(nn::freeze(tape, latency_store), adjacency.data(), 9,
                   predictor::encode_graph(cells, paragon::benchmark::nasbench201::graph{}, relaxed),
                   tape.constant(device));
  }
  variable errors(variable relaxed) { return error(nn::freeze(tape, error_store), relaxed); }
  variable losses(variable relaxed) {
    return errors(relaxed) * tape.constant(error_weight) +
           (latencies(relaxed) - tape.constant(least)) * tape.constant(latency_scale);
  }

  template <class Solver>
  void run(paragon::random_key key, const Solver& solver) {
    draw_preferences(key);
    tape.clear();
    const auto p = theta();
    tape.backward_instances(losses(hypernetwork::reinmax{}(logits(p), offsets, key.fork("relaxation"))));
    tape.instances().gram(gram);
    solver(gradient::gram_view(gram, devices), weights);
    tape.instances().combine(weights);
    optimiser.step(bank_store, tape.gradient(p.all()), 3.9e-3);
  }
};

/// Compares every number of one step with the script's.
void compare(const std::string& path) {
  const safetensors_file file(path);
  modnas_step s;
  s.preference = file.get<T>("input.preference", {devices, 2});
  s.device = file.get<T>("input.device", {devices, 10});
  for (auto [to, name] : {std::pair{&s.least, "input.least"}, std::pair{&s.range, "input.span"}}) {
    to->assign(file.get<T>(name, {devices}).span());
  }
  s.scale_preferences();
  nn::load_weights(file, s.bank_store, "before.");
  nn::load_weights(file, s.latency_store, "latency.");
  nn::load_weights(file, s.error_store, "error.");
  const auto drawn = file.get<std::int32_t>("input.drawn");
  const std::vector<std::uint32_t> samples(drawn.span().begin(), drawn.span().end());
  const auto p = s.theta();
  const auto losses = s.losses(hypernetwork::reinmax_drawn(s.logits(p), offsets, samples, 1.0));
  s.tape.backward_instances(losses);
  s.tape.instances().gram(s.gram);
  const auto unit = [&](std::size_t t) { return std::sqrt(s.gram[t * devices + t]); };
  s.published(gradient::gram_view(s.gram, devices), s.weights);
  s.tape.instances().combine(s.weights);

  bool same = true;
  const auto check = [&](const char* what, std::size_t n, auto&& found, const tensor<T>& expected) {
    double worst = 0;
    double greatest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      worst = std::max(worst, std::abs(static_cast<double>(found(i)) - static_cast<double>(expected[i])));
      greatest = std::max(greatest, std::abs(static_cast<double>(expected[i])));
    }
    std::printf("%-28s differs by %.1e of %.3g\n", what, worst / greatest, greatest);
    same = same && worst <= 1e-3 * greatest;
  };
  check(
      "losses", devices, [&](std::size_t i) { return losses.data()[i]; }, file.get<T>("output.loss"));
  check(
      "Gram matrix of directions", devices * devices,
      [&](std::size_t i) { return s.gram[i] / unit(i / devices) / unit(i % devices); }, file.get<T>("output.gram"));
  check(
      "weights of Frank-Wolfe", devices, [&](std::size_t i) { return s.weights[i] * unit(i); },
      file.get<T>("output.weights"));
  const T* gradient = s.tape.gradient(p.all());
  const auto check_store = [&](const char* what, const std::string& prefix, const T* values) {
    for (const auto& [name, where] : s.bank_store.entries()) {
      const T* at = values + where.offset;
      const std::string title = std::string(what) + ", " + name.substr(0, 8);
      check(
          title.c_str(), where.extents.size(), [at](std::size_t i) { return at[i]; }, file.get<T>(prefix + name));
    }
  };
  check_store("gradient", "gradient.", gradient);
  s.optimiser.step(s.bank_store, gradient, 3.9e-3);
  check_store("after Adam", "after.", s.bank_store.data());
  if (!same) {
    std::puts("the step is not the script's");
    std::exit(1);
  }
}

[[maybe_unused]] const bool compared = [] {
  if (const char* path = std::getenv("PARAGON_MODNAS_STEP"); path != nullptr) compare(path);
  return true;
}();

void step_published(benchmark::State& state) {
  modnas_step s;
  std::uint64_t i = 0;
  for (auto _ : state) s.run(paragon::random_key{.seed = 5}.fork(i++), s.published);
}
void step_exact(benchmark::State& state) {
  modnas_step s;
  std::uint64_t i = 0;
  for (auto _ : state) s.run(paragon::random_key{.seed = 5}.fork(i++), s.exact);
}

// The parts.

void hypernetwork_forward(benchmark::State& state) {
  modnas_step s;
  s.draw_preferences({.seed = 6});
  for (auto _ : state) {
    s.tape.clear();
    benchmark::DoNotOptimize(hypernetwork::reinmax{}(s.logits(s.theta()), offsets, {.seed = 7}).data());
  }
}
template <bool Backward>
void latency_predictor(benchmark::State& state) {
  modnas_step s;
  s.draw_preferences({.seed = 6});
  const tensor<T> relaxed({devices, 30});
  for (auto _ : state) {
    s.tape.clear();
    const auto x = s.tape.input(relaxed);
    const auto y = s.latencies(x);
    if (Backward) s.tape.backward(y, nullptr, 1);
    benchmark::DoNotOptimize(y.data());
  }
}
template <bool Backward>
void error_predictor(benchmark::State& state) {
  modnas_step s;
  s.draw_preferences({.seed = 6});
  const tensor<T> relaxed({devices, 30});
  for (auto _ : state) {
    s.tape.clear();
    const auto x = s.tape.input(relaxed);
    const auto y = s.errors(x);
    if (Backward) s.tape.backward(y, nullptr, 1);
    benchmark::DoNotOptimize(y.data());
  }
}

/// A step up to its backward pass, for what follows.
void prepare(modnas_step& s) {
  s.draw_preferences({.seed = 6});
  s.tape.clear();
  s.tape.backward_instances(s.losses(hypernetwork::reinmax{}(s.logits(s.theta()), offsets, {.seed = 7})));
  s.tape.instances().gram(s.gram);
  s.exact(gradient::gram_view(s.gram, devices), s.weights);
}
void hypernetwork_forward_and_backward(benchmark::State& state) {
  modnas_step s;
  s.draw_preferences({.seed = 6});
  for (auto _ : state) {
    s.tape.clear();
    s.tape.backward_instances(
        autodiff::sum_columns(hypernetwork::reinmax{}(s.logits(s.theta()), offsets, {.seed = 7})));
  }
}
void gram_matrix(benchmark::State& state) {
  modnas_step s;
  prepare(s);
  for (auto _ : state) s.tape.instances().gram(s.gram);
}
void solver_published(benchmark::State& state) {
  modnas_step s;
  prepare(s);
  for (auto _ : state) benchmark::DoNotOptimize(s.published(gradient::gram_view(s.gram, devices), s.weights));
}
void solver_exact(benchmark::State& state) {
  modnas_step s;
  prepare(s);
  for (auto _ : state) benchmark::DoNotOptimize(s.exact(gradient::gram_view(s.gram, devices), s.weights));
}
void combination(benchmark::State& state) {
  modnas_step s;
  prepare(s);
  for (auto _ : state) s.tape.instances().combine(s.weights);
}
void adam(benchmark::State& state) {
  modnas_step s;
  const tensor<T> gradient(shape{s.bank_store.size()});
  for (auto _ : state) s.optimiser.step(s.bank_store, gradient.data(), 3.9e-3);
}

BENCHMARK(step_published)->Unit(benchmark::kMicrosecond);
BENCHMARK(step_exact)->Unit(benchmark::kMicrosecond);
BENCHMARK(hypernetwork_forward)->Unit(benchmark::kMicrosecond);
BENCHMARK(hypernetwork_forward_and_backward)->Unit(benchmark::kMicrosecond);
BENCHMARK(latency_predictor<false>)->Name("latency_predictor_forward")->Unit(benchmark::kMicrosecond);
BENCHMARK(latency_predictor<true>)->Name("latency_predictor_forward_and_backward")->Unit(benchmark::kMicrosecond);
BENCHMARK(error_predictor<false>)->Name("error_predictor_forward")->Unit(benchmark::kMicrosecond);
BENCHMARK(error_predictor<true>)->Name("error_predictor_forward_and_backward")->Unit(benchmark::kMicrosecond);
BENCHMARK(gram_matrix)->Unit(benchmark::kMicrosecond);
BENCHMARK(solver_published)->Unit(benchmark::kMicrosecond);
BENCHMARK(solver_exact)->Unit(benchmark::kMicrosecond);
BENCHMARK(combination)->Unit(benchmark::kMicrosecond);
BENCHMARK(adam)->Unit(benchmark::kMicrosecond);

}  // namespace
