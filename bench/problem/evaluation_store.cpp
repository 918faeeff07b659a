// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The store of evaluations of a described space of 20 decisions: adding, finding and replaying, beside a plain loop that
// builds the same lines and writes them to a file.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/problem/evaluation_store.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/sample.hpp>

namespace {

using namespace paragon;
using store_type = problem::evaluation_store<space::described>;

const space::described& towers() {
  static const space::described value = [] {
    json::array decisions;
    for (int d = 0; d < 20; ++d) {
      decisions.emplace_back(json::object{{"name", "width" + std::to_string(d)}, {"range", json::array{8, 512, 8}}});
    }
    return space::described(json::object{{"name", "towers"}, {"decisions", std::move(decisions)}});
  }();
  return value;
}

store_type::value_type evaluation(std::uint64_t i) {
  const random_key key{.seed = 1};
  return {i, space::uniform(towers(), key, i), 0, {key.uniform(2 * i), key.uniform(2 * i + 1)}};
}

std::vector<metric> objectives() { return {{"error", "%"}, {"latency_ms", "ms"}}; }

std::string scratch() {
  return (std::filesystem::temp_directory_path() / ("paragon-bench-" + std::to_string(::getpid()))).string();
}

void add(benchmark::State& state, bool to_file, std::chrono::nanoseconds force_every) {
  const std::string path = scratch();
  std::filesystem::remove(path);
  store_type store(towers(), objectives());
  if (to_file) store.keep_in(path, force_every);
  std::uint64_t i = 0;
  for (auto step : state) store.add(evaluation(i++));
  state.SetItemsProcessed(state.iterations());
  std::filesystem::remove(path);
}
BENCHMARK_CAPTURE(add, in_memory, false, std::chrono::nanoseconds(0));
BENCHMARK_CAPTURE(add, forced_once_a_second, true, std::chrono::seconds(1));
BENCHMARK_CAPTURE(add, forced_always, true, std::chrono::nanoseconds(0));

void plain_loop(benchmark::State& state) {
  const std::string path = scratch();
  std::ofstream file(path);
  std::vector<store_type::value_type> all;
  std::uint64_t i = 0;
  for (auto step : state) {
    all.push_back(evaluation(i++));
    const auto& e = all.back();
    file << "{\"id\":" << e.id << ",\"architecture\":" << towers().to_string(e.architecture)
         << ",\"values\":{\"error\":" << e.result.value(0) << ",\"latency_ms\":" << e.result.value(1) << "}}"
         << std::endl;
  }
  state.SetItemsProcessed(state.iterations());
  std::filesystem::remove(path);
}
BENCHMARK(plain_loop);

void find(benchmark::State& state) {
  store_type store(towers(), objectives());
  for (std::uint64_t i = 0; i < 100'000; ++i) store.add(evaluation(i));
  std::size_t i = 0;
  for (auto step : state) benchmark::DoNotOptimize(store.find(store.evaluations()[i++ * 7919 % 100'000].architecture));
}
BENCHMARK(find);

void replay(benchmark::State& state) {
  const std::string path = scratch();
  std::filesystem::remove(path);
  {
    store_type store(towers(), objectives());
    store.keep_in(path, std::chrono::hours(1));
    for (std::uint64_t i = 0; i < 100'000; ++i) store.add(evaluation(i));
  }
  for (auto step : state) {
    store_type store(towers(), objectives());
    store.keep_in(path);
    benchmark::DoNotOptimize(store.size());
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
  std::filesystem::remove(path);
}
BENCHMARK(replay)->Unit(benchmark::kMillisecond);

}  // namespace
