// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The hypervolume against a plain sweep that rebuilds each slice.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <paragon/pareto/hypervolume.hpp>
#include <vector>

#include "unit_points.hpp"

namespace {

using points = std::vector<std::vector<double>>;

double plain_area(points set) {
  std::sort(set.begin(), set.end());
  double area = 0;
  double lowest = side;
  for (const auto& p : set) {
    if (p[0] >= side || p[1] >= lowest) continue;
    area += (side - p[0]) * (lowest - p[1]);
    lowest = p[1];
  }
  return area;
}

/// Slice by slice of the last objective, each from the start.
double plain_volume(points set, std::size_t m) {
  if (m == 2) return plain_area(std::move(set));
  std::sort(set.begin(), set.end(), [m](const auto& a, const auto& b) { return a[m - 1] < b[m - 1]; });
  double total = 0;
  points slice;
  for (std::size_t i = 0; i < set.size(); ++i) {
    slice.push_back(set[i]);
    const double next = i + 1 < set.size() ? std::min(set[i + 1][m - 1], side) : side;
    if (next > set[i][m - 1]) total += plain_volume(slice, m - 1) * (next - set[i][m - 1]);
  }
  return total;
}

template <data What>
void paragon_hypervolume(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto values = make(What, static_cast<std::size_t>(state.range(1)), m);
  const std::vector<double> reference(m, side);
  double value = 0;
  for (auto _ : state) {
    value = paragon::pareto::hypervolume(paragon::pareto::points<double>(values, m), reference).value;
    benchmark::DoNotOptimize(value);
  }
  state.counters["volume"] = value;
  state.SetComplexityN(state.range(1));
}

template <data What>
void plain_slices(benchmark::State& state) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto n = static_cast<std::size_t>(state.range(1));
  const auto values = make(What, n, m);
  points set(n);
  for (std::size_t i = 0; i < n; ++i) {
    set[i].assign(values.begin() + static_cast<std::ptrdiff_t>(i * m),
                  values.begin() + static_cast<std::ptrdiff_t>((i + 1) * m));
  }
  double value = 0;
  for (auto _ : state) {
    value = plain_volume(set, m);
    benchmark::DoNotOptimize(value);
  }
  state.counters["volume"] = value;
  state.SetComplexityN(state.range(1));
}

/// Doubles n from `first` to `last` for m objectives.
template <long m, long first, long last>
void sizes(benchmark::internal::Benchmark* b) {
  for (long n = first; n <= last; n *= 2) b->Args({m, n});
  b->ArgNames({"m", "n"})->Unit(benchmark::kMillisecond)->Complexity();
}

}  // namespace

BENCHMARK(paragon_hypervolume<simplex>)->Apply(sizes<2, 1000, 128000>);
BENCHMARK(paragon_hypervolume<simplex>)->Apply(sizes<3, 1000, 128000>);
BENCHMARK(paragon_hypervolume<simplex>)->Apply(sizes<4, 1000, 128000>);
BENCHMARK(paragon_hypervolume<sphere>)->Apply(sizes<4, 1000, 128000>);
BENCHMARK(paragon_hypervolume<cube>)->Apply(sizes<4, 1000, 128000>);
BENCHMARK(paragon_hypervolume<simplex>)->Apply(sizes<5, 100, 3200>);
BENCHMARK(paragon_hypervolume<simplex>)->Apply(sizes<6, 100, 1600>);
BENCHMARK(paragon_hypervolume<simplex>)->Apply(sizes<7, 50, 400>);
BENCHMARK(paragon_hypervolume<simplex>)->Apply(sizes<8, 50, 200>);
BENCHMARK(paragon_hypervolume<simplex>)->Apply(sizes<10, 25, 100>);
BENCHMARK(plain_slices<simplex>)->Apply(sizes<2, 1000, 128000>);
BENCHMARK(plain_slices<simplex>)->Apply(sizes<3, 1000, 2000>);
BENCHMARK(plain_slices<simplex>)->Apply(sizes<4, 50, 200>);
