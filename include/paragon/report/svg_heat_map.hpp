// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "svg.hpp"
#include "text.hpp"

namespace paragon::inline PARAGON_ISA::report {

/// What `svg_heat_map` draws: a number for each pair of a row and a column.
struct heat_map {
  std::vector<std::string> rows{};
  std::vector<std::string> columns{};
  std::vector<double> values{};  ///< [rows, columns]; NaN: not known
  std::string title{};
  int digits = 3;                ///< of the numbers in the fields
  std::optional<double> low{};   ///< the value of the palest field; without it, the least value
  std::optional<double> high{};  ///< of the darkest; without it, the greatest
};

/// Numbers in a grid as an SVG picture: each field shows its number and is the darker the greater it is.
/// \throws error where there are not as many values as fields, or no field
[[nodiscard]] inline std::string svg_heat_map(const heat_map& map) {
  const std::size_t rows = map.rows.size();
  const std::size_t columns = map.columns.size();
  if (rows == 0 || columns == 0 || map.values.size() != rows * columns) {
    throw error("report::svg_heat_map",
                std::to_string(map.values.size()) + " values for " + std::to_string(rows) + " rows and " +
                    std::to_string(columns) + " columns",
                "one for each pair, and at least one");
  }
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;
  for (const double v : map.values) {
    if (std::isnan(v)) continue;
    least = std::min(least, v);
    greatest = std::max(greatest, v);
  }
  const double low = map.low.value_or(least);
  const double high = map.high.value_or(greatest);

  constexpr double left = 92;
  constexpr double top = 26;
  constexpr double field_height = 26;
  const double field_width = std::max(46.0, 360.0 / static_cast<double>(columns));
  const double width = left + field_width * static_cast<double>(columns) + 8;
  const double height = top + field_height * static_cast<double>(rows) + 8;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"front\" viewBox=\"0 0 " +
                    format_coordinate(width) + " " + format_coordinate(height) + "\" role=\"img\" aria-label=\"" +
                    escape_markup(map.title) + "\">";
  for (std::size_t c = 0; c < columns; ++c) {
    out += detail::text_at(left + field_width * (static_cast<double>(c) + 0.5), top - 9, "middle", "", map.columns[c]);
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const double y = top + field_height * static_cast<double>(r);
    out += detail::text_at(left - 8, y + field_height / 2 + 4, "end", "label", map.rows[r]);
    for (std::size_t c = 0; c < columns; ++c) {
      const double x = left + field_width * static_cast<double>(c);
      const double v = map.values[r * columns + c];
      const bool known = !std::isnan(v);
      const double share = !known || !(high > low) ? 0 : std::clamp((v - low) / (high - low), 0.0, 1.0);
      out += "<rect x=\"" + format_coordinate(x + 1) + "\" y=\"" + format_coordinate(y + 1) + "\" width=\"" +
             format_coordinate(field_width - 2) + "\" height=\"" + format_coordinate(field_height - 2) +
             "\" rx=\"3\" style=\"fill:var(--truth);opacity:" + format_coordinate(known ? 0.06 + 0.6 * share : 0) +
             "\"/>";
      out += detail::text_at(x + field_width / 2, y + field_height / 2 + 4, "middle", "label",
                             known ? format_number(v, map.digits, trailing_zeros::keep) : "\xE2\x80\x93");
    }
  }
  return out + "</svg>";
}

}  // namespace paragon::report
