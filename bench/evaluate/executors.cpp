// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an executor costs a request: evaluations that do nothing, and some of a millisecond, beside a plain loop.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

#include <paragon/evaluate/here.hpp>
#include <paragon/evaluate/threads.hpp>

namespace {

using namespace paragon;

struct numbers {
  using architecture = int;
};

double nothing(int a) { return 0.5 * a; }
double millisecond(int a) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return 0.5 * a;
}

template <double (*f)(int)>
void plain_loop(benchmark::State& state) {
  int a = 0;
  for (auto step : state) {
    objective::outcome found = f(a++);
    benchmark::DoNotOptimize(found);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(plain_loop<nothing>);
BENCHMARK(plain_loop<millisecond>)->UseRealTime();

/// As many pending as there are workers, and `ahead` more.
void drive(benchmark::State& state, auto& executor, std::size_t ahead) {
  std::uint64_t next = 0;
  std::size_t done = 0;
  for (auto step : state) {
    while (executor.pending() < executor.capacity() + ahead) executor.submit({next++, 1});
    done += executor.collect().size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
}

void here(benchmark::State& state) {
  evaluate::here executor(numbers(), nothing);
  drive(state, executor, 0);
}
BENCHMARK(here);

template <double (*f)(int)>
void threads(benchmark::State& state) {
  evaluate::threads executor(numbers(), f, {.workers = static_cast<std::size_t>(state.range(0))});
  drive(state, executor, static_cast<std::size_t>(state.range(1)));
}
BENCHMARK(threads<nothing>)->Args({1, 0})->Args({2, 0})->Args({2, 64})->UseRealTime();
BENCHMARK(threads<millisecond>)->Args({2, 0})->Args({8, 0})->UseRealTime();

}  // namespace
