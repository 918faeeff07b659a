// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <paragon/core/random_key.hpp>
#include <paragon/data/number_table.hpp>
#include <string>
#include <vector>

#include "../scratch.hpp"

using paragon::data::number_cells;
using paragon::data::number_table;

namespace {

number_table table(std::string text) { return {std::move(text), "t.csv"}; }

std::vector<double> numbers(const std::string& text) { return table(text).numbers<double>(); }

template <class T = double>
void rejects(const std::string& text, const char* message, const number_cells& how = {}) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS((void)table(text).numbers<T>(how), message, paragon::error);
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("data: rows of numbers are read with any separator") {
  for (const char* text : {"1,2\n3,4\n", "1;2\n3;4\n", "1\t2\n3\t4\n", "1 2\n3 4\n", "  1   2 \n\t3\t 4\t\n",
                           "1, 2\n 3 ,4 ", "1 ; 2\n3;4", "1 \t 2\n3\t4", "\"1\",2\n3,\"4\""}) {
    CAPTURE(text);
    const auto t = table(text);
    CHECK(t.columns() == 2);
    CHECK(t.names().empty());
    CHECK(t.numbers<double>() == std::vector<double>{1, 2, 3, 4});
    CHECK(t.numbers<int>() == std::vector<int>{1, 2, 3, 4});
  }
  CHECK(numbers("5\n6\n") == std::vector<double>{5, 6});
}

TEST_CASE("data: empty lines and comments are skipped, CRLF and a byte order mark accepted") {
  for (const char* text :
       {"# a, b\n\n1,2\n\n  # c\n3,4\n\n",
        "\xEF\xBB\xBF"
        "1,2\r\n\r\n3,4\r\n",
        "\n\n1,2 # one; two\n3,4 #", "1,2\r\n#\r\n3,4\r", "1 2 # a, b\n3 4\t# c d\n", "#\n\t \n 1\t2\n3\t4"}) {
    CAPTURE(text);
    CHECK(numbers(text) == std::vector<double>{1, 2, 3, 4});
  }
}

TEST_CASE("data: a first line without numbers names the columns") {
  for (const char* text : {"a,b\n1,2", "# x\n\n a , b \r\n1,2", "a b\n1 2", "\"a\"; \"b\"\n1;2", "a\tb\n1\t2"}) {
    CAPTURE(text);
    const auto t = table(text);
    CHECK(t.names() == std::vector<std::string>{"a", "b"});
    CHECK(t.numbers<double>() == std::vector<double>{1, 2});
    CHECK(t.column("b") == 1);
    CHECK(t.column("0") == 0);
  }
  CHECK(table("latency (ms)\tthe \"error\"\n1\t2").names() ==
        std::vector<std::string>{"latency (ms)", "the \"error\""});
  CHECK(table("\"a, \"\"b\"\"\",,1x\n1,2,3").names() == std::vector<std::string>{"a, \"b\"", "", "1x"});
  CHECK(table("net #parameters,ms\n1,2").names() == std::vector<std::string>{"net #parameters", "ms"});
  CHECK(table(" latency (ms) \r\n\n1\n2").names() == std::vector<std::string>{"latency (ms)"});
  CHECK(table("latency (ms)\n1\n2").numbers<double>() == std::vector<double>{1, 2});
  CHECK(table("latency ms\n1 2").columns() == 2);
  CHECK(table("latency ms").columns() == 2);
  CHECK(table("a,b").columns() == 2);
  CHECK(table("a,b").numbers<double>().empty());
  const auto odd = table("# note\n1,a,a\n");
  CHECK(odd.names().empty());
  const auto twice = table("# note\n1x,a,a\n");
  CHECK(twice.column("2") == 2);
  CHECK_THROWS_WITH_AS((void)twice.column("a"), "t.csv:2: column \"a\" twice; expected its number", paragon::error);
  CHECK_THROWS_WITH_AS((void)twice.column("3"), "t.csv:2: no column \"3\"; expected 1x, a, a, 0 to 2", paragon::error);
  CHECK_THROWS_WITH_AS((void)table("1,2").column("b"), "t.csv:1: no column \"b\"; expected 0 to 1", paragon::error);
  CHECK_THROWS_AS((void)table("").column("0"), paragon::error);
}

TEST_CASE("data: a table without rows has no columns") {
  for (const char* text : {"", "\n\n", "# only\n  # comments", "\xEF\xBB\xBF", "\r\n", " \t "}) {
    CAPTURE(text);
    const auto t = table(text);
    CHECK(t.columns() == 0);
    CHECK(t.numbers<double>().empty());
  }
}

TEST_CASE("data: numbers in every way of writing") {
  CHECK(numbers("inf -inf +inf Infinity -INFINITY") == std::vector{infinity, -infinity, infinity, infinity, -infinity});
  CHECK(numbers("1e5 +1.5 .5 5. -0.25e-2 1E+3 007") == std::vector{1e5, 1.5, 0.5, 5.0, -0.0025, 1000.0, 7.0});
  CHECK(std::signbit(numbers("-0")[0]));
  CHECK(numbers("123456789012345 0.00000000000001 123456789012345678 4.9e-324") ==
        std::vector{123456789012345.0, 1e-14, 123456789012345678.0, 4.9e-324});
  for (const double x : numbers("nan NaN -nan")) CHECK(std::isnan(x));
  CHECK(table("-128 127").numbers<std::int8_t>() == std::vector<std::int8_t>{-128, 127});
  CHECK(table("9223372036854775807").numbers<std::int64_t>()[0] == std::numeric_limits<std::int64_t>::max());
  CHECK(table("0.1").numbers<float>()[0] == 0.1F);
  CHECK(table("0.1").numbers<long double>()[0] == 0.1L);
}

TEST_CASE("data: numbers are rounded as the C library rounds them") {
  const paragon::random_key key{.seed = 20};
  std::string text;
  std::vector<double> expected;
  char written[64];
  const auto add = [&](int length) {
    text.append(written, static_cast<std::size_t>(length)).push_back('\n');
    expected.push_back(std::strtod(written, nullptr));
  };
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const auto bits = key.bits(i);
    const auto x = std::bit_cast<double>((std::uint64_t{bits[0]} << 32) | bits[1]);
    if (!std::isfinite(x)) continue;
    add(std::snprintf(written, sizeof written, "%.17g", x));
    const double plain = key.uniform(i) * std::pow(10, static_cast<double>(key.below(16, i)));
    for (int digits = 0; digits < 18; ++digits) add(std::snprintf(written, sizeof written, "%.*f", digits, -plain));
    add(std::snprintf(written, sizeof written, "%.15g", plain));
  }
  CHECK(numbers(text) == expected);
}

