// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "html_assets.hpp"
#include "svg.hpp"
#include "svg_points.hpp"
#include "text.hpp"

namespace paragon::inline PARAGON_ISA::report {

/// An HTML page put together from facts, pictures and tables, in the look of the reports. It needs nothing else: no
/// network, no script, no other file. All text is escaped; pictures are taken as they are.
///
/// \code
/// report::page page("POMONAG", "256 cells for cifar10");
/// page.fact("Hypervolume", "0.993", "of true");
/// page.section("Fronts");
/// page.picture("error and latency", report::svg_points(points));
/// write_file("report.html", page.html());
/// \endcode
class page {
public:
  page(std::string_view title, std::string_view lead) : title_(escape_markup(title)), lead_(escape_markup(lead)) {}

  /// A number at the head of the page.
  page& fact(std::string_view name, std::string_view value, std::string_view unit = {}) {
    facts_ += "<div><dt>" + escape_markup(name) + "</dt><dd>" + escape_markup(value);
    if (!unit.empty()) facts_ += " <small>" + escape_markup(unit) + "</small>";
    facts_ += "</dd></div>";
    return *this;
  }

  /// Begins a section; what follows belongs to it.
  page& section(std::string_view heading, std::string_view note = {}) {
    end_cards();
    body_ += "<h2>" + escape_markup(heading);
    if (!note.empty()) body_ += "<small>" + escape_markup(note) + "</small>";
    body_ += "</h2>\n";
    return *this;
  }

  page& paragraph(std::string_view text) {
    end_cards();
    body_ += "<p class=\"lead\">" + escape_markup(text) + "</p>\n";
    return *this;
  }

  /// An SVG element under a heading; pictures in a row stand beside each other.
  /// \param note  a line of code or text below the picture
  page& picture(std::string_view heading, std::string_view svg, std::string_view note = {}) {
    if (!cards_) body_ += "<div class=\"cards medium\">\n";
    cards_ = true;
    body_ += "<article class=\"card\"><header><h3>" + escape_markup(heading) + "</h3></header>";
    body_.append(svg);
    if (!note.empty()) body_ += "<div class=\"code\">" + escape_markup(note) + "</div>";
    body_ += "</article>\n";
    return *this;
  }

  /// \param rows  cells of text; the first of each row names it
  page& table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
    end_cards();
    body_ += "<div class=\"sheet\"><table><thead><tr>";
    for (const auto& cell : head) body_ += "<th scope=\"col\">" + escape_markup(cell) + "</th>";
    body_ += "</tr></thead><tbody>\n";
    for (const auto& row : rows) {
      body_ += "<tr>";
      for (std::size_t c = 0; c < row.size(); ++c) {
        body_ += (c == 0 ? "<th scope=\"row\">" : "<td>") + escape_markup(row[c]) + (c == 0 ? "</th>" : "</td>");
      }
      body_ += "</tr>\n";
    }
    body_ += "</tbody></table></div>\n";
    return *this;
  }

  [[nodiscard]] std::string html() const {
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title_ +
                      "</title>\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                      "'unsafe-inline'\">\n<style>";
    out.append(svg_theme).append(svg_style).append(svg_points_style).append(detail::page_style);
    out += "</style></head><body><main>\n<header><h1>" + title_ + "</h1><p class=\"lead\">" + lead_ + "</p></header>\n";
    if (!facts_.empty()) out += "<dl class=\"facts\">" + facts_ + "</dl>\n";
    out += body_;
    if (cards_) out += "</div>\n";
    return out + "<footer>Made by paragon.</footer>\n</main></body></html>\n";
  }

private:
  void end_cards() {
    if (cards_) body_ += "</div>\n";
    cards_ = false;
  }

  std::string title_;
  std::string lead_;
  std::string facts_;
  std::string body_;
  bool cards_ = false;
};

}  // namespace paragon::report
