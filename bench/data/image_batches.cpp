// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// What a batch of training images costs before the network sees it: 256 of 16 x 16 and of 32 x 32 pixels, beside a plain
/// loop over images, pixels and channels; a new epoch's order; images made from a seed; features of random filters.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <paragon/data/image_batches.hpp>
#include <paragon/data/random_filters.hpp>
#include <paragon/data/synthetic_images.hpp>

namespace {

using namespace paragon::data;

constexpr std::size_t batch = 256;

image_set images(std::int64_t size) {
  return synthetic_images({.size = static_cast<std::size_t>(size), .train = 2000, .test = 10}, {.seed = 1}).train;
}

template <class A>
void fill(benchmark::State& state) {
  const image_set set = images(state.range(0));
  image_batches<A> batches(set, all_images(set), batch, statistics_of(set), {.seed = 1});
  std::vector<float> out(batch * set.image_size());
  std::vector<std::uint32_t> labels(batch);
  std::uint64_t step = 0;
  for (auto _ : state) {
    batches.fill(step++ % batches.steps_per_epoch(), out, labels);
    benchmark::DoNotOptimize(out.data());
  }
}

/// The same as `fill<crop_and_flip>`, pixel by pixel.
void fill_plain_loop(benchmark::State& state) {
  const image_set set = images(state.range(0));
  image_batches<> batches(set, all_images(set), batch, statistics_of(set), {.seed = 1});
  const auto scale = statistics_of(set);
  std::vector<float> out(batch * set.image_size());
  std::vector<std::uint32_t> labels(batch);
  std::uint64_t step = 0;
  const auto h = static_cast<std::ptrdiff_t>(set.height());
  const auto w = static_cast<std::ptrdiff_t>(set.width());
  const auto channels = static_cast<std::ptrdiff_t>(set.channels());
  for (auto _ : state) {
    const auto chosen = batches.chosen(step++ % batches.steps_per_epoch());
    const auto key = paragon::random_key{.seed = 1}.fork(1).fork(step);
    for (std::size_t k = 0; k < batch; ++k) {
      const std::uint8_t* in = set.image(chosen[k]).data();
      const auto bits = key.bits(k);
      const auto down = static_cast<std::ptrdiff_t>(bits[0] % 9) - 4;
      const auto right = static_cast<std::ptrdiff_t>(bits[1] % 9) - 4;
      const bool mirrored = bits[2] % 2 != 0;
      labels[k] = set.labels()[chosen[k]];
      float* to = out.data() + k * set.image_size();
      for (std::ptrdiff_t y = 0; y < h; ++y) {
        for (std::ptrdiff_t x = 0; x < w; ++x) {
          const std::ptrdiff_t sy = y + down;
          const std::ptrdiff_t sx = (mirrored ? w - 1 - x : x) + right;
          for (std::ptrdiff_t c = 0; c < channels; ++c) {
            const bool inside = sy >= 0 && sy < h && sx >= 0 && sx < w;
            const double byte = inside ? in[(sy * w + sx) * channels + c] : 0;
            const auto channel = static_cast<std::size_t>(c);
            *to++ = static_cast<float>((byte / 255 - scale.mean[channel]) / scale.deviation[channel]);
          }
        }
      }
    }
    benchmark::DoNotOptimize(out.data());
  }
}

void order_of_an_epoch(benchmark::State& state) {
  std::vector<std::size_t> order(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::uint64_t epoch = 0;
  for (auto _ : state) {
    paragon::random_key{.seed = 1}.fork(epoch++).shuffle(order);
    benchmark::DoNotOptimize(order.data());
  }
}

void made_from_a_seed(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(synthetic_images({}, {.seed = 1}).train.size());
}

void features_of_random_filters(benchmark::State& state) {
  const image_set set = images(16);
  const random_filters filters(16, 16, 3, {}, {.seed = 1});
  image_writer<float> write(set, statistics_of(set));
  std::vector<float> pixels(32 * set.image_size());
  std::vector<std::uint32_t> labels(32);
  const auto all = all_images(set);
  write(std::span<const std::size_t>(all).first(32), plain{}, {}, std::span(pixels), labels);
  std::vector<float> out(32 * filters.features());
  for (auto _ : state) {
    filters(pixels, 32, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * 32);
}

BENCHMARK(fill<plain>)->Arg(16)->Arg(32)->Unit(benchmark::kMicrosecond);
BENCHMARK(fill<crop_and_flip>)->Arg(16)->Arg(32)->Unit(benchmark::kMicrosecond);
BENCHMARK(fill_plain_loop)->Arg(16)->Arg(32)->Unit(benchmark::kMicrosecond);
BENCHMARK(order_of_an_epoch)->Arg(25000)->Unit(benchmark::kMicrosecond);
BENCHMARK(made_from_a_seed)->Unit(benchmark::kMillisecond);
BENCHMARK(features_of_random_filters)->Unit(benchmark::kMicrosecond);

}  // namespace
