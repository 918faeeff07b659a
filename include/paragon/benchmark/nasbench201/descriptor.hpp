// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../../space/choice_index.hpp"
#include "cell.hpp"
#include "topology.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// A NAS-Bench-201 cell as predictors of accuracy see it: the pruned cell, and what lies on its paths.
///
/// Choices: the operations after dead edges were set to none. Features, 26: for each of the four paths from input to
/// output (0-3, 0-1-3, 0-2-3, 0-1-2-3) whether it is open and, if so, how often it has skip_connect, nor_conv_1x1,
/// nor_conv_3x3 and avg_pool_3x3; the same four counts over all live edges; the largest number of convolutions on an
/// open path; whether no path is open.
struct nasbench201_descriptor {
  using architecture = nasbench201_cell;

  [[nodiscard]] static constexpr std::size_t decisions() noexcept { return 6; }
  [[nodiscard]] static constexpr std::size_t choices(std::size_t) noexcept { return 5; }
  [[nodiscard]] static constexpr std::size_t group(std::size_t) noexcept { return 0; }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return 26; }

  static void describe(const nasbench201_cell& cell, std::span<space::choice_index> choices,
                       std::span<double> features) {
    const nasbench201_cell live = pruned(cell);
    for (double& f : features) f = 0;
    for (std::size_t e = 0; e < 6; ++e) {
      choices[e] = static_cast<space::choice_index>(live.operations[e]);
      if (choices[e] > 0) features[19U + choices[e]] += 1;
    }
    bool connected = false;
    for (std::size_t p = 0; p < paths.size(); ++p) {
      bool open = true;
      double convolutions = 0;
      for (std::size_t k = 0; k < paths[p].length; ++k) {
        const space::choice_index o = choices[paths[p].edges[k]];
        open = open && o > 0;
        if (o == 2 || o == 3) convolutions += 1;
      }
      if (!open) continue;
      connected = true;
      features[5 * p] = 1;
      for (std::size_t k = 0; k < paths[p].length; ++k) features[5 * p + choices[paths[p].edges[k]]] += 1;
      features[24] = std::max(features[24], convolutions);
    }
    features[25] = connected ? 0 : 1;
  }

private:
  struct path {
    std::array<std::uint8_t, 3> edges;
    std::size_t length;
  };
  static constexpr std::array<path, 4> paths{{{{3, 0, 0}, 1}, {{0, 4, 0}, 2}, {{1, 5, 0}, 2}, {{0, 2, 5}, 3}}};
};

}  // namespace paragon::benchmark
