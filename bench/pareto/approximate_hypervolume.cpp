// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The estimated hypervolume against a plain estimate from random directions of the sphere, as many of them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/approximate_hypervolume.hpp>
#include <vector>

namespace {

enum data { linear, concave, convex };
constexpr double side = 1.1;
constexpr std::size_t directions = std::size_t{1} << 14;

std::vector<double> make(data what, std::size_t n, std::size_t m) {
  const paragon::random_key key{.seed = 42};
  std::vector<double> points(n * m);
  for (std::size_t i = 0; i < n; ++i) {
    double size = 0;
    for (std::size_t k = 0; k < m; ++k) {
      double& x = points[i * m + k];
      x = what == linear ? key.exponential(i * m + k) : std::abs(key.normal(i * m + k));
      size += what == linear ? x : x * x;
    }
    for (std::size_t k = 0; k < m; ++k) {
      double& x = points[i * m + k];
      x /= what == linear ? size : std::sqrt(size);
      if (what == convex) x = 1 - x;
    }
  }
  return points;
}

void estimate(benchmark::State& state, data what) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto n = static_cast<std::size_t>(state.range(1));
  const auto points = make(what, n, m);
  const std::vector<double> reference(m, side);
  paragon::pareto::approximate_volume v;
  for (auto _ : state) {
    v = paragon::pareto::approximate_hypervolume(paragon::pareto::points<double>(points, m), reference,
                                                 {.directions = directions});
    benchmark::DoNotOptimize(v);
  }
  state.counters["volume"] = v.value;
  state.counters["relative_error"] = v.standard_error / v.value;
}

void plain(benchmark::State& state, data what) {
  const auto m = static_cast<std::size_t>(state.range(0));
  const auto n = static_cast<std::size_t>(state.range(1));
  const auto points = make(what, n, m);
  const paragon::random_key key{.seed = 1};
  const double half = static_cast<double>(m) / 2;
  const double unit = std::exp(half * std::log(std::numbers::pi / 4) - std::lgamma(half + 1));
  double value = 0;
  double error = 0;
  for (auto _ : state) {
    double sum = 0;
    double squares = 0;
    std::vector<double> w(m);
    for (std::size_t d = 0; d < directions; ++d) {
      double length = 0;
      for (std::size_t k = 0; k < m; ++k) {
        w[k] = std::abs(key.normal(d * m + k));
        length += w[k] * w[k];
      }
      double farthest = 0;
      for (std::size_t i = 0; i < n; ++i) {
        double nearest = side / w[0] * std::sqrt(length);
        for (std::size_t k = 0; k < m; ++k) {
          nearest = std::min(nearest, (side - points[i * m + k]) / w[k] * std::sqrt(length));
        }
        farthest = std::max(farthest, nearest);
      }
      const double volume = unit * std::pow(farthest, static_cast<double>(m));
      sum += volume;
      squares += volume * volume;
    }
    value = sum / directions;
    error = std::sqrt((squares / directions - value * value) / directions);
    benchmark::DoNotOptimize(value);
  }
  state.counters["volume"] = value;
  state.counters["relative_error"] = error / value;
}

}  // namespace

#define PARAGON_SIZES Args({6, 100})->Args({8, 100})->Args({10, 100})->Args({10, 1000})->Unit(benchmark::kMillisecond)
BENCHMARK_CAPTURE(estimate, linear, linear)->PARAGON_SIZES;
BENCHMARK_CAPTURE(estimate, concave, concave)->PARAGON_SIZES;
BENCHMARK_CAPTURE(estimate, convex, convex)->PARAGON_SIZES;
BENCHMARK_CAPTURE(plain, linear, linear)->PARAGON_SIZES;
BENCHMARK_CAPTURE(plain, concave, concave)->PARAGON_SIZES;
BENCHMARK_CAPTURE(plain, convex, convex)->PARAGON_SIZES;
