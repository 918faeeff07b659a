// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stretching a uniform cube to half of its points, and cutting one large front, against a plain loop that measures
// crowding distances anew after each point that goes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/crowding.hpp>
#include <paragon/pareto/select.hpp>
#include <paragon/pareto/stretch.hpp>

namespace {

using paragon::pareto::points;

std::vector<double> cube(std::size_t n, std::size_t m) {
  const paragon::random_key key{.seed = 42 + m};
  std::vector<double> values(n * m);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = key.uniform(i);
  return values;
}

/// One front on the simplex, behind the origin: all but the first point are in the front that is cut.
std::vector<double> one_front(std::size_t n, std::size_t m) {
  const paragon::random_key key{.seed = 42 + m};
  std::vector<double> values(n * m);
  for (std::size_t i = 1; i < n; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < m; ++k) sum += values[i * m + k] = key.exponential(i * m + k);
    for (std::size_t k = 0; k < m; ++k) values[i * m + k] /= sum;
  }
  return values;
}

/// The most crowded point goes, and all distances are computed again.
std::vector<std::size_t> plain_cut(const std::vector<double>& values, std::size_t m, std::size_t count) {
  std::vector<double> left = values;
  std::vector<std::size_t> rows(values.size() / m);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  while (rows.size() > count) {
    const auto distance = paragon::pareto::crowding_distance(points<double>(left, m));
    const auto i = std::min_element(distance.begin(), distance.end()) - distance.begin();
    const auto width = static_cast<std::ptrdiff_t>(m);
    left.erase(left.begin() + i * width, left.begin() + (i + 1) * width);
    rows.erase(rows.begin() + i);
  }
  return rows;
}

std::size_t objectives(const benchmark::State& state) { return static_cast<std::size_t>(state.range(0)); }
std::size_t size(const benchmark::State& state) { return static_cast<std::size_t>(state.range(1)); }

template <class Spread>
void stretch_to_half(benchmark::State& state, const std::vector<double>& values, const Spread& spread) {
  for (auto _ : state) {
    const auto kept = paragon::pareto::stretch(points<double>(values, objectives(state)), size(state) / 2, spread);
    benchmark::DoNotOptimize(kept.data());
  }
  state.SetComplexityN(state.range(1));
}

void cube_by_crowding(benchmark::State& state) {
  stretch_to_half(state, cube(size(state), objectives(state)), paragon::pareto::by_crowding{});
}

void front_by_crowding(benchmark::State& state) {
  stretch_to_half(state, one_front(size(state), objectives(state)), paragon::pareto::by_crowding{});
}

void front_by_crowding_plain_loop(benchmark::State& state) {
  const auto values = one_front(size(state), objectives(state));
  const std::vector<double> front(values.begin() + state.range(0), values.end());
  for (auto _ : state) {
    const auto kept = plain_cut(front, objectives(state), size(state) / 2 - 1);
    benchmark::DoNotOptimize(kept.data());
  }
  state.SetComplexityN(state.range(1));
}

void front_by_contribution(benchmark::State& state) {
  const std::vector<double> corner(objectives(state), 1.1);
  stretch_to_half(state, one_front(size(state), objectives(state)), paragon::pareto::by_contribution{corner});
}

void front_by_rays(benchmark::State& state) {
  const auto rays = one_front(101, objectives(state));
  const std::vector<double> directions(rays.begin() + state.range(0), rays.end());
  stretch_to_half(state, one_front(size(state), objectives(state)),
                  paragon::pareto::by_rays{points<double>(directions, objectives(state))});
}

void cube_per_metric(benchmark::State& state) {
  const auto values = cube(size(state), objectives(state));
  for (auto _ : state) {
    const auto kept = paragon::pareto::stretch(points<double>(values, objectives(state)), size(state) / 2,
                                               paragon::pareto::per_metric_union{0});
    benchmark::DoNotOptimize(kept.data());
  }
  state.SetComplexityN(state.range(1));
}

void select_knee(benchmark::State& state) {
  const auto values = cube(size(state), objectives(state));
  for (auto _ : state) {
    const auto pick = paragon::pareto::select(points<double>(values, objectives(state)), paragon::pareto::knee{},
                                              paragon::pareto::at_most{0, 0.5});
    benchmark::DoNotOptimize(pick);
  }
  state.SetComplexityN(state.range(1));
}

}  // namespace

#define PARAGON_DOUBLED(name, m, least, most)                      \
  BENCHMARK(name)                                                  \
      ->ArgsProduct({{m}, benchmark::CreateRange(least, most, 2)}) \
      ->Unit(benchmark::kMillisecond)                              \
      ->Complexity()

PARAGON_DOUBLED(cube_by_crowding, 2, 4096, 65536);
PARAGON_DOUBLED(cube_by_crowding, 4, 4096, 32768);
PARAGON_DOUBLED(cube_per_metric, 4, 4096, 65536);
PARAGON_DOUBLED(front_by_crowding, 2, 1024, 65536);
PARAGON_DOUBLED(front_by_crowding, 4, 1024, 65536);
PARAGON_DOUBLED(front_by_crowding_plain_loop, 2, 256, 2048);
PARAGON_DOUBLED(front_by_crowding_plain_loop, 4, 256, 2048);
PARAGON_DOUBLED(front_by_contribution, 2, 128, 1024);
PARAGON_DOUBLED(front_by_contribution, 3, 128, 1024);
PARAGON_DOUBLED(front_by_contribution, 4, 128, 512);
PARAGON_DOUBLED(front_by_rays, 4, 1024, 16384);
PARAGON_DOUBLED(select_knee, 4, 4096, 65536);
