// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "compiler_flags.hpp"
#include "number_text.hpp"  // with which values are put into messages, as with quote
#include "quote.hpp"

namespace paragon {

/// Bad input: what was wrong, where it was, and what was expected instead.
///
/// Every room throws this one type for input that it cannot accept. `what()` reads "place: problem; expected ...".
/// Programs catch it, print `what()` and exit with status 2. Whatever the input holds, `what()` is one line of at most a
/// few thousand bytes: long parts lose their middle, control characters are escaped.
class error : public std::runtime_error {
public:
  /// \param place     where: a function, or "file:line: column NAME"
  /// \param problem   what was found, with the offending value
  /// \param expected  what would have been accepted; may be empty
  error(std::string_view place, std::string_view problem, std::string_view expected = {})
      : std::runtime_error(compose(place, problem, expected)), place_(place) {}

  [[nodiscard]] const std::string& place() const noexcept { return place_; }

private:
  static std::string compose(std::string_view place, std::string_view problem, std::string_view expected) {
    std::string text;
    append(text, place);
    append(text.append(": "), problem);
    if (!expected.empty()) append(text.append("; expected "), expected);
    return text;
  }

  static void append(std::string& text, std::string_view part) {
    constexpr std::size_t most = 1000;
    if (part.size() <= most) return detail::append_printable(text, part);
    detail::append_printable(text, part.substr(0, detail::whole_characters(part, most * 3 / 4)));
    text += "...";
    detail::append_printable(text, part.substr(detail::whole_characters(part, part.size() - most / 4)));
  }

  std::string place_;
};

}  // namespace paragon
