// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "../../core/error.hpp"

namespace paragon::inline PARAGON_ISA::space::detail {

/// A choice as the byte that it is in a row of choices. \throws error for 256 and more, which would become another choice
[[nodiscard]] inline std::uint8_t choice_byte(std::size_t choice) {
  if (choice > 255) throw error("space: a row of choices", "choice " + std::to_string(choice), "0 to 255, a byte");
  return static_cast<std::uint8_t>(choice);
}

}  // namespace paragon::space::detail
