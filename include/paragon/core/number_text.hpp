// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <type_traits>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// A number for a message: the shortest decimal that reads back as the same value, such as 0.1, 1e-300, inf or nan.
///
/// `std::to_string` writes 1e-9 as 0.000000 and the greatest double with 309 digits.
template <class T>
  requires std::is_arithmetic_v<T> && (!std::same_as<T, bool>)
[[nodiscard]] std::string number_text(T value) {
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

}  // namespace paragon
