// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading a table of numbers, against a plain loop of strtod. Three columns; all digits (17) or few (%.4f).
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <paragon/core/random_key.hpp>
#include <paragon/data/csv.hpp>
#include <paragon/data/number_table.hpp>
#include <string>
#include <vector>

namespace {

enum digits { few, all };

std::string make(digits how, std::size_t rows) {
  const paragon::random_key key{.seed = 42};
  std::string text;
  for (std::size_t i = 0; i < 3 * rows; ++i) {
    char number[40];
    const int length = std::snprintf(number, sizeof number, how == few ? "%.4f" : "%.17g", 100 * key.uniform(i));
    text.append(number, static_cast<std::size_t>(length));
    text += i % 3 == 2 ? '\n' : ',';
  }
  return text;
}

void count(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetComplexityN(state.range(0));
}

template <digits How>
void number_table(benchmark::State& state) {
  const std::string text = make(How, static_cast<std::size_t>(state.range(0)));
  const paragon::data::number_table table(text, "bench");
  for (auto _ : state) benchmark::DoNotOptimize(table.numbers<double>().data());
  count(state, text);
}

template <digits How>
void csv_table(benchmark::State& state) {
  const std::string text = "a,b,c\n" + make(How, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const paragon::data::csv_table table(text, "bench");
    for (const char* name : {"a", "b", "c"}) benchmark::DoNotOptimize(table.numbers<double>(name).data());
  }
  count(state, text);
}

/// No checks at all: any one byte separates two numbers.
template <digits How>
void plain_loop(benchmark::State& state) {
  const std::string text = make(How, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    std::vector<double> values;
    const char* at = text.c_str();
    const char* const end = at + text.size();
    while (at < end) {
      char* after = nullptr;
      values.push_back(std::strtod(at, &after));
      at = after + 1;
    }
    benchmark::DoNotOptimize(values.data());
  }
  count(state, text);
}

}  // namespace

BENCHMARK(number_table<few>)->RangeMultiplier(2)->Range(1 << 17, 1 << 20)->Unit(benchmark::kMillisecond)->Complexity();
BENCHMARK(number_table<all>)->RangeMultiplier(2)->Range(1 << 17, 1 << 20)->Unit(benchmark::kMillisecond)->Complexity();
BENCHMARK(csv_table<few>)->Arg(1 << 20)->Unit(benchmark::kMillisecond);
BENCHMARK(csv_table<all>)->Arg(1 << 20)->Unit(benchmark::kMillisecond);
BENCHMARK(plain_loop<few>)->Arg(1 << 20)->Unit(benchmark::kMillisecond);
BENCHMARK(plain_loop<all>)->Arg(1 << 20)->Unit(benchmark::kMillisecond);
