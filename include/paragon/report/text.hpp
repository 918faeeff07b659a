// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "../core/metric.hpp"

namespace paragon::inline PARAGON_ISA::report {

/// Text made safe for HTML and SVG, in elements and in quoted attributes.
///
/// `& < > " '` become entities. Control characters, which XML forbids, become U+FFFD, but for tab and line feed.
[[nodiscard]] inline std::string escape_markup(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') {
          safe += "\xEF\xBF\xBD";
        } else {
          safe += c;
        }
    }
  }
  return safe;
}

/// Whether a number that ends in zeros is written with them, so that columns of numbers line up.
enum class trailing_zeros { drop, keep };

/// A number for people: `digits` significant digits, K, M, G from ten thousand on, a true minus.
[[nodiscard]] inline std::string format_number(double value, int digits = 4,
                                               trailing_zeros zeros = trailing_zeros::drop) {
  if (std::isnan(value)) return "unknown";
  const char* suffix = "";
  if (std::isfinite(value)) {
    const double size = std::abs(value);
    if (size >= 1e9) {
      value /= 1e9;
      suffix = "G";
    } else if (size >= 1e6) {
      value /= 1e6;
      suffix = "M";
    } else if (size >= 1e4) {
      value /= 1e3;
      suffix = "K";
    }
  }
  char buffer[40];
  const double size = std::abs(value);
  auto end = std::to_chars(buffer, buffer + sizeof buffer, size, std::chars_format::general, digits);
  if (zeros == trailing_zeros::keep && size >= 1e-4 && size < 1e5) {
    const int decimals = std::max(0, digits - 1 - static_cast<int>(std::floor(std::log10(size))));
    end = std::to_chars(buffer, buffer + sizeof buffer, size, std::chars_format::fixed, decimals);
  }
  return (std::signbit(value) && value != 0 ? "\xE2\x88\x92" : "") + std::string(buffer, end.ptr) + suffix;
}

/// A number for coordinates: at most two decimals.
[[nodiscard]] inline std::string format_coordinate(double value) {
  char buffer[40];
  const double rounded = std::round(value * 100) / 100;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, rounded == 0 ? 0.0 : rounded);
  return {buffer, end.ptr};
}

/// What to call an objective on an axis: "latency_ms" in ms is "latency (ms)".
struct metric_label {
  std::string name;  ///< without the unit
  std::string unit;

  explicit metric_label(const metric& m) : name(m.name), unit(m.unit) {
    std::string ending = "_" + m.unit;
    for (char& c : ending) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (!m.unit.empty() && name.size() > ending.size() && name.ends_with(ending))
      name.resize(name.size() - ending.size());
    for (char& c : name) {
      if (c == '_') c = ' ';
    }
  }

  [[nodiscard]] std::string full() const { return unit.empty() ? name : name + " (" + unit + ")"; }
  [[nodiscard]] std::string value(double v, int digits = 4) const {
    const std::string number = format_number(v, digits, trailing_zeros::keep);
    return unit.empty() || std::isnan(v) ? number : number + (unit == "%" ? "\xE2\x80\xAF" : " ") + unit;
  }
};

}  // namespace paragon::report
