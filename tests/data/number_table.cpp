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

using paragon::data::header_line;
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

TEST_CASE("data: the first line is a header where its cells and those below it tell so") {
  using names = std::vector<std::string>;
  const auto names_of = [](const char* text) { return table(text).names(); };
  // A cell is empty, and not below.
  CHECK(names_of(",0,1\n0,5,6\n1,7,8\n") == names{"", "0", "1"});
  CHECK(names_of("a;;1\nx;2;3") == names{"a", "", "1"});
  CHECK(names_of("\"\",0\n0,5") == names{"", "0"});
  CHECK(names_of(",0,1\n") == names{"", "0", "1"});
  CHECK(names_of("1,2,\n3,4,\n").empty());  // a separator ends every line
  // A cell is no number, and is one below.
  CHECK(names_of("epoch,2020,2021\n1,5,6\n") == names{"epoch", "2020", "2021"});
  CHECK(names_of("\xEF\xBB\xBF"
                 "epoch,2020\r\r1,5") == names{"epoch", "2020"});
  CHECK(names_of("x,2020\n\"1\",\"5\"") == names{"x", "2020"});
  CHECK(names_of("epoch 2020\n1 5") == names{"epoch", "2020"});
  CHECK(names_of("# x\nepoch,2020 # years\n# y\n1,5") == names{"epoch", "2020"});
  CHECK(names_of("a,2020\nNA,5") == names{"a", "2020"});
  CHECK(names_of("a,b,c\n1") == names{"a", "b", "c"});  // too short a row is an error of its own
  CHECK(names_of("a,b\n1,2,3") == names{"a", "b"});
  // Names above text, or alone.
  CHECK(names_of("a,b\nx,y") == names{"a", "b"});
  CHECK(names_of("a,b") == names{"a", "b"});
  CHECK(names_of("\"a\",\"b\"\n") == names{"a", "b"});
  // Numbers, what wants to be a number, and missing values are no names.
  for (const char* text :
       {"0,1\n5,6", "\"0\",\"1\"\n5,6", "NA,NA\n1,2", "n/a,N/A\n1,2", "nan,NaN\n1,2", "Null,NULL\n1,2", "-,-\n1,2",
        "\"NA\",-\n1,2", "inf,-inf\n1,2", "1,5;2,5\n3;4", "1_000;2\n3;4", "0x10,0x11\n1,2", "9007199254740993,1\n1,2",
        "1e999,1\n1,2", "NA,NA", "1,a", "1,a\n2,b"}) {
    CAPTURE(text);
    CHECK(table(text).columns() == 2);
    CHECK(names_of(text).empty());
  }
}

TEST_CASE("data: whether the first line is a header can be said") {
  const auto read = [](const char* text, header_line header) { return number_table(text, "t.csv", header); };
  const auto named = read("0,1\n5,6\n", header_line::present);
  CHECK(named.names() == std::vector<std::string>{"0", "1"});
  CHECK(named.numbers<double>() == std::vector<double>{5, 6});
  CHECK(named.column("1") == 1);
  CHECK(read("NA,1\n5,6\n", header_line::present).names() == std::vector<std::string>{"NA", "1"});
  CHECK(read("1,2", header_line::present).numbers<double>().empty());
  CHECK(read("", header_line::present).columns() == 0);
  CHECK(read("latency (ms)\n1\n", header_line::present).names() == std::vector<std::string>{"latency (ms)"});
  CHECK(read("a,1\n5,6\n", header_line::absent).numbers<double>({.skip = {0}})[1] == 1);
  CHECK_THROWS_WITH_AS((void)read("a,1\n5,6\n", header_line::absent).numbers<double>(),
                       "t.csv:1: column 0: \"a\"; expected a number", paragon::error);
  CHECK_THROWS_WITH_AS((void)read(",1\n5,6\n", header_line::absent).numbers<double>(),
                       "t.csv:1: column 0: an empty cell; expected a number", paragon::error);
}

