// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Insertion of n random points one by one: uniform cube (few survive) and simplex (all survive), against a plain list.
// Complexity is over n, so an exponent of 1 is a constant cost for each insertion.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <list>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/archive.hpp>
#include <paragon/pareto/concurrent_archive.hpp>
#include <span>

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

template <data What, std::size_t M>
void paragon_archive(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, n, M);
  std::size_t survivors = 0;
  for (auto _ : state) {
    paragon::pareto::archive<double, std::size_t, M> best;
    for (std::size_t i = 0; i < n; ++i) best.insert(std::span(values.data() + i * M, M), i);
    survivors = best.size();
  }
  state.counters["survivors"] = static_cast<double>(survivors);
  state.SetComplexityN(state.range(0));
}

/// Points in a linked list; each new one is compared with all.
template <data What, std::size_t M>
void plain_list(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, n, M);
  for (auto _ : state) {
    std::list<std::pair<std::array<double, M>, std::size_t>> best;
    for (std::size_t i = 0; i < n; ++i) {
      const double* const point = values.data() + i * M;
      bool covered = false;
      for (auto other = best.begin(); other != best.end() && !covered;) {
        bool better = true;
        covered = true;
        for (std::size_t k = 0; k < M; ++k) {
          covered = covered && other->first[k] <= point[k];
          better = better && other->first[k] >= point[k];
        }
        other = better && !covered ? best.erase(other) : std::next(other);
      }
      if (covered) continue;
      best.emplace_back();
      std::copy(point, point + M, best.back().first.begin());
      best.back().second = i;
    }
    benchmark::DoNotOptimize(best.size());
  }
  state.SetComplexityN(state.range(0));
}

/// A whole set at once.
template <data What, std::size_t M>
void paragon_archive_at_once(benchmark::State& state) {
  const auto values = make(What, static_cast<std::size_t>(state.range(0)), M);
  for (auto _ : state) {
    paragon::pareto::archive<double, std::size_t, M> best;
    benchmark::DoNotOptimize(
        best.insert_all(paragon::pareto::points<double>(values, M), [](std::size_t row) { return row; }));
  }
  state.SetComplexityN(state.range(0));
}

/// Threads that do nothing but offer points, through a mutex.
template <std::size_t M>
void shared_by_threads(benchmark::State& state) {
  static paragon::pareto::concurrent_archive<paragon::pareto::archive<double, void, M>> best(
      paragon::pareto::archive<double, void, M>{});
  const auto values = make(cube, 100000, M);
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 1000;
  for (auto _ : state) {
    benchmark::DoNotOptimize(best.insert(std::span(values.data() + i * M, M)));
    i = (i + 1) % 100000;
  }
}

void doubling(benchmark::internal::Benchmark* b) {
  for (int n = 6250; n <= 100000; n *= 2) b->Arg(n);
  b->Complexity()->Unit(benchmark::kMillisecond);
}
void tiny(benchmark::internal::Benchmark* b) {
  for (const int n : {8, 32, 128, 512, 2048}) b->Arg(n);
}

}  // namespace

BENCHMARK(paragon_archive<cube, 2>)->Apply(doubling);
BENCHMARK(paragon_archive<cube, 3>)->Apply(doubling);
BENCHMARK(paragon_archive<cube, 4>)->Apply(doubling);
BENCHMARK(paragon_archive<cube, 5>)->Apply(doubling);
BENCHMARK(paragon_archive<simplex, 2>)->Apply(doubling);
BENCHMARK(paragon_archive<simplex, 3>)->Apply(doubling);
BENCHMARK(paragon_archive<simplex, 4>)->Apply(doubling);
BENCHMARK(paragon_archive<simplex, 5>)->Apply(doubling);
BENCHMARK(paragon_archive_at_once<simplex, 4>)->Apply(doubling);
BENCHMARK(paragon_archive<cube, 2>)->Apply(tiny);
BENCHMARK(plain_list<cube, 2>)->Apply(tiny);
BENCHMARK(paragon_archive<cube, 4>)->Apply(tiny);
BENCHMARK(plain_list<cube, 4>)->Apply(tiny);
BENCHMARK(paragon_archive<simplex, 2>)->Apply(tiny);
BENCHMARK(plain_list<simplex, 2>)->Apply(tiny);
BENCHMARK(paragon_archive<simplex, 4>)->Apply(tiny);
BENCHMARK(plain_list<simplex, 4>)->Apply(tiny);
BENCHMARK(shared_by_threads<4>)->ThreadRange(1, 4)->UseRealTime();
