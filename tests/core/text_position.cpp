// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/core/text_position.hpp>
#include <string_view>

using paragon::position_in;
using paragon::text_position;

TEST_CASE("core: lines are counted with any line ends") {
  const std::string_view text = "a\nb\rc\r\nd\r\re\n\nf";
  const auto line = [&](char c) { return position_in(text, text.find(c)).line; };
  CHECK(line('a') == 1);
  CHECK(line('b') == 2);
  CHECK(line('c') == 3);
  CHECK(line('d') == 4);
  CHECK(line('e') == 6);
  CHECK(line('f') == 8);
  CHECK(position_in("ab\r\ncd", 5) == text_position{2, 2});
  CHECK(position_in("ab\r\ncd", 3) == text_position{1, 4});  // within the line end
  CHECK(position_in("", 0) == text_position{1, 1});
  CHECK(position_in("ab", 2) == text_position{1, 3});
}
