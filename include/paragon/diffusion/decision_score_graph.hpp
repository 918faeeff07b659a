// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "../space/decision_graph.hpp"
#include "score_graph.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// The rows and columns of any space, as `space::decision_graph` encodes it; every decision attends to every decision.
///
/// \code
/// const space::decision_graph graph(backbones);
/// diffusion::score_model model(diffusion::decision_score_graph(graph),
///                              diffusion::light_score_network(graph.nodes(), graph.features()), process, key);
/// \endcode
template <class S, class Inactive>
[[nodiscard]] score_graph decision_score_graph(const space::decision_graph<S, Inactive>& graph) {
  return {graph.node_names(), graph.feature_names(), full_mask(graph.nodes())};
}

}  // namespace paragon::diffusion
