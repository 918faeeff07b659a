// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A described space of 60 decisions of 64 choices, a quarter of them conditional, beside plain loops over rows.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/decision_descriptor.hpp>
#include <paragon/space/decode.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/hash.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/space/shape.hpp>

namespace {

using namespace paragon;
using row_type = std::vector<space::choice_index>;

const space::described& large() {
  static const space::described value = [] {
    json::array decisions;
    for (int d = 0; d < 60; ++d) {
      json::object one{{"name", "d" + std::to_string(d)}, {"range", json::array{8, 512, 8}}};
      if (d % 4 == 3) {
        one.emplace_back("active_if", json::object{{"d" + std::to_string(d - 1), json::array{16, 24, 512}}});
      }
      decisions.emplace_back(std::move(one));
    }
    return space::described(json::object{{"name", "large"}, {"decisions", std::move(decisions)}});
  }();
  return value;
}

std::vector<float> logits() {
  std::vector<float> values(60UL * 64);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(random_key{.seed = 1}.normal(i));
  return values;
}

void from_choices(benchmark::State& state) {
  const row_type row = space::choices_of(large(), space::uniform(large(), {.seed = 1}, 0));
  for (auto _ : state) benchmark::DoNotOptimize(large().from_choices(row));
}
void from_choices_plain(benchmark::State& state) {
  const row_type row = space::choices_of(large(), space::uniform(large(), {.seed = 1}, 0));
  for (auto _ : state) benchmark::DoNotOptimize(row_type(row));
}

void decode(benchmark::State& state) {
  const auto values = logits();
  for (auto _ : state) benchmark::DoNotOptimize(space::decode<float>(large(), values));
}
void decode_plain(benchmark::State& state) {
  const auto values = logits();
  for (auto _ : state) {
    row_type row(60);
    for (std::size_t d = 0; d < 60; ++d) {
      std::size_t best = 0;
      for (std::size_t c = 0; c < 64; ++c) {
        if (values[64 * d + c] > values[64 * d + best]) best = c;
      }
      row[d] = static_cast<space::choice_index>(best);
    }
    benchmark::DoNotOptimize(row);
  }
}

void sample(benchmark::State& state) {
  std::uint64_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(space::uniform(large(), {.seed = 1}, i++));
}
void sample_plain(benchmark::State& state) {
  const random_key key{.seed = 1};
  std::uint64_t i = 0;
  for (auto _ : state) {
    row_type row(60);
    for (auto& c : row) c = static_cast<space::choice_index>(key.below(64, i++));
    benchmark::DoNotOptimize(row);
  }
}

void neighbours(benchmark::State& state) {
  const auto a = space::uniform(large(), {.seed = 1}, 0);
  for (auto _ : state) benchmark::DoNotOptimize(space::neighbours(large(), a));
}
void neighbours_plain(benchmark::State& state) {
  const row_type row(60, 1);
  for (auto _ : state) {
    std::vector<row_type> all;
    for (std::size_t d = 0; d < 60; ++d) {
      for (std::size_t c = 0; c < 64; ++c) {
        if (c == row[d]) continue;
        all.push_back(row);
        all.back()[d] = static_cast<space::choice_index>(c);
      }
    }
    benchmark::DoNotOptimize(all);
  }
}

void hash(benchmark::State& state) {
  const auto a = space::uniform(large(), {.seed = 1}, 0);
  for (auto _ : state) benchmark::DoNotOptimize(space::hash(large(), a));
}
void describe(benchmark::State& state) {
  const auto a = space::uniform(large(), {.seed = 1}, 0);
  const space::decision_descriptor descriptor(large());
  std::vector<double> features(descriptor.features());
  for (auto _ : state) {
    descriptor.describe(a, {}, features);
    benchmark::DoNotOptimize(features.data());
  }
}
void to_string(benchmark::State& state) {
  const auto a = space::uniform(large(), {.seed = 1}, 0);
  for (auto _ : state) benchmark::DoNotOptimize(large().to_string(a));
}
void parse(benchmark::State& state) {
  const std::string text = large().to_string(space::uniform(large(), {.seed = 1}, 0));
  for (auto _ : state) benchmark::DoNotOptimize(large().parse(text));
}
void read(benchmark::State& state) {
  const std::string text = large().dump();
  for (auto _ : state) benchmark::DoNotOptimize(space::described(json::parse(text)));
}

BENCHMARK(from_choices);
BENCHMARK(from_choices_plain);
BENCHMARK(decode);
BENCHMARK(decode_plain);
BENCHMARK(sample);
BENCHMARK(sample_plain);
BENCHMARK(neighbours)->Unit(benchmark::kMicrosecond);
BENCHMARK(neighbours_plain)->Unit(benchmark::kMicrosecond);
BENCHMARK(hash);
BENCHMARK(describe);
BENCHMARK(to_string);
BENCHMARK(parse);
BENCHMARK(read)->Unit(benchmark::kMicrosecond);

}  // namespace
