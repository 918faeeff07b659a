// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Normalisation of rows and its adjoint beside plain loops.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include <paragon/backend/cpu.hpp>

namespace {

using paragon::backend::cpu;

template <class T>
struct data {
  std::size_t rows, columns;
  std::vector<T> x, y, dx, scale;
  explicit data(const benchmark::State& state)
      : rows(static_cast<std::size_t>(state.range(0))), columns(static_cast<std::size_t>(state.range(1))),
        x(rows * columns), y(rows * columns), dx(rows * columns), scale(rows) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(static_cast<double>(i % 1999) * 0.005 - 5.0);
  }
  void count(benchmark::State& state, int arrays) const {
    const auto items = static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(x.size());
    state.SetItemsProcessed(items);
    state.SetBytesProcessed(items * arrays * static_cast<std::int64_t>(sizeof(T)));
  }
};

template <class T>
void normalise_paragon(benchmark::State& state) {
  data<T> d(state);
  for (auto _ : state) {
    cpu::normalise(d.rows, d.columns, T(1e-5), d.x.data(), d.y.data(), d.scale.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

template <class T>
void normalise_plain(benchmark::State& state) {
  data<T> d(state);
  const T n = static_cast<T>(d.columns);
  for (auto _ : state) {
    for (std::size_t r = 0; r < d.rows; ++r) {
      const T* in = d.x.data() + r * d.columns;
      T mean = 0;
      for (std::size_t c = 0; c < d.columns; ++c) mean += in[c];
      mean /= n;
      T variance = 0;
      for (std::size_t c = 0; c < d.columns; ++c) variance += (in[c] - mean) * (in[c] - mean);
      d.scale[r] = T(1) / std::sqrt(variance / n + T(1e-5));
      for (std::size_t c = 0; c < d.columns; ++c) d.y[r * d.columns + c] = (in[c] - mean) * d.scale[r];
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

template <class T>
void adjoint_paragon(benchmark::State& state) {
  data<T> d(state);
  cpu::normalise(d.rows, d.columns, T(1e-5), d.x.data(), d.y.data(), d.scale.data());
  for (auto _ : state) {
    cpu::normalise_adjoint(d.rows, d.columns, d.y.data(), d.scale.data(), d.x.data(), d.dx.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 4);
}

template <class T>
void adjoint_plain(benchmark::State& state) {
  data<T> d(state);
  cpu::normalise(d.rows, d.columns, T(1e-5), d.x.data(), d.y.data(), d.scale.data());
  const T n = static_cast<T>(d.columns);
  for (auto _ : state) {
    for (std::size_t r = 0; r < d.rows; ++r) {
      const std::size_t at = r * d.columns;
      T mean = 0;
      T inner = 0;
      for (std::size_t c = 0; c < d.columns; ++c) {
        mean += d.x[at + c];
        inner += d.x[at + c] * d.y[at + c];
      }
      mean /= n;
      inner /= n;
      for (std::size_t c = 0; c < d.columns; ++c) {
        d.dx[at + c] += d.scale[r] * (d.x[at + c] - mean - d.y[at + c] * inner);
      }
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 4);
}

void shapes(benchmark::internal::Benchmark* b) {
  b->Args({13, 100})->Args({1872, 100})->Args({2048, 64})->Args({256, 1024});
}

BENCHMARK(normalise_paragon<float>)->Apply(shapes);
BENCHMARK(normalise_plain<float>)->Apply(shapes);
BENCHMARK(normalise_paragon<double>)->Apply(shapes);
BENCHMARK(normalise_plain<double>)->Apply(shapes);
BENCHMARK(adjoint_paragon<float>)->Apply(shapes);
BENCHMARK(adjoint_plain<float>)->Apply(shapes);

}  // namespace
