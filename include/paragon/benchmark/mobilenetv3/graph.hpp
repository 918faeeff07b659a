// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "../../core/error.hpp"
#include "../../space/shape.hpp"
#include "subnet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The matrix that DiffusionNAG's networks read for MobileNetV3: 20 nodes, the layers, of nine features.
///
/// Feature 3 k + e is kernel number k (3, 5, 7) with ratio number e (3, 4, 6); the row of an absent layer is all zeros.
/// Row `i` of the adjacency has a 1 at `i + 1`: a chain.
struct mobilenetv3_diffusion_graph {
  using architecture = mobilenetv3_subnet;

  friend constexpr bool operator==(mobilenetv3_diffusion_graph, mobilenetv3_diffusion_graph) = default;

  [[nodiscard]] static constexpr std::size_t nodes() noexcept { return mobilenetv3_subnet::layers; }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return 9; }

  /// Writes the 20 x 9 node features, zeros and ones. (Networks read `2 x - 1`; that is the caller's.)
  template <class T>
  static void encode(const mobilenetv3_subnet& net, std::span<T> x) {
    expect("encode", x.size(), nodes() * features());
    for (T& entry : x) entry = T(0);
    for (std::size_t i = 0; i < nodes(); ++i) {
      if (net.present(i)) x[i * features() + column(net, i)] = T(1);
    }
  }

  /// Writes the 20 x 20 adjacency (attention mask), rows the sending nodes.
  template <class T>
  static void adjacency(std::span<T> m) {
    expect("adjacency", m.size(), nodes() * nodes());
    for (T& entry : m) entry = T(0);
    for (std::size_t i = 0; i + 1 < nodes(); ++i) m[i * nodes() + i + 1] = T(1);
  }

  /// The network whose matrix is nearest to any real matrix, of equally near ones the shallower and the first: always
  /// valid. In a row the largest entry stands for the layer; an entry above one half speaks for its presence, and the
  /// depth of a stage is the one for which most is said in all. NaN is an error.
  template <class T>
  [[nodiscard]] static mobilenetv3_subnet decode(std::span<const T> x) {
    expect("decode", x.size(), nodes() * features());
    mobilenetv3_subnet net;
    for (std::size_t s = 0; s < mobilenetv3_subnet::stages; ++s) {
      std::array<T, 4> gain{};
      for (std::size_t j = 0; j < 4; ++j) {
        const std::size_t i = 4 * s + j;
        const std::size_t best = largest(x, i);
        gain[j] = x[i * features() + best] - T(0.5);
        net.kernel[i] = kernels[best / 3];
        net.expand[i] = ratios[best % 3];
      }
      net.depth[s] = gain[2] > T(0) ? 3 : 2;
      if (gain[3] > T(0) && gain[2] + gain[3] > T(0)) net.depth[s] = 4;
    }
    return net.canonical();
  }

  /// The published reading: entries of at least 0.5 count as 1, the others as 0; valid only if no row then has more than
  /// one 1, the first two layers of every stage have one, and no layer follows an absent one in its stage.
  template <class T>
  [[nodiscard]] static std::optional<mobilenetv3_subnet> decode_threshold(std::span<const T> x) {
    expect("decode_threshold", x.size(), nodes() * features());
    mobilenetv3_subnet net;
    for (std::size_t s = 0; s < mobilenetv3_subnet::stages; ++s) {
      std::uint8_t depth = 0;
      for (std::size_t j = 0; j < 4; ++j) {
        const std::size_t i = 4 * s + j;
        std::size_t set = features();
        for (std::size_t f = 0; f < features(); ++f) {
          if (!(x[i * features() + f] >= T(0.5))) continue;
          if (set != features()) return std::nullopt;
          set = f;
        }
        if (set == features()) continue;
        if (depth != j) return std::nullopt;
        ++depth;
        net.kernel[i] = kernels[set / 3];
        net.expand[i] = ratios[set % 3];
      }
      if (depth < 2) return std::nullopt;
      net.depth[s] = depth;
    }
    return net.canonical();
  }

private:
  static constexpr std::array<std::uint8_t, 3> kernels{3, 5, 7};
  static constexpr std::array<std::uint8_t, 3> ratios{3, 4, 6};

  static constexpr std::size_t column(const mobilenetv3_subnet& net, std::size_t i) noexcept {
    const std::size_t kernel = (net.kernel[i] - std::size_t{3}) / 2;
    const std::size_t ratio = net.expand[i] == 6 ? 2 : net.expand[i] - std::size_t{3};
    return 3 * kernel + ratio;
  }

  static void expect(const char* function, std::size_t found, std::size_t expected) {
    if (found == expected) return;
    throw error(std::string("benchmark::mobilenetv3_diffusion_graph::") + function, std::to_string(found) + " entries",
                std::to_string(expected));
  }

  template <class T>
  static std::size_t largest(std::span<const T> x, std::size_t i) {
    std::size_t best = 0;
    for (std::size_t f = 0; f < features(); ++f) {
      const T value = x[i * features() + f];
      if (value != value) {
        throw error("benchmark::mobilenetv3_diffusion_graph::decode",
                    "entry " + std::to_string(i * features() + f) + " is NaN", "numbers");
      }
      if (value > x[i * features() + best]) best = f;
    }
    return best;
  }
};

}  // namespace paragon::benchmark
