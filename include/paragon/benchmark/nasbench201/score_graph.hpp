// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <string_view>

#include "../../diffusion/score_graph.hpp"
#include "cell.hpp"
#include "graph.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// NAS-Bench-201 as `nasbench201_diffusion_graph` encodes it.
/// \tparam Mask  `diffusion::mask_full`, `mask_corrected`, `mask_published` or `mask_published_closure`
template <class Mask = diffusion::mask_full>
[[nodiscard]] diffusion::score_graph nasbench201_score_graph() {
  diffusion::score_graph graph{{"input", "0-1", "0-2", "1-2", "0-3", "1-3", "2-3", "output"}, {"input", "output"}, {}};
  for (const std::string_view name : nasbench201_operation_names) graph.operators.emplace_back(name);
  if constexpr (std::same_as<Mask, diffusion::mask_full>) {
    graph.mask = diffusion::full_mask(graph.nodes.size());
  } else {
    graph.mask = diffusion::adjacency_mask(nasbench201_diffusion_graph<Mask>{});
  }
  return graph;
}

}  // namespace paragon::benchmark
