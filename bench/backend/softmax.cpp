// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax of rows and its adjoint beside plain loops over std::exp.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <paragon/backend/cpu.hpp>

namespace {

using paragon::backend::cpu;

template <class T>
struct data {
  std::size_t rows, columns;
  std::vector<T> x, y, dx;
  explicit data(const benchmark::State& state)
      : rows(static_cast<std::size_t>(state.range(0))), columns(static_cast<std::size_t>(state.range(1))),
        x(rows * columns), y(rows * columns), dx(rows * columns) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(static_cast<double>(i % 1999) * 0.005 - 5.0);
  }
  void count(benchmark::State& state, int arrays) const {
    const auto items = static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(x.size());
    state.SetItemsProcessed(items);
    state.SetBytesProcessed(items * arrays * static_cast<std::int64_t>(sizeof(T)));
  }
};

template <class T>
void softmax_paragon(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    cpu::softmax(d.rows, d.columns, d.x.data(), d.y.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

template <class T>
void softmax_std(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    for (std::size_t r = 0; r < d.rows; ++r) {
      const T* in = d.x.data() + r * d.columns;
      T* out = d.y.data() + r * d.columns;
      const T greatest = *std::max_element(in, in + d.columns);
      T sum = 0;
      for (std::size_t c = 0; c < d.columns; ++c) sum += out[c] = std::exp(in[c] - greatest);
      for (std::size_t c = 0; c < d.columns; ++c) out[c] /= sum;
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

template <class T>
void log_softmax_paragon(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    cpu::log_softmax(d.rows, d.columns, d.x.data(), d.y.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

template <class T>
void log_softmax_std(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    for (std::size_t r = 0; r < d.rows; ++r) {
      const T* in = d.x.data() + r * d.columns;
      T* out = d.y.data() + r * d.columns;
      const T greatest = *std::max_element(in, in + d.columns);
      T sum = 0;
      for (std::size_t c = 0; c < d.columns; ++c) sum += std::exp(in[c] - greatest);
      for (std::size_t c = 0; c < d.columns; ++c) out[c] = in[c] - greatest - std::log(sum);
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

template <class T>
void adjoint_paragon(benchmark::State& state) {
  data<T> d(state);
  cpu::softmax(d.rows, d.columns, d.x.data(), d.y.data());
  for (auto _ : state) {
    cpu::softmax_adjoint(d.rows, d.columns, d.y.data(), d.x.data(), d.dx.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 4);
}

template <class T>
void adjoint_std(benchmark::State& state) {
  data<T> d(state);
  cpu::softmax(d.rows, d.columns, d.x.data(), d.y.data());
  for (auto _ : state) {
    for (std::size_t r = 0; r < d.rows; ++r) {
      const std::size_t at = r * d.columns;
      T inner = 0;
      for (std::size_t c = 0; c < d.columns; ++c) inner += d.y[at + c] * d.x[at + c];
      for (std::size_t c = 0; c < d.columns; ++c) d.dx[at + c] += d.y[at + c] * (d.x[at + c] - inner);
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 4);
}

void shapes(benchmark::internal::Benchmark* b) { b->Args({78, 5})->Args({416, 64})->Args({256, 1024}); }

BENCHMARK(softmax_paragon<float>)->Apply(shapes);
BENCHMARK(softmax_std<float>)->Apply(shapes);
BENCHMARK(softmax_paragon<double>)->Apply(shapes);
BENCHMARK(softmax_std<double>)->Apply(shapes);
BENCHMARK(log_softmax_paragon<float>)->Apply(shapes);
BENCHMARK(log_softmax_std<float>)->Apply(shapes);
BENCHMARK(adjoint_paragon<float>)->Apply(shapes);
BENCHMARK(adjoint_std<float>)->Apply(shapes);

}  // namespace
