// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include "../objective/outcome.hpp"

namespace paragon::inline PARAGON_ISA::problem {

/// One evaluation: what was asked, and what came of it.
template <class Architecture>
struct evaluation {
  std::uint64_t id = 0;  ///< chosen by who asked; each once
  Architecture architecture{};
  std::size_t condition = 0;  ///< the number of a device or data set
  objective::outcome result{};

  friend bool operator==(const evaluation&, const evaluation&) = default;
};

}  // namespace paragon::problem
