// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/direction.hpp"
#include "../core/error.hpp"
#include "../pareto/points.hpp"
#include "axis.hpp"
#include "mark.hpp"
#include "svg.hpp"
#include "text.hpp"

namespace paragon::inline PARAGON_ISA::report {

/// What `svg_points` draws: a set of points, and which of its rows stand out.
struct points_picture {
  pareto::points<double> set;
  std::vector<direction> directions{};  ///< one a column; empty: all minimised. Ignored columns are not drawn
  std::vector<std::string> names{};     ///< one a column; may be empty
  std::vector<std::size_t> front{};     ///< rows of the first front
  std::vector<std::size_t> chosen{};    ///< rows that were selected, where these are not the front
  std::vector<double> reference{};      ///< one number a column, drawn in pictures of two columns; may be empty
  std::string title{};
  std::vector<std::string> labels{};  ///< what a row is, for instance its architecture; one a row, or none: its number
  std::vector<std::pair<std::size_t, std::string>> picks{};  ///< rows that are marked and named in the picture
};

/// The rules of `svg_points` beside `svg_style`.
inline constexpr std::string_view svg_points_style =
    ".front .dots{fill:none;stroke-linecap:round;stroke-width:3.4;stroke:var(--random)}"
    ".front .best{stroke:var(--truth);stroke-width:6}"
    ".front .member{fill:var(--truth);stroke:var(--surface);stroke-width:1}"
    ".front .chosen{fill:#e97e12;stroke:var(--surface);stroke-width:1.2}"
    ".front .pick{fill:var(--ink);stroke:var(--surface);stroke-width:1}"
    ".front .named{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--surface);stroke-width:3px}"
    ".front .reference{fill:none;stroke:var(--ink);stroke-width:1.6}"
    ".front .many{fill:none;stroke:var(--random);stroke-width:.8;opacity:.45}"
    ".front .row{fill:none;stroke-width:1.2;opacity:.6}"
    ".front .tick{paint-order:stroke;stroke:var(--surface);stroke-width:3px}"
    ".front .picked{fill:none;stroke:var(--ink);stroke-width:3}";

namespace detail {

/// Rows that can be drawn, and what their axes show. Values beyond 10^150 are left out like infinite ones: no axis
/// divides them. Columns that hardly vary are shown a little wider than they are, so that their ticks differ.
class drawn_points {
public:
  explicit drawn_points(const points_picture& picture) : picture_(picture) {
    const std::size_t m = picture.set.objectives();
    for (std::size_t k = 0; k < m; ++k) {
      if (sense(k) != direction::ignore) columns_.push_back(k);
    }
    ranges_.resize(columns_.size());
    for (std::size_t i = 0; i < picture.set.size(); ++i) {
      if (!shows(i)) continue;
      ++count_;
      for (std::size_t c = 0; c < columns_.size(); ++c) ranges_[c].include((*this)(i, c));
    }
    if (columns_.size() == 2 && !picture.reference.empty()) {
      for (std::size_t c = 0; c < 2; ++c) {
        if (drawable(picture.reference[columns_[c]])) ranges_[c].include(picture.reference[columns_[c]]);
      }
    }
    for (axis_range& r : ranges_) {
      const double least = 1e-9 * std::max(std::abs(r.low), std::abs(r.high));
      if (r.high - r.low < least) r = {r.low - least, r.high + least};
    }
  }

  [[nodiscard]] std::size_t columns() const noexcept { return columns_.size(); }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] double operator()(std::size_t i, std::size_t c) const noexcept { return picture_.set(i, columns_[c]); }
  [[nodiscard]] axis_range range(std::size_t c) const noexcept { return ranges_[c]; }
  [[nodiscard]] direction way(std::size_t c) const noexcept { return sense(columns_[c]); }
  [[nodiscard]] double reference(std::size_t c) const noexcept { return picture_.reference[columns_[c]]; }

  [[nodiscard]] std::string name(std::size_t c) const {
    const std::size_t k = columns_[c];
    return picture_.names.empty() ? "column " + std::to_string(k) : picture_.names[k];
  }

