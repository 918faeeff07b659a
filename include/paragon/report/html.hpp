// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/atomic_file.hpp"
#include "../core/json.hpp"
#include "../core/result.hpp"
#include "axis.hpp"
#include "html_assets.hpp"
#include "svg.hpp"
#include "text.hpp"

namespace paragon::inline PARAGON_ISA::report {

namespace detail {

/// Devices of one split, by their numbers, under a heading for people.
struct device_group {
  std::string split;
  std::string heading;
  std::string note;
  std::vector<std::size_t> devices;
};

inline std::vector<device_group> group_devices(const result& r) {
  std::vector<device_group> groups;
  for (std::size_t i = 0; i < r.devices.size(); ++i) {
    const std::string& split = r.devices[i].split;
    auto at = std::find_if(groups.begin(), groups.end(), [&](const device_group& g) { return g.split == split; });
    if (at == groups.end()) {
      device_group g{split, split, "", {}};
      if (split == "train") g = {split, "Seen devices", "the search was trained on them", {}};
      if (split == "test") g = {split, "Unseen devices", "the search knows them only by their description", {}};
      if (split.empty()) g.heading = "Devices";
      at = groups.insert(groups.end(), g);
    }
    at->devices.push_back(i);
  }
  return groups;
}

inline std::optional<double> ratio(std::optional<double> part, std::optional<double> whole) {
  if (!part || !whole || !(*whole > 0)) return std::nullopt;
  return *part / *whole;
}

inline std::string fixed(std::optional<double> value, int decimals = 4) {
  if (!value || !std::isfinite(*value)) return "\xE2\x80\x93";
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, *value, std::chars_format::fixed, decimals);
  return {buffer, end.ptr};
}

/// Means over a group; absent where a device of the group has no value.
struct group_means {
  std::optional<double> found = 0;
  std::optional<double> truth = 0;
  std::optional<double> random = 0;
  std::optional<double> ratio = 0;
  std::optional<double> random_ratio = 0;

  group_means(const result& r, const std::vector<std::size_t>& devices) {
    const auto add = [&](std::optional<double>& sum, std::optional<double> value) {
      sum = sum && value ? std::optional(*sum + *value / static_cast<double>(devices.size())) : std::nullopt;
    };
    for (const std::size_t i : devices) {
      const device_front& d = r.devices[i];
      add(found, d.hypervolume);
      add(truth, d.true_hypervolume);
      add(random, d.random_hypervolume);
      add(ratio, detail::ratio(d.hypervolume, d.true_hypervolume));
      add(random_ratio, detail::ratio(d.random_hypervolume, d.true_hypervolume));
    }
  }
};

inline std::string fact(std::string_view name, std::string_view value, std::string_view unit = {}) {
  std::string out = "<div><dt>" + escape_markup(name) + "</dt><dd>" + escape_markup(value);
  if (!unit.empty()) out += " <small>" + escape_markup(unit) + "</small>";
  return out + "</dd></div>";
}

/// An integer with thin spaces between thousands.
inline std::string grouped(std::size_t value) {
  const std::string digits = std::to_string(value);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += "\xE2\x80\xAF";
    out += digits[i];
  }
  return out;
}

/// Random to found on a scale that ends at the true front.
inline std::string ratio_bar(std::optional<double> found, std::optional<double> random, double low) {
  if (!found) return "";
  const auto at = [&](double v) {
    return format_coordinate(std::clamp((v - low) / (1 - low), 0.0, 1.0) * 96 + 2) + "%";
  };
  std::string out =
      "<svg aria-hidden=\"true\"><line x1=\"2%\" x2=\"98%\" y1=\"8\" y2=\"8\" style=\"stroke:var(--grid)\"/>";
  out += "<line x1=\"98%\" x2=\"98%\" y1=\"2\" y2=\"14\" style=\"stroke:var(--truth);stroke-width:2\"/>";
  if (random) {
    out += "<line x1=\"" + at(*random) + "\" x2=\"" + at(*found) +
           "\" y1=\"8\" y2=\"8\" style=\"stroke:var(--accent);stroke-width:2;opacity:.45\"/><circle cx=\"" +
           at(*random) + "\" cy=\"8\" r=\"3.5\" style=\"fill:var(--random)\"/>";
  }
  return out + "<circle cx=\"" + at(*found) + "\" cy=\"8\" r=\"5\" style=\"fill:var(--accent)\"/></svg>";
}

