// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::evaluate::detail {

/// Lines out of a stream that comes in pieces. O(its length), however it is cut.
class line_splitter {
public:
  void append(std::string_view piece) {
    text_.erase(0, begin_);
    searched_ -= begin_;
    begin_ = 0;
    text_ += piece;
  }

  /// The next line without its end, once all of it is there.
  [[nodiscard]] std::optional<std::string> next() {
    const std::size_t end = text_.find('\n', searched_);
    if (end == std::string::npos) {
      searched_ = text_.size();
      return std::nullopt;
    }
    std::string line = text_.substr(begin_, end - begin_);
    begin_ = searched_ = end + 1;
    return line;
  }

  /// What follows the last whole line.
  [[nodiscard]] std::string_view rest() const noexcept { return std::string_view(text_).substr(begin_); }

private:
  std::string text_;
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;  // no line ends between begin_ and here
};

}  // namespace paragon::evaluate::detail
