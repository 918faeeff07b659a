// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Indicators between two fronts against the plain double loop.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/epsilon.hpp>
#include <paragon/pareto/hausdorff.hpp>
#include <paragon/pareto/indicators.hpp>

namespace {

enum data { cube, sphere };

template <std::size_t M>
std::vector<std::array<double, M>> make(data what, std::size_t n, std::uint64_t seed) {
  const paragon::random_key key{.seed = seed};
  std::vector<std::array<double, M>> points(n);
  for (std::size_t i = 0; i < n; ++i) {
    double size = 0;
    for (std::size_t k = 0; k < M; ++k) {
      double& x = points[i][k];
      x = what == cube ? key.uniform(i * M + k) : std::abs(key.normal(i * M + k));
      size += x * x;
    }
    for (std::size_t k = 0; what == sphere && k < M; ++k) points[i][k] /= std::sqrt(size);
  }
  return points;
}

template <std::size_t M, class Indicator>
void measure(benchmark::State& state, data what, const Indicator& indicator) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto found = make<M>(what, n, 1);
  const auto reference = make<M>(what, n, 2);
  double value = 0;
  for (auto _ : state) {
    value = indicator(found, reference);
    benchmark::DoNotOptimize(value);
  }
  state.counters["value"] = value;
  state.SetComplexityN(state.range(0));
}

template <std::size_t M, data What>
void igd(benchmark::State& state) {
  measure<M>(state, What, paragon::pareto::igd);
}

template <std::size_t M, data What>
void igd_plus(benchmark::State& state) {
  measure<M>(state, What, paragon::pareto::igd_plus);
}

template <std::size_t M, data What>
void additive_epsilon(benchmark::State& state) {
  measure<M>(state, What, [](const auto& a, const auto& r) { return paragon::pareto::additive_epsilon(a, r); });
}

template <std::size_t M, data What>
void hausdorff(benchmark::State& state) {
  measure<M>(state, What, [](const auto& a, const auto& r) { return paragon::pareto::hausdorff(a, r); });
}

template <std::size_t M, data What>
void plain_igd(benchmark::State& state) {
  measure<M>(state, What, [](const auto& found, const auto& reference) {
    double total = 0;
    for (const auto& r : reference) {
      double nearest = std::numeric_limits<double>::infinity();
      for (const auto& a : found) {
        double sum = 0;
        for (std::size_t k = 0; k < M; ++k) sum += (a[k] - r[k]) * (a[k] - r[k]);
        nearest = std::min(nearest, sum);
      }
      total += std::sqrt(nearest);
    }
    return total / static_cast<double>(reference.size());
  });
}

}  // namespace

#define PARAGON_SIZES RangeMultiplier(2)->Range(128, 8192)->Unit(benchmark::kMillisecond)->Complexity()
BENCHMARK(igd<2, sphere>)->PARAGON_SIZES;
BENCHMARK(igd<3, sphere>)->PARAGON_SIZES;
BENCHMARK(igd<3, cube>)->PARAGON_SIZES;
BENCHMARK(igd<6, sphere>)->PARAGON_SIZES;
BENCHMARK(igd<10, sphere>)->PARAGON_SIZES;
BENCHMARK(igd_plus<3, sphere>)->PARAGON_SIZES;
BENCHMARK(igd_plus<6, sphere>)->PARAGON_SIZES;
BENCHMARK(additive_epsilon<3, sphere>)->PARAGON_SIZES;
BENCHMARK(additive_epsilon<6, sphere>)->PARAGON_SIZES;
BENCHMARK(hausdorff<3, sphere>)->PARAGON_SIZES;
BENCHMARK(plain_igd<2, sphere>)->PARAGON_SIZES;
BENCHMARK(plain_igd<3, sphere>)->PARAGON_SIZES;
BENCHMARK(plain_igd<6, sphere>)->PARAGON_SIZES;
BENCHMARK(plain_igd<10, sphere>)->PARAGON_SIZES;
