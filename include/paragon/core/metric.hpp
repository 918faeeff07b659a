// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "direction.hpp"

namespace paragon::inline PARAGON_ISA {

/// What one objective measures: its name, its unit and which way it improves.
struct metric {
  std::string name;  ///< as in result files: "error", "latency_ms"
  std::string unit;  ///< "%", "ms", "mJ"; empty for a plain number
  direction sense = direction::minimise;

  friend bool operator==(const metric&, const metric&) = default;
};

}  // namespace paragon
