// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>

#include "subnet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The network that Once-for-All puts its MobileNetV3 layers into, and from it the exact cost of each layer.
///
/// A 3x3 stem of stride 2; one bottleneck without expansion; five stages whose first layer may have stride 2; an
/// expansion to six times the width, global pooling, a 1x1 convolution and a linear classifier. Stages 2, 4 and 5 have
/// squeeze-and-excitation. Parameters count convolutions, batch normalisations (two numbers a channel), biases and the
/// classifier; MACs count convolutions and the classifier for one image. Both agree with every network of the published
/// measurements at width 1.
struct mobilenetv3_network {
  double width = 1;
  int image_size = 224;  ///< pixels on each side
  int classes = 1000;

  friend constexpr bool operator==(const mobilenetv3_network&, const mobilenetv3_network&) = default;

  /// Parameters and multiply-accumulates.
  struct cost {
    double parameters = 0;
    double macs = 0;

    friend constexpr bool operator==(const cost&, const cost&) = default;
  };

  static constexpr std::array<int, 3> kernels{3, 5, 7};
  static constexpr std::array<int, 3> ratios{3, 4, 6};

  /// What stands in every network.
  [[nodiscard]] constexpr cost fixed() const noexcept {
    const double in = channels(16);
    const double stem = 1.0 * half(image_size) * half(image_size);
    const double last = channels(160);
    const double expanded = channels(960);
    const double mixed = channels(1280);
    const double end = 1.0 * area_side(5) * area_side(5);
    return {27 * in + 2 * in + 9 * in + 2 * in + in * in + 2 * in + last * expanded + 2 * expanded + expanded * mixed +
                mixed * classes + classes,
            (27 * in + 9 * in + in * in) * stem + last * expanded * end + expanded * mixed + mixed * classes};
  }

  /// One layer where it is present.
  [[nodiscard]] constexpr cost layer(std::size_t i, int kernel, int ratio) const noexcept {
    const std::size_t stage = i / 4;
    const bool first = i % 4 == 0;
    const double out = channels(widths[stage + 1]);
    const double in = first ? channels(widths[stage]) : out;
    const double mid = divisible(in * ratio);
    const double before = area_side(first ? stage : stage + 1);
    const double after = area_side(stage + 1);
    const double square = 1.0 * kernel * kernel;
    cost sum{in * mid + 2 * mid + square * mid + 2 * mid + mid * out + 2 * out,
             in * mid * before * before + (square * mid + mid * out) * after * after};
    if (squeezes[stage]) {
      const int quarter = static_cast<int>(mid) / 4;
      const double reduced = divisible(quarter);
      sum.parameters += 2 * mid * reduced + reduced + mid;
      sum.macs += 2 * mid * reduced;
    }
    return sum;
  }

  [[nodiscard]] constexpr cost operator()(const mobilenetv3_subnet& net) const noexcept {
    cost sum = fixed();
    for (std::size_t i = 0; i < mobilenetv3_subnet::layers; ++i) {
      if (!net.present(i)) continue;
      const cost each = layer(i, net.kernel[i], net.expand[i]);
      sum.parameters += each.parameters;
      sum.macs += each.macs;
    }
    return sum;
  }

private:
  static constexpr std::array<int, 6> widths{16, 24, 40, 80, 112, 160};
  static constexpr std::array<int, 5> strides{2, 2, 2, 1, 2};
  static constexpr std::array<bool, 5> squeezes{false, true, false, true, true};

  static constexpr int half(int side) noexcept { return (side + 1) / 2; }

  /// The nearest multiple of 8, but not less than 90 % of the number: MobileNet's rounding of widths.
  static constexpr double divisible(double v) noexcept {
    int rounded = static_cast<int>(v + 4) / 8 * 8;
    if (rounded < 8) rounded = 8;
    if (rounded < 0.9 * v) rounded += 8;
    return rounded;
  }
  [[nodiscard]] constexpr double channels(int base) const noexcept { return divisible(base * width); }

  /// Pixels on each side after that many stages.
  [[nodiscard]] constexpr int area_side(std::size_t stages) const noexcept {
    int side = half(image_size);
    for (std::size_t s = 0; s < stages; ++s) {
      if (strides[s] == 2) side = half(side);
    }
    return side;
  }
};

}  // namespace paragon::benchmark
