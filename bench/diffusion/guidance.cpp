// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// One guided evaluation of the score for 256 samples of NAS-Bench-201 on one thread: what guidance adds to the score, and
/// the conditioning of the posterior on being none of 200 known cells against a plain loop over the space.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/cost_guidance.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/diffusion/relaxed_guidance.hpp>
#include <paragon/diffusion/tilted_guidance.hpp>
#include <paragon/predictor/architecture_network.hpp>
#include <paragon/space/one_hot.hpp>

namespace {

using namespace paragon::diffusion;
using paragon::shape;
using paragon::tensor;
using graph = paragon::benchmark::nasbench201_diffusion_graph<>;
using exact = independent_choices<graph>;

const paragon::benchmark::nasbench201 cells;
const std::vector<moment> way{{.time = 0.5, .scale = 1, .deviation = 0.7}};

struct network {
  paragon::predictor::architecture_network<float> accuracy{30, {.width = 64, .layers = 2, .members = 1}, {.seed = 1}};
  auto reader() const {
    return [this](auto& tape, auto rows) { return accuracy(paragon::nn::freeze(tape, accuracy.parameters()), rows); };
  }
};

std::vector<paragon::benchmark::nasbench201_cell> known_cells(std::size_t count) {
  std::vector<paragon::benchmark::nasbench201_cell> known;
  for (std::size_t i = 0; i < count; ++i) known.push_back(cells.at(75 * i));
  return known;
}

template <class Score>
void evaluate(benchmark::State& state, Score& score) {
  tensor<float> x(shape{256, 8, 7});
  const paragon::random_key key{.seed = 2};
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(key.normal(i));
  tensor<float> out(x.shape());
  score.prepare(way);
  for (auto _ : state) {
    score.evaluate(x, 0, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * 256);
}

void unguided(benchmark::State& state) {
  exact score(cells, graph{});
  evaluate(state, score);
}

void sum_of_terms(benchmark::State& state) {
  exact score(cells, graph{});
  const network net;
  relaxed_guidance accuracy(score, net.reader());
  cost_guidance parameters(score, cells.parameter_cost(), 3e5);
  cost_guidance macs(score, cells.mac_cost(), 4e7);
  guided_score guided(plain_norms{}, {40, 12, 12}, score, accuracy, parameters, macs);
  evaluate(state, guided);
}

void tilted(benchmark::State& state) {
  exact score(cells, graph{});
  const network net;
  tilted_guidance term(score, net.reader(), {cells.parameter_cost(), cells.mac_cost()}, {40, 4e-5, 3e-7});
  const auto known = known_cells(static_cast<std::size_t>(state.range(0)));
  term.exclude(std::span(known));
  guided_score guided(plain_norms{}, {1}, score, term);
  evaluate(state, guided);
}

std::vector<float> even_odds() { return std::vector<float>(30, 0.2F); }

void condition(benchmark::State& state) {
  exact score(cells, graph{});
  std::vector<std::size_t> numbers;
  for (const auto& cell : known_cells(200)) score.append_choices(cell, numbers);
  for (auto _ : state) {
    auto p = even_odds();
    score.condition(numbers, std::span<float>(p));
    benchmark::DoNotOptimize(p.data());
  }
}

void condition_plain_loop(benchmark::State& state) {
  std::vector<char> known(cells.size());
  for (const auto& cell : known_cells(200)) known[cells.index(cell)] = 1;
  for (auto _ : state) {
    const auto p = even_odds();
    std::vector<float> q(30);
    float total = 0;
    for (std::uint64_t i = 0; i < cells.size(); ++i) {
      if (known[i] != 0) continue;
      const auto cell = cells.at(i);
      float probability = 1;
      for (std::size_t d = 0; d < 6; ++d) probability *= p[5 * d + cells.choice(cell, d)];
      for (std::size_t d = 0; d < 6; ++d) q[5 * d + cells.choice(cell, d)] += probability;
      total += probability;
    }
    for (float& v : q) v /= total;
    benchmark::DoNotOptimize(q.data());
  }
}

BENCHMARK(unguided)->Unit(benchmark::kMicrosecond);
BENCHMARK(sum_of_terms)->Unit(benchmark::kMicrosecond);
BENCHMARK(tilted)->Arg(0)->Arg(200)->Unit(benchmark::kMicrosecond);
BENCHMARK(condition)->Unit(benchmark::kMicrosecond);
BENCHMARK(condition_plain_loop)->Unit(benchmark::kMicrosecond);

}  // namespace
