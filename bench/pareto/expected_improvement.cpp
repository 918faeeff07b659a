// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The expected hypervolume improvement: cutting into boxes, and 1000 candidates, against the plain double sum.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/expected_improvement.hpp>
#include <vector>

namespace {

constexpr std::size_t candidates = 1000;

template <std::size_t M>
using rows = std::vector<std::array<double, M>>;

template <std::size_t M>
rows<M> sphere(std::size_t n) {
  const paragon::random_key key{.seed = M};
  rows<M> points(n);
  for (std::size_t i = 0; i < n; ++i) {
    double square = 0;
    for (std::size_t k = 0; k < M; ++k) {
      points[i][k] = std::abs(key.normal(i * M + k));
      square += points[i][k] * points[i][k];
    }
    for (double& x : points[i]) x = 1 - x / std::sqrt(square);
  }
  return points;
}

template <std::size_t M>
rows<M> uniform(double low, double high, std::uint64_t seed) {
  const paragon::random_key key{.seed = seed};
  rows<M> result(candidates);
  for (std::size_t i = 0; i < candidates * M; ++i) result[i / M][i % M] = low + (high - low) * key.uniform(i);
  return result;
}

template <std::size_t M>
void cutting(benchmark::State& state) {
  const auto front = sphere<M>(static_cast<std::size_t>(state.range(0)));
  std::array<double, M> reference{};
  reference.fill(1.0);
  for (auto _ : state) {
    const paragon::pareto::expected_hypervolume_improvement improvement(front, reference);
    benchmark::DoNotOptimize(improvement.boxes());
  }
  state.SetComplexityN(state.range(0));
}

template <std::size_t M, bool Gradient>
void batch(benchmark::State& state) {
  std::array<double, M> reference{};
  reference.fill(1.0);
  const paragon::pareto::expected_hypervolume_improvement improvement(
      sphere<M>(static_cast<std::size_t>(state.range(0))), reference);
  const auto means = uniform<M>(-0.2, 1, 1);
  const auto deviations = uniform<M>(0.02, 0.4, 2);
  for (auto _ : state) {
    if constexpr (Gradient) {
      benchmark::DoNotOptimize(improvement(means, deviations));
    } else {
      benchmark::DoNotOptimize(improvement.values(means, deviations));
    }
  }
  state.SetComplexityN(state.range(0));
}

/// Two objectives: every strip from its own four Gaussian terms.
void plain_batch(benchmark::State& state) {
  auto front = sphere<2>(static_cast<std::size_t>(state.range(0)));
  std::sort(front.begin(), front.end());
  const auto means = uniform<2>(-0.2, 1, 1);
  const auto deviations = uniform<2>(0.02, 0.4, 2);
  const auto excess = [](double t, double mean, double deviation) {
    const double z = (t - mean) / deviation;
    return deviation * std::exp(-z * z / 2) / 2.5066282746310002 + (t - mean) * 0.5 * std::erfc(-z / std::sqrt(2.0));
  };
  std::vector<double> result(candidates);
  for (auto _ : state) {
    for (std::size_t c = 0; c < candidates; ++c) {
      double sum = 0;
      double before = 0;
      double ceiling = 1;
      for (std::size_t i = 0; i <= front.size(); ++i) {
        const double edge = i < front.size() ? front[i][0] : 1;
        const double here = excess(edge, means[c][0], deviations[c][0]);
        sum += (here - before) * excess(ceiling, means[c][1], deviations[c][1]);
        before = here;
        if (i < front.size()) ceiling = front[i][1];
      }
      result[c] = sum;
    }
    benchmark::DoNotOptimize(result.data());
  }
  state.SetComplexityN(state.range(0));
}

}  // namespace

#define PARAGON_SIZES RangeMultiplier(2)->Range(64, 4096)->Unit(benchmark::kMillisecond)->Complexity()
BENCHMARK(cutting<2>)->PARAGON_SIZES;
BENCHMARK(cutting<3>)->PARAGON_SIZES;
#undef PARAGON_SIZES
#define PARAGON_SIZES RangeMultiplier(2)->Range(32, 512)->Unit(benchmark::kMillisecond)->Complexity()
BENCHMARK(batch<2, false>)->PARAGON_SIZES;
BENCHMARK(batch<2, true>)->PARAGON_SIZES;
BENCHMARK(batch<3, false>)->PARAGON_SIZES;
BENCHMARK(batch<3, true>)->PARAGON_SIZES;
BENCHMARK(plain_batch)->PARAGON_SIZES;
