// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "../../diffusion/score_network_settings.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The published score network for NAS-Bench-201: 3,989,575 parameters.
[[nodiscard]] inline diffusion::score_network_settings published_nasbench201_score_network() {
  return {.nodes = 8, .operators = 7};
}

}  // namespace paragon::benchmark
