// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <string>

using paragon::json;

namespace {

void rejects(std::string_view text, const char* message) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS((void)json::parse(text, "f.json"), message, paragon::error);
}

}  // namespace

TEST_CASE("core: json reads every kind of value") {
  const json v =
      json::parse(R"( {"n":null,"t":true,"f":false,"i":18446744073709551615,"d":-2.5e-3,"s":"x","a":[1,[]],"o":{}} )");
  CHECK(v.at("n").is_null());
  CHECK(v.at("t").boolean());
  CHECK_FALSE(v.at("f").boolean());
  CHECK(v.at("i").integer() == std::numeric_limits<std::uint64_t>::max());
  CHECK(v.at("d").number() == -0.0025);
  CHECK(v.at("s").text() == "x");
  CHECK(v.at("a").items().size() == 2);
  CHECK(v.at("a").items()[0].number() == 1);
  CHECK(v.at("o").members().empty());
  CHECK(v.find("x") == nullptr);
  CHECK(v.members()[0].first == "n");
  CHECK(v.members()[7].first == "o");
}

TEST_CASE("core: json numbers follow the grammar") {
  CHECK(json::parse("0").integer() == 0);
  CHECK(json::parse("-0").number() == 0);
  CHECK(std::signbit(json::parse("-0").number()));
  CHECK(json::parse("1E+2").number() == 100);
  CHECK(json::parse("18446744073709551616").number() == 0x1.0p64);
  rejects("01", "f.json:1:3: a number with a leading zero");
  rejects("-", "f.json:1:1: unexpected character; expected a value");
  rejects("+1", "f.json:1:1: unexpected character; expected a value");
  rejects("1.", "f.json:1:3: a number that ends in a point; expected a digit");
  rejects("1e", "f.json:1:3: a number without its exponent; expected a digit");
  rejects("1e999", "f.json:1:6: a number beyond the range of a double");
  rejects("NaN", "f.json:1:1: unexpected character; expected a value");
  rejects("0x10", "f.json:1:2: text after the value; expected the end");
}

TEST_CASE("core: json numbers are exact where they are integers, else the nearest double") {
  const json big = json::parse("[9007199254740993,9007199254740993.0,1e-400,-1e-400,-9007199254740992]");
  CHECK(big.items()[0].integer() == 9007199254740993U);
  CHECK_THROWS_WITH_AS((void)big.items()[0].number(),
                       "json: the integer 9007199254740993, which a double cannot hold; expected a number",
                       paragon::error);
  CHECK(big.items()[1].number() == 0x1p53);
  CHECK(big.items()[2].number() == 0);
  CHECK(std::signbit(big.items()[3].number()));
  CHECK(big.items()[4].number() == -0x1p53);
  CHECK_FALSE(json::parse("9007199254740993") == json::parse("9007199254740992.0"));
  CHECK(json::parse("9007199254740992") == json::parse("9007199254740992.0"));
  CHECK_FALSE(json::parse("18446744073709551615") == json::parse("18446744073709551616.0"));
  CHECK_FALSE(json::parse("1") == json::parse("-1"));
  rejects("-9007199254740993", "f.json:1:18: the integer \"-9007199254740993\", which a double cannot hold");
  rejects("18446744073709551617", "f.json:1:21: the integer \"18446744073709551617\", which a double cannot hold");
  CHECK(json(std::int64_t{-9007199254740992}).number() == -0x1p53);
  CHECK_THROWS_AS((void)json(std::int64_t{-9007199254740993}), paragon::error);
  CHECK(json(std::numeric_limits<std::int64_t>::min()).number() == -0x1p63);
}

TEST_CASE("core: json errors count lines with any line ends, and are short") {
  rejects("{\r\"a\":1,\r\n \"b\" 2}", "f.json:3:6: no value for member \"b\"; expected ':'");
  const std::string name(5'000'000, 'x');
  const std::string message =
      "f.json:1:5000004: no value for member \"" + std::string(96, 'x') + "...\" (5000000 bytes); expected ':'";
  rejects("{\"" + name + "\"}", message.c_str());
}

