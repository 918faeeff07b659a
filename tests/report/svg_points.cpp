// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/report/svg_points.hpp>
#include <string>
#include <vector>

#include "sample.hpp"

using namespace paragon::report;
using paragon::direction;
using paragon_test::count_of;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string draw(const points_picture& picture, const svg_options& o = {.width = 640, .height = 400}) {
  const std::string svg = svg_points(picture, o);
  paragon_test::check_picture(svg);
  return svg;
}

}  // namespace

TEST_CASE("report: two columns are a scatter plot with a staircase") {
  const std::vector<std::array<double, 2>> set{{1, 5}, {2, 3}, {4, 4}, {5, 1}, {infinity, 0}};
  points_picture picture{.set = set, .names = {"a < b", "ms"}, .front = {0, 1, 3, 4}, .title = "five & more"};
  const std::string svg = draw(picture);
  CHECK(count_of(svg, "class=\"truth\" d=") == 1);
  CHECK(count_of(svg, "class=\"member\" cx=") == 3 + 1);  // the finite ones, and one in the legend
  CHECK(count_of(svg, "<title>row 1\na &lt; b 2\nms 3</title>") == 1);
  CHECK(count_of(svg, "h0") == 4 + 1);  // the dots, and one in the legend
  CHECK(svg.find("5 rows") != std::string::npos);
  CHECK(svg.find("1 with infinite values not drawn") != std::string::npos);
  CHECK(svg.find("five &amp; more") != std::string::npos);
  CHECK(svg.find("a &lt; b (\xE2\x86\x90 better)") != std::string::npos);
  CHECK(svg.find("ms (\xE2\x86\x93 better)") != std::string::npos);
  CHECK(svg.find("selected") == std::string::npos);

  picture.directions = {direction::maximise, direction::maximise};
  picture.chosen = {2};
  picture.reference = {0, 0};
  const std::string turned = draw(picture);
  CHECK(turned.find("a &lt; b (better \xE2\x86\x92)") != std::string::npos);
  CHECK(turned.find("ms (\xE2\x86\x91 better)") != std::string::npos);
  CHECK(count_of(turned, "<path class=\"chosen\" d=") == 1 + 1);  // another shape than the front's discs
  CHECK(count_of(turned, "class=\"reference\" d=") == 1);
}

TEST_CASE("report: three columns and more are parallel coordinates, ignored ones left out") {
  const std::vector<std::array<double, 4>> set{{1, 5, 7, 1}, {2, 3, 8, 1}, {4, 4, 9, 1}};
  points_picture picture{.set = set, .names = {"error", "ms", "name", "a very long name of a column"}, .front = {0, 1}};
  CHECK(count_of(draw(picture), "class=\"row\" stroke=") == 2);
  const std::string whole = draw(picture);  // a long label stands there in lines, in the order of its words
  std::size_t at = whole.rfind("</title>");
  for (const char* word : {"a", "very", "long", "name", "of", "column"}) {
    at = whole.find(word, at);
    CHECK(at != std::string::npos);
  }
  CHECK(whole.find("\xE2\x80\xA6") == std::string::npos);  // nothing is cut
  picture.directions = {direction::minimise, direction::maximise, direction::ignore, direction::minimise};
  picture.chosen = {1};
  const std::string svg = draw(picture);
  CHECK(count_of(svg, ">name<") == 0);
  CHECK(count_of(svg, "class=\"picked\" d=") == 1);
  picture.directions = {direction::ignore, direction::maximise, direction::ignore, direction::minimise};
  CHECK(count_of(draw(picture), "class=\"truth\" d=") == 1);
  picture.directions = {direction::ignore, direction::maximise, direction::ignore, direction::ignore};
  CHECK(draw(picture).find(">row<") != std::string::npos);
}

TEST_CASE("report: rows are known by their labels, and picks are stars with their names") {
  const std::vector<std::array<double, 2>> set{{1, 5}, {2, 3}, {4, 4}, {5, 1}};
  points_picture picture{.set = set, .front = {0, 1, 3}};
  picture.labels = {"first", "second <", "third", "fourth"};
  picture.picks = {{1, "knee"}, {3, "small & fast"}};
  const std::string svg = draw(picture);
  CHECK(svg.find("<title>second &lt;\ncolumn 0 2\ncolumn 1 3</title>") != std::string::npos);
  CHECK(svg.find("row 1") == std::string::npos);
  CHECK(count_of(svg, "<path class=\"pick\" d=") == 2 + 1);  // and one in the legend
  CHECK(count_of(svg, ">knee<") == 1);
  CHECK(count_of(svg, ">small &amp; fast<") == 1);
  const std::vector<std::array<double, 3>> solid{{1, 5, 2}, {2, 3, 1}};
  CHECK(count_of(draw({.set = solid, .picks = {{1, "knee"}}}), ">knee<") == 1);

  picture.labels.pop_back();
  CHECK_THROWS_AS((void)svg_points(picture), paragon::error);
  picture.labels.clear();
  picture.picks = {{4, "nobody"}};
  CHECK_THROWS_AS((void)svg_points(picture), paragon::error);
  CHECK_THROWS_AS((void)svg_points({.set = set, .front = {9}}), paragon::error);
  CHECK_THROWS_AS((void)svg_points({.set = set, .chosen = {4}}), paragon::error);
}

