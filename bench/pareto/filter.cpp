// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The first front against a plain loop: uniform cube (few survive) and simplex (all survive).
#include <benchmark/benchmark.h>

#include <paragon/core/parallel.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/filter.hpp>

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

/// Every point against every other, up to the first that dominates it.
std::vector<std::size_t> plain_filter(const std::vector<double>& values, std::size_t m) {
  const std::size_t n = values.size() / m;
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < n; ++i) {
    bool dominated = false;
    for (std::size_t j = 0; j < n && !dominated; ++j) {
      bool covers = true;
      bool better = false;
      for (std::size_t k = 0; k < m && covers; ++k) {
        covers = values[j * m + k] <= values[i * m + k];
        better = better || values[j * m + k] < values[i * m + k];
      }
      dominated = covers && (better || j < i);
    }
    if (!dominated) front.push_back(i);
  }
  return front;
}

template <data What>
void paragon_filter(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, static_cast<std::size_t>(state.range(1)), m);
  std::size_t survivors = 0;
  for (auto _ : state) {
    const auto front = paragon::pareto::filter(paragon::pareto::points<double>(values, m));
    benchmark::DoNotOptimize(front.data());
    survivors = front.size();
  }
  state.counters["survivors"] = static_cast<double>(survivors);
  state.SetComplexityN(state.range(1));
}

template <data What>
void plain_loop(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, static_cast<std::size_t>(state.range(1)), m);
  for (auto _ : state) {
    const auto front = plain_filter(values, m);
    benchmark::DoNotOptimize(front.data());
  }
}

/// The same on a pool of as many threads as the machine has: wall time.
template <data What>
void threaded_filter(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, static_cast<std::size_t>(state.range(1)), m);
  paragon::thread_pool pool(0);
  for (auto _ : state) {
    const auto front =
        paragon::pareto::filter(paragon::pareto::points<double>(values, m), paragon::pareto::threaded(pool));
    benchmark::DoNotOptimize(front.data());
  }
}

/// n doubled for one m, so that the exponent can be measured.
template <std::int64_t M>
void doubling(benchmark::internal::Benchmark* run) {
  for (std::int64_t n = 1 << 12; n <= 1 << 18; n *= 2) run->Args({M, n});
  run->Unit(benchmark::kMillisecond)->Complexity();
}

}  // namespace

BENCHMARK(paragon_filter<cube>)->ArgsProduct({{2, 3, 4, 6, 10}, {1000, 10000, 100000}})->Unit(benchmark::kMillisecond);
BENCHMARK(paragon_filter<simplex>)
    ->ArgsProduct({{2, 3, 4, 6, 10}, {1000, 10000, 100000}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(threaded_filter<cube>)
    ->ArgsProduct({{2, 4, 10}, {100000, 1000000}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(threaded_filter<simplex>)->ArgsProduct({{3, 4, 6}, {100000}})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(paragon_filter<cube>)->Name("filter_cube_2")->Apply(doubling<2>);
BENCHMARK(paragon_filter<cube>)->Name("filter_cube_4")->Apply(doubling<4>);
BENCHMARK(paragon_filter<simplex>)->Name("filter_simplex_2")->Apply(doubling<2>);
BENCHMARK(paragon_filter<simplex>)->Name("filter_simplex_3")->Apply(doubling<3>);
BENCHMARK(paragon_filter<simplex>)->Name("filter_simplex_4")->Apply(doubling<4>);
BENCHMARK(paragon_filter<simplex>)->Name("filter_simplex_6")->Apply(doubling<6>);
BENCHMARK(plain_loop<cube>)->ArgsProduct({{2, 3, 4, 6}, {1000, 10000}})->Unit(benchmark::kMillisecond);
BENCHMARK(plain_loop<simplex>)->ArgsProduct({{2, 3, 4, 6}, {1000, 10000}})->Unit(benchmark::kMillisecond);