inline std::string table_row(const std::string& name, const std::string& tag, bool mean, std::optional<double> found,
                             std::optional<double> truth, std::optional<double> random, std::optional<double> share,
                             std::optional<double> random_share, const std::vector<double>& baseline_shares,
                             double low) {
  std::string out = mean ? "<tr class=\"mean\">" : "<tr>";
  out += "<th scope=\"row\">" + escape_markup(name);
  if (!tag.empty()) out += "<span class=\"tag\">" + escape_markup(tag) + "</span>";
  out += "</th>";
  for (const auto& value : {found, truth, random}) out += "<td>" + fixed(value) + "</td>";
  out += "<td>" + fixed(share) + "</td><td>" + fixed(random_share) + "</td>";
  for (const double value : baseline_shares) out += "<td>" + fixed(value) + "</td>";
  return out + "<td class=\"bar\">" + ratio_bar(share, random_share, low) + "</td></tr>\n";
}

/// The baselines of a device in relation to its true front; of a group their means. NaN where they are not known.
inline std::vector<double> baseline_shares(const result& r, const std::vector<std::size_t>& devices) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> shares;
  for (const std::size_t i : devices) {
    const device_front& d = r.devices[i];
    shares.resize(std::max(shares.size(), d.baselines.size()), 0.0);
    for (std::size_t b = 0; b < shares.size(); ++b) {
      const auto share = b < d.baselines.size() ? ratio(d.baselines[b].hypervolume, d.true_hypervolume) : std::nullopt;
      shares[b] += share.value_or(unknown) / static_cast<double>(devices.size());
    }
  }
  return shares;
}

inline std::string hypervolume_table(const result& r, const std::vector<device_group>& groups) {
  double low = 0.95;
  for (const device_front& d : r.devices) {
    for (const auto& part : {d.hypervolume, d.random_hypervolume}) {
      if (const auto share = ratio(part, d.true_hypervolume)) low = std::min(low, *share);
    }
  }
  low = std::max(0.0, std::floor(low * 20) / 20);
  std::string out =
      "<div class=\"sheet\"><table><thead><tr><th scope=\"col\">device</th><th scope=\"col\">found</th>"
      "<th scope=\"col\">true front</th><th scope=\"col\">random</th><th scope=\"col\">found / true</th>"
      "<th scope=\"col\">random / true</th>";
  if (!r.devices.empty()) {
    for (const baseline& b : r.devices.front().baselines) {
      out += "<th scope=\"col\">" + escape_markup(b.name) + ", " + grouped(b.evaluations) + " judged / true</th>";
    }
  }
  out += "<th scope=\"col\">";
  out += fixed(low, 2) + " to 1 of the true front</th></tr></thead><tbody>\n";
  for (const device_group& g : groups) {
    for (const std::size_t i : g.devices) {
      const device_front& d = r.devices[i];
      out += table_row(d.name, g.split == "test" ? "unseen" : "", false, d.hypervolume, d.true_hypervolume,
                       d.random_hypervolume, ratio(d.hypervolume, d.true_hypervolume),
                       ratio(d.random_hypervolume, d.true_hypervolume), baseline_shares(r, {i}), low);
    }
    if (g.devices.size() == 1) continue;
    const group_means m(r, g.devices);
    const std::string kind = g.split == "train" ? "seen" : g.split == "test" ? "unseen" : g.split;
    out += table_row("Mean of " + std::to_string(g.devices.size()) + (kind.empty() ? "" : " " + kind), "", true,
                     m.found, m.truth, m.random, m.ratio, m.random_ratio, baseline_shares(r, g.devices), low);
  }
  return out + "</tbody></table></div>\n";
}

