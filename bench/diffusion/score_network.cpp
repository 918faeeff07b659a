// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// Evaluation of score networks without a tape, 256 samples on one thread, against the same through the layers of `nn`,
/// the matrix products alone through BLAS, and bench/peers/diffusion_step.py in PyTorch.
///
/// `GFLOP/s` counts the multiplications and additions of plain products: Strassen's recursion can go beyond what the
/// processor does.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <paragon/benchmark/mobilenetv3/score_graph.hpp>
#include <paragon/benchmark/mobilenetv3/score_network.hpp>
#include <paragon/benchmark/nasbench201/score_graph.hpp>
#include <paragon/benchmark/nasbench201/score_network.hpp>
#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/diffusion/score_graph.hpp>
#include <paragon/nn/weights.hpp>

namespace {

namespace autodiff = paragon::autodiff;
namespace backend = paragon::backend;
namespace nn = paragon::nn;
using paragon::safetensors_file;
using paragon::shape;
using paragon::tensor;
using namespace paragon::diffusion;

const std::vector<moment> way{moment{0, 1, 2, 2}};

template <class Output>
struct problem {
  score_network_settings settings;
  std::vector<std::uint8_t> mask;
  nn::parameters<float> store;
  score_network<Output> network;
  tensor<float> x;
  tensor<float> out;

  problem(const score_network_settings& s, std::vector<std::uint8_t> seen, std::size_t samples)
      : settings(s), mask(std::move(seen)), network(store, s, {.seed = 1}), x(shape{samples, s.nodes, s.operators}),
        out(x.shape()) {
    const paragon::random_key key{.seed = 2};
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(5 * key.normal(i));
  }

  /// Multiplications and additions of all products for one sample.
  [[nodiscard]] double operations() const {
    const auto& s = settings;
    const std::size_t layer = 4 * s.width * s.width + 2 * s.width * s.inner;
    const std::size_t outputs = network.output().outputs(s.operators);
    const std::size_t head = s.layers * s.width * s.head + s.head * s.head + s.head * outputs;
    return 2.0 * static_cast<double>(s.nodes * (s.operators * s.width + s.layers * layer + head));
  }
};

std::vector<std::uint8_t> published_mask() {
  return paragon::benchmark::nasbench201_score_graph<paragon::benchmark::mask_published>().mask;
}
std::vector<std::uint8_t> chain_mask() {
  std::vector<std::uint8_t> mask(400);
  for (std::size_t i = 0; i < 19; ++i) mask[i * 20 + i + 1] = 1;
  return mask;
}

template <class Output>
void evaluate(benchmark::State& state, const score_network_settings& settings, const std::vector<std::uint8_t>& mask,
              std::size_t strassen) {
  const auto samples = static_cast<std::size_t>(state.range(0));
  problem<Output> p(settings, mask, samples);
  score_evaluator<float, Output> score(p.network, p.store, mask, {.strassen = strassen});
  score.prepare(way);
  for (auto _ : state) {
    score.evaluate(p.x, 0, p.out);
    benchmark::DoNotOptimize(p.out.data());
  }
  state.counters["GFLOP/s"] = benchmark::Counter(1e-9 * p.operations() * static_cast<double>(samples),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void published(benchmark::State& state) {
  evaluate<raw_score>(state, paragon::benchmark::published_nasbench201_score_network(), published_mask(), 0);
}
void published_strassen(benchmark::State& state) {
  evaluate<raw_score>(state, paragon::benchmark::published_nasbench201_score_network(), published_mask(),
                      static_cast<std::size_t>(state.range(1)));
}
void published_mobilenetv3(benchmark::State& state) {
  evaluate<raw_score>(state, paragon::benchmark::published_mobilenetv3_score_network(), chain_mask(), 0);
}
void light(benchmark::State& state) { evaluate<one_hot_rows>(state, light_score_network(8, 7), full_mask(8), 0); }
void light_mobilenetv3(benchmark::State& state) {
  evaluate<one_hot_or_absent_rows>(state, light_score_network(20, 9), full_mask(20), 0);
}

/// The plain way: the layers of nn on an evaluation context.
void published_by_layers(benchmark::State& state) {
  problem<raw_score> p(paragon::benchmark::published_nasbench201_score_network(), published_mask(), 256);
  const score_tables<float> tables(p.settings, p.mask);
  const noise_codes<float> noise(p.settings, way);
  autodiff::evaluation<float> context;
  for (auto _ : state) {
    context.clear();
    const auto rows = context.constant(p.x.data(), {256 * 8, 7});
    benchmark::DoNotOptimize(p.network(nn::freeze(context, p.store), tables, rows, noise).data());
  }
  state.counters["GFLOP/s"] =
      benchmark::Counter(1e-9 * p.operations() * 256, benchmark::Counter::kIsIterationInvariantRate);
}

/// The head's products through BLAS: what no code that calls it can beat.
void head_by_blas(benchmark::State& state) {
  const std::size_t rows = 2048;
  std::vector<float> x(rows * 1536, 0.5F);
  std::vector<float> y(rows * 1536);
  std::vector<float> w(1536 * 1536, 0.25F);
  using backend::transposed;
  for (auto _ : state) {
    backend::cpu::gemm(transposed::no, transposed::yes, rows, 1536, 768, 1.0F, x.data(), 768, w.data(), 768, 0.0F,
                       y.data(), 1536);
    backend::cpu::gemm(transposed::no, transposed::yes, rows, 1536, 1536, 1.0F, y.data(), 1536, w.data(), 1536, 0.0F,
                       x.data(), 1536);
    benchmark::DoNotOptimize(x.data());
  }
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * rows * 1536 * (768 + 1536), benchmark::Counter::kIsIterationInvariantRate);
}

/// Compares with the score that diffusion_step.py wrote.
[[maybe_unused]] const bool compared = [] {
  const char* path = std::getenv("PARAGON_DIFFUSION_STEP");
  if (path == nullptr) return false;
  const safetensors_file file(path);
  problem<raw_score> p(paragon::benchmark::published_nasbench201_score_network(), published_mask(), 1);
  nn::load_weights(file, p.store, "weight.");
  const auto x = file.get<float>("input.x");
  const auto score = file.get<float>("output.score");
  const double level = static_cast<double>(file.get<float>("input.sigma")[0]);
  bool same = true;
  for (const std::size_t levels : {0U, 1U, 2U, 3U}) {
    score_evaluator<float, raw_score> evaluator(p.network, p.store, p.mask, {.strassen = levels});
    evaluator.prepare(std::vector<moment>{{0, 1, level, level}});
    tensor<float> out(x.shape());
    evaluator.evaluate(x, 0, out);
    double worst = 0;
    double greatest = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      worst = std::max(worst, static_cast<double>(std::abs(out[i] - score[i])));
      greatest = std::max(greatest, static_cast<double>(std::abs(score[i])));
    }
    std::printf("score, %zu levels of Strassen: differs by %.1e of %.3g\n", levels, worst, greatest);
    same = same && worst <= 1e-4 * greatest;
  }
  if (!same) {
    std::puts("the score is not the script's");
    std::exit(1);
  }
  return true;
}();

BENCHMARK(published)->Arg(64)->Arg(128)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(published_strassen)->Args({256, 1})->Args({256, 2})->Args({256, 3})->Unit(benchmark::kMillisecond);
BENCHMARK(published_by_layers)->Unit(benchmark::kMillisecond);
BENCHMARK(published_mobilenetv3)->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK(light)->Arg(64)->Arg(128)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(light_mobilenetv3)->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK(head_by_blas)->Unit(benchmark::kMillisecond);

}  // namespace
