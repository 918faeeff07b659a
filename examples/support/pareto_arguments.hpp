// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <paragon/core/error.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace pareto_program {

/// The command line of `pareto`. Lists and columns are texts here: what they mean depends on the file.
struct arguments {
  std::string command;
  std::string indicator;  ///< its name, where that is the command
  std::string file;       ///< "-": standard input

  std::string directions;
  std::string reference;
  std::string front;
  std::string duplicates;
  std::string nan = "error";
  std::size_t threads = 1;
  bool time = false;
  std::string plot;

  std::optional<std::size_t> first_fronts;
  std::optional<std::size_t> first_points;
  std::optional<std::size_t> count;
  std::optional<std::size_t> minimum;
  std::string dominated = "count";
  std::string spread = "crowding";
  std::string fronts = "all";
  std::size_t rays = 100;
  double power = 1;
  std::string rule;
  std::string quality;
  std::string cost;
  double perfect = 0;
  std::string preference;
  std::vector<std::string> at_most;
  std::vector<std::string> at_least;
};

/// The parts of a text between commas.
inline std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (std::size_t comma = text.find(','); comma != text.npos; comma = text.find(',')) {
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  parts.emplace_back(text);
  return parts;
}

/// \param option  named in the error
inline double to_number(std::string_view option, std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const char* const begin = text.data() + (text.starts_with("+") && !text.starts_with("+-") ? 1 : 0);
  const auto [stop, problem] = std::from_chars(begin, end, value);
  if (problem != std::errc{} || stop != end || value != value) {
    throw paragon::error(option, "\"" + std::string(text) + "\"", "a number");
  }
  return value;
}

inline constexpr std::array<std::string_view, 8> command_names{"filter",        "rank",      "top",     "hypervolume",
                                                               "contributions", "indicator", "stretch", "select"};
inline constexpr std::array<std::string_view, 11> indicator_names{
    "igd", "igd+",    "gd",       "gd+",       "epsilon",           "epsilon-multiplicative",
    "r2",  "spacing", "coverage", "hausdorff", "averaged-hausdorff"};

/// Throws unless the word is one of these.
template <std::size_t N>
void require_one_of(const std::array<std::string_view, N>& known, const char* place, const std::string& word) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  std::string all;
  for (const std::string_view name : known) all.append(all.empty() ? "" : ", ").append(name);
  throw paragon::error(place, "\"" + word + "\"", "one of " + all);
}

inline constexpr const char* usage_notes = R"(Commands:
  filter         the first front: the rows that no other row dominates
  rank           the number of each row's front, from 0; -1 beyond --first-fronts or --first-points
  top            the --count best rows, by front and then by crowding distance
  hypervolume    what the rows dominate up to --reference
  contributions  what of that each row alone dominates
  indicator NAME how good the rows are as a front: igd, igd+, gd, gd+, epsilon, epsilon-multiplicative, coverage,
                 hausdorff, averaged-hausdorff (against --front), r2 (against the ideal point --reference), spacing
  stretch        at least --minimum rows: front after front, the last one cut so that what stays is spread out
  select         one row by --rule: accuracy (the best --quality), balanced (most quality for its --cost), efficient
                 (the least --cost), knee, ray (nearest to --preference); without, the rows of the first three

filter, top, stretch and select print 0-based row numbers in input order, one a line; rank and contributions one number
a row; hypervolume and indicator one number with 17 digits.

FILE holds one point a row, separated by commas, semicolons, tabs or blanks; - is standard input. A first line without
numbers names the columns; empty lines and lines that start with # are skipped and not counted as rows. Columns are
given by name or by 0-based number. Columns of direction "ignore" may hold any text. Bad input is reported as
file:line: column, with exit status 2.

Examples:
  pareto filter --directions min,max designs.csv
  pareto hypervolume --reference 1.1,1.1 front.txt
  pareto select --directions min,min --rule accuracy --quality error --at-most latency=20 designs.csv
  cut -d, -f2,3 designs.csv | pareto indicator igd+ --front true_front.csv -)";

namespace detail {

/// Options that only some commands read; with another command they are an error rather than silence.
struct special_option {
  const char* name;
  std::vector<std::string_view> commands;
};

inline const std::vector<special_option>& special_options() {
  static const std::vector<special_option> options{
      {"--reference", {"hypervolume", "contributions", "indicator", "stretch"}},
      {"--front", {"indicator"}},
      {"--power", {"indicator"}},
      {"--duplicates", {"filter", "rank", "top"}},
      {"--first-fronts", {"rank"}},
      {"--first-points", {"rank"}},
      {"--count", {"top"}},
      {"--dominated", {"contributions"}},
      {"--minimum", {"stretch"}},
      {"--spread", {"stretch"}},
      {"--fronts", {"stretch"}},
      {"--rays", {"stretch", "indicator"}},
      {"--rule", {"select"}},
      {"--quality", {"select", "stretch"}},
      {"--cost", {"select"}},
      {"--perfect", {"select"}},
      {"--preference", {"select"}},
      {"--at-most", {"select"}},
      {"--at-least", {"select"}}};
  return options;
}

}  // namespace detail