/// What the script needs: labels, and for each device its points ready to be shown.
inline std::string page_data(const result& r) {
  json::array objectives;
  for (const metric& m : r.objectives) objectives.emplace_back(metric_label(m).name);
  json::array devices;
  for (const device_front& d : r.devices) {
    json::array points;
    for (const found_point& p : d.points) {
      json::array values;
      for (std::size_t m = 0; m < p.objectives.size(); ++m) {
        values.emplace_back(metric_label(r.objectives[m]).value(p.objectives[m]));
      }
      std::string preference;
      for (const double w : p.preference) preference += (preference.empty() ? "" : " : ") + fixed(w, 2);
      points.emplace_back(json::object{{"architecture", p.architecture},
                                       {"values", std::move(values)},
                                       {"preference", preference},
                                       {"colour", preference_colour(p.preference.empty() ? 0.5 : p.preference[0])}});
    }
    std::string note = d.split == "test" ? "unseen" : d.split == "train" ? "seen" : d.split;
    if (const auto share = ratio(d.hypervolume, d.true_hypervolume)) {
      note += (note.empty() ? "" : ", ") + fixed(share) + " of the true hypervolume";
    }
    devices.emplace_back(json::object{{"name", d.name}, {"note", note}, {"points", std::move(points)}});
  }
  std::string safe;
  for (const char c :
       json(json::object{{"objectives", std::move(objectives)}, {"devices", std::move(devices)}}).dump()) {
    if (c == '<') {
      safe += "\\u003c";  // so that no string can end the script element
    } else {
      safe += c;
    }
  }
  return safe;
}

inline std::string page_key(const result& r) {
  const auto [low, high] = colour_ends(r);
  std::string ramp = "linear-gradient(90deg";
  for (int k = 0; k < 5; ++k) ramp += "," + preference_colour(k / 4.0);
  std::string out = "<div class=\"key\"><span>weight on " + escape_markup(low) +
                    " <i class=\"ramp\" style=\"background:" + ramp + ")\"></i> weight on " + escape_markup(high) +
                    "</span>";
  const auto any = [&](auto member) {
    return std::any_of(r.devices.begin(), r.devices.end(), [&](const device_front& d) { return !(d.*member).empty(); });
  };
  if (any(&device_front::true_front)) out += "<span><i class=\"truthline\"></i> true front</span>";
  if (any(&device_front::random)) out += "<span><i class=\"randommark\">+</i> random baseline</span>";
  return out + "<span class=\"hint\">point at a front to see its architectures, click to enlarge it</span></div>\n";
}

}  // namespace detail

