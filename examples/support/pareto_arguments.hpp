// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <paragon/core/error.hpp>
#include <paragon/core/parse_number.hpp>
#include <paragon/core/quote.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace pareto_program {

/// The command line of `pareto`. Lists and columns are texts here: what they mean depends on the file.
struct arguments {
  std::string command;
  std::string indicator;  ///< its name, where that is the command
  std::string file;       ///< "-": standard input
  std::string help;       ///< what to print instead of doing anything, where that was asked for

  std::string header = "auto";
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

/// The text without blanks around it.
inline std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// The parts of a text between commas, without blanks around them.
inline std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (bool last = false; !last;) {
    const std::size_t comma = text.find(',');
    last = comma == text.npos;
    parts.emplace_back(trimmed(text.substr(0, comma)));
    text.remove_prefix(last ? text.size() : comma + 1);
  }
  return parts;
}

/// \param option  named in the error
inline double to_number(std::string_view option, std::string_view text) {
  double value = 0;
  const auto fault = paragon::parse_number(trimmed(text), value);
  if (fault != paragon::number_fault::none || value != value) {
    throw paragon::error(option, paragon::quote(text), paragon::expected_number<double>(fault));
  }
  return value;
}

/// \param option  named in the error
inline std::size_t to_count(std::string_view option, std::string_view text,
                            std::size_t most = std::numeric_limits<std::size_t>::max()) {
  std::size_t value = 0;
  if (paragon::parse_number(trimmed(text), value) != paragon::number_fault::none || value > most) {
    throw paragon::error(option, paragon::quote(text),
                         most == std::numeric_limits<std::size_t>::max()
                             ? "a whole number of at least 0"
                             : "a whole number from 0 to " + std::to_string(most));
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
  throw paragon::error(place, paragon::quote(word), "one of " + all);
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

FILE holds one point a row, separated by commas, semicolons, tabs or blanks; - is standard input. Empty lines and lines
that start with # are skipped and not counted as rows. Columns are given by name or by 0-based number. Columns of
direction "ignore" may hold any text. Bad input is reported as file:line: column, with exit status 2.

The first line names the columns (--header auto) where a cell is empty and the one below it is not, where a cell is no
number and the one below it is, or where no cell is a number. NA, N/A, nan, null and - are missing values, not names.
Decimals become the nearest double: 1e-400 is 0. Integers that a double cannot hold, such as 9007199254740993, and
what is beyond a double, such as 1e400, are errors.

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

/// \param words  the command line, without the name of the program
/// \throws paragon::error for what is no command line, and for options that do not fit
inline arguments read_arguments(const std::vector<std::string>& words) {
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
  // Numbers are read here and not by CLI11, which takes 010 for 8 and rounds to a long double first.
  const auto read = [&app](const char* name, const char* form, const char* meaning, auto&& assign) {
    app.add_option_function<std::string>(name, assign, meaning)->option_text(form);
  };
  const auto count = [&read](const char* name, auto& value, const char* form, const char* meaning) {
    read(name, form, meaning, [&value, name](const std::string& text) { value = to_count(name, text); });
  };
  const auto number = [&read](const char* name, double& value, const char* form, const char* meaning) {
    read(name, form, meaning, [&value, name](const std::string& text) { value = to_number(name, text); });
  };
  option("COMMAND", a.command, "(required)", "what to do, see below")->required();
  option("FILE", rest, "(required)", "the points; after `indicator`, its NAME comes first")->required();
  word("--header", a.header, "auto|yes|no", "whether the first line of FILE and --front names columns; auto: see below",
       {"auto", "yes", "no"});
  option("--directions", a.directions, "min,max,...", "min, max or ignore for each column; all min without");
  option("--reference", a.reference, "a,b,...", "one number for each column; - for an ignored one");
  option("--front", a.front, "FILE", "the front to compare with, columns as in the other file");
  word("--duplicates", a.duplicates, "first|all", "of equal rows; by default first for filter, all for rank and top",
       {"first", "all"});
  word("--nan", a.nan, "error|worst", "error by default; worst: NaN and missing values count as the worst value",
       {"error", "worst"});
  read("--threads", "T", "1 by default, 0: as many as there are; the result is the same",
       [&a](const std::string& text) { a.threads = to_count("--threads", text, 1024); });
  app.add_flag("--time", a.time, "writes `time_ms X` to standard error: the best of 5 runs, reading not counted");
  option("--plot", a.plot, "FILE", "SVG: a scatter plot of two columns, parallel coordinates of more");
  count("--count", a.count, "K", "top: how many rows");
  count("--first-fronts", a.first_fronts, "K", "rank: only so many fronts");
  count("--first-points", a.first_points, "N", "rank: whole fronts until they hold so many rows");
  word("--dominated", a.dominated, "count|ignore", "contributions: ignore removes dominated rows first",
       {"count", "ignore"});
  number("--power", a.power, "P", "indicator averaged-hausdorff: its p, at least and by default 1");
  count("--minimum", a.minimum, "N", "stretch: rows to have at least");
  word("--spread", a.spread, "WAY", "stretch: cut by crowding (default), contribution or rays",
       {"crowding", "contribution", "rays"});
  count("--rays", a.rays, "R", "stretch, indicator r2 of more than 2 columns: least number of rays (100)");
  word("--fronts", a.fronts, "WHICH", "stretch: all columns, or union or intersection of --quality with each other",
       {"all", "union", "intersection"});
  word("--rule", a.rule, "RULE", "select: accuracy, balanced, efficient, knee or ray",
       {"accuracy", "balanced", "efficient", "knee", "ray"});
  option("--quality", a.quality, "COLUMN", "select, stretch: the column of quality");
  option("--cost", a.cost, "COLUMN", "select: the column of cost");
  number("--perfect", a.perfect, "P", "select: what a minimised quality is subtracted from for its ratio: 1, 100");
  option("--preference", a.preference, "a,b,...", "select --rule ray: a weight for each column; - for an ignored one");
  option("--at-most", a.at_most, "COLUMN=VALUE", "select: only such rows; may be repeated")->allow_extra_args(false);
  option("--at-least", a.at_least, "COLUMN=VALUE", "select: only such rows; may be repeated")->allow_extra_args(false);
  app.get_option("--first-fronts")->excludes(app.get_option("--first-points"));

  using paragon::error;
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    a.help = app.help();
    return a;
  } catch (const CLI::ParseError& e) {
    throw error("command line", e.what(), "what pareto --help says");
  }
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
