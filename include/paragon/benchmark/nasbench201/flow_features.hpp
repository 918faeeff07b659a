// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// How many edges of a NAS-Bench-201 cell carry each operation, under four hypotheses of which edges cost anything.
///
/// 0: all edges; 1: those whose source the input reaches; 2: those whose target reaches the output; 3: both. Reaching is
/// a message passed along the edges that are not "none": over a relaxed cell it is the probability that such a path
/// exists (noisy or), a polynomial in which no entry occurs twice. Features: 1, then the gated counts of skip_connect,
/// nor_conv_1x1, nor_conv_3x3, avg_pool_3x3. On most devices latency is a constant plus such a count, up to noise; a
/// runtime that prunes dead operations is told by another hypothesis.
struct nasbench201_flow_features {
  [[nodiscard]] static constexpr std::size_t choices() noexcept { return 30; }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return 5; }
  [[nodiscard]] static constexpr std::size_t hypotheses() noexcept { return 4; }

  friend constexpr bool operator==(nasbench201_flow_features, nasbench201_flow_features) = default;

  template <class T>
  static void evaluate(std::size_t hypothesis, std::span<const T> row, std::span<T> out) {
    const auto gate = gates(hypothesis, row);
    out[0] = T(1);
    for (std::size_t o = 1; o < 5; ++o) out[o] = T(0);
    for (std::size_t e = 0; e < 6; ++e) {
      for (std::size_t o = 1; o < 5; ++o) out[o] += gate.both[e] * row[5 * e + o];
    }
  }

  template <class T>
  static void add_adjoint(std::size_t hypothesis, std::span<const T> row, std::span<const T> upstream,
                          std::span<T> gradient) {
    const auto gate = gates(hypothesis, row);
    std::array<T, 6> reached_up{};
    std::array<T, 6> used_up{};
    for (std::size_t e = 0; e < 6; ++e) {
      T gate_up = 0;
      for (std::size_t o = 1; o < 5; ++o) {
        gradient[5 * e + o] += gate.both[e] * upstream[o];
        gate_up += row[5 * e + o] * upstream[o];
      }
      reached_up[e] = gate_up * gate.used[e];
      used_up[e] = gate_up * gate.reached[e];
    }
    std::array<T, 6> open_up{};
    const auto& a = gate.open;
    if ((hypothesis & 1U) != 0) {
      open_up[0] += reached_up[2] + reached_up[4] + reached_up[5] * (T(1) - a[1]) * a[2];
      open_up[1] += reached_up[5] * (T(1) - a[0] * a[2]);
      open_up[2] += reached_up[5] * (T(1) - a[1]) * a[0];
    }
    if ((hypothesis & 2U) != 0) {
      open_up[5] += used_up[1] + used_up[2] + used_up[0] * (T(1) - a[4]) * a[2];
      open_up[4] += used_up[0] * (T(1) - a[2] * a[5]);
      open_up[2] += used_up[0] * (T(1) - a[4]) * a[5];
    }
    for (std::size_t e = 0; e < 6; ++e) gradient[5 * e] -= open_up[e];
  }

private:
  template <class T>
  struct gate_values {
    std::array<T, 6> open;     ///< 1 - none, edges 0-1, 0-2, 1-2, 0-3, 1-3, 2-3
    std::array<T, 6> reached;  ///< the input reaches the edge's source
    std::array<T, 6> used;     ///< the edge's target reaches the output
    std::array<T, 6> both;
  };

  template <class T>
  static gate_values<T> gates(std::size_t hypothesis, std::span<const T> row) {
    gate_values<T> g;
    for (std::size_t e = 0; e < 6; ++e) {
      g.open[e] = T(1) - row[5 * e];
      g.reached[e] = g.used[e] = T(1);
    }
    const auto& a = g.open;
    if ((hypothesis & 1U) != 0) {
      g.reached[2] = g.reached[4] = a[0];
      g.reached[5] = T(1) - (T(1) - a[1]) * (T(1) - a[0] * a[2]);
    }
    if ((hypothesis & 2U) != 0) {
      g.used[1] = g.used[2] = a[5];
      g.used[0] = T(1) - (T(1) - a[4]) * (T(1) - a[2] * a[5]);
    }
    for (std::size_t e = 0; e < 6; ++e) g.both[e] = g.reached[e] * g.used[e];
    return g;
  }
};

}  // namespace paragon::benchmark