TEST_CASE("data: what is not a number is named with file, line and column") {
  rejects("1,2\n3,x", "t.csv:2: column 1: \"x\"; expected a number");
  rejects("# c\r\n\r\na,b\r\n1,2\r\n3,4x\r\n", "t.csv:5: column b: \"4x\"; expected a number");
  rejects("1 0x10", "t.csv:1: column 1: \"0x10\"; expected a number");
  rejects("1,2\n3,", "t.csv:2: column 1: an empty cell; expected a number");
  rejects("1,2\n,4", "t.csv:2: column 0: an empty cell; expected a number");
  rejects("1\t2\n3\t\t4", "t.csv:2: column 1: an empty cell; expected a number");
  rejects("1,,2", "t.csv:1: column 1: an empty cell; expected a number");
  rejects(",,", "t.csv:1: column 0: an empty cell; expected a number");
  rejects("1,a", "t.csv:1: column 1: \"a\"; expected a number");
  rejects("1,2\n3 4,5", "t.csv:2: column 0: \"3 4\"; expected a number");
  rejects("1,5;2,5", "t.csv:1: column 0: \"1,5\"; expected a number");
  rejects("1 2\t3", "t.csv:1: column 0: \"1 2\"; expected a number");
  rejects("1,2\n3,+-4", "t.csv:2: column 1: \"+-4\"; expected a number");
  rejects("1,2\n3,+", "t.csv:2: column 1: \"+\"; expected a number");
  rejects("1,2\n3,1e", "t.csv:2: column 1: \"1e\"; expected a number");
  rejects("1,2\n3,.", "t.csv:2: column 1: \".\"; expected a number");
  rejects("1,2\n3,4#", "t.csv:2: column 1: \"4#\"; expected a number");
  rejects("1,1e999", "t.csv:1: column 1: \"1e999\"; expected a number within the range of its type");
  rejects<int>("1,2.5", "t.csv:1: column 1: \"2.5\"; expected an integer");
  rejects<unsigned>("1,-2", "t.csv:1: column 1: \"-2\"; expected a non-negative integer");
  rejects<std::int8_t>("1,+128", "t.csv:1: column 1: \"+128\"; expected an integer within the range of its type");
  rejects("1,2\n3,\"4", "t.csv:2: column 1: a quoted cell that does not end; expected a closing quote in its line");
  rejects("1,2\n3,\"4\"5", "t.csv:2: column 1: text after a closing quote; expected the end of the cell");
  rejects("1," + std::string(100, 'x'),
          ("t.csv:1: column 1: \"" + std::string(60, 'x') + "...\"; expected a number").c_str());
  rejects(std::string("1,2\n3,\0", 8), (std::string("t.csv:2: column 1: \"") + '\0' + "\"; expected a number").c_str());
}

