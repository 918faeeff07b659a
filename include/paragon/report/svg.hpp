// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/atomic_file.hpp"
#include "../core/error.hpp"
#include "../core/result.hpp"
#include "../pareto/filter.hpp"
#include "axis.hpp"
#include "mark.hpp"
#include "text.hpp"

namespace paragon::inline PARAGON_ISA::report {

/// How a front is drawn.
struct svg_options {
  int width = 440;   ///< of one panel, pixels
  int height = 320;  ///< of one panel, pixels
  axis_scale scale = axis_scale::automatic;
  std::vector<axis_range> ranges{};  ///< per objective, what its axis must show at least; may be shorter or empty
  bool standalone = true;            ///< with title, legend and its own style; otherwise bare, for a page that has both

  friend bool operator==(const svg_options&, const svg_options&) = default;
};

/// The colour of a preference by the weight of the first objective, 0 orange to 1 blue: light and dark enough for both
/// kinds of background, and told apart with any kind of colour blindness.
[[nodiscard]] inline std::string preference_colour(double weight) {
  constexpr std::array<std::array<double, 3>, 5> stops{
      {{233, 126, 18}, {212, 118, 92}, {164, 116, 150}, {106, 110, 200}, {36, 104, 222}}};
  const double at = std::clamp(std::isnan(weight) ? 0.5 : weight, 0.0, 1.0) * 4;
  const auto below = std::min<std::size_t>(static_cast<std::size_t>(at), 3);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string colour = "#";
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = at - static_cast<double>(below);
    const auto level = static_cast<unsigned>(std::lround(stops[below][i] * (1 - share) + stops[below + 1][i] * share));
    colour += digits[level >> 4];
    colour += digits[level & 15];
  }
  return colour;
}

/// The rules that give the parts of a front their look; colours are custom properties, see `svg_theme`.
inline constexpr std::string_view svg_style =
    ".front{font:11px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}"
    ".front text{fill:var(--muted)}.front .name{fill:var(--ink);font-weight:600;font-size:14px}"
    ".front .label{fill:var(--ink)}"
    ".front .grid{stroke:var(--grid);stroke-width:1}.front .base{stroke:var(--axis);stroke-width:1}"
    ".front .random{fill:none;stroke:var(--random);stroke-width:1.4}"
    ".front .reach{fill:var(--truth);opacity:.07}"
    ".front .truth{fill:none;stroke:var(--truth);stroke-width:1.6}"
    ".front .part{fill:var(--truth);opacity:.45}"
    ".front .found{fill:none;stroke:var(--ink);stroke-width:1;stroke-dasharray:2 3;opacity:.55}"
    ".front .point{stroke:var(--surface);stroke-width:1.2}";

/// The colours, for light and dark surroundings.
inline constexpr std::string_view svg_theme =
    ":root{--surface:#fff;--ink:#1b2330;--muted:#5d6878;--grid:#e9ecf1;--axis:#c3cad4;--random:#b4bcc8;--truth:#0c8f73}"
    "@media(prefers-color-scheme:dark){:root{--surface:#161b23;--ink:#e8ecf2;--muted:#9aa6b6;--grid:#262e3a;"
    "--axis:#475263;--random:#596577;--truth:#35c7a2}}";

namespace detail {

/// Two objectives of a list of points, unknown values left out, with the place in the list.
struct planar {
  std::vector<std::array<double, 2>> at;
  std::vector<std::size_t> index;

  planar(const std::vector<found_point>& points, std::size_t x, std::size_t y) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::array<double, 2> p{points[i].objectives[x], points[i].objectives[y]};
      if (!std::isfinite(p[0]) || !std::isfinite(p[1])) continue;
      at.push_back(p);
      index.push_back(i);
    }
  }

  /// The non-dominated ones, by rising x.
  [[nodiscard]] std::vector<std::array<double, 2>> front(direction x, direction y) const {
    const std::array<direction, 2> way{x, y};
    std::vector<std::array<double, 2>> kept;
    if (at.empty()) return kept;
    for (const std::size_t i : pareto::filter(at, std::span<const direction>(way))) kept.push_back(at[i]);
    std::sort(kept.begin(), kept.end());
    return kept;
  }
};