  [[nodiscard]] bool shows(std::size_t i) const noexcept {
    return std::all_of(columns_.begin(), columns_.end(), [&](std::size_t k) { return drawable(picture_.set(i, k)); });
  }

  /// Logarithmic where a linear axis would squeeze half of the points into a seventh of it. O(n).
  [[nodiscard]] axis_scale scale(std::size_t c) const {
    if (!(ranges_[c].low > 0)) return axis_scale::linear;
    std::vector<double> values;
    for (std::size_t i = 0; i < picture_.set.size(); ++i) {
      if (shows(i)) values.push_back((*this)(i, c));
    }
    if (values.empty()) return axis_scale::linear;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    const bool squeezed = (*middle - ranges_[c].low) * 7 < ranges_[c].high - ranges_[c].low;
    return squeezed ? axis_scale::logarithmic : axis_scale::linear;
  }

  [[nodiscard]] std::string describe(std::size_t i) const {
    std::string text = picture_.labels.empty() ? "row " + std::to_string(i) : picture_.labels[i];
    for (std::size_t c = 0; c < columns(); ++c) text += "\n" + name(c) + " " + format_number((*this)(i, c), 6);
    return text;
  }

private:
  [[nodiscard]] direction sense(std::size_t k) const noexcept {
    return picture_.directions.empty() ? direction::minimise : picture_.directions[k];
  }

  static bool drawable(double value) noexcept { return std::abs(value) <= 1e150; }