TEST_CASE("data: what is no text at all is not taken for a header") {
  CHECK_THROWS_WITH_AS((void)table(std::string(3, '\0')), "t.csv:1: a zero byte; expected text", paragon::error);
  CHECK_THROWS_WITH_AS((void)table(std::string("\na,\0b", 6)), "t.csv:2: a zero byte; expected text", paragon::error);
}

TEST_CASE("data: rows of other lengths than the first are named") {
  rejects("\n1,2\n3\n", "t.csv:3: 1 cell; expected 2 as in line 2");
  rejects("a,b\n1,2\n3,4,5\n", "t.csv:3: more than 2 cells; expected 2 as in line 1");
  rejects("1\n2 3\n", "t.csv:2: more than 1 cell; expected 1 as in line 1");
  rejects("1 2 3\n4 5 # 6\n", "t.csv:2: 2 cells; expected 3 as in line 1");
}

TEST_CASE("data: columns of text are skipped, and NaN is refused on demand") {
  const std::string text = "name;a;b\n\"x;y\";1;2\nz # 1;3;nan\n;5;6\n";
  const auto values = table(text).numbers<double>({.skip = {0}});
  REQUIRE(values.size() == 9);
  for (const std::size_t i : {0U, 3U, 5U, 6U}) CHECK(std::isnan(values[i]));
  CHECK(values[7] == 5);
  rejects(text, "t.csv:2: column name: \"x;y\"; expected a number");
  rejects(text, "t.csv:3: column b: NaN; expected a number", {.skip = {0}, .accept_nan = false});
  CHECK_NOTHROW((void)table(text).numbers<double>({.skip = {0, 2}, .accept_nan = false}));
  CHECK(table("x 1 # c\ny 2").numbers<int>({.skip = {0}}) == std::vector<int>{0, 1, 0, 2});
  rejects("1,2", "t.csv:1: no column 2 to skip; expected one of the table's", {.skip = {2}});
}

TEST_CASE("data: a table can be copied and moved, and is read from a file") {
  number_table small = table("1,2");
  const number_table copy = small;
  const number_table moved = std::move(small);
  CHECK(copy.numbers<int>() == std::vector<int>{1, 2});
  CHECK(moved.numbers<int>() == std::vector<int>{1, 2});
  const paragon_test::scratch_folder folder;
  const std::string path = folder.write("f.txt", "1 2\n3 x\n");
  CHECK(number_table(path).place() == path);
  CHECK_THROWS_WITH_AS((void)number_table(path).numbers<double>(),
                       (path + ":2: column 1: \"x\"; expected a number").c_str(), paragon::error);
  CHECK_THROWS_AS(number_table(folder / "absent"), paragon::error);
}
