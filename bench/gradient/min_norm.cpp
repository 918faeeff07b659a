// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <paragon/core/random_key.hpp>
#include <paragon/gradient/frank_wolfe.hpp>
#include <paragon/gradient/gram.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/published_frank_wolfe.hpp>
#include <span>
#include <vector>

namespace gradient = paragon::gradient;

namespace {

/// Sixteen Gram matrices of k gradients with n = 2 k numbers: some conflict, about half of them carry weight.
std::vector<std::vector<double>> matrices(std::size_t k) {
  std::vector<std::vector<double>> all;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    const paragon::random_key key{.seed = seed};
    std::vector<double> rows(2 * k * k);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = key.normal(i) + 0.5;
    all.push_back(gradient::gram(gradient::matrix_view<const double>(rows, k, 2 * k)));
  }
  return all;
}

/// Projected gradient descent in plain loops, to the same certificate as Frank-Wolfe's default.
struct plain_loop {
  gradient::status operator()(gradient::gram_view gram, std::span<double> w) const {
    const std::size_t k = gram.size();
    double trace = 0;
    for (std::size_t i = 0; i < k; ++i) trace += gram(i, i);
    std::fill(w.begin(), w.end(), 1.0 / static_cast<double>(k));
    std::vector<double> product(k);
    std::vector<double> sorted(k);
    gradient::status s;
    for (; s.iterations < 100'000; ++s.iterations) {
      s.squared_norm = 0;
      for (std::size_t i = 0; i < k; ++i) {
        product[i] = 0;
        for (std::size_t j = 0; j < k; ++j) product[i] += gram(i, j) * w[j];
        s.squared_norm += w[i] * product[i];
      }
      s.smallest_product = *std::min_element(product.begin(), product.end());
      s.converged = s.gap() <= 1e-6 * trace / static_cast<double>(k);
      if (s.converged) break;
      for (std::size_t i = 0; i < k; ++i) sorted[i] = w[i] -= product[i] / trace;
      std::sort(sorted.rbegin(), sorted.rend());
      double sum = 0;
      double shift = 0;
      for (std::size_t i = 0; i < k; ++i) {
        sum += sorted[i];
        if (sorted[i] > (sum - 1) / static_cast<double>(i + 1)) shift = (sum - 1) / static_cast<double>(i + 1);
      }
      for (double& x : w) x = std::max(0.0, x - shift);
    }
    return s;
  }
};

template <class W>
void weighting(benchmark::State& state) {
  const auto k = static_cast<std::size_t>(state.range(0));
  const auto all = matrices(k);
  std::vector<double> w(k);
  double iterations = 0;
  double residual = 0;
  double calls = 0;
  for (auto _ : state) {
    for (const auto& gram : all) {
      const auto s = W{}(gradient::gram_view(gram, k), w);
      benchmark::DoNotOptimize(w.data());
      iterations += static_cast<double>(s.iterations);
      residual = std::max(residual, s.gap() / gram[0]);
      calls += 1;
    }
  }
  state.counters["iterations"] = iterations / calls;
  state.counters["gap"] = residual;
  state.counters["time"] = benchmark::Counter(calls, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(weighting<gradient::min_norm>)->Arg(2)->Arg(6)->Arg(13)->Arg(32)->Arg(128);
BENCHMARK(weighting<gradient::frank_wolfe>)->Arg(2)->Arg(6)->Arg(13)->Arg(32)->Arg(128);
BENCHMARK(weighting<gradient::published_frank_wolfe>)->Arg(2)->Arg(6)->Arg(13)->Arg(32)->Arg(128);
BENCHMARK(weighting<plain_loop>)->Arg(2)->Arg(6)->Arg(13)->Arg(32)->Arg(128);

constexpr std::size_t devices = 13;
constexpr std::size_t parameters = 152'000;

std::vector<float> gradients() {
  const paragon::random_key key{.seed = 1};
  std::vector<float> g(devices * parameters);
  for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<float>(key.uniform(i) - 0.5);
  return g;
}

template <class Accumulation>
void gram(benchmark::State& state) {
  const auto g = gradients();
  const gradient::matrix_view<const float> rows(g, devices, parameters);
  std::vector<double> out(devices * devices);
  for (auto _ : state) {
    gradient::gram<Accumulation>(rows, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(g.size() * sizeof(float)));
}
BENCHMARK(gram<gradient::double_accumulation>);
BENCHMARK(gram<gradient::mixed_accumulation>);

void gram_plain_loop(benchmark::State& state) {
  const auto g = gradients();
  std::vector<double> out(devices * devices);
  for (auto _ : state) {
    for (std::size_t i = 0; i < devices; ++i) {
      for (std::size_t j = i; j < devices; ++j) {
        double sum = 0;
        for (std::size_t t = 0; t < parameters; ++t) {
          sum += static_cast<double>(g[i * parameters + t]) * static_cast<double>(g[j * parameters + t]);
        }
        out[i * devices + j] = out[j * devices + i] = sum;
      }
    }
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(g.size() * sizeof(float)));
}
BENCHMARK(gram_plain_loop);

}  // namespace
