// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "utf8.hpp"

namespace paragon::inline PARAGON_ISA {

namespace detail {

/// Whether a terminal acts on the character instead of showing it: C0 and C1 controls, line and paragraph separators,
/// and marks that turn the direction of what follows.
[[nodiscard]] constexpr bool is_control(std::string_view character) noexcept {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(character[k]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  if (character.size() != 3 || byte(0) != 0xE2) return false;
  return (byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) ||
         (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
}

/// Appends a text for a message: control characters and bytes that are no UTF-8 become escapes as in C++ literals.
inline void append_printable(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_length(text, i);
    const std::string_view character = text.substr(i, n == 0 ? 1 : n);
    i += character.size();
    if (n != 0 && !is_control(character)) {
      out += character;
    } else if (character == "\n" || character == "\t" || character == "\r") {
      out.append({'\\', character == "\n" ? 'n' : character == "\t" ? 't' : 'r'});
    } else {
      for (const char c : character) {
        const auto byte = static_cast<unsigned char>(c);
        out.append("\\x").append({digits[byte >> 4], digits[byte & 15]});
      }
    }
  }
}

/// The greatest number of bytes, at most `n`, that does not cut a character of the text in two.
[[nodiscard]] constexpr std::size_t whole_characters(std::string_view text, std::size_t n) noexcept {
  if (n >= text.size()) return text.size();
  std::size_t cut = n;
  while (cut > 0 && n - cut < 3 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
  return (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U ? n : cut;
}

}  // namespace detail

/// A text from outside, quoted for a message: on one line, and short whatever it is.
///
/// At most 96 bytes are shown; of a longer text the first of them, "..." and its length. Control characters and bytes
/// that are no UTF-8 are written as `\n` or `\x1b`, so that a message cannot act on a terminal.
///
/// \code
/// throw paragon::error(place, paragon::quote(cell), "a number");   // t.csv:3: "1,5"; expected a number
/// \endcode
[[nodiscard]] inline std::string quote(std::string_view text) {
  constexpr std::size_t most = 96;
  std::string out = "\"";
  const std::size_t shown = detail::whole_characters(text, most);
  detail::append_printable(out, text.substr(0, shown));
  if (shown == text.size()) return out += '"';
  return out.append("...\" (").append(std::to_string(text.size())).append(" bytes)");
}

}  // namespace paragon
