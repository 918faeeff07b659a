// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include "text.hpp"

namespace paragon::inline PARAGON_ISA::report {

/// The shapes that stand for points in a picture. Each kind of point has its own, so that nobody needs colours to tell
/// them apart.
enum class mark {
  disc,     ///< found, or in the first front
  cross,    ///< the random baseline
  diamond,  ///< selected
  star      ///< a pick with a name
};

/// One mark as an SVG element.
/// \param r      half of its width, pixels
/// \param style  its class; crosses are lines and need a stroke
/// \param title  shown where the mouse rests on it; may be empty
[[nodiscard]] inline std::string draw_mark(mark shape, double x, double y, double r, std::string_view style,
                                           std::string_view title = {}) {
  const auto number = [](double v) { return format_coordinate(v); };
  std::string out;
  std::string element = "path";
  if (shape == mark::disc) {
    element = "circle";
    out = "<circle class=\"" + std::string(style) + "\" cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"" +
          number(r) + "\"";
  } else {
    out = "<path class=\"" + std::string(style) + "\" d=\"M";
    const std::string side = number(r);
    const std::string both = number(2 * r);
    if (shape == mark::cross) {
      out += number(x - r) + " " + number(y) + "h" + both + "M" + number(x) + " " + number(y - r) + "v" + both;
    } else if (shape == mark::diamond) {
      out += number(x) + " " + number(y - r) + "l" + side + " " + side + " -" + side + " " + side + " -" + side + " -" +
             side + "z";
    } else {
      // Ten corners, the inner ones at 0.45 of the radius; the first is at the top.
      constexpr double corner[10][2]{{0, -1},  {.265, -.364}, {.951, -.309}, {.428, .139},   {.588, .809},
                                     {0, .45}, {-.588, .809}, {-.428, .139}, {-.951, -.309}, {-.265, -.364}};
      for (int k = 0; k < 10; ++k) {
        out += (k == 0 ? "" : "L") + number(x + r * corner[k][0]) + " " + number(y + r * corner[k][1]);
      }
      out += "z";
    }
    out += "\"";
  }
  return title.empty() ? out + "/>" : out + "><title>" + escape_markup(title) + "</title></" + element + ">";
}

}  // namespace paragon::report
