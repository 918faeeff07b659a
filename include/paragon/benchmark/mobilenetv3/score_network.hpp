// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "../../diffusion/score_network_settings.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The published score network for Once-for-All's MobileNetV3: 3,992,777 parameters.
[[nodiscard]] inline diffusion::score_network_settings published_mobilenetv3_score_network() {
  return {.nodes = 20, .operators = 9, .stage = 4};
}

}  // namespace paragon::benchmark
