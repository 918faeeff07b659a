// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "axis.hpp"
#include "svg.hpp"
#include "svg_points.hpp"
#include "text.hpp"

namespace paragon::inline PARAGON_ISA::report {

/// One line of `svg_curves`.
struct curve {
  std::string name;
  std::vector<std::array<double, 2>> points;  ///< x and y, in the order in which they are joined
};

/// What `svg_curves` draws: how a number changes with another, for several settings.
struct curves_picture {
  std::vector<curve> curves;
  std::string x_name{};
  std::string y_name{};
  std::string title{};
  std::vector<curve> limits{};  ///< drawn thin and dashed: what the curves can reach at most, what was published
};

/// The rules of `svg_curves` beside `svg_style`.
inline constexpr std::string_view svg_curves_style =
    ".front .curve{fill:none;stroke-width:1.8;stroke-linejoin:round}"
    ".front .limit{fill:none;stroke:var(--muted);stroke-width:1.2;stroke-dasharray:5 4}"
    ".front .mark{stroke:var(--surface);stroke-width:1}";

namespace detail {

/// M and L through the points that can be drawn; a gap where one cannot.
inline std::string curve_path(const curve& line, const axis& x, const axis& y) {
  std::string path;
  bool joined = false;
  for (const auto& p : line.points) {
    const bool shown = x.shows(p[0]) && y.shows(p[1]);
    if (shown) {
      path.append(joined ? "L" : "M").append(format_coordinate(x(p[0]))).append(" ").append(format_coordinate(y(p[1])));
    }
    joined = shown;
  }
  return path;
}

/// From orange to blue.
inline std::string curve_colour(std::size_t k, std::size_t curves) {
  return preference_colour(curves < 2 ? 1 : static_cast<double>(k) / static_cast<double>(curves - 1));
}

/// Every second curve is dashed, so that neighbours differ in more than their shade.
inline std::string curve_stroke(std::size_t k, std::size_t curves) {
  return "stroke=\"" + curve_colour(k, curves) + (k % 2 == 1 ? "\" stroke-dasharray=\"7 3\"" : "\"");
}

}  // namespace detail

/// Curves as an SVG picture: x across, y upwards, one colour and one entry in the legend for each curve.
///
/// Points show their values when the mouse rests on them; points that are not finite leave gaps. Where all x are
/// positive and span more than a factor of five the x axis is logarithmic, unless the options say otherwise; y is linear.
/// O(points).
///
/// \code
/// const std::string svg = paragon::report::svg_curves(
///     {.curves = {{"cifar10", {{100, 0.81}, {500, 0.92}}}}, .x_name = "labels", .y_name = "Spearman"});
/// \endcode
[[nodiscard]] inline std::string svg_curves(const curves_picture& picture,
                                            const svg_options& o = {.width = 640, .height = 400}) {
  axis_range xs;
  axis_range ys;
  for (const auto* lines : {&picture.curves, &picture.limits}) {
    for (const curve& line : *lines) {
      for (const auto& p : line.points) {
        if (!std::isfinite(p[0]) || !std::isfinite(p[1])) continue;
        xs.include(p[0]);
        ys.include(p[1]);
      }
    }
  }
  const double entry = 17;
  const double header = o.standalone ? 34 : 8;
  const double legend = entry * static_cast<double>(picture.curves.size() + picture.limits.size()) + 8;
  const double width = o.width;
  const double height = o.height + header + legend;
  const std::string title = picture.title.empty() ? picture.y_name + " by " + picture.x_name : picture.title;
  const std::string w = format_coordinate(width);
  const std::string h = format_coordinate(height);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"front\" viewBox=\"0 0 " + w + " " + h + "\"";
  if (o.standalone) out.append(" width=\"").append(w).append("\" height=\"").append(h).append("\"");
  out += " role=\"img\" aria-label=\"" + escape_markup(title) + "\"><title>" + escape_markup(title) + "</title><style>";
  if (o.standalone) out.append(svg_theme);
  out.append(svg_style).append(svg_curves_style).append("</style>");
  if (o.standalone) {
    out += "<rect width=\"100%\" height=\"100%\" style=\"fill:var(--surface)\"/>";
    out += detail::text_at(14, 22, "", "name", title);
  }
  if (xs.empty()) return out + detail::text_at(width / 2, height / 2, "middle", "", "no finite values") + "</svg>\n";

  const double left = 56;
  const double right = width - 16;
  const double bottom = header + o.height - 36;
  const axis x(xs, o.scale, left, right);
  const axis y(ys, axis_scale::linear, bottom, header + 20);
  out += detail::draw_frame(x, y, left, right, bottom);
  out += detail::text_at(right, bottom + 31, "end", "label", picture.x_name + (x.logarithmic() ? ", log" : ""));
  out += detail::text_at(14, header + 8, "", "label", picture.y_name);
  double at = header + o.height + 6;
  for (const curve& line : picture.limits) {
    out += "<path class=\"limit\" d=\"" + detail::curve_path(line, x, y) + "\"/>" +
           detail::line_at(left, at, left + 22, at, "limit") + detail::text_at(left + 30, at + 4, "", "", line.name);
    at += entry;
  }
  for (std::size_t k = 0; k < picture.curves.size(); ++k, at += entry) {
    const curve& line = picture.curves[k];
    const std::string fill = "fill=\"" + detail::curve_colour(k, picture.curves.size()) + "\"";
    const std::string stroke = detail::curve_stroke(k, picture.curves.size());
    out += "<path class=\"curve\" " + stroke + " d=\"" + detail::curve_path(line, x, y) + "\"/>";
    for (const auto& p : line.points) {
      if (!x.shows(p[0]) || !y.shows(p[1])) continue;
      out += "<circle class=\"mark\" " + fill + " cx=\"" + format_coordinate(x(p[0])) + "\" cy=\"" +
             format_coordinate(y(p[1])) + "\" r=\"3.4\"><title>" + escape_markup(line.name) + "\n" +
             escape_markup(picture.x_name) + " " + format_number(p[0]) + "\n" + escape_markup(picture.y_name) + " " +
             format_number(p[1]) + "</title></circle>";
    }
    out += "<path class=\"curve\" " + stroke + " d=\"M" + format_coordinate(left) + " " + format_coordinate(at) +
           "h22\"/>" + detail::text_at(left + 30, at + 4, "", "", line.name);
  }
  return out + "</svg>\n";
}

}  // namespace paragon::report
