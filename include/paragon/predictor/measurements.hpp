// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

/// What was measured on one device: a one-hot (or relaxed) row per architecture, row-major, and its cost.
struct measurements {
  std::vector<double> rows;
  std::vector<double> costs;
};

}  // namespace paragon::predictor
