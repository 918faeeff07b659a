// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "graph.hpp"
#include "network.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// What the latency of a Once-for-All network on a device is linear in, for any resolution; `cost_features`.
///
/// A row has 181 entries: the 20 x 9 node features that `mobilenetv3_diffusion_graph` writes, and s, the resolution in
/// units of 224 pixels. Features are 1, s, s^2 (the area); then three numbers of each layer, zeros where it is absent: 1
/// (starting an operation takes time), its ratio e (pointwise convolutions), and e k^2 (the depthwise one); then these 60
/// times s^2. At a given resolution that is linear in the node features. Ratios and kernels are in units of the largest.
struct mobilenetv3_cost_features {
  static constexpr std::size_t layers = mobilenetv3_diffusion_graph::nodes();
  static constexpr std::size_t kinds = mobilenetv3_diffusion_graph::features();

  [[nodiscard]] static constexpr std::size_t choices() noexcept { return layers * kinds + 1; }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return 3 + 6 * layers; }
  [[nodiscard]] static constexpr std::size_t hypotheses() noexcept { return 1; }

  friend constexpr bool operator==(mobilenetv3_cost_features, mobilenetv3_cost_features) = default;

  template <class T>
  static void evaluate(std::size_t, std::span<const T> row, std::span<T> out) {
    const T side = row[layers * kinds];
    const T area = side * side;
    out[0] = T(1);
    out[1] = side;
    out[2] = area;
    for (std::size_t i = 0; i < layers; ++i) {
      for (std::size_t m = 0; m < 3; ++m) {
        T sum = 0;
        for (std::size_t f = 0; f < kinds; ++f) sum += static_cast<T>(measure(f)[m]) * row[i * kinds + f];
        out[3 + 3 * i + m] = sum;
        out[3 + 3 * (layers + i) + m] = area * sum;
      }
    }
  }

  template <class T>
  static void add_adjoint(std::size_t, std::span<const T> row, std::span<const T> upstream, std::span<T> gradient) {
    const T side = row[layers * kinds];
    const T area = side * side;
    T area_up = upstream[2];
    for (std::size_t i = 0; i < layers; ++i) {
      for (std::size_t m = 0; m < 3; ++m) {
        const T times_area = upstream[3 + 3 * (layers + i) + m];
        const T up = upstream[3 + 3 * i + m] + area * times_area;
        for (std::size_t f = 0; f < kinds; ++f) {
          gradient[i * kinds + f] += up * static_cast<T>(measure(f)[m]);
          area_up += times_area * static_cast<T>(measure(f)[m]) * row[i * kinds + f];
        }
      }
    }
    gradient[layers * kinds] += upstream[1] + 2 * side * area_up;
  }

private:
  /// 1, e and e k^2 of a column of the node features.
  static constexpr std::array<double, 3> measure(std::size_t column) noexcept {
    const double k = mobilenetv3_network::kernels[column / 3] / 7.0;
    const double e = mobilenetv3_network::ratios[column % 3] / 6.0;
    return {1, e, e * k * k};
  }
};

}  // namespace paragon::benchmark
