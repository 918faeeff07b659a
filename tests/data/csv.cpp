// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <paragon/data/csv.hpp>
#include <string>
#include <vector>

#include "../scratch.hpp"

using paragon::data::csv_table;
using paragon::data::empty_cells;

namespace {

csv_table table(std::string text) { return {std::move(text), "t.csv"}; }

void rejects(const std::string& text, const char* message) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS((void)table(text), message, paragon::error);
}

}  // namespace

TEST_CASE("data: a table is read by column names") {
  const auto t = table("name,ms,count\npixel3,2.5,3\nraspi4,-1e-3,0\n");
  CHECK(t.place() == "t.csv");
  CHECK(t.rows() == 2);
  CHECK(t.columns() == std::vector<std::string>{"name", "ms", "count"});
  CHECK(t.column("count") == 2);
  CHECK(t.contains("ms"));
  CHECK_FALSE(t.contains("MS"));
  CHECK(t.text(1, 0) == "raspi4");
  CHECK(t.numbers<double>("ms") == std::vector<double>{2.5, -0.001});
  CHECK(t.numbers<unsigned>("count") == std::vector<unsigned>{3, 0});
  CHECK(t.where(1, 1) == "t.csv:3: column ms");
}

TEST_CASE("data: a table may end without a line end, have CRLF and a byte order mark") {
  for (const char* text : {"a,b\n1,2", "a,b\r\n1,2\r\n", "a,b\r\n1,2", "a,b\n1,2\r",
                           "\xEF\xBB\xBF"
                           "a,b\n1,2\n",
                           "a,b\r1,2\r", "a,b\r1,2", "\"a\",b\r\"1\",\"2\"\r", "a,b\n1,2\r", "a,b\r1,2\r\n",
                           "\"a\",b\r\n1,\"2\"\r\n", "a,b\n1,\"2\""}) {
    CAPTURE(text);
    const auto t = table(text);
    CHECK(t.columns() == std::vector<std::string>{"a", "b"});
    CHECK(t.rows() == 1);
    CHECK(t.numbers<int>("b") == std::vector<int>{2});
  }
}

TEST_CASE("data: lines of one table may end in LF, CRLF and CR") {
  const auto t = table("a,b\r1,\"x\r\ny\"\r\n3,4\n5,bad\r7,8");
  CHECK(t.rows() == 4);
  CHECK(t.text(0, 1) == "x\r\ny");
  CHECK(t.numbers<int>("a") == std::vector<int>{1, 3, 5, 7});
  CHECK(t.where(2, 1) == "t.csv:5: column b");
  rejects("a,b\r1,2\r3\r", "t.csv:3: 1 cells; expected 2 as in the header");
}

TEST_CASE("data: numbers of a table are exact or the nearest") {
  const auto t = table("a\n9007199254740992\n9007199254740993\n1e-400\n+1\n9007199254740993.0\n");
  CHECK(t.number<double>(0, 0) == 0x1p53);
  CHECK_THROWS_WITH_AS((void)t.number<double>(1, 0),
                       "t.csv:3: column a: \"9007199254740993\"; expected an integer that its type holds exactly, or a "
                       "decimal point behind it, which allows rounding",
                       paragon::error);
  CHECK(t.number<std::int64_t>(1, 0) == 9007199254740993);
  CHECK(t.number<double>(2, 0) == 0);
  CHECK(t.number<int>(3, 0) == 1);
  CHECK(t.number<double>(4, 0) == 0x1p53);
}

TEST_CASE("data: messages about cells and columns are short") {
  const std::string huge(5'000'000, 'x');
  const auto length = [](auto&& fails) {
    try {
      fails();
    } catch (const paragon::error& e) {
      return std::string_view(e.what()).size();
    }
    return std::size_t{0};
  };
  for (const std::size_t size :
       {length([&] { (void)table("a\n" + huge).numbers<double>("a"); }),
        length([&] { (void)table(huge + "\nx").numbers<double>(huge); }),
        length([&] { (void)table("a\n1").column(huge); }), length([&] { (void)table(huge + "\n1").column("b"); }),
        length([&] { (void)table(huge + "," + huge); })}) {
    CHECK(size > 0);
    CHECK(size < 4000);
  }
}

TEST_CASE("data: quoted cells hold commas, quotes and line ends") {
  const auto t = table("a,b\n\"x,y\",\"say \"\"no\"\"\"\n\"1\n2\",\"\"\n,z\n3,bad\n");
  CHECK(t.rows() == 4);
  CHECK(t.text(0, 0) == "x,y");
  CHECK(t.text(0, 1) == "say \"no\"");
  CHECK(t.text(1, 0) == "1\n2");
  CHECK(t.text(1, 1).empty());
  CHECK(t.text(2, 0).empty());
  CHECK(t.where(3, 1) == "t.csv:6: column b");
}

