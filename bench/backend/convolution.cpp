// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolution and its adjoints, directly, beside a product of the unfolded image (im2col) by BLAS and a plain loop.
//
// Arguments: images, pixels on a side, channels in, channels out, kernel, stride. Counters: multiply-adds a second. One
// thread.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <paragon/autodiff/functors.hpp>
#include <paragon/backend/cpu.hpp>

namespace {

using paragon::backend::convolution_size;
using paragon::backend::cpu;
using paragon::backend::transposed;
using identity = paragon::autodiff::detail::identity;

struct data {
  convolution_size size;
  std::vector<float> x, w, y, dx, dw;

  explicit data(const benchmark::State& state) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(state.range(i)); };
    size = {at(0), at(1), at(1), at(2), at(3), at(4), at(5)};
    x.resize(size.images * size.height * size.width * size.in);
    w.resize(size.weights());
    y.resize(size.images * size.out_height() * size.out_width() * size.out);
    dx.resize(x.size());
    dw.resize(w.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 1999) * 0.005F - 5;
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i % 1009) * 0.002F - 1;
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i % 997) * 0.002F - 1;
  }
  void count(benchmark::State& state, double passes) const {
    state.counters["MAC/s"] =
        benchmark::Counter(passes * static_cast<double>(size.macs()) * static_cast<double>(state.iterations()),
                           benchmark::Counter::kIsRate);
  }
};

/// Calls f(output pixel, tap, input pixel) for every tap of an image that does not lie in the padding.
template <class F>
void each_tap(const convolution_size& s, F f) {
  const std::size_t p = s.padding();
  for (std::size_t h = 0; h < s.out_height(); ++h) {
    for (std::size_t v = 0; v < s.out_width(); ++v) {
      for (std::size_t k = 0; k < s.kernel * s.kernel; ++k) {
        const std::size_t row = h * s.stride + k / s.kernel;
        const std::size_t column = v * s.stride + k % s.kernel;
        if (row < p || column < p || row - p >= s.height || column - p >= s.width) continue;
        f(h * s.out_width() + v, k, (row - p) * s.width + column - p);
      }
    }
  }
}

void forward_direct(benchmark::State& state) {
  data d(state);
  for (auto _ : state) {
    cpu::convolve(d.size, identity{}, d.x.data(), d.w.data(), d.y.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 1);
}

void forward_unfolded(benchmark::State& state) {
  data d(state);
  const convolution_size& s = d.size;
  const std::size_t pixels = s.out_height() * s.out_width();
  const std::size_t depth = s.kernel * s.kernel * s.in;
  std::vector<float> columns(pixels * depth);
  for (auto _ : state) {
    for (std::size_t n = 0; n < s.images; ++n) {
      const float* image = d.x.data() + n * s.height * s.width * s.in;
      each_tap(s, [&](std::size_t to, std::size_t k, std::size_t from) {
        std::copy_n(image + from * s.in, s.in, columns.data() + to * depth + k * s.in);
      });
      cpu::gemm(transposed::no, transposed::no, pixels, s.out, depth, 1.F, columns.data(), depth, d.w.data(), s.out,
                0.F, d.y.data() + n * pixels * s.out, s.out);
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 1);
}

void forward_plain(benchmark::State& state) {
  data d(state);
  const convolution_size& s = d.size;
  const std::size_t pixels = s.out_height() * s.out_width();
  for (auto _ : state) {
    std::fill(d.y.begin(), d.y.end(), 0.F);
    for (std::size_t n = 0; n < s.images; ++n) {
      const float* image = d.x.data() + n * s.height * s.width * s.in;
      float* out = d.y.data() + n * pixels * s.out;
      each_tap(s, [&](std::size_t to, std::size_t k, std::size_t from) {
        for (std::size_t c = 0; c < s.in; ++c) {
          const float value = image[from * s.in + c];
          const float* row = d.w.data() + (k * s.in + c) * s.out;
          for (std::size_t o = 0; o < s.out; ++o) out[to * s.out + o] += value * row[o];
        }
      });
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 1);
}

void adjoints_direct(benchmark::State& state) {
  data d(state);
  for (auto _ : state) {
    cpu::convolve_adjoint(d.size, identity{}, d.x.data(), d.w.data(), d.y.data(), d.dx.data(), d.dw.data());
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

void adjoints_plain(benchmark::State& state) {
  data d(state);
  const convolution_size& s = d.size;
  const std::size_t pixels = s.out_height() * s.out_width();
  for (auto _ : state) {
    for (std::size_t n = 0; n < s.images; ++n) {
      const std::size_t image = n * s.height * s.width * s.in;
      const float* dy = d.y.data() + n * pixels * s.out;
      each_tap(s, [&](std::size_t at, std::size_t k, std::size_t from) {
        for (std::size_t c = 0; c < s.in; ++c) {
          const float value = d.x[image + from * s.in + c];
          const float* row = d.w.data() + (k * s.in + c) * s.out;
          float* sums = d.dw.data() + (k * s.in + c) * s.out;
          float total = 0;
          for (std::size_t o = 0; o < s.out; ++o) {
            total += row[o] * dy[at * s.out + o];
            sums[o] += value * dy[at * s.out + o];
          }
          d.dx[image + from * s.in + c] += total;
        }
      });
    }
    benchmark::ClobberMemory();
  }
  d.count(state, 2);
}

void shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"n", "pixels", "in", "out", "k", "stride"})->Unit(benchmark::kMillisecond);
  b->Args({64, 32, 3, 16, 3, 1});
  for (const std::int64_t k : {3, 1}) {
    b->Args({64, 32, 16, 16, k, 1})
        ->Args({64, 16, 32, 32, k, 1})
        ->Args({64, 8, 64, 64, k, 1})
        ->Args({64, 4, 64, 64, k, 1});
  }
  b->Args({64, 32, 16, 32, 3, 2})
      ->Args({64, 16, 32, 64, 3, 2})
      ->Args({16, 14, 256, 256, 3, 1})
      ->Args({16, 14, 256, 256, 1, 1});
}
BENCHMARK(forward_direct)->Apply(shapes);
BENCHMARK(forward_unfolded)->Apply(shapes);
BENCHMARK(forward_plain)->Apply(shapes);
BENCHMARK(adjoints_direct)->Apply(shapes);
BENCHMARK(adjoints_plain)->Apply(shapes);

}  // namespace
