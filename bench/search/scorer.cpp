// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory of a scorer: numbers for rows of choices, and scaled objectives by number, against a plain hash map and a
// plain array. One call handles what one training step asks for: 13 devices, 16 rows, 30 choices.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "problem.hpp"

namespace {

namespace space = paragon::space;

constexpr std::size_t asked = paragon_bench::devices * paragon_bench::rows * 30;

/// Rows of choices of random cells.
std::vector<std::array<space::choice_index, 6>> random_rows() {
  std::vector<std::array<space::choice_index, 6>> result(asked);
  const paragon::random_key key{.seed = 3};
  for (std::size_t i = 0; i < asked; ++i) {
    for (std::size_t d = 0; d < 6; ++d) result[i][d] = static_cast<space::choice_index>(key.below(5, 6 * i + d));
  }
  return result;
}

void intern(benchmark::State& state) {
  auto judge = paragon_bench::make_judge();
  const auto chosen = random_rows();
  for (auto _ : state) {
    std::uint32_t sum = 0;
    for (const auto& row : chosen) sum += judge.intern(std::span<const space::choice_index>(row));
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(asked));
}

void intern_by_hash_map(benchmark::State& state) {
  const auto chosen = random_rows();
  std::unordered_map<std::string, std::uint32_t> ids;
  std::string key;
  for (auto _ : state) {
    std::uint32_t sum = 0;
    for (const auto& row : chosen) {
      key.assign(row.begin(), row.end());
      sum += ids.try_emplace(key, static_cast<std::uint32_t>(ids.size())).first->second;
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(asked));
}

void score(benchmark::State& state) {
  auto judge = paragon_bench::make_judge();
  std::vector<std::uint32_t> ids;
  for (const auto& row : random_rows()) ids.push_back(judge.intern(std::span<const space::choice_index>(row)));
  std::vector<double> z(2 * asked / paragon_bench::devices);
  for (auto _ : state) {
    for (std::size_t d = 0; d < paragon_bench::devices; ++d) {
      const std::size_t part = asked / paragon_bench::devices;
      judge.score(std::span<const std::uint32_t>(ids).subspan(d * part, part), d, z);
      benchmark::DoNotOptimize(z.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(asked));
}

void score_by_plain_arrays(benchmark::State& state) {
  std::vector<std::vector<double>> by_device(paragon_bench::devices, std::vector<double>(2 * 15625, 0.5));
  const paragon::random_key key{.seed = 3};
  std::vector<std::uint32_t> ids(asked);
  for (std::size_t i = 0; i < asked; ++i) ids[i] = static_cast<std::uint32_t>(key.below(15625, i));
  const std::size_t part = asked / paragon_bench::devices;
  std::vector<double> z(2 * part);
  for (auto _ : state) {
    for (std::size_t d = 0; d < paragon_bench::devices; ++d) {
      for (std::size_t i = 0; i < part; ++i) {
        z[2 * i] = by_device[d][2 * ids[d * part + i]];
        z[2 * i + 1] = by_device[d][2 * ids[d * part + i] + 1];
      }
      benchmark::DoNotOptimize(z.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(asked));
}

BENCHMARK(intern)->Unit(benchmark::kMicrosecond);
BENCHMARK(intern_by_hash_map)->Unit(benchmark::kMicrosecond);
BENCHMARK(score)->Unit(benchmark::kMicrosecond);
BENCHMARK(score_by_plain_arrays)->Unit(benchmark::kMicrosecond);

}  // namespace
