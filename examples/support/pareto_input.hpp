// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <paragon/core/direction.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/quote.hpp>
#include <paragon/data/number_table.hpp>
#include <paragon/pareto/points.hpp>
#include <string>
#include <utility>
#include <vector>

#include "pareto_arguments.hpp"

namespace pareto_program {

/// The points of a file, and what the command line says of its columns.
struct input {
  std::vector<double> values;
  std::size_t columns = 0;
  std::vector<std::string> names;              ///< one a column; its number where it has no name
  std::vector<paragon::direction> directions;  ///< one a column

  [[nodiscard]] paragon::pareto::points<double> points() const { return {values, columns}; }
};

/// The bytes of a file by its name; "-" is standard input.
using file_reader = std::function<std::string(const std::string&)>;

inline std::string place_of(const std::string& file) { return file == "-" ? "standard input" : file; }

inline paragon::data::number_table open_table(const file_reader& read, const std::string& file, const arguments& a) {
  using paragon::data::header_line;
  const header_line header = a.header == "yes"  ? header_line::present
                             : a.header == "no" ? header_line::absent
                                                : header_line::automatic;
  return {read(file), place_of(file), header};
}

inline std::vector<paragon::direction> to_directions(const std::string& text) {
  std::vector<paragon::direction> directions;
  for (const std::string& word : split(text)) {
    if (word == "min") {
      directions.push_back(paragon::direction::minimise);
    } else if (word == "max") {
      directions.push_back(paragon::direction::maximise);
    } else if (word == "ignore") {
      directions.push_back(paragon::direction::ignore);
    } else {
      throw paragon::error("--directions", paragon::quote(word), "min, max or ignore for each column, with commas");
    }
  }
  return directions;
}

inline std::string count_of(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

/// The directions and names of a table's columns.
inline input read_columns(const paragon::data::number_table& table, const arguments& a) {
  using paragon::direction;
  input in;
  in.columns = table.columns();
  in.directions = to_directions(a.directions);
  if (in.columns == 0) return in;
  if (in.directions.empty()) in.directions.resize(in.columns, direction::minimise);
  if (in.directions.size() != in.columns) {
    throw paragon::error(table.first_line(), count_of(in.columns, "column"),
                         std::to_string(in.directions.size()) + ", one for each of --directions " + a.directions);
  }
  if (std::count(in.directions.begin(), in.directions.end(), direction::ignore) ==
      static_cast<std::ptrdiff_t>(in.columns)) {
    throw paragon::error("--directions", a.directions, "a column that is not ignored");
  }
  for (std::size_t k = 0; k < in.columns; ++k) {
    const bool named = !table.names().empty() && !table.names()[k].empty();
    in.names.push_back(named ? table.names()[k] : "column " + std::to_string(k));
  }
  return in;
}

/// "COLUMN=VALUE".
struct bound {
  std::size_t column;
  double value;
};

inline std::vector<bound> to_bounds(const char* option, const std::vector<std::string>& texts,
                                    const paragon::data::number_table& table) {
  std::vector<bound> bounds;
  if (table.columns() == 0) return bounds;
  for (const std::string& text : texts) {
    const std::size_t equals = text.rfind('=');
    if (equals == text.npos) throw paragon::error(option, paragon::quote(text), "COLUMN=VALUE");
    bounds.push_back({table.column(trimmed(std::string_view(text).substr(0, equals))),
                      to_number(option, std::string_view(text).substr(equals + 1))});
  }
  return bounds;
}

/// The numbers of a table. NaN is an error that names the place, or becomes the worst value at once. Ignored columns
/// are not read, but for those that are bounded.
inline void read_values(const paragon::data::number_table& table, const arguments& a, const std::vector<bound>& bounds,
                        input& in) {
  using paragon::direction;
  paragon::data::number_cells cells{.accept_nan = a.nan == "worst"};
  for (std::size_t k = 0; k < in.columns; ++k) {
    const bool bounded = std::any_of(bounds.begin(), bounds.end(), [k](const bound& b) { return b.column == k; });
    if (in.directions[k] == direction::ignore && !bounded) cells.skip.push_back(k);
  }
  in.values = table.numbers<double>(cells);
  if (a.nan == "error") return;
  for (std::size_t i = 0; i < in.values.size(); ++i) {
    const direction d = in.directions[i % in.columns];
    if (in.values[i] != in.values[i] && d != direction::ignore) {
      in.values[i] = (d == direction::minimise ? 1 : -1) * std::numeric_limits<double>::infinity();
    }
  }
}

/// One number for each column of the points, from an option.
inline std::vector<double> column_numbers(const char* option, const std::string& text, const input& in) {
  const auto words = split(text);
  if (words.size() != in.columns) {
    throw paragon::error(option, count_of(words.size(), "number") + " in " + text,
                         std::to_string(in.columns) + ", one for each column");
  }
  std::vector<double> values;
  for (std::size_t k = 0; k < words.size(); ++k) {
    const bool ignored = in.directions[k] == paragon::direction::ignore;
    values.push_back(ignored && words[k] == "-" ? 0 : to_number(option, words[k]));
  }
  return values;
}

/// A column given to an option, which has to be one that is compared.
inline std::size_t compared_column(const char* option, const std::string& what, const input& in,
                                   const paragon::data::number_table& table) {
  const std::size_t k = table.column(what);
  if (in.directions[k] == paragon::direction::ignore) {
    throw paragon::error(option, "the ignored column " + what, "one that is minimised or maximised");
  }
  return k;
}

/// Everything that a command needs, read and checked.
struct request {
  input set;
  input front;                    ///< what to compare with; empty without --front
  std::vector<double> reference;  ///< empty without --reference
  std::vector<double> preference;
  std::size_t quality = 0;
  std::size_t cost = 0;
  std::vector<bound> at_most;
  std::vector<bound> at_least;
};

/// Whether this command cannot do without that option.
inline void require_given(const arguments& a, const char* option, bool given, const char* expected) {
  if (!given) throw paragon::error(a.command, std::string("without ") + option, expected);
}

inline request read_request(const arguments& a, const file_reader& read) {
  const bool picks = a.command == "select";
  const bool by_volume = a.command == "hypervolume" || a.command == "contributions" ||
                         (a.command == "stretch" && a.spread == "contribution");
  const bool to_front = a.command == "indicator" && a.indicator != "spacing" && a.indicator != "r2";
  const bool by_cost = picks && (a.rule.empty() || a.rule == "balanced" || a.rule == "efficient");
  if (by_volume) {
    require_given(a, "--reference", !a.reference.empty(),
                  "--reference a,b,...: a point that is worse than the rows of interest, one number for each column");
  }
  if (a.indicator == "r2") {
    require_given(a, "--reference", !a.reference.empty(), "--reference a,b,...: the ideal point, one number a column");
  }
  if (to_front) require_given(a, "--front", !a.front.empty(), "--front FILE: the front to compare with");
  if (a.command == "top") require_given(a, "--count", a.count.has_value(), "--count K: how many rows");
  if (a.command == "stretch") require_given(a, "--minimum", a.minimum.has_value(), "--minimum N: how many rows");
  if (picks && a.rule == "ray") {
    require_given(a, "--preference", !a.preference.empty(), "--preference a,b,...: a weight for each column");
  }
  if (by_cost || (picks && a.rule == "accuracy") || (a.command == "stretch" && a.fronts != "all")) {
    require_given(a, "--quality", !a.quality.empty(), "--quality COLUMN, by name or 0-based number");
  }
  if (by_cost) require_given(a, "--cost", !a.cost.empty(), "--cost COLUMN, by name or 0-based number");
  if (a.file == "-" && a.front == "-") throw paragon::error("--front", "standard input, as FILE", "another file");

  request r;
  const auto table = open_table(read, a.file, a);
  r.set = read_columns(table, a);
  r.at_most = to_bounds("--at-most", a.at_most, table);
  r.at_least = to_bounds("--at-least", a.at_least, table);
  std::vector<bound> bounds = r.at_most;
  bounds.insert(bounds.end(), r.at_least.begin(), r.at_least.end());
  read_values(table, a, bounds, r.set);
  if (!a.front.empty()) {
    const auto other = open_table(read, a.front, a);
    if (other.columns() != 0 && table.columns() != 0 && other.columns() != table.columns()) {
      throw paragon::error(other.first_line(), count_of(other.columns(), "column"),
                           std::to_string(table.columns()) + " as in " + table.place());
    }
    r.front = read_columns(other, a);
    read_values(other, a, {}, r.front);
  }
  if (r.set.columns == 0) return r;
  if (!a.reference.empty()) r.reference = column_numbers("--reference", a.reference, r.set);
  if (!a.preference.empty()) r.preference = column_numbers("--preference", a.preference, r.set);
  if (!a.quality.empty()) r.quality = compared_column("--quality", a.quality, r.set, table);
  if (!a.cost.empty()) r.cost = compared_column("--cost", a.cost, r.set, table);
  return r;
}

}  // namespace pareto_program