/// The best y that can be had at each x: steps through the front, continued to the worse end of the x axis.
inline std::string staircase(const std::vector<std::array<double, 2>>& front, const axis& x, const axis& y,
                             direction sense, double worse_end) {
  std::string path;
  const auto xy = [&](std::size_t i) {
    return std::pair{format_coordinate(x(front[i][0])), format_coordinate(y(front[i][1]))};
  };
  const std::size_t n = front.size();
  for (std::size_t k = 0; k < n; ++k) {
    const auto [px, py] = xy(sense == direction::minimise ? k : n - 1 - k);
    path.append(k == 0 ? "M" : "H").append(px).append(k == 0 ? " " : "V").append(py);
  }
  if (n > 0) path += "H" + format_coordinate(worse_end);
  return path;
}

inline std::string text_at(double x, double y, std::string_view anchor, std::string_view style, std::string_view text) {
  std::string out = "<text x=\"" + format_coordinate(x) + "\" y=\"" + format_coordinate(y) + "\"";
  if (!anchor.empty()) out.append(" text-anchor=\"").append(anchor).append("\"");
  if (!style.empty()) out.append(" class=\"").append(style).append("\"");
  return out + ">" + escape_markup(text) + "</text>";
}

inline std::string line_at(double x1, double y1, double x2, double y2, std::string_view style) {
  return "<line x1=\"" + format_coordinate(x1) + "\" y1=\"" + format_coordinate(y1) + "\" x2=\"" +
         format_coordinate(x2) + "\" y2=\"" + format_coordinate(y2) + "\" class=\"" + std::string(style) + "\"/>";
}

/// The label of an axis: name and unit, whether it is logarithmic, and an arrow to the better end.
inline std::string axis_label(const std::string& name, bool logarithmic, bool upright, direction sense) {
  const bool rising = sense == direction::maximise;
  const char* const arrow = upright  ? (rising ? "\xE2\x86\x91 better" : "\xE2\x86\x93 better")
                            : rising ? "better \xE2\x86\x92"
                                     : "\xE2\x86\x90 better";
  return name + (logarithmic ? ", log" : "") + " (" + arrow + ")";
}

inline std::string describe_point(const found_point& p, const result& r) {
  std::string text;
  for (std::size_t m = 0; m < r.objectives.size(); ++m) {
    const metric_label label(r.objectives[m]);
    text += (m > 0 ? ", " : "") + label.name + " " + label.value(p.objectives[m]);
  }
  if (!p.preference.empty()) {
    text += "\npreference";
    for (const double w : p.preference) text += " " + format_number(w, 3);
  }
  return text + "\n" + p.architecture;
}

