// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/report/svg.hpp>

#include "sample.hpp"

using namespace paragon::report;
using paragon_test::count_of;
using paragon_test::markup_fault;
using paragon_test::sample_result;

TEST_CASE("report: the checker of markup finds faults") {
  CHECK(markup_fault("<a b=\"1\"><c/>&lt;</a>", false).empty());
  for (const char* broken : {"<a>", "<a></b>", "<a b=1\"></a>", "a & b", "<a b=\"<\"/>", "</a>", "<a", "1 > 2"}) {
    CHECK(!markup_fault(broken, false).empty());
  }
}

TEST_CASE("report: pictures are well-formed and refer to nothing") {
  for (const std::size_t objectives : {2U, 3U}) {
    const paragon::result r = sample_result(objectives);
    for (const auto& d : r.devices) {
      for (const bool standalone : {true, false}) {
        const std::string svg = svg_front(r, d, {.standalone = standalone});
        CHECK(markup_fault(svg, true) == "");
        CHECK(count_of(svg, "http") == 1);  // the name space
        CHECK(svg.find("xmlns=\"http://www.w3.org/2000/svg\"") != std::string::npos);
        CHECK(count_of(svg, "url(") == 0);
        CHECK(count_of(svg, "nan") == 0);
        CHECK(count_of(svg, "<script") == 0);
      }
    }
  }
}

TEST_CASE("report: every point is drawn once a panel, random points beyond the axes not") {
  const paragon::result two = sample_result(2);
  const std::string svg = svg_front(two, two.devices[0]);
  CHECK(count_of(svg, "class=\"point\" data-i=") == 3);
  CHECK(count_of(svg, "class=\"truth\" d=") == 1);
  CHECK(count_of(svg, "<path class=\"random\" d=") == 1 + 1);  // one within the axes, one in the legend
  CHECK(svg.find("latency (ms) (\xE2\x86\x90 better)") != std::string::npos);
  CHECK(svg.find("error (%)") != std::string::npos);
  CHECK(count_of(svg, "(\xE2\x86\x93 better)") == 1);
  paragon::result upwards = two;
  upwards.objectives[0].sense = paragon::direction::maximise;
  upwards.objectives[1].sense = paragon::direction::maximise;
  const std::string turned = svg_front(upwards, upwards.devices[0]);
  CHECK(turned.find("latency (ms) (better \xE2\x86\x92)") != std::string::npos);
  CHECK(count_of(turned, "(\xE2\x86\x91 better)") == 1);
  const paragon::result three = sample_result(3);
  CHECK(count_of(svg_front(three, three.devices[0]), "class=\"point\" data-i=") == 9);
  CHECK(count_of(svg_front(two, two.devices[1]), "class=\"truth\" d=") == 0);
}

TEST_CASE("report: unknown values are not drawn, a front of unknown values says so") {
  paragon::result r = sample_result();
  r.devices[0].points[1].objectives[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(count_of(svg_front(r, r.devices[0]), "class=\"point\" data-i=") == 2);
  for (auto& p : r.devices[1].points) p.objectives[1] = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = svg_front(r, r.devices[1]);
  CHECK(svg.find("no known values") != std::string::npos);
  CHECK(markup_fault(svg, true) == "");
}

TEST_CASE("report: the staircase of the true front turns at its points, whatever the directions") {
  // With x and y minimised: along y of a point to the x of the next, then down. Pixels equal values here.
  using detail::staircase;
  const axis x({0, 100}, axis_scale::linear, 0, 100);
  const axis y({0, 100}, axis_scale::linear, 100, 0);
  const std::vector<std::array<double, 2>> front{{10, 60}, {40, 20}};
  const auto px = [&](double v) { return format_coordinate(x(v)); };
  const auto py = [&](double v) { return format_coordinate(y(v)); };
  CHECK(staircase(front, x, y, paragon::direction::minimise, 100) ==
        "M" + px(10) + " " + py(60) + "H" + px(40) + "V" + py(20) + "H100");
  // x maximised: from the largest x back to the smaller.
  CHECK(staircase(front, x, y, paragon::direction::maximise, 0) ==
        "M" + px(40) + " " + py(20) + "H" + px(10) + "V" + py(60) + "H0");
}

TEST_CASE("report: preferences have colours of their own, from orange to blue") {
  std::set<std::string> colours;
  for (int k = 0; k <= 24; ++k) colours.insert(preference_colour(k / 24.0));
  CHECK(colours.size() == 25);
  CHECK(preference_colour(0) == "#e97e12");
  CHECK(preference_colour(1) == "#2468de");
  CHECK(preference_colour(7) == preference_colour(1));
  CHECK(preference_colour(std::numeric_limits<double>::quiet_NaN()) == preference_colour(0.5));
  // Contrast to white and to the dark surface: at least 2.5 to 1 everywhere (WCAG relative luminance).
  for (const std::string& colour : colours) {
    double luminance = 0;
    const double weight[] = {0.2126, 0.7152, 0.0722};
    for (std::size_t i = 0; i < 3; ++i) {
      const double level = std::stoi(colour.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
      luminance += weight[i] * (level <= 0.04045 ? level / 12.92 : std::pow((level + 0.055) / 1.055, 2.4));
    }
    CHECK(1.05 / (luminance + 0.05) > 2.5);
    CHECK((luminance + 0.05) / (0.0105 + 0.05) > 2.5);
  }
}

TEST_CASE("report: fewer than two objectives have no front, and points must match the objectives") {
  paragon::result r = sample_result();
  r.devices[0].random[0].objectives.pop_back();
  CHECK_THROWS_AS((void)svg_front(r, r.devices[0]), paragon::error);
  r = sample_result();
  r.objectives.pop_back();
  CHECK_THROWS_AS((void)svg_front(r, r.devices[0]), paragon::error);
  r = sample_result();
  r.devices[0].points[0].objectives[0] = -1;
  CHECK_THROWS_AS((void)svg_front(r, r.devices[0], {.scale = axis_scale::logarithmic}), paragon::error);
}
