// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Exclusive contributions against n + 1 hypervolumes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <paragon/pareto/contributions.hpp>
#include <vector>

#include "unit_points.hpp"

namespace {

template <data What>
void paragon_contributions(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, static_cast<std::size_t>(state.range(1)), m);
  const std::vector<double> reference(m, side);
  double total = 0;
  for (auto _ : state) {
    const auto shares = paragon::pareto::contributions(paragon::pareto::points<double>(values, m), reference);
    benchmark::DoNotOptimize(shares.data());
    total = 0;
    for (const double x : shares) total += x;
  }
  state.counters["total"] = total;
  state.SetComplexityN(state.range(1));
}

template <data What>
void hypervolumes_without_each(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto n = static_cast<std::size_t>(state.range(1));
  const auto values = make(What, n, m);
  const std::vector<double> reference(m, side);
  double total = 0;
  for (auto _ : state) {
    const auto volume = [&](const std::vector<double>& of) {
      return paragon::pareto::hypervolume(paragon::pareto::points<double>(of, m), reference).value;
    };
    const double all = volume(values);
    total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      auto others = values;
      const auto first = others.begin() + static_cast<std::ptrdiff_t>(i * m);
      others.erase(first, first + static_cast<std::ptrdiff_t>(m));
      total += all - volume(others);
    }
    benchmark::DoNotOptimize(total);
  }
  state.counters["total"] = total;
  state.SetComplexityN(state.range(1));
}

/// Doubles n from `first` to `last` for m objectives.
template <long m, long first, long last>
void sizes(benchmark::internal::Benchmark* b) {
  for (long n = first; n <= last; n *= 2) b->Args({m, n});
  b->ArgNames({"m", "n"})->Unit(benchmark::kMillisecond)->Complexity();
}

}  // namespace

BENCHMARK(paragon_contributions<simplex>)->Apply(sizes<2, 1000, 128000>);
BENCHMARK(paragon_contributions<simplex>)->Apply(sizes<3, 1000, 128000>);
BENCHMARK(paragon_contributions<simplex>)->Apply(sizes<4, 500, 16000>);
BENCHMARK(paragon_contributions<sphere>)->Apply(sizes<4, 500, 16000>);
BENCHMARK(paragon_contributions<cube>)->Apply(sizes<4, 500, 16000>);
BENCHMARK(paragon_contributions<simplex>)->Apply(sizes<5, 100, 1600>);
BENCHMARK(paragon_contributions<simplex>)->Apply(sizes<6, 50, 400>);
BENCHMARK(paragon_contributions<simplex>)->Apply(sizes<8, 25, 100>);
BENCHMARK(hypervolumes_without_each<simplex>)->Apply(sizes<3, 250, 1000>);
BENCHMARK(hypervolumes_without_each<simplex>)->Apply(sizes<4, 125, 500>);