inline std::string draw_panel(const result& r, const device_front& d, std::size_t ix, std::size_t iy, double left,
                              double top, const svg_options& o) {
  const metric& mx = r.objectives[ix];
  const metric& my = r.objectives[iy];
  const planar found(d.points, ix, iy);
  const planar truth(d.true_front, ix, iy);
  const planar random(d.random, ix, iy);
  std::array<axis_range, 2> ranges;
  for (const planar* set : {&found, &truth}) {
    for (const auto& p : set->at) {
      ranges[0].include(p[0]);
      ranges[1].include(p[1]);
    }
  }
  if (ranges[0].empty()) {
    for (const auto& p : random.at) {
      ranges[0].include(p[0]);
      ranges[1].include(p[1]);
    }
  }
  for (std::size_t k = 0; k < 2; ++k) {
    const std::size_t m = k == 0 ? ix : iy;
    if (m < o.ranges.size() && !o.ranges[m].empty()) {
      ranges[k].include(o.ranges[m].low);
      ranges[k].include(o.ranges[m].high);
    }
  }
  const double x0 = left + 42;
  const double x1 = left + o.width - 14;
  const double y0 = top + o.height - 40;
  const double y1 = top + 24;
  if (ranges[0].empty()) return text_at((x0 + x1) / 2, (y0 + y1) / 2, "middle", "", "no known values");
  const axis x(ranges[0], o.scale, x0, x1);
  const axis y(ranges[1], o.scale, y0, y1);

  std::string out;
  const metric_label lx(mx);
  const metric_label ly(my);
  for (const double t : y.ticks(5)) {
    out += line_at(x0, y(t), x1, y(t), "grid") + text_at(x0 - 7, y(t) + 3.8, "end", "", format_number(t));
  }
  for (const double t : x.ticks(std::max(3, (o.width - 56) / 58))) {
    out += line_at(x(t), y0, x(t), y0 + 4, "base") + text_at(x(t), y0 + 16, "middle", "", format_number(t));
  }
  out += line_at(x0, y0, x1, y0, "base");
  out += text_at(x1, y0 + 32, "end", "label", axis_label(lx.full(), x.logarithmic(), false, mx.sense));
  out += text_at(left + 6, top + 12, "", "label", axis_label(ly.full(), y.logarithmic(), true, my.sense));

  for (const auto& p : random.at) {
    if (!x.shows(p[0]) || !y.shows(p[1])) continue;
    out += draw_mark(mark::cross, x(p[0]), y(p[1]), 2.6, "random");
  }
  const double worse_x = mx.sense == direction::minimise ? x1 : x0;
  const double worse_y = my.sense == direction::minimise ? y1 : y0;
  const auto best = truth.front(mx.sense, my.sense);
  if (!best.empty()) {
    const std::string steps = staircase(best, x, y, mx.sense, worse_x);
    const auto& start = mx.sense == direction::minimise ? best.front() : best.back();
    const std::string rise = "V" + format_coordinate(worse_y) + "H" + format_coordinate(x(start[0])) + "Z";
    out += "<path class=\"reach\" d=\"" + steps + rise + "\"/><path class=\"truth\" d=\"" + steps + "\"/>";
  }
  if (r.objectives.size() > 2) {
    for (const auto& p : truth.at) {
      out += draw_mark(mark::diamond, x(p[0]), y(p[1]), 1.6, "part");
    }
  }
  const auto reached = found.front(mx.sense, my.sense);
  if (best.empty() && reached.size() > 1) {
    out += "<path class=\"found\" d=\"" + staircase(reached, x, y, mx.sense, worse_x) + "\"/>";
  }
  for (std::size_t k = 0; k < found.at.size(); ++k) {
    const found_point& p = d.points[found.index[k]];
    out += "<circle class=\"point\" data-i=\"" + std::to_string(found.index[k]) + "\" cx=\"" +
           format_coordinate(x(found.at[k][0])) + "\" cy=\"" + format_coordinate(y(found.at[k][1])) +
           "\" r=\"4.2\" fill=\"" + preference_colour(p.preference.empty() ? 0.5 : p.preference[0]) + "\"";
    out += o.standalone ? "><title>" + escape_markup(describe_point(p, r)) + "</title></circle>" : "/>";
  }
  return out;
}

/// Which pairs of objectives are shown: the first against each other, then the others.
inline std::vector<std::array<std::size_t, 2>> panel_pairs(std::size_t objectives) {
  std::vector<std::array<std::size_t, 2>> pairs;  // x, y
  for (std::size_t y = 0; y < objectives; ++y) {
    for (std::size_t x = y + 1; x < objectives; ++x) pairs.push_back({x, y});
  }
  return pairs;
}

/// Names for people in a legend: what the ends of the colour scale stand for.
inline std::array<std::string, 2> colour_ends(const result& r) {
  const std::string first = metric_label(r.objectives[0]).name;
  return {r.objectives.size() == 2 ? metric_label(r.objectives[1]).name : "the others", first};
}

