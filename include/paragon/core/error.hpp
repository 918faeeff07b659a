// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace paragon {

/// Bad input: what was wrong, where it was, and what was expected instead.
///
/// Every room throws this one type for input that it cannot accept. `what()` reads "place: problem; expected ...".
/// Programs catch it, print `what()` and exit with status 2.
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
    std::string text(place);
    text.append(": ").append(problem);
    if (!expected.empty()) text.append("; expected ").append(expected);
    return text;
  }

  std::string place_;
};

}  // namespace paragon
