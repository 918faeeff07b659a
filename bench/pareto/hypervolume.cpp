// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The hypervolume against a plain sweep that rebuilds each slice.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <paragon/core/random.hpp>
#include <paragon/pareto/hypervolume.hpp>

namespace {

enum data { cube, simplex, sphere };
constexpr double side = 1.1;

template <std::size_t M>
std::vector<std::array<double, M>> make(data what, std::size_t n) {
  const paragon::random key{.seed = 42 + M};
  std::vector<std::array<double, M>> points(n);
  for (std::size_t i = 0; i < n; ++i) {
    double size = 0;
    for (std::size_t k = 0; k < M; ++k) {
      double& x = points[i][k];
      if (what == cube) x = key.uniform(i * M + k);
      if (what == simplex) x = key.exponential(i * M + k);
      if (what == sphere) x = std::abs(key.normal(i * M + k));
      size += what == sphere ? x * x : x;
    }
    if (what == sphere) size = std::sqrt(size);
    for (std::size_t k = 0; what != cube && k < M; ++k) points[i][k] /= size;
  }
  return points;
}

double plain_hypervolume(std::vector<std::array<double, 2>> points) {
  std::sort(points.begin(), points.end());
  double area = 0;
  double lowest = side;
  for (const auto& p : points) {
    if (p[0] >= side || p[1] >= lowest) continue;
    area += (side - p[0]) * (lowest - p[1]);
    lowest = p[1];
  }
  return area;
}

double plain_hypervolume(std::vector<std::array<double, 3>> points) {
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a[2] < b[2]; });
  double total = 0;
  std::vector<std::array<double, 2>> slice;
  for (std::size_t i = 0; i < points.size(); ++i) {
    slice.push_back({points[i][0], points[i][1]});
    const double next = i + 1 < points.size() ? std::min(points[i + 1][2], side) : side;
    if (next > points[i][2]) total += plain_hypervolume(slice) * (next - points[i][2]);
  }
  return total;
}

template <std::size_t M, data What>
void paragon_hypervolume(benchmark::State& state) {
  const auto points = make<M>(What, static_cast<std::size_t>(state.range(0)));
  std::array<double, M> reference{};
  reference.fill(side);
  double value = 0;
  for (auto _ : state) {
    value = paragon::pareto::hypervolume(points, reference).value;
    benchmark::DoNotOptimize(value);
  }
  state.counters["volume"] = value;
}

template <std::size_t M, data What>
void plain_sweep(benchmark::State& state) {
  const auto points = make<M>(What, static_cast<std::size_t>(state.range(0)));
  double value = 0;
  for (auto _ : state) {
    value = plain_hypervolume(points);
    benchmark::DoNotOptimize(value);
  }
  state.counters["volume"] = value;
}

}  // namespace

#define PARAGON_SIZES RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond)
BENCHMARK(paragon_hypervolume<2, simplex>)->PARAGON_SIZES;
BENCHMARK(paragon_hypervolume<2, cube>)->PARAGON_SIZES;
BENCHMARK(paragon_hypervolume<3, simplex>)->PARAGON_SIZES;
BENCHMARK(paragon_hypervolume<3, sphere>)->PARAGON_SIZES;
BENCHMARK(paragon_hypervolume<3, cube>)->PARAGON_SIZES;
BENCHMARK(plain_sweep<2, simplex>)->PARAGON_SIZES;
BENCHMARK(plain_sweep<2, cube>)->PARAGON_SIZES;
BENCHMARK(plain_sweep<3, simplex>)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(plain_sweep<3, cube>)->Arg(1000)->Unit(benchmark::kMillisecond);
