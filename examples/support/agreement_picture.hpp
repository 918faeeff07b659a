// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <paragon/report/axis.hpp>
#include <paragon/report/mark.hpp>
#include <paragon/report/text.hpp>
#include <string>
#include <vector>

/// Predicted against measured values as a picture in the look of the reports, with the line where both are equal.
struct agreement_picture {
  struct point {
    double predicted;
    double measured;
    std::string name;
    bool chosen = false;  ///< stands out
  };
  std::vector<point> points;
  std::string unit;

  [[nodiscard]] std::string svg(int width = 400, int height = 290) const {
    namespace report = paragon::report;
    report::axis_range range;
    for (const point& p : points) {
      range.include(p.predicted);
      range.include(p.measured);
    }
    const double left = 52;
    const double right = width - 14.0;
    const double bottom = height - 40.0;
    const double top = 24;
    const report::axis x(range, report::axis_scale::automatic, left, right);
    const report::axis y(range, report::axis_scale::automatic, bottom, top);
    const auto at = [](double v) { return report::format_coordinate(v); };
    const auto line = [&](double x1, double y1, double x2, double y2, const char* style) {
      return "<line x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\" class=\"" +
             style + "\"/>";
    };
    const auto text = [&](double tx, double ty, const char* anchor, const char* style, const std::string& words) {
      return "<text x=\"" + at(tx) + "\" y=\"" + at(ty) + "\" text-anchor=\"" + anchor + "\" class=\"" + style + "\">" +
             report::escape_markup(words) + "</text>";
    };
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"front\" viewBox=\"0 0 " +
                      std::to_string(width) + " " + std::to_string(height) +
                      "\" role=\"img\" aria-label=\"predicted against measured\">";
    for (const double t : y.ticks(6)) {
      out += line(left, y(t), right, y(t), "grid") + text(left - 7, y(t) + 3.8, "end", "", report::format_number(t));
    }
    for (const double t : x.ticks(5)) {
      out += line(x(t), bottom, x(t), bottom + 4, "base") +
             text(x(t), bottom + 16, "middle", "", report::format_number(t));
    }
    out += line(left, bottom, right, bottom, "base") +
           line(x(range.low), y(range.low), x(range.high), y(range.high), "truth");
    const std::string scale = x.logarithmic() ? ", log" : "";
    out += text(right, bottom + 32, "end", "label", "predicted (" + unit + scale + ")");
    out += text(8, top - 12, "start", "label", "measured (" + unit + scale + ")");
    for (const point& p : points) {
      out += report::draw_mark(p.chosen ? report::mark::diamond : report::mark::cross, x(p.predicted), y(p.measured),
                               p.chosen ? 5 : 3, p.chosen ? "chosen" : "random",
                               p.name + "\npredicted " + report::format_number(p.predicted) + " " + unit +
                                   ", measured " + report::format_number(p.measured) + " " + unit);
    }
    return out + "</svg>\n";
  }
};
