// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <paragon/report/svg_heat_map.hpp>

#include "sample.hpp"

using paragon_test::count_of;

TEST_CASE("report: a heat map has a field for each pair, darkest where the number is greatest") {
  const std::string svg = paragon::report::svg_heat_map(
      {.rows = {"a & b", "c"}, .columns = {"1", "2", "4"}, .values = {0, 1, 2, 3, 4, NAN}, .title = "t"});
  CHECK(count_of(svg, "<rect") == 6);
  CHECK(svg.find("a &amp; b") != std::string::npos);
  CHECK(count_of(svg, "opacity:0.66") == 1);  // 4, the greatest
  CHECK(count_of(svg, "opacity:0.06") == 1);  // 0, the least
  CHECK(count_of(svg, "opacity:0\"") == 1);   // the unknown one
  CHECK(count_of(svg, "\xE2\x80\x93") == 1);
}

TEST_CASE("report: a heat map of one value, and of given ends") {
  CHECK(count_of(paragon::report::svg_heat_map({.rows = {"r"}, .columns = {"c"}, .values = {7}}), "<rect") == 1);
  const std::string half =
      paragon::report::svg_heat_map({.rows = {"r"}, .columns = {"c"}, .values = {0}, .low = -1, .high = 1});
  CHECK(half.find("opacity:0.36") != std::string::npos);
}

TEST_CASE("report: a heat map without fields or with missing values is an error") {
  CHECK_THROWS_AS((void)paragon::report::svg_heat_map({}), paragon::error);
  CHECK_THROWS_AS((void)paragon::report::svg_heat_map({.rows = {"r"}, .columns = {"c", "d"}, .values = {1}}),
                  paragon::error);
}
