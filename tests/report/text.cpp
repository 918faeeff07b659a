// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include <paragon/report/text.hpp>

using namespace paragon::report;

TEST_CASE("report: markup is escaped in elements and attributes") {
  CHECK(escape_markup("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
  CHECK(escape_markup("a\nb\tc") == "a\nb\tc");
  CHECK(escape_markup(std::string("a\0\x1b", 3)) == "a\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(escape_markup("\xC3\xA9") == "\xC3\xA9");
}

TEST_CASE("report: numbers are written for people") {
  CHECK(format_number(0) == "0");
  CHECK(format_number(5.70) == "5.7");
  CHECK(format_number(0.05) == "0.05");
  CHECK(format_number(1234.56) == "1235");
  CHECK(format_number(12345) == "12.35K");
  CHECK(format_number(15647370) == "15.65M");
  CHECK(format_number(2.5e9, 2) == "2.5G");
  CHECK(format_number(-3.5) ==
        "\xE2\x88\x92"
        "3.5");
  CHECK(format_number(-0.0) == "0");
  CHECK(format_number(std::numeric_limits<double>::quiet_NaN()) == "unknown");
  CHECK(format_number(25, 4, trailing_zeros::keep) == "25.00");
  CHECK(format_number(6.09, 4, trailing_zeros::keep) == "6.090");
  CHECK(format_number(0.5, 4, trailing_zeros::keep) == "0.5000");
  CHECK(format_number(9999.7, 4, trailing_zeros::keep) == "10000");
}

TEST_CASE("report: coordinates have at most two decimals") {
  CHECK(format_coordinate(1) == "1");
  CHECK(format_coordinate(1.005) == "1");
  CHECK(format_coordinate(-0.001) == "0");
  CHECK(format_coordinate(123.456) == "123.46");
}

TEST_CASE("report: labels of objectives drop the unit from the name") {
  const metric_label latency({"latency_ms", "ms", paragon::direction::minimise});
  CHECK(latency.name == "latency");
  CHECK(latency.full() == "latency (ms)");
  CHECK(latency.value(7.5) == "7.500 ms");
  CHECK(metric_label({"energy_mj", "mJ"}).name == "energy");
  CHECK(metric_label({"top_1", ""}).full() == "top 1");
  CHECK(metric_label({"ms", "ms"}).name == "ms");
  CHECK(metric_label({"error", "%"}).value(5.7) == "5.700\xE2\x80\xAF%");
}
