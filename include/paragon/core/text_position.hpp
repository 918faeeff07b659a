// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// A place in a text as people count it.
struct text_position {
  std::size_t line = 1;
  std::size_t column = 1;  ///< in bytes

  friend bool operator==(text_position, text_position) = default;
};

/// Line and column of a byte, both from 1. Lines end in LF, CRLF or CR alone, also within one text. O(at).
[[nodiscard]] inline text_position position_in(std::string_view text, std::size_t at) noexcept {
  text_position found;
  std::size_t begin = 0;
  const std::size_t end = std::min(at, text.size());
  for (std::size_t i = 0; i < end; ++i) {
    if (text[i] != '\n' && (text[i] != '\r' || (i + 1 < text.size() && text[i + 1] == '\n'))) continue;
    ++found.line;
    begin = i + 1;
  }
  found.column = at - begin + 1;
  return found;
}

}  // namespace paragon
