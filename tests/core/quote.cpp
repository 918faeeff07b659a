// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <paragon/core/error.hpp>
#include <paragon/core/number_text.hpp>
#include <paragon/core/quote.hpp>
#include <paragon/core/utf8.hpp>
#include <string>

using paragon::quote;

TEST_CASE("core: a quoted text stays as it is where it is short") {
  CHECK(quote("") == "\"\"");
  CHECK(quote("1,5") == "\"1,5\"");
  CHECK(quote("a \"b\" \\ \xC3\xA9 \xF0\x9F\x98\x80") == "\"a \"b\" \\ \xC3\xA9 \xF0\x9F\x98\x80\"");
  CHECK(quote(std::string(96, 'x')) == "\"" + std::string(96, 'x') + "\"");
}

TEST_CASE("core: a long text is cut between characters, with its length") {
  CHECK(quote(std::string(97, 'x')) == "\"" + std::string(96, 'x') + "...\" (97 bytes)");
  CHECK(quote(std::string(5'000'000, 'x')) == "\"" + std::string(96, 'x') + "...\" (5000000 bytes)");
  CHECK(quote(std::string(95, 'x') + "\xC3\xA9") == "\"" + std::string(95, 'x') + "...\" (97 bytes)");
  CHECK(quote(std::string(94, 'x') + "\xF0\x9F\x98\x80") == "\"" + std::string(94, 'x') + "...\" (98 bytes)");
  // Bytes that are no characters have no better place to be cut at.
  CHECK(quote(std::string(100, '\x80')).starts_with("\"\\x80"));
  CHECK(quote(std::string(100, '\x80')).size() == 1 + 4 * 96 + 4 + 12);
}

TEST_CASE("core: a quoted text cannot act on a terminal") {
  CHECK(quote("a\nb\tc\rd") == "\"a\\nb\\tc\\rd\"");
  CHECK(quote(std::string("\0\x1b[2J\x7F", 6)) == "\"\\x00\\x1b[2J\\x7f\"");
  CHECK(quote("\xC2\x9B \xC2\xA0") == "\"\\xc2\\x9b \xC2\xA0\"");  // C1 controls, but no other character
  CHECK(quote("\xE2\x80\xAE\xE2\x80\xA8") == "\"\\xe2\\x80\\xae\\xe2\\x80\\xa8\"");  // right to left, a line separator
  CHECK(quote("\xFF\xC3") == "\"\\xff\\xc3\"");
}

TEST_CASE("core: the message of an error is one line of bounded length whatever is in it") {
  const std::string huge(5'000'000, 'x');
  const paragon::error e(huge, huge + "\n\x1b", huge);
  const std::string text = e.what();
  CHECK(text.size() < 4000);
  CHECK(text.find_first_of("\n\x1b") == text.npos);
  CHECK(text.find("x\\n\\x1b; expected x") != text.npos);  // the end of a part is kept
  CHECK(e.place() == huge);
}

TEST_CASE("core: numbers in messages read back as they were") {
  using paragon::number_text;
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(1e-9) == "1e-09");
  CHECK(number_text(0.1F) == "0.1");
  CHECK(number_text(-0.0) == "-0");
  CHECK(number_text(3.0) == "3");
  CHECK(number_text(-7) == "-7");
  CHECK(number_text(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(number_text(std::numeric_limits<double>::denorm_min()) == "5e-324");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(number_text(std::nan("")) == "nan");
}

TEST_CASE("core: UTF-8 characters are told from other bytes") {
  CHECK(paragon::utf8_length("a", 0) == 1);
  CHECK(paragon::utf8_length("\xC3\xA9", 0) == 2);
  CHECK(paragon::utf8_length("\xE2\x82\xAC", 0) == 3);
  CHECK(paragon::utf8_length("\xF0\x9F\x98\x80", 0) == 4);
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xFF"}) {
    CHECK(paragon::utf8_length(bad, 0) == 0);
  }
}
