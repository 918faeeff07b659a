// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 24 architectures for the 24 rays of one device: the largest logits, the pooled search with its default settings, and
// a plain loop over all 15,625 cells.
#include <benchmark/benchmark.h>

#include <limits>
#include <paragon/preference/rays.hpp>
#include <paragon/search/decode.hpp>
#include <vector>

#include "problem.hpp"

namespace {

namespace preference = paragon::preference;
namespace search = paragon::search;

struct decoding {
  paragon_bench::judge_type judge = paragon_bench::make_judge();
  preference::rays rays = preference::circle(24);
  std::vector<float> logits = std::vector<float>(24 * 30);

  decoding() {
    for (std::size_t i = 0; i < logits.size(); ++i)
      logits[i] = static_cast<float>(paragon::random_key{.seed = 9}.normal(i));
  }
};

void largest_logits(benchmark::State& state) {
  decoding d;
  for (auto _ : state) benchmark::DoNotOptimize(search::arg_max{}(d.judge, 0, d.logits, d.rays.values()));
}

void pooled(benchmark::State& state) {
  decoding d;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(search::pooled<>{}(d.judge, 0, d.logits, d.rays.values(), {.seed = ++seed}));
  }
}

void all_cells(benchmark::State& state) {
  decoding d;
  std::vector<std::uint32_t> all(d.judge.known());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  std::vector<double> z(2 * all.size());
  std::vector<std::uint32_t> picks(24);
  const preference::smooth_tchebycheff scalarise{.mu = 0.03};
  for (auto _ : state) {
    d.judge.score(all, 0, z);
    for (std::size_t r = 0; r < 24; ++r) {
      double least = std::numeric_limits<double>::infinity();
      for (const auto i : all) {
        const double s = scalarise(std::span<const double>(z).subspan(2 * i, 2), d.rays[r]);
        if (s < least) {
          least = s;
          picks[r] = i;
        }
      }
    }
    benchmark::DoNotOptimize(picks.data());
  }
}

BENCHMARK(largest_logits)->Unit(benchmark::kMicrosecond);
BENCHMARK(pooled)->Unit(benchmark::kMicrosecond);
BENCHMARK(all_cells)->Unit(benchmark::kMicrosecond);

}  // namespace