inline std::string draw_legend(const result& r, const device_front& d, double left, double y) {
  const auto [low, high] = colour_ends(r);
  std::string out;
  double x = left;
  const auto note = [&](std::string_view text) {
    out += text_at(x, y + 4, "", "", text);
    x += 6.1 * static_cast<double>(text.size()) + 16;
  };
  const std::string from = "found, weight on " + low;
  out += text_at(x, y + 4, "", "", from);
  x += 6.1 * static_cast<double>(from.size()) + 2;
  for (int k = 0; k < 5; ++k, x += 11) {
    out += "<circle class=\"point\" cx=\"" + format_coordinate(x + 5) + "\" cy=\"" + format_coordinate(y) +
           "\" r=\"4.2\" fill=\"" + preference_colour(k / 4.0) + "\"/>";
  }
  x += 5;
  note(high);
  if (!d.true_front.empty()) {
    out += line_at(x, y, x + 18, y, "truth");
    x += 24;
    note("true front");
  }
  if (!d.random.empty()) {
    out += draw_mark(mark::cross, x + 4, y, 2.6, "random");
    x += 12;
    note("random");
  }
  return out;
}

}  // namespace detail

/// The front of one device as an SVG picture: the second objective across, the first upwards.
///
/// The true front is a step line (what can be had at each cost), the random baseline small grey crosses, the points found
/// are discs coloured by their preference (`preference_colour`); an arrow on each axis shows its better end. More than two objectives are shown as one panel a pair. Axes cover
/// the points found and the true front; random points beyond them are left out. O(points log points).
///
/// \throws error for fewer than two objectives, and for a point with another number of them than the result
[[nodiscard]] inline std::string svg_front(const result& r, const device_front& d, const svg_options& o = {}) {
  if (r.objectives.size() < 2)
    throw error("report::svg_front", "a result with fewer than two objectives", "two or more");
  for (const auto* points : {&d.points, &d.true_front, &d.random}) {
    for (const found_point& p : *points) {
      if (p.objectives.size() != r.objectives.size()) {
        throw error("report::svg_front", p.architecture + " has " + std::to_string(p.objectives.size()) + " objectives",
                    std::to_string(r.objectives.size()));
      }
    }
  }
  const auto pairs = detail::panel_pairs(r.objectives.size());
  const std::size_t columns = std::min<std::size_t>(pairs.size(), 3);
  const std::size_t rows = (pairs.size() + columns - 1) / columns;
  const int header = o.standalone ? 34 : 0;
  const int footer = o.standalone ? 30 : 0;
  const int width = o.width * static_cast<int>(columns);
  const int height = o.height * static_cast<int>(rows) + header + footer;
  const std::string size = std::to_string(width) + " " + std::to_string(height);
  std::string summary = d.name + ": " + std::to_string(d.points.size()) + " architectures by";
  for (std::size_t m = 0; m < r.objectives.size(); ++m) {
    summary += (m == 0 ? " " : " and ") + metric_label(r.objectives[m]).name;
  }
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"front\" viewBox=\"0 0 " + size + "\"";
  if (o.standalone) out += " width=\"" + std::to_string(width) + "\" height=\"" + std::to_string(height) + "\"";
  out += " role=\"img\" aria-label=\"" + escape_markup(summary) + "\">";
  if (o.standalone) {
    out.append("<title>").append(escape_markup(summary)).append("</title><style>");
    out.append(svg_theme).append(svg_style).append("</style>");
    out += "<rect width=\"100%\" height=\"100%\" style=\"fill:var(--surface)\"/>";
    out += detail::text_at(14, 24, "", "name", d.name + (d.split == "test" ? " (unseen)" : ""));
    out += detail::draw_legend(r, d, 14, height - 18);
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const std::size_t row = k / columns;
    const std::size_t column = k % columns;
    out += detail::draw_panel(r, d, pairs[k][0], pairs[k][1], static_cast<double>(column) * o.width,
                              header + static_cast<double>(row) * o.height, o);
  }
  return out + "</svg>\n";
}

/// Writes the picture to a file, which appears complete or not at all.
inline void write_svg(const result& r, const device_front& d, const std::string& path, const svg_options& o = {}) {
  write_file(path, svg_front(r, d, o));
}

}  // namespace paragon::report
