// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../../space/linear_cost.hpp"
#include "graph.hpp"
#include "network.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// A cost of Once-for-All networks as a linear function of the 20 x 9 node features that
/// `mobilenetv3_diffusion_graph` writes: absent layers have rows of zeros, and cost nothing. Exact; for probabilities of
/// the entries it is the expectation, whatever the depths have to do with each other.
/// \param network  what the layers are put into
/// \param what     `&mobilenetv3_network::cost::parameters` or `&mobilenetv3_network::cost::macs`; plain counts
///
/// \code
/// auto macs = benchmark::mobilenetv3_cost(space.network, &benchmark::mobilenetv3_network::cost::macs);
/// \endcode
[[nodiscard]] inline space::linear_cost mobilenetv3_cost(const mobilenetv3_network& network,
                                                         double mobilenetv3_network::cost::*what) {
  space::linear_cost cost{network.fixed().*what, {}};
  for (std::size_t i = 0; i < mobilenetv3_diffusion_graph::nodes(); ++i) {
    for (const int kernel : mobilenetv3_network::kernels) {
      for (const int ratio : mobilenetv3_network::ratios) {
        cost.coefficients.push_back(network.layer(i, kernel, ratio).*what);
      }
    }
  }
  return cost;
}

}  // namespace paragon::benchmark
