// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <string>

#include "../../diffusion/score_graph.hpp"
#include "graph.hpp"
#include "subnet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

struct mask_stages {};  ///< of `mobilenetv3_score_graph`: the layers of a stage attend to each other
struct mask_chain {};   ///< as published: each layer to the next

/// Once-for-All's MobileNetV3 as `mobilenetv3_diffusion_graph` encodes it.
/// \tparam Mask  `mask_stages`, `diffusion::mask_full` or `mask_chain`
template <class Mask = mask_stages>
[[nodiscard]] diffusion::score_graph mobilenetv3_score_graph() {
  using encoding = mobilenetv3_diffusion_graph;
  constexpr std::size_t each = mobilenetv3_subnet::layers_per_stage;
  diffusion::score_graph graph;
  for (std::size_t i = 0; i < encoding::nodes(); ++i) {
    graph.nodes.push_back("stage " + std::to_string(i / each) + " layer " + std::to_string(i % each));
  }
  for (const char* kernel : {"3", "5", "7"}) {
    for (const char* ratio : {"3", "4", "6"}) {
      graph.operators.push_back(std::string("kernel ") + kernel + " ratio " + ratio);
    }
  }
  if constexpr (std::same_as<Mask, mask_chain>) {
    graph.mask = diffusion::adjacency_mask(encoding{});
  } else {
    static_assert(std::same_as<Mask, mask_stages> || std::same_as<Mask, diffusion::mask_full>,
                  "Mask is mask_stages, mask_full or mask_chain");
    graph.mask = diffusion::full_mask(graph.nodes.size());
    if constexpr (std::same_as<Mask, mask_stages>) {
      for (std::size_t i = 0; i < graph.mask.size(); ++i) {
        const std::size_t n = graph.nodes.size();
        graph.mask[i] = i / n / each == i % n / each ? 1 : 0;
      }
    }
  }
  return graph;
}

}  // namespace paragon::benchmark
