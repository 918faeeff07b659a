// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Non-dominated sorting against the textbook method: uniform cube (many fronts) and simplex (one).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/rank.hpp>

namespace {

enum data { cube, simplex };

std::vector<double> make(data what, std::size_t n, std::size_t m) {
  const paragon::random_key key{.seed = 42 + m};
  std::vector<double> values(n * m);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < m; ++k) {
      double& x = values[i * m + k];
      x = what == cube ? key.uniform(i * m + k) : key.exponential(i * m + k);
      sum += x;
    }
    for (std::size_t k = 0; what == simplex && k < m; ++k) values[i * m + k] /= sum;
  }
  return values;
}

/// How many points dominate each, then front after front: O(n^2) time and memory.
std::vector<std::size_t> plain_rank(const std::vector<double>& values, std::size_t m) {
  const std::size_t n = values.size() / m;
  std::vector<std::size_t> ranks(n);
  std::vector<std::size_t> dominators(n);
  std::vector<std::vector<std::size_t>> dominated(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      bool covers = true;
      bool better = false;
      for (std::size_t k = 0; k < m && covers; ++k) {
        covers = values[i * m + k] <= values[j * m + k];
        better = better || values[i * m + k] < values[j * m + k];
      }
      if (!covers || !better) continue;
      dominated[i].push_back(j);
      ++dominators[j];
    }
  }
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < n; ++i) {
    if (dominators[i] == 0) front.push_back(i);
  }
  for (std::size_t rank = 0; !front.empty(); ++rank) {
    std::vector<std::size_t> next;
    for (const std::size_t i : front) {
      ranks[i] = rank;
      for (const std::size_t j : dominated[i]) {
        if (--dominators[j] == 0) next.push_back(j);
      }
    }
    front.swap(next);
  }
  return ranks;
}

template <data What>
void plain_loop(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, static_cast<std::size_t>(state.range(1)), m);
  for (auto _ : state) {
    const auto ranks = plain_rank(values, m);
    benchmark::DoNotOptimize(ranks.data());
  }
}

template <data What>
void paragon_rank(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, static_cast<std::size_t>(state.range(1)), m);
  std::size_t fronts = 0;
  for (auto _ : state) {
    const auto ranks = paragon::pareto::rank(paragon::pareto::points<double>(values, m));
    benchmark::DoNotOptimize(ranks.data());
    fronts = 1 + *std::max_element(ranks.begin(), ranks.end());
  }
  state.counters["fronts"] = static_cast<double>(fronts);
  state.SetComplexityN(state.range(1));
}

/// A tenth of the points and no more: what an evolutionary search needs.
template <data What>
void first_tenth(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto n = static_cast<std::size_t>(state.range(1));
  const auto values = make(What, n, m);
  for (auto _ : state) {
    const auto ranks =
        paragon::pareto::rank(paragon::pareto::points<double>(values, m), paragon::pareto::first_points{n / 10});
    benchmark::DoNotOptimize(ranks.data());
  }
}

/// n doubled for one m, so that the exponent can be measured.
template <std::int64_t M>
void doubling(benchmark::internal::Benchmark* run) {
  for (std::int64_t n = 1 << 12; n <= 1 << 18; n *= 2) run->Args({M, n});
  run->Unit(benchmark::kMillisecond)->Complexity();
}

}  // namespace

BENCHMARK(paragon_rank<cube>)->ArgsProduct({{2, 3, 4, 6, 10}, {1000, 10000, 100000}})->Unit(benchmark::kMillisecond);
BENCHMARK(paragon_rank<simplex>)->ArgsProduct({{2, 3, 4, 6, 10}, {1000, 10000, 100000}})->Unit(benchmark::kMillisecond);
BENCHMARK(first_tenth<cube>)->ArgsProduct({{2, 3, 4, 6}, {100000}})->Unit(benchmark::kMillisecond);
BENCHMARK(paragon_rank<cube>)->Name("rank_cube_2")->Apply(doubling<2>);
BENCHMARK(paragon_rank<cube>)->Name("rank_cube_3")->Apply(doubling<3>);
BENCHMARK(paragon_rank<cube>)->Name("rank_cube_4")->Apply(doubling<4>);
BENCHMARK(paragon_rank<simplex>)->Name("rank_simplex_4")->Apply(doubling<4>);
BENCHMARK(plain_loop<cube>)->ArgsProduct({{2, 3, 4, 6}, {1000}})->Unit(benchmark::kMillisecond);
BENCHMARK(plain_loop<simplex>)->ArgsProduct({{2, 3, 4, 6}, {1000}})->Unit(benchmark::kMillisecond);
