// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>

#include <paragon/backend/cpu.hpp>
#include <paragon/backend/image_window.hpp>
#include <paragon/tensor/tensor.hpp>

namespace paragon_bench {

/// Images of state.range(0) x range(1) x range(1) x range(2) floats, with room for results and adjoints.
struct images {
  std::size_t count, side, channels;
  paragon::tensor<float> x, y, dy, dx;  // aligned as variables are

  explicit images(const benchmark::State& state)
      : count(static_cast<std::size_t>(state.range(0))), side(static_cast<std::size_t>(state.range(1))),
        channels(static_cast<std::size_t>(state.range(2))), x({count, side, side, channels}), y(x.shape()),
        dy(x.shape()), dx(x.shape()) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<float>(i % 1999) * 0.005F - 5.0F;
      dy[i] = static_cast<float>(i % 1009) * 0.001F - 0.5F;
    }
  }

  [[nodiscard]] std::size_t rows() const noexcept { return count * side * side; }
  [[nodiscard]] paragon::backend::image_window window(std::size_t kernel, std::size_t stride) const noexcept {
    return {.images = count,
            .height = side,
            .width = side,
            .channels = channels,
            .kernel = kernel,
            .stride = stride,
            .padding = kernel / 2};
  }
  /// \param arrays  how often as many bytes as the images have must cross the memory's interface at least
  void report(benchmark::State& state, std::int64_t arrays) const {
    const auto items = static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(x.size());
    state.SetItemsProcessed(items);
    state.SetBytesProcessed(items * arrays * static_cast<std::int64_t>(sizeof(float)));
  }
};

inline void shapes(benchmark::internal::Benchmark* b) {
  b->Args({64, 32, 16})->Args({256, 32, 16})->Args({128, 16, 64})->Args({64, 17, 24})->ArgNames({"n", "side", "c"});
}

}  // namespace paragon_bench