TEST_CASE("data: a header alone is a table without rows") {
  CHECK(table("a,b\n").rows() == 0);
  CHECK(table("a").rows() == 0);
  CHECK(table("a\n").numbers<double>("a").empty());
}

TEST_CASE("data: a table of one column may have empty lines") { CHECK(table("a\n1\n\n2\n").rows() == 3); }

TEST_CASE("data: a column that is not there is an error that lists the others") {
  CHECK_THROWS_WITH_AS((void)table("arch,ms\n").column("mj"), "t.csv:1: no column \"mj\"; expected one of arch, ms",
                       paragon::error);
}

TEST_CASE("data: text where a number should be is an error with line, column and text") {
  const auto t = table("a,b\n1,2\n3,fast\n-4,0x10\n5.5,1e999\n6,\n7, 8\n8,nan\n9,inf\n10,1_0\n");
  const auto rejected = [&](std::size_t row, const char* message) {
    CHECK_THROWS_WITH_AS((void)t.number<double>(row, 1), message, paragon::error);
  };
  CHECK_THROWS_WITH_AS((void)t.numbers<double>("b"), "t.csv:3: column b: \"fast\"; expected a finite number",
                       paragon::error);
  rejected(2, "t.csv:4: column b: \"0x10\"; expected a finite number");
  rejected(3, "t.csv:5: column b: \"1e999\"; expected a finite number");
  rejected(4, "t.csv:6: column b: empty cell; expected a finite number");
  rejected(5, "t.csv:7: column b: \" 8\"; expected a finite number");
  rejected(6, "t.csv:8: column b: \"nan\"; expected a finite number");
  rejected(7, "t.csv:9: column b: \"inf\"; expected a finite number");
  rejected(8, "t.csv:10: column b: \"1_0\"; expected a finite number");
  CHECK_THROWS_WITH_AS((void)t.numbers<int>("a"), "t.csv:5: column a: \"5.5\"; expected an integer", paragon::error);
  CHECK_THROWS_WITH_AS((void)t.numbers<unsigned>("a"), "t.csv:4: column a: \"-4\"; expected a non-negative integer",
                       paragon::error);
  CHECK_THROWS_WITH_AS((void)t.numbers<int>("b", empty_cells::as_nan),
                       "t.csv:3: column b: \"fast\"; expected an integer", paragon::error);
  CHECK_THROWS_AS((void)table("a\n300\n").numbers<std::uint8_t>("a"), paragon::error);
}

TEST_CASE("data: empty cells are NaN where they may be") {
  const auto values = table("a,b\n1,\n2,3\n").numbers<double>("b", empty_cells::as_nan);
  CHECK(std::isnan(values[0]));
  CHECK(values[1] == 3);
}

TEST_CASE("data: tables that are malformed are errors with the line") {
  rejects("", "t.csv:1: empty; expected a header row");
  rejects("\xEF\xBB\xBF", "t.csv:1: empty; expected a header row");
  rejects("a,b\n1,2\n3\n", "t.csv:3: 1 cells; expected 2 as in the header");
  rejects("a,b\n1,2,3\n", "t.csv:2: 3 cells; expected 2 as in the header");
  rejects("a,b\n1,2\n\n", "t.csv:3: 1 cells; expected 2 as in the header");
  rejects("a,b\n1,2\n3,4,", "t.csv:3: 3 cells; expected 2 as in the header");
  rejects("a,b\n\"1\n\",2\n3\n", "t.csv:4: 1 cells; expected 2 as in the header");
  rejects("a,b,a\n", "t.csv:1: column \"a\" twice; expected different names");
  rejects("a\n\"x\n\n", "t.csv:2: a quoted cell that does not end; expected a closing quote");
  rejects("a\n\"x\"y\n", "t.csv:2: text after a closing quote; expected ',' or the end of the line");
  rejects("a\n5\"\n", "t.csv:2: a quote inside an unquoted cell; expected the whole cell in quotes");
  rejects(std::string("a\n\0\n", 4), "t.csv:2: a zero byte; expected text");
}

TEST_CASE("data: a table that is missing is an error that names the file") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "missing.csv";
  CHECK_THROWS_WITH_AS((void)csv_table(path),
                       (path + ": cannot be read: No such file or directory; expected a readable file").c_str(),
                       paragon::error);
  CHECK(csv_table(folder.write("t.csv", "a\n1\n")).numbers<int>("a") == std::vector<int>{1});
}