/// A result as one HTML page that needs nothing else: no network, no other file.
///
/// Provenance and settings, the front of every device as a small multiple (seen and unseen apart, the first objective on
/// one scale), and a table of hypervolumes beside the true front and the random baseline. Pointing at a front shows the
/// architecture, its values and its preference, and a cell that is written `|operation~source|+...` as a drawing; a click enlarges the front beside a
/// table of its points. Everything but that works without scripts. All text is escaped.
///
/// \throws error where a point has another number of objectives than the result
[[nodiscard]] inline std::string to_html(const result& r) {
  const auto groups = detail::group_devices(r);
  const std::string title = r.algorithm + (r.dataset.empty() ? "" : " \xC2\xB7 " + r.dataset);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escape_markup(title) +
      "</title>\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      // Browsers then refuse whatever would come from elsewhere.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'\">\n<style>";
  out.append(svg_theme).append(svg_style).append(detail::page_style).append("</style></head><body><main>\n");

  out += "<header><h1>" + escape_markup(title) + "</h1><p class=\"lead\">";
  if (r.objectives.size() > 1) {
    out += "Pareto fronts of ";
    for (std::size_t m = 0; m < r.objectives.size(); ++m) {
      out += (m == 0                         ? ""
              : m + 1 == r.objectives.size() ? " and "
                                             : ", ") +
             escape_markup(metric_label(r.objectives[m]).name) +
             (r.objectives[m].sense == direction::maximise ? " (higher is better)" : "");
    }
    out += " on " + std::to_string(r.devices.size()) + (r.devices.size() == 1 ? " device" : " devices");
  }
  out += "</p></header>\n<dl class=\"facts\">";
  for (const detail::device_group& g : groups) {
    const detail::group_means m(r, g.devices);
    if (!m.ratio) continue;
    out += detail::fact("Hypervolume, " + std::string(g.split == "train"  ? "seen"
                                                      : g.split == "test" ? "unseen"
                                                      : g.split.empty()   ? "mean"
                                                                          : g.split),
                        detail::fixed(m.ratio, 3), "of true");
  }
  out += detail::fact("Search time", format_number(r.seconds, 3), "s");
  out += detail::fact("Labels read", detail::grouped(r.labels_read));
  out += detail::fact("Evaluations", detail::grouped(r.evaluations));
  out += detail::fact("Seed", std::to_string(r.seed)) + "</dl>\n";

  if (r.objectives.size() > 1 && !r.devices.empty()) {
    svg_options options{.width = 300, .height = 236, .standalone = false};
    if (r.objectives.size() > 2) options.width = 400;
    options.ranges.resize(1);
    for (const device_front& d : r.devices) {
      for (const auto* points : {&d.points, &d.true_front}) {
        for (const found_point& p : *points) {
          if (!p.objectives.empty()) options.ranges[0].include(p.objectives[0]);
        }
      }
    }
    out += detail::page_key(r);
    for (const detail::device_group& g : groups) {
      out += "<section><h2>" + escape_markup(g.heading) + "<small>" + std::to_string(g.devices.size()) +
             (g.note.empty() ? "" : " \xC2\xB7 " + escape_markup(g.note)) + "</small></h2><div class=\"cards" +
             (r.objectives.size() > 2 ? " wide" : "") + "\">\n";
      for (const std::size_t i : g.devices) {
        const device_front& d = r.devices[i];
        out += "<article class=\"card\" data-device=\"" + std::to_string(i) + "\"><header><h3>" +
               escape_markup(d.name) + "</h3>";
        if (const auto share = detail::ratio(d.hypervolume, d.true_hypervolume)) {
          out += "<span class=\"score\"><b>" + detail::fixed(share, 3) + "</b> of true</span>";
        } else if (d.hypervolume) {
          out += "<span class=\"score\">hypervolume <b>" + detail::fixed(d.hypervolume, 3) + "</b></span>";
        }
        out += "</header><button type=\"button\" aria-label=\"Enlarge " + escape_markup(d.name) + "\">" +
               svg_front(r, d, options) + "</button></article>\n";
      }
      out += "</div></section>\n";
    }
  }
  if (!r.devices.empty()) {
    out += "<section><h2>Hypervolume<small>share of the space dominated, one normalisation a device</small></h2>" +
           detail::hypervolume_table(r, groups) + "</section>\n";
  }
  if (!r.settings.empty()) {
    out += "<section><h2>Settings</h2><div class=\"sheet\"><dl class=\"settings\">";
    for (const auto& [name, value] : r.settings) {
      out += "<div><dt>" + escape_markup(name) + "</dt><dd>" + escape_markup(value) + "</dd></div>";
    }
    out += "</dl></div></section>\n";
  }
  out += "<footer>Made by paragon. The numbers are in result.json beside this page.</footer>\n</main>\n";
  out += "<div id=\"tip\" role=\"status\"></div><dialog id=\"zoom\" aria-label=\"Enlarged front\"></dialog>\n";
  out += "<script type=\"application/json\" id=\"data\">" + detail::page_data(r) + "</script>\n<script>";
  return out.append(detail::page_script).append("</script>\n</body></html>\n");
}

/// Writes the page to a file, which appears complete or not at all.
inline void write_html(const result& r, const std::string& path) { write_file(path, to_html(r)); }

}  // namespace paragon::report
