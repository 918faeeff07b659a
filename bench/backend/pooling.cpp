// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Average pooling of 3 x 3 windows and its adjoint beside plain loops, and pooling of whole images.
#include <algorithm>

#include "images.hpp"

namespace {

using paragon::backend::cpu;
using paragon_bench::images;
using paragon_bench::shapes;

/// Calls `f(result's element, first image element, share)` for all pairs of pixels that a window joins.
template <class F>
void plain_windows(const images& d, F f) {
  for (std::size_t n = 0; n < d.count; ++n) {
    for (std::size_t h = 0; h < d.side; ++h) {
      for (std::size_t w = 0; w < d.side; ++w) {
        const std::size_t top = h == 0 ? 0 : h - 1;
        const std::size_t left = w == 0 ? 0 : w - 1;
        const std::size_t bottom = std::min(d.side, h + 2);
        const std::size_t right = std::min(d.side, w + 2);
        const float share = 1.0F / static_cast<float>((bottom - top) * (right - left));
        for (std::size_t a = top; a < bottom; ++a) {
          for (std::size_t b = left; b < right; ++b) {
            f(((n * d.side + h) * d.side + w) * d.channels, ((n * d.side + a) * d.side + b) * d.channels, share);
          }
        }
      }
    }
  }
}

void pool_paragon(benchmark::State& state) {
  images d(state);
  for (auto _ : state) {
    cpu::average_pool(d.window(3, 1), d.x.data(), d.y.data());
    benchmark::ClobberMemory();
  }
  d.report(state, 2);
}

void pool_plain(benchmark::State& state) {
  images d(state);
  for (auto _ : state) {
    std::fill(d.y.span().begin(), d.y.span().end(), 0.0F);
    plain_windows(d, [&](std::size_t out, std::size_t in, float share) {
      for (std::size_t c = 0; c < d.channels; ++c) d.y[out + c] += share * d.x[in + c];
    });
    benchmark::ClobberMemory();
  }
  d.report(state, 2);
}

void adjoint_paragon(benchmark::State& state) {
  images d(state);
  for (auto _ : state) {
    cpu::average_pool_adjoint(d.window(3, 1), d.dy.data(), d.dx.data());
    benchmark::ClobberMemory();
  }
  d.report(state, 3);
}

void adjoint_plain(benchmark::State& state) {
  images d(state);
  for (auto _ : state) {
    plain_windows(d, [&](std::size_t out, std::size_t in, float share) {
      for (std::size_t c = 0; c < d.channels; ++c) d.dx[in + c] += share * d.dy[out + c];
    });
    benchmark::ClobberMemory();
  }
  d.report(state, 3);
}

void global_paragon(benchmark::State& state) {
  images d(state);
  for (auto _ : state) {
    cpu::global_average_pool(d.count, d.side * d.side, d.channels, d.x.data(), d.y.data());
    benchmark::ClobberMemory();
  }
  d.report(state, 1);
}

BENCHMARK(pool_paragon)->Apply(shapes);
BENCHMARK(pool_plain)->Apply(shapes);
BENCHMARK(adjoint_paragon)->Apply(shapes);
BENCHMARK(adjoint_plain)->Apply(shapes);
BENCHMARK(global_paragon)->Apply(shapes);

}  // namespace
