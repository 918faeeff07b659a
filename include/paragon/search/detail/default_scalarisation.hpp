// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <type_traits>

#include "../../preference/scalarisation/smooth_tchebycheff.hpp"

namespace paragon::inline PARAGON_ISA::search::detail {

/// The scalarisation of a search that is told none: for objectives scaled to about [0, 1], near to the maximum.
template <class Scalarisation>
[[nodiscard]] constexpr Scalarisation default_scalarisation() {
  if constexpr (std::is_same_v<Scalarisation, preference::smooth_tchebycheff>) {
    return {.mu = 0.03};
  } else {
    return {};
  }
}

}  // namespace paragon::search::detail
