// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The network that a NAS-Bench-201 cell is put into, and from it the exact cost of each operation.
///
/// A 3x3 stem; three stages of `cells_per_stage` cells at `channels`, twice and four times as many; a residual block of
/// stride 2 before the second and third stage; batch normalisation, global pooling and a linear classifier. A 3x3 or
/// 1x1 operation is ReLU, convolution without bias, batch normalisation; skip, pooling and none cost nothing.
///
/// Parameters count convolutions, batch normalisations (two numbers a channel) and the classifier. MACs count
/// convolutions and the classifier with its bias, as the benchmark does; normalisation, pooling and sums are free.
/// An operation that no path reaches counts, as it does in the benchmark.
struct nasbench201_network {
  int channels = 16;
  int cells_per_stage = 5;
  int classes = 10;
  int image_size = 32;  ///< pixels on each side; a multiple of 4

  friend constexpr bool operator==(const nasbench201_network&, const nasbench201_network&) = default;

  [[nodiscard]] static constexpr nasbench201_network cifar10() noexcept { return {}; }
  [[nodiscard]] static constexpr nasbench201_network cifar100() noexcept {
    return {.channels = 16, .cells_per_stage = 5, .classes = 100, .image_size = 32};
  }
  [[nodiscard]] static constexpr nasbench201_network imagenet16_120() noexcept {
    return {.channels = 16, .cells_per_stage = 5, .classes = 120, .image_size = 16};
  }

  /// Trainable numbers outside the cells.
  [[nodiscard]] constexpr double fixed_parameters() const noexcept {
    double sum = 27.0 * channels + 2.0 * channels;
    for (const double in : {1.0 * channels, 2.0 * channels}) {
      const double out = 2 * in;
      sum += 9 * in * out + 2 * out + 9 * out * out + 2 * out + in * out;
    }
    const double features = 4.0 * channels;
    return sum + 2 * features + features * classes + classes;
  }

  /// Multiply-accumulates outside the cells.
  [[nodiscard]] constexpr double fixed_macs() const noexcept {
    const double pixels = 1.0 * image_size * image_size;
    double sum = 27.0 * channels * pixels;
    double area = pixels;
    for (const double in : {1.0 * channels, 2.0 * channels}) {
      const double out = 2 * in;
      area /= 4;
      sum += (9 * in * out + 9 * out * out + in * out) * area;
    }
    return sum + 4.0 * channels * classes + classes;
  }

  /// Trainable numbers that one edge adds, by operation: it stands in every cell of the network.
  [[nodiscard]] constexpr std::array<double, 5> edge_parameters() const noexcept {
    double one = 0;
    double three = 0;
    for (const double c : {1.0 * channels, 2.0 * channels, 4.0 * channels}) {
      one += cells_per_stage * (c * c + 2 * c);
      three += cells_per_stage * (9 * c * c + 2 * c);
    }
    return {0, 0, one, three, 0};
  }

  /// Multiply-accumulates that one edge adds, by operation.
  [[nodiscard]] constexpr std::array<double, 5> edge_macs() const noexcept {
    // Each stage has twice the channels on a quarter of the area, so all three cost the same.
    const double one = 3.0 * cells_per_stage * channels * channels * image_size * image_size;
    return {0, 0, one, 9 * one, 0};
  }
};

}  // namespace paragon::benchmark
