// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "../../core/quote.hpp"

namespace paragon::inline PARAGON_ISA::evaluate::detail {

/// The end of a long text: what a program wrote last, for a message.
class text_tail {
public:
  static constexpr std::size_t most = 500;  ///< bytes that a message shows

  void append(std::string_view piece) {
    text_ += piece.substr(piece.size() - std::min(piece.size(), 2 * most));
    if (text_.size() > 4 * most) text_.erase(0, text_.size() - 2 * most);
  }
  void clear() noexcept { text_.clear(); }

  /// The last lines, as whole as they fit, on one line and printable; empty where nothing was written.
  [[nodiscard]] std::string printable() const {
    constexpr std::string_view blank = " \t\r\n";
    std::string_view last = text_;
    last = last.substr(0, last.find_last_not_of(blank) + 1);
    if (last.size() > most) {
      const std::size_t cut = last.size() - most;
      const std::size_t line = last.find('\n', cut - 1);
      last = last.substr(line == std::string_view::npos ? paragon::detail::whole_characters(last, cut) : line + 1);
    }
    last = last.substr(std::min(last.find_first_not_of(blank), last.size()));
    std::string out;
    paragon::detail::append_printable(out, last);
    return out;
  }

private:
  std::string text_;
};

}  // namespace paragon::evaluate::detail