TEST_CASE("report: names of picks that lie close together are all written, below each other") {
  std::vector<std::array<double, 2>> set;
  points_picture picture;
  for (int i = 0; i < 60; ++i) {
    set.push_back({1 + 1e-3 * i / 7, 5 - 1e-3 * i / 3});
    picture.picks.emplace_back(i, "pick " + std::to_string(i));
  }
  set.push_back({9, 9});
  picture.set = set;
  const std::string svg = draw(picture);
  for (int i = 0; i < 60; ++i) CHECK(count_of(svg, ">pick " + std::to_string(i) + "<") == 1);
}

TEST_CASE("report: labels are broken into lines between words, long words and characters of UTF-8 within") {
  using paragon::report::detail::wrapped;
  CHECK(wrapped("energy of a device", 9) == std::vector<std::string>{"energy of", "a device"});
  CHECK(wrapped("abcdefghij k", 4) == std::vector<std::string>{"abcd", "efgh", "ij k"});
  CHECK(wrapped("\xC3\xA9\xC3\xA9\xC3\xA9", 2) == std::vector<std::string>{"\xC3\xA9\xC3\xA9", "\xC3\xA9"});
  CHECK(wrapped("", 5) == std::vector<std::string>{""});
}

TEST_CASE("report: the better end of a parallel axis is down") {
  const std::vector<std::array<double, 3>> set{{0, 10, 0}, {10, 0, 10}};
  const auto y_of = [&](direction second) {
    const points_picture picture{
        .set = set, .directions = {direction::minimise, second, direction::minimise}, .front = {0}};
    const std::string svg = draw(picture);
    const std::size_t at = svg.find("class=\"row\" stroke=");
    const std::size_t path = svg.find("L", at);
    return std::stod(svg.substr(svg.find(' ', path) + 1));
  };
  CHECK(y_of(direction::maximise) > y_of(direction::minimise));  // row 0 has the largest second value
}

TEST_CASE("report: pictures of very many points stay small") {
  const paragon::random_key key{.seed = 8};
  for (const std::size_t m : {1U, 2U, 3U, 10U}) {
    CAPTURE(m);
    std::vector<double> values(200000 * m);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = key.normal(i);
    for (std::size_t i = 0; m == 2 && i < 200000; ++i) {  // a front
      values[2 * i] = static_cast<double>(i) * static_cast<double>(i);
      values[2 * i + 1] = -static_cast<double>(i);
    }
    std::vector<std::size_t> all(200000);
    std::iota(all.begin(), all.end(), std::size_t{0});
    const paragon::pareto::points<double> set(values, m);
    CHECK(draw({.set = set}).size() < 120'000);
    CHECK(draw({.set = set, .front = all}).size() < 200'000);
    CHECK(draw({.set = set, .front = all, .chosen = all}).size() < 400'000);
  }
}

TEST_CASE("report: a logarithmic axis is chosen where most values are squeezed together") {
  std::vector<std::array<double, 2>> set;
  for (int k = 0; k < 20; ++k) set.push_back({std::pow(2.0, k), 20.0 - k});
  CHECK(draw({.set = set, .names = {"MACs", "error"}}).find("MACs, log (") != std::string::npos);
  CHECK(draw({.set = set, .names = {"MACs", "error"}}).find("error (") != std::string::npos);
  set.push_back({0, 30});
  CHECK(draw({.set = set, .names = {"MACs", "error"}}).find("log") == std::string::npos);
}

TEST_CASE("report: extreme values make no endless axes") {
  const double values[] = {0,      1,     1e17,   1e17 + 16, -1e308,     1e308,   1e-320,
                           2e-320, 1e149, -1e149, 1e9,       1e9 + 1e-6, infinity};
  for (const double a : values) {
    for (const double b : values) {
      const std::vector<std::array<double, 2>> pair{{a, b}, {b, a}};
      const std::vector<std::array<double, 3>> three{{a, b, a}, {b, a, a}};
      CHECK(draw({.set = pair, .front = {0, 1}, .reference = {b, b}}).size() < 10000);
      CHECK(draw({.set = three, .front = {0, 1}}).size() < 10000);
    }
  }
}

TEST_CASE("report: sets without points to draw say so, and other lengths are refused") {
  const std::vector<std::array<double, 2>> none;
  const std::vector<std::array<double, 2>> infinite{{infinity, 1}};
  const std::vector<std::array<double, 2>> one{{1, 1}};
  CHECK(draw({.set = none}).find("no points with finite values") != std::string::npos);
  CHECK(draw({.set = {}}).find("no points with finite values") != std::string::npos);
  CHECK(draw({.set = infinite, .front = {0}}).find("no points with finite values") != std::string::npos);
  CHECK(count_of(draw({.set = one, .front = {0}}), "class=\"member\" cx=") == 2);
  CHECK(draw({.set = one, .front = {0}}, {.standalone = false}).find("<rect") == std::string::npos);
  CHECK_THROWS_AS((void)svg_points({.set = one, .directions = {direction::minimise}}), paragon::error);
  CHECK_THROWS_AS((void)svg_points({.set = one, .names = {"a"}}), paragon::error);
  CHECK_THROWS_AS((void)svg_points({.set = one, .reference = {1, 2, 3}}), paragon::error);
}
