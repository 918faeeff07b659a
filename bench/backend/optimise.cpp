// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Optimiser steps beside the same step as one pass per line of the paper, as array libraries do it.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>

#include <paragon/backend/cpu.hpp>
#include <paragon/tensor/tensor.hpp>

namespace {

using paragon::backend::cpu;

template <class T>
struct data {
  std::vector<T> parameter, gradient, mean, variance;
  explicit data(const benchmark::State& state)
      : parameter(static_cast<std::size_t>(state.range(0)), T(1)), gradient(parameter.size(), T(0.01)),
        mean(parameter.size()), variance(parameter.size()) {}
  void count(benchmark::State& state, int arrays) const {
    const auto items = static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(parameter.size());
    state.SetItemsProcessed(items);
    state.SetBytesProcessed(items * arrays * static_cast<std::int64_t>(sizeof(T)));
  }
};

template <class T>
void adam_paragon(benchmark::State& state) {
  data<T> d(state);
  const paragon::backend::adam_step<T> step{T(1e-3), T(0.1), T(0.001), T(1e-8), T(0), T(0), T(1.5), T(2)};
  for (auto _ : state) {
    cpu::adam(step, d.parameter.size(), d.parameter.data(), d.gradient.data(), d.mean.data(), d.variance.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 7);
}

template <class T>
void adam_pass_by_pass(benchmark::State& state) {
  data<T> d(state);
  const std::size_t n = d.parameter.size();
  for (auto _ : state) {
    for (std::size_t i = 0; i < n; ++i) d.mean[i] = T(0.9) * d.mean[i] + T(0.1) * d.gradient[i];
    for (std::size_t i = 0; i < n; ++i) {
      d.variance[i] = T(0.999) * d.variance[i] + T(0.001) * d.gradient[i] * d.gradient[i];
    }
    for (std::size_t i = 0; i < n; ++i) {
      d.parameter[i] -= T(1e-3) * d.mean[i] * T(1.5) / (std::sqrt(d.variance[i] * T(2)) + T(1e-8));
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 7);
}

template <class T>
void sgd_paragon(benchmark::State& state) {
  data<T> d(state);
  const paragon::backend::sgd_step<T> step{T(1e-3), T(0.9), T(0), false};
  for (auto _ : state) {
    cpu::sgd(step, d.parameter.size(), d.parameter.data(), d.gradient.data(), d.mean.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 5);
}

template <class T>
void sgd_pass_by_pass(benchmark::State& state) {
  data<T> d(state);
  const std::size_t n = d.parameter.size();
  for (auto _ : state) {
    for (std::size_t i = 0; i < n; ++i) d.mean[i] = T(0.9) * d.mean[i] + d.gradient[i];
    for (std::size_t i = 0; i < n; ++i) d.parameter[i] -= T(1e-3) * d.mean[i];
    benchmark::ClobberMemory();
  }
  d.count(state, 5);
}

BENCHMARK(adam_paragon<float>)->Arg(1000)->Arg(100000)->Arg(4000000);
BENCHMARK(adam_pass_by_pass<float>)->Arg(1000)->Arg(100000)->Arg(4000000);
BENCHMARK(adam_paragon<double>)->Arg(1000)->Arg(100000)->Arg(4000000);
BENCHMARK(sgd_paragon<float>)->Arg(1000)->Arg(100000)->Arg(4000000);
BENCHMARK(sgd_pass_by_pass<float>)->Arg(1000)->Arg(100000)->Arg(4000000);

}  // namespace