TEST_CASE("core: json strings are unescaped to UTF-8") {
  CHECK(json::parse(R"("\"\\\/\b\f\n\r\t")").text() == "\"\\/\b\f\n\r\t");
  CHECK(json::parse(R"("\u0041\u00e9\u20ac\ud83d\ude00")").text() == "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(json::parse("\"\xC3\xA9\"").text() == "\xC3\xA9");
  rejects("\"a", "f.json:1:3: ends inside a string; expected a closing quote");
  rejects("\"a\nb\"", "f.json:1:3: a control character inside a string; expected an escape");
  rejects(R"("\x")", "f.json:1:3: an unknown escape");
  rejects(R"("\u12g4")", "f.json:1:6: a broken \\u escape; expected four hexadecimal digits");
  rejects(R"("\ud800")", "f.json:1:8: half a surrogate pair");
  rejects(R"("\ud800\u0041")", "f.json:1:14: half a surrogate pair");
  rejects(R"("\udc00")", "f.json:1:8: half a surrogate pair");
  for (const char* bad : {"\"\x80\"", "\"\xC0\x80\"", "\"\xC3\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                          "\"\xE0\x9F\xBF\"", "\"\xF0\x8F\xBF\xBF\"", "\"\xFF\""}) {
    rejects(bad, "f.json:1:2: a byte that is not UTF-8");
  }
}

TEST_CASE("core: json that is malformed is an error with line and byte") {
  rejects("", "f.json:1:1: ends early; expected a value");
  rejects("{\"a\":1,\n \"b\" 2}", "f.json:2:6: no value for member \"b\"; expected ':'");
  rejects("{\"a\":1", "f.json:1:7: an object that is not closed; expected ',' or '}'");
  rejects("{\"a\":1,}", "f.json:1:8: a member without a name; expected '\"'");
  rejects("[1 2]", "f.json:1:4: an array that is not closed; expected ',' or ']'");
  rejects("[1,]", "f.json:1:4: unexpected character; expected a value");
  rejects("tru", "f.json:1:1: unknown word; expected true");
  rejects("{} x", "f.json:1:4: text after the value; expected the end");
  rejects("{\"a\":1,\"b\":2,\"a\":3}", "f.json:1:20: member \"a\" twice in one object");
}

TEST_CASE("core: json has a limit of depth") {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  CHECK(json::parse(nested(json::max_depth + 1)).is_array());
  rejects(nested(json::max_depth + 2), "f.json:1:66: more than 64 levels");
  CHECK_THROWS_AS((void)json::parse(std::string(1000000, '[')), paragon::error);
}

TEST_CASE("core: json of another kind than asked for is an error") {
  CHECK_THROWS_WITH_AS((void)json("x").number(), "json: a value of another kind; expected a number", paragon::error);
  CHECK_THROWS_WITH_AS((void)json(-1).integer(), "json: a value of another kind; expected a non-negative integer",
                       paragon::error);
  CHECK_THROWS_WITH_AS((void)json(json::object{}).at("x"), "json: no member \"x\"", paragon::error);
}

TEST_CASE("core: json is written on one line or indented") {
  const json v =
      json::object{{"a", json::array{1, -2.5, true, nullptr}}, {"b", json::object{{"c", "d"}}}, {"e", json::array{}}};
  CHECK(v.dump() == R"({"a":[1,-2.5,true,null],"b":{"c":"d"},"e":[]})");
  CHECK(v.dump(2) ==
        "{\n  \"a\": [\n    1,\n    -2.5,\n    true,\n    null\n  ],\n  \"b\": {\n    \"c\": \"d\"\n  },\n  \"e\": "
        "[]\n}");
  CHECK(json("\"\\\n\t\x01\xC3\xA9").dump() == "\"\\\"\\\\\\n\\u0009\\u0001\xC3\xA9\"");
  CHECK(json(std::nan("")).dump() == "null");
  CHECK_THROWS_WITH_AS((void)json(std::numeric_limits<double>::infinity()).dump(),
                       "json::dump: an infinite number; expected a finite one", paragon::error);
  CHECK_THROWS_WITH_AS((void)json("\xFF").dump(), "json::dump: a string that is not UTF-8", paragon::error);
}

TEST_CASE("core: json numbers are equal by value") {
  CHECK(json(2) == json(2.0));
  CHECK(json::parse("[1,14E1]") == json(json::array{1.0, 140}));
  CHECK_FALSE(json(2) == json(2.5));
  CHECK_FALSE(json(0) == json(nullptr));
  CHECK_FALSE(json(1) == json(true));
  CHECK_FALSE(json("1") == json(1));
}

TEST_CASE("core: json numbers read back as the same double") {
  constexpr std::uint64_t seed = 3;
  INFO("seed ", seed);
  const paragon::random_key r{.seed = seed};
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const double x = std::ldexp(r.normal(i), static_cast<int>(r.below(600, i)) - 300);
    CHECK(json::parse(json(x).dump()).number() == x);
  }
}
