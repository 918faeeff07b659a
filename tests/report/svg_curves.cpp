// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <limits>
#include <paragon/report/svg_curves.hpp>
#include <string>

#include "sample.hpp"

using namespace paragon::report;
using paragon_test::count_of;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::string draw(const curves_picture& picture, const svg_options& o = {.width = 640, .height = 400}) {
  const std::string svg = svg_curves(picture, o);
  paragon_test::check_picture(svg);
  return svg;
}

}  // namespace

TEST_CASE("report: curves have a line, marks with their values and an entry in the legend") {
  const curves_picture picture{
      .curves = {{"a < b", {{100, 0.5}, {200, 0.75}, {1000, 0.875}}}, {"flat", {{100, 0.625}}}},
      .x_name = "labels",
      .y_name = "Spearman",
      .title = "size & quality",
      .limits = {{"best", {{100, 0.9375}, {1000, 0.9375}}}}};
  const std::string svg = draw(picture);
  CHECK(count_of(svg, "class=\"mark\"") == 4);
  CHECK(count_of(svg, "<title>a &lt; b\nlabels 200\nSpearman 0.75</title>") == 1);
  CHECK(count_of(svg, "class=\"curve\"") == 4);  // with the legend
  CHECK(count_of(svg, "class=\"limit\"") == 2);
  CHECK(count_of(svg, ">size &amp; quality<") == 2);  // the picture's name, and its heading
  CHECK(svg.find("labels, log") != std::string::npos);

  // A range of ten with the margin of 6 %: 100 lies 0.06 / 1.12 of the way, 1000 as far from the end.
  const double width = 640 - 16 - 56;
  CHECK(svg.find("cx=\"" + format_coordinate(56 + width * 0.06 / 1.12) + "\"") != std::string::npos);
  CHECK(svg.find("cx=\"" + format_coordinate(640 - 16 - width * 0.06 / 1.12) + "\"") != std::string::npos);

  const std::string linear = draw(picture, {.width = 640, .height = 400, .scale = axis_scale::linear});
  CHECK(linear.find("labels, log") == std::string::npos);
  const std::string bare = draw(picture, {.width = 300, .height = 200, .standalone = false});
  CHECK(bare.find("<rect") == std::string::npos);
  CHECK(count_of(bare, ">size &amp; quality<") == 1);
}

TEST_CASE("report: curves leave gaps for unknown values, and may have none") {
  const std::string svg =
      draw({.curves = {{"c", {{1, 1}, {2, unknown}, {3, 2}, {4, 3}}}}, .x_name = "x", .y_name = "y"});
  CHECK(count_of(svg, "class=\"mark\"") == 3);
  const auto path = svg.substr(svg.find("class=\"curve\""), 120);
  CHECK(count_of(path.substr(0, path.find("/>")), "M") == 2);
  CHECK(count_of(path.substr(0, path.find("/>")), "L") == 1);
  CHECK(svg.find(">y by x<") != std::string::npos);
  CHECK(draw({}).find("no finite values") != std::string::npos);
  CHECK(draw({.curves = {{"c", {{unknown, 1}}}}}).find("no finite values") != std::string::npos);
}
