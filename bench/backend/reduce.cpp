// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums beside plain loops, which the compiler may not reorder and so does one addition after the other.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include <paragon/backend/cpu.hpp>

namespace {

using paragon::backend::cpu;

template <class T>
struct data {
  std::size_t rows, columns;
  std::vector<T> x, y, out;
  explicit data(const benchmark::State& state)
      : rows(static_cast<std::size_t>(state.range(0))), columns(static_cast<std::size_t>(state.range(1))),
        x(rows * columns, T(0.5)), y(rows * columns, T(0.25)), out(rows + columns) {}
  void count(benchmark::State& state, int arrays) const {
    const auto items = static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(x.size());
    state.SetItemsProcessed(items);
    state.SetBytesProcessed(items * arrays * static_cast<std::int64_t>(sizeof(T)));
  }
};

template <class T>
void sum_all_paragon(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    cpu::sum_all(d.x.size(), T(1), d.x.data(), d.out.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 1);
}

template <class T>
void sum_all_plain(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    T sum = 0;
    for (const T value : d.x) sum += value;
    d.out[0] += sum;
    benchmark::ClobberMemory();
  }
  d.count(state, 1);
}

template <class T>
void sum_rows_paragon(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    cpu::sum_rows(d.rows, d.columns, d.x.data(), d.out.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 1);
}

template <class T>
void sum_rows_plain(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    for (std::size_t c = 0; c < d.columns; ++c) {
      T sum = 0;
      for (std::size_t r = 0; r < d.rows; ++r) sum += d.x[r * d.columns + c];
      d.out[c] += sum;
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 1);
}

template <class T>
void dot_columns_paragon(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    cpu::dot_columns(d.rows, d.columns, d.x.data(), d.y.data(), d.out.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

template <class T>
void dot_columns_plain(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    for (std::size_t r = 0; r < d.rows; ++r) {
      T sum = 0;
      for (std::size_t c = 0; c < d.columns; ++c) sum += d.x[r * d.columns + c] * d.y[r * d.columns + c];
      d.out[r] += sum;
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

void shapes(benchmark::internal::Benchmark* b) { b->Args({13, 100})->Args({1872, 100})->Args({1000, 1000}); }

BENCHMARK(sum_all_paragon<float>)->Apply(shapes);
BENCHMARK(sum_all_plain<float>)->Apply(shapes);
BENCHMARK(sum_all_paragon<double>)->Apply(shapes);
BENCHMARK(sum_all_plain<double>)->Apply(shapes);
BENCHMARK(sum_rows_paragon<float>)->Apply(shapes);
BENCHMARK(sum_rows_plain<float>)->Apply(shapes);
BENCHMARK(dot_columns_paragon<float>)->Apply(shapes);
BENCHMARK(dot_columns_plain<float>)->Apply(shapes);

}  // namespace
