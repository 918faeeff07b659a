// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// What the tape costs: a small network against the same arithmetic written by hand, records of one number, attention,
/// and gradients of single instances against one pass for each.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/attention.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/nn/attention.hpp>
#include <paragon/nn/linear.hpp>

namespace {

using namespace paragon;
using backend::cpu;
using backend::transposed;

constexpr std::size_t layers = 3;
constexpr std::size_t width = 128;
constexpr std::size_t batch = 64;

template <class T>
tensor<T> normal(shape extents, std::uint32_t stream, double deviation = 1) {
  const auto key = paragon::random_key{.seed = 1}.fork(stream);
  tensor<T> out(extents);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<T>(deviation * key.normal(i));
  return out;
}

void count_flops(benchmark::State& state, double flops) {
  state.counters["FLOP/s"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// Forward, by the weights of three layers and by the inputs of two of them.
constexpr double multilayer_flops = 2.0 * batch * width * width * (layers + layers + layers - 1);

template <class T>
void multilayer_on_tape(benchmark::State& state) {
  nn::parameters<T> store;
  std::vector<nn::linear> network;
  for (std::size_t l = 0; l < layers; ++l) {
    network.emplace_back(store, "layer" + std::to_string(l), width, width, paragon::random_key{.seed = 1});
  }
  const auto x = normal<T>({batch, width}, 1);
  autodiff::tape<T> tape;
  for (auto _ : state) {
    tape.clear();
    const auto theta = nn::bind(tape, store);
    auto y = tape.constant(x);
    for (const auto& layer : network) y = relu(layer(theta, y));
    tape.backward(sum(y));
    benchmark::DoNotOptimize(tape.gradient(theta.all()));
  }
  count_flops(state, multilayer_flops);
}

template <class T>
void multilayer_by_hand(benchmark::State& state) {
  std::array<tensor<T>, layers> w;
  std::array<tensor<T>, layers> b;
  std::array<tensor<T>, layers> dw;
  std::array<tensor<T>, layers> db;
  std::array<tensor<T>, layers + 1> y;
  y[0] = normal<T>({batch, width}, 1);
  for (std::size_t l = 0; l < layers; ++l) {
    w[l] = normal<T>({width, width}, static_cast<std::uint32_t>(2 + l), 0.1);
    b[l] = tensor<T>({width});
    dw[l] = tensor<T>({width, width});
    db[l] = tensor<T>({width});
    y[l + 1] = tensor<T>({batch, width});
  }
  tensor<T> dy({batch, width});
  tensor<T> dx({batch, width});
  for (auto _ : state) {
    for (std::size_t l = 0; l < layers; ++l) {
      cpu::gemm(transposed::no, transposed::yes, batch, width, width, T(1), y[l].data(), width, w[l].data(), width,
                T(0), y[l + 1].data(), width);
      for (std::size_t r = 0; r < batch; ++r) {
        T* row = y[l + 1].data() + r * width;
        const T* bias = b[l].data();
        for (std::size_t c = 0; c < width; ++c) row[c] = row[c] + bias[c] > 0 ? row[c] + bias[c] : T(0);
      }
    }
    T total = 0;
    for (const T v : y[layers].span()) total += v;
    benchmark::DoNotOptimize(total);
    for (T& v : dy.span()) v = 1;
    for (std::size_t l = layers; l-- > 0;) {
      T* bias = db[l].data();
      for (std::size_t c = 0; c < width; ++c) bias[c] = 0;
      for (std::size_t r = 0; r < batch; ++r) {
        T* up = dy.data() + r * width;
        const T* out = y[l + 1].data() + r * width;
        for (std::size_t c = 0; c < width; ++c) {
          up[c] = out[c] > 0 ? up[c] : T(0);
          bias[c] += up[c];
        }
      }
      cpu::gemm(transposed::yes, transposed::no, width, width, batch, T(1), dy.data(), width, y[l].data(), width, T(0),
                dw[l].data(), width);
      if (l == 0) continue;
      cpu::gemm(transposed::no, transposed::no, batch, width, width, T(1), dy.data(), width, w[l].data(), width, T(0),
                dx.data(), width);
      swap(dy, dx);
    }
    benchmark::DoNotOptimize(dw[0].data());
  }
  count_flops(state, multilayer_flops);
}

/// Time of one record, forward and backward: a chain of additions of one number.
void one_record(benchmark::State& state) {
  constexpr std::size_t records = 10'000;
  const auto x = normal<float>({1}, 1);
  autodiff::tape<float> tape;
  for (auto _ : state) {
    tape.clear();
    const auto v = tape.input(x);
    auto y = v;
    for (std::size_t i = 0; i < records; ++i) y = y + v;
    tape.backward(y);
    benchmark::DoNotOptimize(tape.gradient(v));
  }
  state.counters["s/record"] =
      benchmark::Counter(records, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

constexpr std::size_t samples = 256;
constexpr std::size_t nodes = 8;
constexpr std::size_t depth = 64;
constexpr std::size_t heads = 4;
constexpr double attention_flops = 2.0 * 2 * samples * nodes * nodes * depth;

template <class T>
void attention_forward(benchmark::State& state) {
  const auto x = normal<T>({samples * nodes, depth}, 1);
  autodiff::evaluation<T> context;
  for (auto _ : state) {
    context.clear();
    const auto v = context.constant(x);
    benchmark::DoNotOptimize(autodiff::attention(v, v, v, heads, nodes, nullptr).data());
  }
  count_flops(state, attention_flops);
}

template <class T>
void attention_with_gradient(benchmark::State& state) {
  const auto q = normal<T>({samples * nodes, depth}, 1);
  const auto k = normal<T>({samples * nodes, depth}, 2);
  const auto v = normal<T>({samples * nodes, depth}, 3);
  autodiff::tape<T> tape;
  for (auto _ : state) {
    tape.clear();
    const auto in = tape.input(q);
    tape.backward(attention(in, tape.input(k), tape.input(v), heads, nodes, nullptr), nullptr, 1);
    benchmark::DoNotOptimize(tape.gradient(in));
  }
  count_flops(state, 3 * attention_flops);
}

/// With its four linear layers, as a transformer has it.
template <class T>
void attention_layer_with_gradient(benchmark::State& state) {
  nn::parameters<T> store;
  const nn::attention layer(store, "attention", depth, heads, {.seed = 1});
  const auto x = normal<T>({samples * nodes, depth}, 1);
  autodiff::tape<T> tape;
  for (auto _ : state) {
    tape.clear();
    const auto theta = nn::bind(tape, store);
    const auto in = tape.input(x);
    tape.backward(layer(theta, nodes, nullptr, in), nullptr, 1);
    benchmark::DoNotOptimize(tape.gradient(theta.all()));
  }
  count_flops(state, 3 * (attention_flops + 4 * 2.0 * samples * nodes * depth * depth));
}

/// Gram matrix of the gradients of 13 instances of `rows` rows each: one pass that logs factors.
template <bool Separate>
void gram_of_instances(benchmark::State& state) {
  constexpr std::size_t instances = 13;
  const auto rows = static_cast<std::size_t>(state.range(0));
  nn::parameters<float> store;
  std::vector<nn::linear> network;
  for (std::size_t l = 0; l < layers; ++l) {
    network.emplace_back(store, "layer" + std::to_string(l), width, width, paragon::random_key{.seed = 1});
  }
  const auto x = normal<float>({instances * rows, width}, 1);
  std::vector<float> seeds(instances * instances);
  for (std::size_t t = 0; t < instances; ++t) seeds[t * instances + t] = 1;
  std::vector<float> product(instances * instances);
  std::vector<double> gram(instances * instances);
  autodiff::tape<float> tape;
  for (auto _ : state) {
    tape.clear();
    const auto theta = nn::bind(tape, store);
    auto y = tape.constant(x);
    for (const auto& layer : network) y = relu(layer(theta, y));
    const auto losses = sum_columns(tape.view(y, 0, {instances, rows * width}));
    if constexpr (Separate) {
      tape.backward(losses, seeds.data(), instances);
      const float* g = tape.gradient(theta.all());
      cpu::gemm(transposed::no, transposed::yes, instances, instances, store.size(), 1.0F, g, store.size(), g,
                store.size(), 0.0F, product.data(), instances);
      benchmark::DoNotOptimize(product.data());
    } else {
      tape.backward_instances(losses);
      tape.instances().gram(gram);
      benchmark::DoNotOptimize(gram.data());
    }
  }
}

}  // namespace

BENCHMARK(multilayer_by_hand<float>);
BENCHMARK(multilayer_on_tape<float>);
BENCHMARK(multilayer_by_hand<double>);
BENCHMARK(multilayer_on_tape<double>);
BENCHMARK(one_record);
BENCHMARK(attention_forward<float>)->Unit(benchmark::kMicrosecond);
BENCHMARK(attention_forward<double>)->Unit(benchmark::kMicrosecond);
BENCHMARK(attention_with_gradient<float>)->Unit(benchmark::kMicrosecond);
BENCHMARK(attention_with_gradient<double>)->Unit(benchmark::kMicrosecond);
BENCHMARK(attention_layer_with_gradient<float>)->Unit(benchmark::kMicrosecond);
BENCHMARK(attention_layer_with_gradient<double>)->Unit(benchmark::kMicrosecond);
BENCHMARK(gram_of_instances<true>)->Arg(1)->Arg(4)->Arg(40)->Unit(benchmark::kMicrosecond);
BENCHMARK(gram_of_instances<false>)->Arg(1)->Arg(4)->Arg(40)->Unit(benchmark::kMicrosecond);
