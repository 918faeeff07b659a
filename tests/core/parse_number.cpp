// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <paragon/core/parse_number.hpp>
#include <paragon/core/random_key.hpp>
#include <string>

using paragon::number_fault;
using paragon::parse_number;

namespace {

template <class T = double>
T value_of(const std::string& text) {
  CAPTURE(text);
  T value = 77;
  CHECK(parse_number(text, value) == number_fault::none);
  return value;
}

template <class T = double>
number_fault fault_of(const std::string& text) {
  T value = 77;
  const number_fault fault = parse_number(text, value);
  CHECK(value == 77);  // untouched
  return fault;
}

}  // namespace

TEST_CASE("core: numbers are read in every way of writing them") {
  CHECK(value_of("1") == 1);
  CHECK(value_of("+1") == 1);
  CHECK(value_of("-1") == -1);
  CHECK(value_of("1.") == 1);
  CHECK(value_of(".5") == 0.5);
  CHECK(value_of("1e5") == 1e5);
  CHECK(value_of("1E+05") == 1e5);
  CHECK(value_of("007") == 7);
  CHECK(value_of("-infinity") == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(value_of("NaN")));
  CHECK(value_of<int>("+12") == 12);
  CHECK(value_of<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"", "+", "-", ".", "e5", "1e", "1e+", "0x10", "1_000", "1,5", "1 ", " 1", "+-1", "++1", "1f",
                           "9007199254740993x", "1e400x"}) {
    CAPTURE(text);
    CHECK(fault_of(text) == number_fault::malformed);
  }
  CHECK(fault_of<int>("1.5") == number_fault::malformed);
  CHECK(fault_of<unsigned>("-1") == number_fault::malformed);
  CHECK(fault_of<std::int8_t>("128") == number_fault::too_large);
}

TEST_CASE("core: integers are read exactly or not at all") {
  CHECK(value_of("9007199254740991") == 9007199254740991.0);
  CHECK(value_of("9007199254740992") == 0x1p53);
  CHECK(fault_of("9007199254740993") == number_fault::inexact);
  CHECK(fault_of("-9007199254740993") == number_fault::inexact);
  CHECK(fault_of("+9007199254740993") == number_fault::inexact);
  CHECK(fault_of("0009007199254740993") == number_fault::inexact);
  CHECK(value_of("9007199254740994") == 9007199254740994.0);
  CHECK(value_of("9007199254740993.0") == 0x1p53);  // a decimal, rounded to even
  CHECK(value_of("9007199254740993e0") == 0x1p53);
  CHECK(value_of("18446744073709551616") == 0x1p64);
  CHECK(fault_of("18446744073709551615") == number_fault::inexact);
  CHECK(value_of("10000000000000000000000") == 1e22);                    // 10^22 = 2^22 5^22, and 5^22 < 2^53
  CHECK(fault_of("100000000000000000000000") == number_fault::inexact);  // 5^23 > 2^53
  CHECK(fault_of("1" + std::string(308, '0')) == number_fault::inexact);
  CHECK(fault_of("1" + std::string(400, '0')) == number_fault::too_large);
  CHECK(value_of<float>("16777216") == 0x1p24F);
  CHECK(fault_of<float>("16777217") == number_fault::inexact);
  // Every double from 2^53 on is an integer, and is read from its digits.
  const paragon::random_key key{.seed = 7};
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const double x = std::ldexp(1 + key.uniform(i), 53 + static_cast<int>(key.below(900, i)));
    char digits[400];
    std::snprintf(digits, sizeof digits, "%.0f", x);
    CHECK(value_of(digits) == x);
  }
}

TEST_CASE("core: decimals become the nearest double, zero where they are too small") {
  const double least = std::numeric_limits<double>::denorm_min();
  CHECK(value_of("1e-400") == 0);
  CHECK_FALSE(std::signbit(value_of("1e-400")));
  CHECK(std::signbit(value_of("-1e-400")));
  CHECK(value_of("2e-324") == 0);
  CHECK(value_of("3e-324") == least);
  CHECK(value_of("0." + std::string(400, '0') + "1") == 0);
  CHECK(value_of("0." + std::string(400, '0') + "1e401") == 1);
  CHECK(value_of("1e-99999999999999999999999") == 0);
  CHECK(value_of("0e99999999999999999999999") == 0);
  CHECK(fault_of("1e400") == number_fault::too_large);
  CHECK(fault_of("-1e400") == number_fault::too_large);
  CHECK(fault_of("0.00001e400") == number_fault::too_large);
  CHECK(fault_of("1e99999999999999999999999") == number_fault::too_large);
  CHECK(value_of<float>("1e-50") == 0);
  CHECK(fault_of<float>("1e50") == number_fault::too_large);
  const paragon::random_key key{.seed = 8};
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto bits = key.bits(i);
    const auto x = std::bit_cast<double>((std::uint64_t{bits[0]} << 32) | bits[1]);
    if (!std::isfinite(x)) continue;
    char digits[64];
    std::snprintf(digits, sizeof digits, "%.*e", static_cast<int>(i % 20), x);
    if (std::isinf(std::strtod(digits, nullptr))) continue;
    CHECK(value_of(digits) == std::strtod(digits, nullptr));
  }
}

TEST_CASE("core: a number ends where it cannot go on") {
  const std::string text = "-1.5e3;x";
  double value = 0;
  const auto [end, fault] = parse_number(text.data(), text.data() + text.size(), value);
  CHECK(fault == number_fault::none);
  CHECK(end == text.data() + 6);
  CHECK(value == -1500);
}