/// Ends the program on `--help` and on what is no command line. \throws paragon::error for options that do not fit
inline arguments read_arguments(int argc, char** argv) {
  arguments a;
  std::vector<std::string> rest;
  CLI::App app("Pareto fronts of points in a file: filter, rank, measure, select", "pareto");
  app.footer(usage_notes);
  app.get_formatter()->column_width(28);
  const auto option = [&app](const char* name, auto& value, const char* form, const char* meaning) {
    return app.add_option(name, value, meaning)->option_text(form);
  };
  const auto word = [&option](const char* name, auto& value, const char* form, const char* meaning,
                              const std::vector<std::string>& known) {
    option(name, value, form, meaning)->check(CLI::IsMember(known));
  };
  const auto number = [&option](const char* name, auto& value, const char* form, const char* meaning) {
    option(name, value, form, meaning)->check(CLI::NonNegativeNumber);
  };
  option("COMMAND", a.command, "(required)", "what to do, see below")->required();
  option("FILE", rest, "(required)", "the points; after `indicator`, its NAME comes first")->required();
  option("--directions", a.directions, "min,max,...", "min, max or ignore for each column; all min without");
  option("--reference", a.reference, "a,b,...", "one number for each column; - for an ignored one");
  option("--front", a.front, "FILE", "the front to compare with, columns as in the other file");
  word("--duplicates", a.duplicates, "first|all", "of equal rows; by default first for filter, all for rank and top",
       {"first", "all"});
  word("--nan", a.nan, "error|worst", "error by default; worst: NaN counts as the worst value", {"error", "worst"});
  option("--threads", a.threads, "T", "1 by default, 0: as many as there are; the result is the same")
      ->check(CLI::Range(0, 1024));
  app.add_flag("--time", a.time, "writes `time_ms X` to standard error: the best of 5 runs, reading not counted");
  option("--plot", a.plot, "FILE", "SVG: a scatter plot of two columns, parallel coordinates of more");
  number("--count", a.count, "K", "top: how many rows");
  number("--first-fronts", a.first_fronts, "K", "rank: only so many fronts");
  number("--first-points", a.first_points, "N", "rank: whole fronts until they hold so many rows");
  word("--dominated", a.dominated, "count|ignore", "contributions: ignore removes dominated rows first",
       {"count", "ignore"});
  option("--power", a.power, "P", "indicator averaged-hausdorff: its p, at least and by default 1");
  number("--minimum", a.minimum, "N", "stretch: rows to have at least");
  word("--spread", a.spread, "WAY", "stretch: cut by crowding (default), contribution or rays",
       {"crowding", "contribution", "rays"});
  number("--rays", a.rays, "R", "stretch, indicator r2 of more than 2 columns: least number of rays (100)");
  word("--fronts", a.fronts, "WHICH", "stretch: all columns, or union or intersection of --quality with each other",
       {"all", "union", "intersection"});
  word("--rule", a.rule, "RULE", "select: accuracy, balanced, efficient, knee or ray",
       {"accuracy", "balanced", "efficient", "knee", "ray"});
  option("--quality", a.quality, "COLUMN", "select, stretch: the column of quality");
  option("--cost", a.cost, "COLUMN", "select: the column of cost");
  option("--perfect", a.perfect, "P", "select: what a minimised quality is subtracted from for its ratio: 1, 100");
  option("--preference", a.preference, "a,b,...", "select --rule ray: a weight for each column; - for an ignored one");
  option("--at-most", a.at_most, "COLUMN=VALUE", "select: only such rows; may be repeated")->allow_extra_args(false);
  option("--at-least", a.at_least, "COLUMN=VALUE", "select: only such rows; may be repeated")->allow_extra_args(false);
  app.get_option("--first-fronts")->excludes(app.get_option("--first-points"));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::exit(app.exit(e) == 0 ? 0 : 2);
  }

  using paragon::error;
  require_one_of(command_names, "COMMAND", a.command);
  if (a.command == "indicator") {
    a.indicator = rest.front();
    rest.erase(rest.begin());
    require_one_of(indicator_names, "indicator", a.indicator);
  }
  if (rest.size() != 1) throw error(a.command, std::to_string(rest.size()) + " files", "one; - is standard input");
  a.file = rest.front();
  for (const auto& [name, commands] : detail::special_options()) {
    if (app.count(name) == 0 || std::find(commands.begin(), commands.end(), a.command) != commands.end()) continue;
    std::string fitting;
    for (const std::string_view command : commands) fitting.append(fitting.empty() ? "" : " or ").append(command);
    throw error(name, "is not for " + a.command, "with " + fitting);
  }
  return a;
}

}  // namespace pareto_program
