// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batch normalisation of images and its adjoint beside plain loops, and beside copying the images.
#include <cmath>
#include <cstring>
#include <vector>

#include "images.hpp"

namespace {

using paragon::backend::cpu;
using paragon_bench::images;
using paragon_bench::shapes;

struct batch : images {
  std::vector<float> mean, variance, scale, gain, bias, sum, inner;
  explicit batch(const benchmark::State& state)
      : images(state), mean(channels), variance(channels), scale(channels), gain(channels, 1.5F), bias(channels, 0.5F),
        sum(channels), inner(channels) {
    cpu::batch_statistics(rows(), channels, 1e-5F, x.data(), mean.data(), variance.data(), scale.data());
  }
};

void copy_images(benchmark::State& state) {
  images d(state);
  for (auto _ : state) {
    std::memcpy(d.y.data(), d.x.data(), sizeof(float) * d.x.size());
    benchmark::ClobberMemory();
  }
  d.report(state, 2);
}

void statistics_paragon(benchmark::State& state) {
  batch d(state);
  for (auto _ : state) {
    cpu::batch_statistics(d.rows(), d.channels, 1e-5F, d.x.data(), d.mean.data(), d.variance.data(), d.scale.data());
    benchmark::ClobberMemory();
  }
  d.report(state, 1);
}

void statistics_plain(benchmark::State& state) {
  batch d(state);
  const float n = static_cast<float>(d.rows());
  for (auto _ : state) {
    for (std::size_t c = 0; c < d.channels; ++c) d.mean[c] = d.variance[c] = 0;
    for (std::size_t r = 0; r < d.rows(); ++r) {
      for (std::size_t c = 0; c < d.channels; ++c) d.mean[c] += d.x[r * d.channels + c];
    }
    for (std::size_t c = 0; c < d.channels; ++c) d.mean[c] /= n;
    for (std::size_t r = 0; r < d.rows(); ++r) {
      for (std::size_t c = 0; c < d.channels; ++c) {
        const float e = d.x[r * d.channels + c] - d.mean[c];
        d.variance[c] += e * e;
      }
    }
    for (std::size_t c = 0; c < d.channels; ++c) d.scale[c] = 1 / std::sqrt(d.variance[c] / n + 1e-5F);
    benchmark::ClobberMemory();
  }
  d.report(state, 1);
}

void normalise_paragon(benchmark::State& state) {
  batch d(state);
  for (auto _ : state) {
    cpu::batch_normalise(d.rows(), d.channels, d.mean.data(), d.scale.data(), d.gain.data(), d.bias.data(), d.x.data(),
                         d.y.data());
    benchmark::ClobberMemory();
  }
  d.report(state, 2);
}

void normalise_plain(benchmark::State& state) {
  batch d(state);
  for (auto _ : state) {
    for (std::size_t r = 0; r < d.rows(); ++r) {
      for (std::size_t c = 0; c < d.channels; ++c) {
        const std::size_t i = r * d.channels + c;
        d.y[i] = (d.x[i] - d.mean[c]) * d.scale[c] * d.gain[c] + d.bias[c];
      }
    }
    benchmark::ClobberMemory();
  }
  d.report(state, 2);
}

void adjoint_paragon(benchmark::State& state) {
  batch d(state);
  for (auto _ : state) {
    cpu::batch_normalise_sums(d.rows(), d.channels, d.mean.data(), d.scale.data(), d.x.data(), d.dy.data(),
                              d.sum.data(), d.inner.data());
    cpu::batch_normalise_adjoint(d.rows(), d.channels, d.mean.data(), d.scale.data(), d.gain.data(), d.sum.data(),
                                 d.inner.data(), d.x.data(), d.dx.data());
    benchmark::ClobberMemory();
  }
  d.report(state, 5);
}

void adjoint_plain(benchmark::State& state) {
  batch d(state);
  const float n = static_cast<float>(d.rows());
  for (auto _ : state) {
    for (std::size_t c = 0; c < d.channels; ++c) d.sum[c] = d.inner[c] = 0;
    for (std::size_t r = 0; r < d.rows(); ++r) {
      for (std::size_t c = 0; c < d.channels; ++c) {
        const std::size_t i = r * d.channels + c;
        d.sum[c] += d.dy[i];
        d.inner[c] += d.dy[i] * (d.x[i] - d.mean[c]) * d.scale[c];
      }
    }
    for (std::size_t r = 0; r < d.rows(); ++r) {
      for (std::size_t c = 0; c < d.channels; ++c) {
        const std::size_t i = r * d.channels + c;
        d.dx[i] =
            d.gain[c] * d.scale[c] * (d.dx[i] - d.sum[c] / n - (d.x[i] - d.mean[c]) * d.scale[c] * d.inner[c] / n);
      }
    }
    benchmark::ClobberMemory();
  }
  d.report(state, 5);
}

BENCHMARK(copy_images)->Apply(shapes);
BENCHMARK(statistics_paragon)->Apply(shapes);
BENCHMARK(statistics_plain)->Apply(shapes);
BENCHMARK(normalise_paragon)->Apply(shapes);
BENCHMARK(normalise_plain)->Apply(shapes);
BENCHMARK(adjoint_paragon)->Apply(shapes);
BENCHMARK(adjoint_plain)->Apply(shapes);

}  // namespace
