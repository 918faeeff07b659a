// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the gradient by alpha costs: forward and backward of the NAS-Bench-201 supernet (16 channels, five cells a stage) with
// frozen weights, over ten cells. `path_only` has no such gradient and is the step of the weights, for comparison.
// Arguments: images a batch, their size in pixels. Items are images.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <paragon/autodiff/cross_entropy.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/space/one_hot.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/supernet/mixing.hpp>
#include <paragon/supernet/supernet.hpp>

namespace {

namespace autodiff = paragon::autodiff;
namespace nn = paragon::nn;
namespace space = paragon::space;
namespace supernet = paragon::supernet;
using paragon::tensor;

template <class Policy>
void mixing_step(benchmark::State& state, bool weights) {
  constexpr std::size_t cells = 10;
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto size = static_cast<std::size_t>(state.range(1));
  const paragon::benchmark::nasbench201 space{.network = {.image_size = static_cast<int>(size)}};
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const paragon::benchmark::nasbench201_supernet network(store, kept, space, {.seed = 1});
  const supernet::supernet net(network, store, kept);
  const paragon::random_key key{.seed = 2};
  tensor<float> images({batch, size, size, 3});
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>(key.normal(i));
  std::vector<std::uint32_t> labels(batch);
  for (std::size_t i = 0; i < batch; ++i) labels[i] = static_cast<std::uint32_t>(i % 10);
  std::vector<std::array<float, 30>> rows(cells);
  for (std::size_t c = 0; c < cells; ++c) {
    space::one_hot<float>(space, space::uniform(space, paragon::random_key{.seed = 3}, c), rows[c]);
  }
  Policy policy;
  autodiff::tape<float> tape;
  const auto pass = [&] {
    for (const auto& row : rows) {
      tape.clear();
      const auto theta = weights ? nn::bind(tape, net.store()) : nn::freeze(tape, net.store());
      const auto alpha = tape.input(row.data(), {1, 30});
      const auto logits = net.logits(theta, tape.constant(images), alpha, policy);
      tape.backward(autodiff::cross_entropy(logits, labels));
      benchmark::DoNotOptimize(tape.gradient(alpha));
    }
  };
  pass();  // the tape gets its memory
  for (auto _ : state) pass();
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(cells * batch));
}

void path_only(benchmark::State& state) { mixing_step<supernet::sampled>(state, true); }
void published(benchmark::State& state) { mixing_step<supernet::published_mixing>(state, false); }
void exact(benchmark::State& state) { mixing_step<supernet::exact_mixing<float>>(state, false); }
BENCHMARK(path_only)->Args({64, 16})->ArgNames({"batch", "pixels"})->Unit(benchmark::kMillisecond);
BENCHMARK(published)->Args({64, 16})->ArgNames({"batch", "pixels"})->Unit(benchmark::kMillisecond);
BENCHMARK(exact)->Args({64, 16})->ArgNames({"batch", "pixels"})->Unit(benchmark::kMillisecond);

}  // namespace
