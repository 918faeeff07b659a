// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Depthwise convolution with windows of 3 and 5 pixels and its adjoints beside plain loops. Items are multiply-adds.
#include <algorithm>
#include <vector>

#include "images.hpp"

namespace {

using paragon::backend::cpu;
using paragon::backend::image_window;
using paragon_bench::images;

struct layer : images {
  image_window w;
  std::vector<float> weight, dweight;
  explicit layer(const benchmark::State& state)
      : images(state), w(window(static_cast<std::size_t>(state.range(3)), static_cast<std::size_t>(state.range(4)))),
        weight(w.kernel * w.kernel * channels, 0.25F), dweight(weight.size()) {}

  void report(benchmark::State& state) const {
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(count * w.out_height() * w.out_width() * weight.size()));
  }

  /// Calls `f(result's element, image's, weight's)` for all pairs of pixels that a window joins.
  template <class F>
  void plain(F f) const {
    for (std::size_t n = 0; n < count; ++n) {
      for (std::size_t i = 0; i < w.out_height(); ++i) {
        for (std::size_t j = 0; j < w.out_width(); ++j) {
          for (std::size_t a = 0; a < w.kernel; ++a) {
            for (std::size_t b = 0; b < w.kernel; ++b) {
              const std::size_t row = i * w.stride + a;
              const std::size_t column = j * w.stride + b;
              if (row < w.padding || row - w.padding >= side) continue;
              if (column < w.padding || column - w.padding >= side) continue;
              f(((n * w.out_height() + i) * w.out_width() + j) * channels,
                ((n * side + row - w.padding) * side + column - w.padding) * channels, (a * w.kernel + b) * channels);
            }
          }
        }
      }
    }
  }
};

void depthwise_paragon(benchmark::State& state) {
  layer d(state);
  for (auto _ : state) {
    cpu::depthwise(d.w, d.x.data(), d.weight.data(), d.y.data());
    benchmark::ClobberMemory();
  }
  d.report(state);
}

void depthwise_plain(benchmark::State& state) {
  layer d(state);
  for (auto _ : state) {
    std::fill(d.y.span().begin(), d.y.span().end(), 0.0F);
    d.plain([&](std::size_t out, std::size_t in, std::size_t tap) {
      for (std::size_t c = 0; c < d.channels; ++c) d.y[out + c] += d.weight[tap + c] * d.x[in + c];
    });
    benchmark::ClobberMemory();
  }
  d.report(state);
}

void adjoint_paragon(benchmark::State& state) {
  layer d(state);
  for (auto _ : state) {
    cpu::depthwise_adjoint(d.w, d.weight.data(), d.dy.data(), d.dx.data());
    benchmark::ClobberMemory();
  }
  d.report(state);
}

void adjoint_plain(benchmark::State& state) {
  layer d(state);
  for (auto _ : state) {
    d.plain([&](std::size_t out, std::size_t in, std::size_t tap) {
      for (std::size_t c = 0; c < d.channels; ++c) d.dx[in + c] += d.weight[tap + c] * d.dy[out + c];
    });
    benchmark::ClobberMemory();
  }
  d.report(state);
}

void weight_adjoint_paragon(benchmark::State& state) {
  layer d(state);
  for (auto _ : state) {
    cpu::depthwise_weight_adjoint(d.w, d.x.data(), d.dy.data(), d.dweight.data());
    benchmark::ClobberMemory();
  }
  d.report(state);
}

void weight_adjoint_plain(benchmark::State& state) {
  layer d(state);
  for (auto _ : state) {
    d.plain([&](std::size_t out, std::size_t in, std::size_t tap) {
      for (std::size_t c = 0; c < d.channels; ++c) d.dweight[tap + c] += d.x[in + c] * d.dy[out + c];
    });
    benchmark::ClobberMemory();
  }
  d.report(state);
}

void layers(benchmark::internal::Benchmark* b) {
  b->Args({64, 32, 16, 3, 1})->Args({64, 32, 48, 5, 1})->Args({64, 32, 48, 3, 2})->Args({64, 14, 72, 7, 1});
  b->ArgNames({"n", "side", "c", "kernel", "stride"});
}

BENCHMARK(depthwise_paragon)->Apply(layers);
BENCHMARK(depthwise_plain)->Apply(layers);
BENCHMARK(adjoint_paragon)->Apply(layers);
BENCHMARK(adjoint_plain)->Apply(layers);
BENCHMARK(weight_adjoint_paragon)->Apply(layers);
BENCHMARK(weight_adjoint_plain)->Apply(layers);

}  // namespace