  const points_picture& picture_;
  std::vector<std::size_t> columns_;
  std::vector<axis_range> ranges_;
  std::size_t count_ = 0;
};

/// At most about `most` of the dots. Half of them are evenly spaced in the list, so that dense places look dense; the
/// other half are one in each cell of a grid, as fine as can be, so that lonely dots stay. O(n) for each grid tried.
inline std::vector<std::array<double, 2>> thinned_dots(const std::vector<std::array<double, 2>>& dots, double width,
                                                       double height, std::size_t most) {
  if (dots.size() <= most) return dots;
  const std::size_t half = most / 2;
  std::vector<std::array<double, 2>> kept = dots;
  for (double cell = 1; kept.size() > half; cell *= 1.5) {
    const auto across = static_cast<std::size_t>(width / cell) + 1;
    std::vector<char> taken(across * (static_cast<std::size_t>(height / cell) + 1));
    std::erase_if(kept, [&](const std::array<double, 2>& p) {
      char& there = taken[static_cast<std::size_t>(p[1] / cell) * across + static_cast<std::size_t>(p[0] / cell)];
      const bool again = there != 0;
      there = 1;
      return again;
    });
  }
  for (std::size_t s = 0; s < half; ++s) kept.push_back(dots[s * dots.size() / half]);
  return kept;
}

inline std::string dots_path(const std::vector<std::array<double, 2>>& dots, std::string_view style) {
  if (dots.empty()) return {};
  std::string out = "<path class=\"" + std::string(style) + "\" d=\"";
  for (const auto& p : dots) {
    out += "M" + format_coordinate(std::round(2 * p[0]) / 2) + " " + format_coordinate(std::round(2 * p[1]) / 2) + "h0";
  }
  return out + "\"/>";
}

/// Where there are at most this many, points of a front are drawn one by one, each with its values.
inline constexpr std::size_t most_titles = 300;

/// The staircase of a front, and what lies behind it.
inline std::string draw_reach(std::vector<std::array<double, 2>> front, const axis& x, const axis& y, direction across,
                              double worse_x, double worse_y) {
  std::sort(front.begin(), front.end());
  std::vector<std::array<double, 2>> visible;  // those that can be told apart
  for (const auto& p : front) {
    const bool apart = visible.empty() || std::abs(x(p[0]) - x(visible.back()[0])) >= 0.5 ||
                       std::abs(y(p[1]) - y(visible.back()[1])) >= 0.5;
    if (apart || &p == &front.back()) visible.push_back(p);
  }
  const std::string path = staircase(visible, x, y, across, worse_x);
  const auto& start = across == direction::maximise ? visible.back() : visible.front();
  return "<path class=\"reach\" d=\"" + path + "V" + format_coordinate(worse_y) + "H" + format_coordinate(x(start[0])) +
         "Z\"/><path class=\"truth\" d=\"" + path + "\"/>";
}

/// And at most this many lines, evenly spaced in the list.
inline constexpr std::size_t most_front_lines = 200;

/// Grid and ticks, x from `left` to `right`, y from `bottom` up.
inline std::string draw_frame(const axis& x, const axis& y, double left, double right, double bottom) {
  std::string out;
  for (const double t : y.ticks(6)) {
    out += line_at(left, y(t), right, y(t), "grid") + text_at(left - 7, y(t) + 3.8, "end", "", format_number(t));
  }
  for (const double t : x.ticks(static_cast<int>((right - left) / 70))) {
    out += line_at(x(t), bottom, x(t), bottom + 4, "base") + text_at(x(t), bottom + 16, "middle", "", format_number(t));
  }
  return out + line_at(left, bottom, right, bottom, "base");
}

/// The rows with names, each with its name beside it; names that would cover each other are written below each other.
template <class Place>
std::string draw_picks(const points_picture& picture, const drawn_points& set, const Place& at, double right) {
  std::string out;
  std::vector<std::array<double, 2>> written;
  for (const auto& [row, name] : picture.picks) {
    if (!set.shows(row)) continue;
    const auto p = at(row);
    out += draw_mark(mark::star, p[0], p[1], 7, "pick", name + "\n" + set.describe(row));
    const bool before = p[0] + 10 + 6.4 * static_cast<double>(name.size()) > right;
    double y = p[1] + 4;
    for (bool moved = true; moved;) {
      moved = false;
      for (const auto& other : written) {
        // The step is larger than the distance that counts as near, or rounding could keep a name where it is for ever.
        if (std::abs(other[0] - p[0]) < 90 && std::abs(other[1] - y) < 11.5) {
          y = other[1] + 12;
          moved = true;
        }
      }
    }
    written.push_back({p[0], y});
    out += text_at(before ? p[0] - 10 : p[0] + 10, y, before ? "end" : "", "named", name);
  }
  return out;
}

/// Two columns, or one against the number of the row.
inline std::string draw_scatter(const points_picture& picture, const drawn_points& set, double width, double top,
                                double bottom) {
  const bool pair = set.columns() == 2;
  const double x0 = 56;
  const double x1 = width - 16;
  const double y0 = bottom - 36;
  const double y1 = top + 20;
  axis_range rows;
  rows.include(0);
  rows.include(static_cast<double>(picture.set.size()) - 1);
  const axis x(pair ? set.range(0) : rows, pair ? set.scale(0) : axis_scale::linear, x0, x1);
  const axis y(set.range(pair ? 1 : 0), set.scale(pair ? 1 : 0), y0, y1);
  const auto at = [&](std::size_t i) {
    return std::array{x(pair ? set(i, 0) : static_cast<double>(i)), y(set(i, pair ? 1 : 0))};
  };
  const direction up = set.way(pair ? 1 : 0);
  const direction across = pair ? set.way(0) : direction::minimise;
  std::string out = draw_frame(x, y, x0, x1, y0);
  out += text_at(x1, y0 + 31, "end", "label", pair ? axis_label(set.name(0), x.logarithmic(), false, across) : "row");
  out += text_at(14, top + 8, "", "label", axis_label(set.name(pair ? 1 : 0), y.logarithmic(), true, up));

  std::vector<std::array<double, 2>> dots;
  for (std::size_t i = 0; i < picture.set.size(); ++i) {
    if (set.shows(i)) dots.push_back(at(i));
  }
  out += dots_path(thinned_dots(dots, width, bottom, 4000), "dots");

  std::vector<std::size_t> front;
  for (const std::size_t i : picture.front) {
    if (set.shows(i)) front.push_back(i);
  }
  if (pair && !front.empty()) {
    std::vector<std::array<double, 2>> steps;
    for (const std::size_t i : front) steps.push_back({set(i, 0), set(i, 1)});
    out += draw_reach(std::move(steps), x, y, across, across == direction::maximise ? x0 : x1,
                      up == direction::minimise ? y1 : y0);
  }
  dots.clear();
  std::size_t titled = 0;
  for (const std::size_t i : picture.chosen) {
    if (!set.shows(i)) continue;
    if (titled++ < most_titles) {
      out += draw_mark(mark::diamond, at(i)[0], at(i)[1], 5.5, "chosen", set.describe(i));
    } else {
      dots.push_back(at(i));
    }
  }
  for (const auto& p : thinned_dots(dots, width, bottom, 2000))
    out += draw_mark(mark::diamond, p[0], p[1], 5.5, "chosen");
  if (front.size() <= most_titles) {
    for (const std::size_t i : front) out += draw_mark(mark::disc, at(i)[0], at(i)[1], 3.6, "member", set.describe(i));
  } else {
    dots.clear();
    for (const std::size_t i : front) dots.push_back(at(i));
    out += dots_path(thinned_dots(dots, width, bottom, 4000), "dots best");
  }
  if (pair && !picture.reference.empty() && x.shows(set.reference(0)) && y.shows(set.reference(1))) {
    const double cx = x(set.reference(0));
    const double cy = y(set.reference(1));
    out += "<path class=\"reference\" d=\"M" + format_coordinate(cx - 5) + " " + format_coordinate(cy - 5) +
           "l10 10m0 -10l-10 10\"><title>reference point</title></path>";
  }
  return out + draw_picks(picture, set, at, x1);
}

/// A text in lines of at most `most` characters: parted at blanks, and within a word only where it is longer than a line.
inline std::vector<std::string> wrapped(std::string_view text, std::size_t most) {
  std::vector<std::string> lines(1);
  std::size_t length = 0;  // characters of the last line; those of UTF-8 are not parted
  const auto add = [&](std::string_view word, std::size_t characters) {
    if (length > 0 && length + 1 + characters > most) {
      lines.emplace_back();
      length = 0;
    }
    if (length > 0) {
      lines.back() += ' ';
      ++length;
    }
    for (const char c : word) {
      const bool first_byte = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      if (first_byte && length == most) {
        lines.emplace_back();
        length = 0;
      }
      lines.back() += c;
      length += first_byte ? 1 : 0;
    }
  };
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    const auto characters = std::count_if(word.begin(), word.end(),
                                          [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    if (!word.empty()) add(word, static_cast<std::size_t>(characters));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return lines;
}

/// Three columns and more: a vertical axis each, with the better end down, and a line for each row.
inline std::string draw_parallel(const points_picture& picture, const drawn_points& set, double width, double top,
                                 double bottom) {
  const double step = (width - 120) / static_cast<double>(set.columns() - 1);
  constexpr double line_height = 13;
  std::vector<std::vector<std::string>> labels;
  std::size_t lines = 1;
  for (std::size_t c = 0; c < set.columns(); ++c) {
    const bool logarithmic = axis(set.range(c), set.scale(c), 0, 1).logarithmic();
    labels.push_back(
        wrapped(set.name(c) + (logarithmic ? ", log" : ""), static_cast<std::size_t>(std::max(8.0, step / 6.4))));
    lines = std::max(lines, labels.back().size());
  }
  const double y0 = bottom - 14;
  const double y1 = std::min(top + 15 + line_height * static_cast<double>(lines), y0 - 40);
  const auto x = [&](std::size_t c) { return 70 + step * static_cast<double>(c); };
  std::vector<axis> axes;
  for (std::size_t c = 0; c < set.columns(); ++c) {
    const bool down = set.way(c) == direction::minimise;
    axes.emplace_back(set.range(c), set.scale(c), down ? y0 : y1, down ? y1 : y0);
  }
  const auto path = [&](std::size_t i) {
    std::string d;
    for (std::size_t c = 0; c < set.columns(); ++c) {
      d += (c == 0 ? "M" : "L") + format_coordinate(std::round(2 * x(c)) / 2) + " " +
           format_coordinate(std::round(10 * axes[c](set(i, c))) / 10);
    }
    return d;
  };
  const auto some_of = [&](const std::vector<std::size_t>& rows, std::size_t most_lines) {
    std::vector<std::size_t> finite;
    for (const std::size_t i : rows) {
      if (set.shows(i)) finite.push_back(i);
    }
    std::vector<std::size_t> kept;
    const std::size_t count = std::min(finite.size(), most_lines);
    for (std::size_t s = 0; s < count; ++s) kept.push_back(finite[s * finite.size() / count]);
    return kept;
  };

  std::string out = "<path class=\"many\" d=\"";
  std::vector<std::size_t> all(picture.set.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  for (const std::size_t i : some_of(all, 400)) out += path(i);
  out += "\"/>";
  for (const std::size_t i : some_of(picture.front, most_front_lines)) {
    const double place = (axes[0](set(i, 0)) - y1) / (y0 - y1);  // 1: the best of the first column
    out += "<path class=\"row\" stroke=\"" + preference_colour(place) + "\" d=\"" + path(i) + "\"><title>" +
           escape_markup(set.describe(i)) + "</title></path>";
  }
  for (const std::size_t i : some_of(picture.chosen, most_front_lines)) {
    out += "<path class=\"picked\" d=\"" + path(i) + "\"><title>" + escape_markup(set.describe(i)) + "</title></path>";
  }
  for (std::size_t c = 0; c < set.columns(); ++c) {
    out += line_at(x(c), y1, x(c), y0, "base");
    for (const double t : axes[c].ticks(5)) {
      out += line_at(x(c) - 4, axes[c](t), x(c), axes[c](t), "base") +
             text_at(x(c) - 7, axes[c](t) + 3.8, "end", "tick", format_number(t));
    }
    for (std::size_t line = 0; line < labels[c].size(); ++line) {
      const auto below = static_cast<double>(labels[c].size() - 1 - line);
      out += text_at(x(c), y1 - 12 - line_height * below, "middle", "label", labels[c][line]);
    }
  }
  for (const auto& [row, name] : picture.picks) {
    if (!set.shows(row)) continue;
    out += "<path class=\"picked\" d=\"" + path(row) + "\"><title>" + escape_markup(name + "\n" + set.describe(row)) +
           "</title></path>";
    const std::size_t last = set.columns() - 1;
    out += text_at(x(last) + 6, axes[last](set(row, last)) + 4, "", "named", name);
  }
  return out;
}

inline std::string draw_points_legend(const points_picture& picture, const drawn_points& set, double y) {
  std::string out;
  double x = 16;
  const auto note = [&](const std::string& text) {
    out += text_at(x + 12, y + 4, "", "", text);
    x += 6.1 * static_cast<double>(text.size()) + 36;
  };
  out += dots_path({{x + 3, y}}, "dots");
  note(std::to_string(picture.set.size()) + (picture.set.size() == 1 ? " row" : " rows"));
  std::string members = std::to_string(picture.front.size()) + " in the first front";
  if (set.columns() > 2) {
    for (const double weight : {0.0, 0.5, 1.0}) {
      out += "<circle cx=\"" + format_coordinate(x) + "\" cy=\"" + format_coordinate(y) + "\" r=\"3.2\" fill=\"" +
             preference_colour(weight) + "\"/>";
      x += 8;
    }
    x -= 14;
    if (picture.front.size() > most_front_lines) members += " (" + std::to_string(most_front_lines) + " drawn)";
    members += ", blue where " + set.name(0) + " is good; better is down";
  } else {
    out += draw_mark(mark::disc, x + 3, y, 3.6, "member");
  }
  note(members);
  if (!picture.chosen.empty()) {
    out += set.columns() > 2 ? line_at(x - 3, y, x + 9, y, "picked") : draw_mark(mark::diamond, x + 3, y, 5, "chosen");
    note(std::to_string(picture.chosen.size()) + " selected");
  }
  if (!picture.picks.empty() && set.columns() <= 2) {
    out += draw_mark(mark::star, x + 3, y, 6, "pick");
    note("picks");
  }
  const std::size_t hidden = picture.set.size() - set.count();
  if (hidden > 0) note(std::to_string(hidden) + " with infinite values not drawn");
  return out;
}

}  // namespace detail

/// A set of points and its first front as an SVG picture.
///
/// Two columns make a scatter plot with the front as a staircase; three and more make parallel coordinates with the
/// better end of each axis down, the front coloured by the first column; one column is drawn over the row numbers.
/// Axes are logarithmic where a linear one would squeeze most points together. Of very many points some thousands are
/// drawn, of very many lines some hundreds, so a picture of a million points stays below 200 kB. Points of small fronts
/// show their label and values when the mouse rests on them; picks are stars with their names. The colours follow the light or dark theme of the reader.
/// O(n m + front log front).
///
/// \throws error where there are not as many directions, names or reference values as columns, or labels as rows, or a
///         front, selected or picked row that is not there
///
/// \code
/// auto front = paragon::pareto::filter(set);
/// const std::string svg = paragon::report::svg_points({.set = set, .names = {"error", "ms"}, .front = front});
/// paragon::write_file("front.svg", svg);
/// \endcode
[[nodiscard]] inline std::string svg_points(const points_picture& picture,
                                            const svg_options& o = {.width = 640, .height = 400}) {
  const std::size_t m = picture.set.objectives();
  for (const std::size_t given : {picture.directions.size(), picture.names.size(), picture.reference.size()}) {
    if (given != 0 && given != m) {
      throw error("report::svg_points", std::to_string(given) + " directions, names or reference values",
                  std::to_string(m) + ", one for each column, or none");
    }
  }
  const std::size_t rows = picture.set.size();
  if (!picture.labels.empty() && picture.labels.size() != rows) {
    throw error("report::svg_points", std::to_string(picture.labels.size()) + " labels",
                std::to_string(rows) + ", one for each row, or none");
  }
  const auto there = [&](std::size_t row) {
    if (row >= rows) {
      throw error("report::svg_points", "row " + std::to_string(row) + " stands out",
                  "a row below " + std::to_string(rows));
    }
  };
  for (const std::size_t row : picture.front) there(row);
  for (const std::size_t row : picture.chosen) there(row);
  for (const auto& pick : picture.picks) there(pick.first);
  const detail::drawn_points set(picture);
  const double width = set.columns() > 2 ? std::max<double>(o.width, 120 + 80.0 * static_cast<double>(set.columns()))
                                         : static_cast<double>(o.width);
  const double header = o.standalone ? 34 : 8;
  const double footer = o.standalone ? 30 : 0;
  const double height = o.height + header + footer;
  const std::string title =
      picture.title.empty() ? std::to_string(picture.set.size()) + " points and their first front" : picture.title;
  const std::string w = format_coordinate(width);
  const std::string h = format_coordinate(height);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"front\" viewBox=\"0 0 " + w + " " + h + "\"";
  if (o.standalone) out.append(" width=\"").append(w).append("\" height=\"").append(h).append("\"");
  out += " role=\"img\" aria-label=\"" + escape_markup(title) + "\">";
  if (o.standalone) out += "<title>" + escape_markup(title) + "</title><style>" + std::string(svg_theme);
  if (!o.standalone) out += "<style>";
  out.append(svg_style).append(svg_points_style).append("</style>");
  if (o.standalone) {
    out += "<rect width=\"100%\" height=\"100%\" style=\"fill:var(--surface)\"/>";
    out += detail::text_at(14, 22, "", "name", title);
    out += detail::draw_points_legend(picture, set, height - 16);
  }
  if (set.count() == 0 || set.columns() == 0) {
    out += detail::text_at(width / 2, height / 2, "middle", "", "no points with finite values");
  } else if (set.columns() <= 2) {
    out += detail::draw_scatter(picture, set, width, header, header + o.height);
  } else {
    out += detail::draw_parallel(picture, set, width, header, header + o.height);
  }
  return out + "</svg>\n";
}

}  // namespace paragon::report
