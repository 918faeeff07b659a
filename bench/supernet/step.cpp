// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One training step of the NAS-Bench-201 supernet (16 channels, five cells a stage, shared weights) without the optimiser:
// forward, cross-entropy, backward, over the ten cells whose strings `bench/peers/supernet_step.py` reads from here.
// Arguments: images a batch, their size in pixels, threads. Items are images.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <paragon/autodiff/cross_entropy.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/supernet/mixing.hpp>

namespace {

namespace autodiff = paragon::autodiff;
namespace backend = paragon::backend;
namespace nn = paragon::nn;
namespace space = paragon::space;
namespace supernet = paragon::supernet;
using paragon::tensor;
using paragon::thread_pool;

constexpr std::size_t cells = 10;

void supernet_step(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto size = static_cast<std::size_t>(state.range(1));
  thread_pool pool(static_cast<std::size_t>(state.range(2)));
  const backend::cpu::use_pool kernels(pool);
  const paragon::benchmark::nasbench201 space{.network = {.image_size = static_cast<int>(size)}};
  nn::parameters<float> store;
  nn::parameters<float> statistics;
  const paragon::benchmark::nasbench201_supernet network(store, statistics, space, {.seed = 1});
  const paragon::random_key key{.seed = 2};
  tensor<float> images({batch, size, size, 3});
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>(key.normal(i));
  std::vector<std::uint32_t> labels(batch);
  for (std::size_t i = 0; i < batch; ++i) labels[i] = static_cast<std::uint32_t>(i % 10);
  std::vector<std::array<space::choice_index, 6>> choices(cells);
  for (std::size_t c = 0; c < cells; ++c) {
    const auto cell = space::uniform(space, {.seed = 3}, c);
    for (std::size_t d = 0; d < 6; ++d) choices[c][d] = static_cast<space::choice_index>(space.choice(cell, d));
  }
  autodiff::tape<float> tape;
  const auto pass = [&] {
    for (const auto& row : choices) {
      tape.clear();
      const auto theta = nn::bind(tape, store);
      const auto logits = network(theta, tape.constant(images), nn::batch_statistics{}, supernet::path{row});
      tape.backward(autodiff::cross_entropy(logits, labels));
      benchmark::DoNotOptimize(tape.gradient(theta.all()));
    }
  };
  pass();  // the tape gets its memory
  for (auto _ : state) pass();
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(cells * batch));
}
BENCHMARK(supernet_step)
    ->ArgsProduct({{64, 256}, {16, 32}, {1, 2}})
    ->ArgNames({"batch", "pixels", "threads"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