TEST_CASE("data: missing values are NaN, and refused on demand") {
  const auto values = numbers("1,NA,n/a\nnull , -,2 # c\n\"NA\",Nan,- # c\n");
  REQUIRE(values.size() == 9);
  for (const std::size_t i : {1U, 2U, 3U, 4U, 6U, 7U, 8U}) CHECK(std::isnan(values[i]));
  CHECK(values[5] == 2);
  CHECK(numbers("- 5\n-5 -\n")[1] == 5);
  CHECK(numbers("- 5\n-5 -\n")[2] == -5);
  CHECK(numbers("NA 5 # a, b\n1 2")[3] == 2);
  rejects("1,NA", "t.csv:1: column 1: \"NA\", a missing value; expected a number", {.accept_nan = false});
  rejects("1,\"nan\"", "t.csv:1: column 1: NaN; expected a number", {.accept_nan = false});
  rejects("1,NAN0", "t.csv:1: column 1: \"NAN0\"; expected a number");
  rejects("1,- 5", "t.csv:1: column 1: \"- 5\"; expected a number");
  rejects<int>("1,NA", "t.csv:1: column 1: \"NA\"; expected an integer");
}

TEST_CASE("data: lines of numbers end in LF, CRLF and CR") {
  for (const char* text : {"1,2\r3,4\r5,6", "1,2\r3,4\r5,6\r", "1,2\r\r3,4\r\n\n5,6", "\r# c\r1,2\r\n3,4 # x\r5,6\r\r",
                           "1 2\r3 4\r\n5 6", "\"1\",2\r3,\"4\"\r5,6", "1\t2\r3\t4\r5\t6\r"}) {
    CAPTURE(text);
    CHECK(numbers(text) == std::vector<double>{1, 2, 3, 4, 5, 6});
  }
  const auto t = table("a,b\r1,2\r");
  CHECK(t.names() == std::vector<std::string>{"a", "b"});
  rejects("1,2\r3,4\r\n5\r", "t.csv:3: 1 cell; expected 2 as in line 1");
  rejects("1,2\r\r3,x\r", "t.csv:3: column 1: \"x\"; expected a number");
  rejects("1,\"2\r\"", "t.csv:1: column 1: a quoted cell that does not end; expected a closing quote in its line");
}

TEST_CASE("data: integers are read exactly or not at all, decimals to the nearest") {
  rejects(
      "9007199254740993",
      "t.csv:1: column 0: \"9007199254740993\"; expected an integer that its type holds exactly, or a decimal point "
      "behind it, which allows rounding");
  rejects(
      "1,2\n3,\"-9007199254740993\"",
      "t.csv:2: column 1: \"-9007199254740993\"; expected an integer that its type holds exactly, or a decimal point "
      "behind it, which allows rounding");
  CHECK(table("9007199254740993").numbers<std::int64_t>()[0] == 9007199254740993);
  CHECK(numbers("9007199254740992 9007199254740993.0 1e-400 -1e-400") == std::vector{0x1p53, 0x1p53, 0.0, 0.0});
  CHECK(std::signbit(numbers("-1e-400")[0]));
  rejects("1,-1e400", "t.csv:1: column 1: \"-1e400\"; expected a number within the range of its type");
}

TEST_CASE("data: messages about cells and columns of numbers are short") {
  const std::string huge(5'000'000, 'x');
  const auto check = [](auto&& fails) {
    try {
      fails();
      FAIL("no error");
    } catch (const paragon::error& e) {
      CHECK(std::string_view(e.what()).size() < 4000);
    }
  };
  check([&] { (void)numbers("1,2\n3," + huge); });
  check([&] { (void)numbers("1,2\n3,\"" + huge + "\""); });
  check([&] { (void)numbers(huge + "\n1\nx"); });
  check([&] { (void)table("a,b\n1,2").column(huge); });
  check([&] { (void)table(huge + ",b\n1,2").column("c"); });
  rejects("1,\x1b[2J\n", "t.csv:1: column 1: \"\\x1b[2J\"; expected a number");
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
  CHECK(numbers("123456789012345 0.00000000000001 123456789012345680 4.9e-324") ==
        std::vector{123456789012345.0, 1e-14, 123456789012345680.0, 4.9e-324});
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
  rejects("1,,2\n3,,4", "t.csv:1: column 1: an empty cell; expected a number");
  rejects(",,\n,,", "t.csv:1: column 0: an empty cell; expected a number");
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
          ("t.csv:1: column 1: \"" + std::string(96, 'x') + "...\" (100 bytes); expected a number").c_str());
  rejects(std::string("1,2\n3,\0", 7), "t.csv:2: column 1: \"\\x00\"; expected a number");
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
