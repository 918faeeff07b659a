// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <paragon/core/json.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/report/page.hpp>
#include <paragon/report/svg_heat_map.hpp>
#include <paragon/report/svg_points.hpp>
#include <paragon/report/text.hpp>
#include <string>
#include <vector>

#include "generation.hpp"

namespace generation {

inline constexpr std::array<const char*, objectives> objective_names{"accuracy", "parameters", "MACs", "latency"};
inline constexpr std::array<const char*, objectives> objective_labels{"accuracy (%)", "parameters (M)", "MACs (M)",
                                                                      "latency (ms)"};
inline constexpr std::array<const char*, objectives> objective_keys{"accuracy", "parameters_m", "macs_m", "latency_ms"};

[[nodiscard]] inline paragon::json to_json(const scales& s) { return paragon::json::array(s.begin(), s.end()); }

/// Pairwise Spearman correlations of the objectives, [4, 4].
[[nodiscard]] inline std::vector<double> objective_correlation(const std::vector<double>& rows) {
  std::array<std::vector<double>, objectives> columns;
  for (std::size_t i = 0; i < rows.size(); ++i) columns[i % objectives].push_back(rows[i]);
  std::vector<double> result;
  for (const auto& a : columns) {
    for (const auto& b : columns) result.push_back(a.size() < 2 ? 1 : paragon::predictor::spearman(a, b));
  }
  return result;
}

/// What becomes of quality and diversity when one scale is changed: [4, factors].
struct heat_maps {
  static constexpr std::array<double, 7> factors{0.125, 0.25, 0.5, 1, 2, 4, 8};
  std::vector<double> quality{};
  std::vector<double> diversity{};
};

struct report_fact {
  std::string name;
  std::string value;
  std::string unit;
};

struct report_pick {
  std::string name;
  std::size_t candidate;
  std::string architecture;
  std::string drawing;
};

struct report_input {
  std::string title;
  std::string lead;
  std::vector<report_fact> facts{};
  std::vector<double> predicted{};   ///< [candidates, 4]
  std::vector<double> shown{};       ///< measured where known, else predicted, [candidates, 4]
  std::vector<std::size_t> front{};  ///< candidates
  std::vector<std::string> names{};  ///< of the candidates: the architectures
  std::vector<double> everything{};  ///< of a sample of the space, [n, 4]
  bool everything_measured = false;
  std::vector<report_pick> picks{};
  std::vector<double> related{};  ///< [4, 4]
  heat_maps sensitivity{};
};

/// Two objectives of the candidates, those of the four-objective front filled; the green line is the front of the space.
[[nodiscard]] inline std::string pair_picture(const report_input& in, std::size_t a, std::size_t b) {
  const auto column_pair = [&](const std::vector<double>& rows) {
    std::vector<double> pair;
    for (std::size_t i = 0; i < rows.size(); i += objectives) pair.insert(pair.end(), {rows[i + b], rows[i + a]});
    return pair;
  };
  const std::vector<paragon::direction> senses{way[b], way[a]};
  std::vector<double> set = column_pair(in.shown);
  const std::size_t candidates = set.size() / 2;
  const auto all = column_pair(in.everything);
  std::vector<std::size_t> line;
  for (const std::size_t i : paragon::pareto::filter(paragon::pareto::points<double>(all, 2), senses)) {
    line.push_back(candidates + line.size());
    set.insert(set.end(), {all[2 * i], all[2 * i + 1]});
  }
  std::vector<std::string> labels = in.names;
  labels.resize(set.size() / 2, "front of the space");
  std::vector<std::pair<std::size_t, std::string>> picks;
  for (const report_pick& p : in.picks) picks.emplace_back(p.candidate, p.name);
  paragon::report::points_picture picture{.set = paragon::pareto::points<double>(set, 2),
                                          .directions = senses,
                                          .names = {objective_labels[b], objective_labels[a]},
                                          .front = line,
                                          .chosen = in.front,
                                          .labels = std::move(labels),
                                          .picks = std::move(picks)};
  return paragon::report::svg_points(picture, {.width = 400, .height = 290, .standalone = false});
}

[[nodiscard]] inline std::string to_html(const report_input& in) {
  namespace report = paragon::report;
  report::page page(in.title, in.lead);
  for (const auto& f : in.facts) page.fact(f.name, f.value, f.unit);
  page.section("Chosen", "the picks of POMONAG");
  for (const auto& p : in.picks) page.picture(p.name, p.drawing, p.architecture);
  std::vector<std::vector<std::string>> rows;
  for (const auto& p : in.picks) {
    std::vector<std::string> row{p.name};
    for (std::size_t k = 0; k < objectives; ++k) {
      row.push_back(report::format_number(in.predicted[objectives * p.candidate + k]));
    }
    if (in.everything_measured) {
      row.push_back(report::format_number(in.shown[objectives * p.candidate]));
      row.push_back(report::format_number(in.shown[objectives * p.candidate + 3]));
    }
    rows.push_back(std::move(row));
  }
  std::vector<std::string> head{"", "accuracy, predicted (%)", "parameters (M)", "MACs (M)", "latency, predicted (ms)"};
  if (in.everything_measured) head.insert(head.end(), {"accuracy, measured (%)", "latency, measured (ms)"});
  page.table(head, rows);
  page.section("Fronts in pairs",
               in.everything_measured ? "measured" : "predicted; there is no table of the whole space");
  page.paragraph(std::string("Dots: all that was generated. Diamonds: the front of all four objectives, by prediction. "
                             "Stars: the picks. Discs and line: the front of two objectives among ") +
                 (in.everything_measured ? "all architectures of the space." : "a random sample of the space.") +
                 " Pointing at a mark shows its architecture.");
  for (std::size_t a = 0; a < objectives; ++a) {
    for (std::size_t b = a + 1; b < objectives; ++b) {
      page.picture(std::string(objective_names[a]) + " and " + objective_names[b], pair_picture(in, a, b));
    }
  }
  const std::vector<std::string> names(objective_names.begin(), objective_names.end());
  page.section("Objectives", "Spearman's rank correlation among the generated architectures");
  page.picture("correlation", report::svg_heat_map({.rows = names,
                                                    .columns = names,
                                                    .values = in.related,
                                                    .title = "correlation of objectives",
                                                    .digits = 2,
                                                    .low = -1,
                                                    .high = 1}));
  if (!in.sensitivity.quality.empty()) {
    std::vector<std::string> factors;
    for (const double f : heat_maps::factors) factors.push_back("\xC3\x97" + report::format_number(f));
    page.section("Sensitivity", "one scale changed by a factor, the others as tuned");
    page.picture("quality: hypervolume by prediction", report::svg_heat_map({.rows = names,
                                                                             .columns = factors,
                                                                             .values = in.sensitivity.quality,
                                                                             .title = "quality by scale",
                                                                             .digits = 4}));
    page.picture("diversity: share of different ones", report::svg_heat_map({.rows = names,
                                                                             .columns = factors,
                                                                             .values = in.sensitivity.diversity,
                                                                             .title = "diversity by scale",
                                                                             .digits = 3}));
  }
  return page.html();
}

}  // namespace generation
