// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element-wise functions beside a plain loop over the standard library's function.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <paragon/backend/cpu.hpp>
#include <paragon/backend/functions.hpp>

namespace {

using paragon::backend::cpu;
namespace functions = paragon::functions;

template <class T>
std::vector<T> inputs(std::size_t n) {
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(static_cast<double>(i % 1999) * 0.005 - 5.0);
  return x;
}

template <class T>
void count(benchmark::State& state, std::size_t n) {
  const auto processed = static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(n);
  state.SetItemsProcessed(processed);
  state.SetBytesProcessed(processed * 2 * static_cast<std::int64_t>(sizeof(T)));
}

template <class T, class F>
void own(benchmark::State& state, F f) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto x = inputs<T>(n);
  std::vector<T> y(n);
  for (auto _ : state) {
    cpu::map(f, n, y.data(), x.data());
    benchmark::ClobberMemory();
  }
  count<T>(state, n);
}

template <class T, class F>
void plain(benchmark::State& state, F f) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto x = inputs<T>(n);
  std::vector<T> y(n);
  for (auto _ : state) {
    for (std::size_t i = 0; i < n; ++i) y[i] = f(x[i]);
    benchmark::ClobberMemory();
  }
  count<T>(state, n);
}

template <class T, class F, class Plain>
void both(const std::string& name, F f, Plain g) {
  for (const std::int64_t n : {64, 4096, 1 << 20}) {
    benchmark::RegisterBenchmark((name + "/paragon").c_str(), own<T, F>, f)->Arg(n);
    benchmark::RegisterBenchmark((name + "/std").c_str(), plain<T, Plain>, g)->Arg(n);
  }
}

template <class T>
void all(const std::string& type) {
  both<T>("relu/" + type, functions::relu{}, [](T x) { return std::max(x, T(0)); });
  both<T>("exp/" + type, functions::exp{}, [](T x) { return std::exp(x); });
  both<T>("tanh/" + type, functions::tanh{}, [](T x) { return std::tanh(x); });
  both<T>("sigmoid/" + type, functions::sigmoid{}, [](T x) { return T(1) / (T(1) + std::exp(-x)); });
  both<T>("silu/" + type, functions::silu{}, [](T x) { return x / (T(1) + std::exp(-x)); });
  both<T>("elu/" + type, functions::elu{}, [](T x) { return x > T(0) ? x : std::expm1(x); });
  both<T>("softplus/" + type, functions::softplus{}, [](T x) { return std::log1p(std::exp(x)); });
}

const bool registered = [] {
  all<float>("float");
  all<double>("double");
  return true;
}();

}  // namespace
