// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/read_file.hpp"

namespace paragon::data {

/// How the cells of a `number_table` are read.
struct number_cells {
  std::vector<std::size_t> skip{};  ///< columns that may hold any text; their values are NaN, or 0 for integers
  bool accept_nan = true;           ///< whether `nan` is a number

  friend bool operator==(const number_cells&, const number_cells&) = default;
};

/// Numbers in rows and columns, as programs write them: comma-, semicolon- or tab-separated, or between blanks.
///
/// The first line decides: what it holds of `;` `,` and tab, in this order, is the separator, else blanks are. If none
/// of its cells is a number, it is a header and names the columns. Empty lines and lines that start with `#` are
/// skipped, and so is what follows ` #` behind a number. Lines end in LF or CRLF; cells may be quoted; a byte order
/// mark is skipped. A number is what `std::from_chars` reads (`1e5`, `.5`, `inf`, `-infinity`, `nan`), with or without
/// a plus; the locale has no say. What is beyond the range of the number type is an error, as is an empty cell.
///
/// Where every cell is wanted and cells are numbers this is about twice as fast as `csv_table`, which finds columns by
/// name and parses what is asked for: about 0.5 GB/s. The text is kept until the table goes; reading is one pass over
/// it, O(size), and nothing but the numbers is stored. Errors name file, line and column.
///
/// \code
/// paragon::data::number_table table("front.csv");
/// std::vector<double> values = table.numbers<double>();                       // row after row
/// paragon::pareto::filter(paragon::pareto::points<double>(values, table.columns()));
/// \endcode
class number_table {
public:
  /// \throws error that names the file where it cannot be read, or where its first line is malformed
  explicit number_table(const std::string& path) : number_table(read_file(path), path) {}

  /// \param text   a whole table; one without any row has no columns
  /// \param place  named in errors
  number_table(std::string text, std::string_view place) : place_(place), text_(std::move(text)) { read_first_line(); }

  [[nodiscard]] const std::string& place() const noexcept { return place_; }
  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }

  /// The names of the columns; empty where the table has no header.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

  /// "file:line" of the line that decided on columns and separator, for errors. O(its position).
  [[nodiscard]] std::string first_line() const { return place_ + ":" + std::to_string(line_of(first())); }

  /// Position of a column, given by its name or else by its 0-based number. \throws error that lists what there is
  [[nodiscard]] std::size_t column(std::string_view what) const {
    const auto found = std::find(names_.begin(), names_.end(), what);
    if (found != names_.end()) {
      if (std::find(found + 1, names_.end(), what) != names_.end()) {
        throw error(first_line(), "column \"" + std::string(what) + "\" twice", "its number");
      }
      return static_cast<std::size_t>(found - names_.begin());
    }
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(what.data(), what.data() + what.size(), number);
    if (problem == std::errc{} && end == what.data() + what.size() && number < columns_) return number;
    std::string known;
    for (const auto& name : names_) known += name + ", ";
    throw error(first_line(), "no column \"" + std::string(what) + "\"",
                columns_ == 0 ? "a table with columns" : known + "0 to " + std::to_string(columns_ - 1));
  }

  /// All numbers, row after row, `columns()` of them in each. O(size of the text).
  /// \throws error that names file, line, column and text: for a cell that is not a number of this type, for a row that
  ///         is longer or shorter than the first line
  template <class T>
    requires std::is_arithmetic_v<T> && (!std::is_same_v<T, bool>)
  [[nodiscard]] std::vector<T> numbers(const number_cells& how = {}) const {
    std::vector<char> skipped(columns_);
    for (const std::size_t k : how.skip) {
      if (k >= columns_) throw error(first_line(), "no column " + std::to_string(k) + " to skip", "one of the table's");
      skipped[k] = 1;
    }
    std::vector<T> values;
    const char* at = first();
    if (!names_.empty()) at = after_line(at);
    const auto lines = static_cast<std::size_t>(std::count(at, end(), '\n')) + 1;
    const auto most_cells = static_cast<std::size_t>(end() - at) / 2 + 1;
    values.reserve(std::min(lines * columns_, most_cells));
    while (find_row(at)) {
      const char* const row = at;
      at = after_blanks(at);
      bool last = false;
      for (std::size_t k = 0; k < columns_; ++k) {
        if (last) fail_ragged(row, std::to_string(k) + (k == 1 ? " cell" : " cells"));
        T value = nothing<T>();
        at = skipped[k] ? skip_cell(at, k, last) : read_number(at, k, value, how.accept_nan, last);
        values.push_back(value);
      }
      if (!last) fail_ragged(row, "more than " + std::to_string(columns_) + (columns_ == 1 ? " cell" : " cells"));
      at = after_line(at);
    }
    return values;
  }

private:
  /// Stands for a separator where blanks are one.
  static constexpr char blanks = ' ';

  struct cell {
    std::string_view text;  // without quotes around it
    const char* after;
    bool quoted;
  };

  template <class T>
  static constexpr T nothing() noexcept {
    if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::quiet_NaN();
    return T{};
  }

  [[nodiscard]] const char* first() const noexcept { return text_.data() + first_; }
  [[nodiscard]] const char* end() const noexcept { return text_.data() + text_.size(); }

  [[nodiscard]] bool is_blank(char c) const noexcept { return c == ' ' || (c == '\t' && separator_ != '\t'); }

  // The byte behind the text is a zero, so that looking at *at is fine everywhere.
  [[nodiscard]] bool ends_line(const char* at) const noexcept {
    if (*at == '\r') ++at;
    return *at == '\n' || at == end();
  }

  [[nodiscard]] const char* after_blanks(const char* at) const noexcept {
    while (is_blank(*at)) ++at;
    return at;
  }

  [[nodiscard]] const char* after_line(const char* at) const noexcept {
    const auto* found = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end() - at)));
    return found == nullptr ? end() : found + 1;
  }

  /// Moves to the next line that is not empty or a comment; false at the end of the text.
  [[nodiscard]] bool find_row(const char*& at) const noexcept {
    while (at != end()) {
      const char* content = at;
      while (*content == ' ' || *content == '\t') ++content;
      if (*content != '#' && !ends_line(content)) return true;
      at = after_line(content);
    }
    return false;
  }

  /// From the last byte of a cell to the next cell, or to where the line ends, which is written to `last`; null where
  /// the cell does not end here.
  [[nodiscard]] const char* finish_cell(const char* at, bool comments, bool& last) const noexcept {
    const char* const next = after_blanks(at);
    last = false;
    if (separator_ != blanks && *next == separator_) return after_blanks(next + 1);
    last = ends_line(next) || (comments && next != at && *next == '#');
    return last || (separator_ == blanks && next != at) ? next : nullptr;
  }

  /// The cell that begins here, whatever it holds.
  [[nodiscard]] cell read_cell(const char* at, std::size_t column) const {
    const char* const begin = at;
    if (*at == '"') {
      do {
        for (++at; *at != '"'; ++at) {
          if (ends_line(at)) fail_cell(begin, column, "a quoted cell that does not end", "a closing quote in its line");
        }
        ++at;
      } while (*at == '"');  // a doubled quote stands for one
      return {{begin + 1, static_cast<std::size_t>(at - begin) - 2}, at, true};
    }
    while (!ends_line(at) && (separator_ == blanks ? !is_blank(*at) : *at != separator_)) ++at;
    const char* last = at;
    while (last != begin && is_blank(last[-1])) --last;
    return {{begin, static_cast<std::size_t>(last - begin)}, last, false};
  }

  [[nodiscard]] const char* skip_cell(const char* at, std::size_t column, bool& last) const {
    const cell c = read_cell(at, column);
    const char* const next = finish_cell(c.after, separator_ == blanks, last);
    if (next == nullptr) fail_cell(at, column, "text after a closing quote", "the end of the cell");
    return next;
  }

  /// A plain decimal of at most 15 digits, or null: digits and power of ten are then doubles without an error, and
  /// their quotient is rounded once. Two to three times as fast as `std::from_chars`, which has to be ready for more.
  /// Reference: Clinger, "How to read floating point numbers accurately", PLDI 1990.
  static const char* parse_short(const char* at, const char* stop, double& value) noexcept {
    constexpr double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool negative = at != stop && *at == '-';
    if (negative) ++at;
    const char* const begin = at;
    std::uint64_t digits = 0;
    const auto read_digits = [&] {
      for (; at != stop && *at >= '0' && *at <= '9'; ++at) digits = digits * 10 + static_cast<unsigned>(*at - '0');
    };
    read_digits();
    std::ptrdiff_t count = at - begin;
    std::ptrdiff_t decimals = 0;
    if (at != stop && *at == '.') {
      const char* const point = at++;
      read_digits();
      decimals = at - point - 1;
      count += decimals;
    }
    if (count == 0 || count > 15 || (at != stop && (*at == 'e' || *at == 'E'))) return nullptr;
    const double size = static_cast<double>(digits) / powers[decimals];
    value = negative ? -size : size;
    return at;
  }

  /// The end of the number that begins here, or null.
  template <class T>
  static const char* parse(const char* at, const char* stop, T& value) noexcept {
    if (at != stop && *at == '+' && at + 1 != stop && at[1] != '-') ++at;
    if constexpr (std::is_same_v<T, double>) {
      if (const char* const after = parse_short(at, stop, value); after != nullptr) return after;
    }
    const auto [after, problem] = std::from_chars(at, stop, value);
    return problem == std::errc{} ? after : nullptr;
  }

  template <class T>
  const char* read_number(const char* at, std::size_t column, T& value, bool accept_nan, bool& last) const {
    const char* next = parse(at, end(), value);
    if (next != nullptr) next = finish_cell(next, true, last);
    if (next == nullptr) {
      const cell c = read_cell(at, column);
      const char* const stop = c.text.data() + c.text.size();
      if (!c.quoted || parse(c.text.data(), stop, value) != stop) refuse<T>(at, column, c.text);
      next = finish_cell(c.after, true, last);
      if (next == nullptr) fail_cell(at, column, "text after a closing quote", "the end of the cell");
    }
    if constexpr (std::is_floating_point_v<T>) {
      if (!accept_nan && value != value) fail_cell(at, column, "NaN", "a number");
    }
    return next;
  }

  template <class T>
  [[noreturn]] void refuse(const char* at, std::size_t column, std::string_view text) const {
    constexpr std::string_view kind = std::is_floating_point_v<T> ? "a number"
                                      : std::is_signed_v<T>       ? "an integer"
                                                                  : "a non-negative integer";
    if (text.empty()) fail_cell(at, column, "an empty cell", kind);
    T ignored{};
    const auto [stop, problem] =
        std::from_chars(text.data() + (text[0] == '+' ? 1 : 0), text.data() + text.size(), ignored);
    const bool out_of_range = problem == std::errc::result_out_of_range && stop == text.data() + text.size();
    fail_cell(at, column, "\"" + std::string(text.substr(0, 60)) + (text.size() > 60 ? "...\"" : "\""),
              std::string(kind) + (out_of_range ? " within the range of its type" : ""));
  }

  [[nodiscard]] std::size_t line_of(const char* at) const noexcept {
    return 1 + static_cast<std::size_t>(std::count(text_.data(), at, '\n'));
  }

  [[noreturn]] void fail_cell(const char* at, std::size_t column, std::string_view problem,
                              std::string_view expected) const {
    const bool named = column < names_.size() && !names_[column].empty();
    throw error(
        place_ + ":" + std::to_string(line_of(at)) + ": column " + (named ? names_[column] : std::to_string(column)),
        problem, expected);
  }

  [[noreturn]] void fail_ragged(const char* row, std::string_view found) const {
    throw error(place_ + ":" + std::to_string(line_of(row)), found,
                std::to_string(columns_) + " as in line " + std::to_string(line_of(first())));
  }

  void read_first_line() {
    const char* at = text_.data() + (text_.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    const bool any = find_row(at);
    first_ = static_cast<std::size_t>(at - text_.data());
    if (!any) return;
    const std::string_view line(at, static_cast<std::size_t>(after_line(at) - at));
    if (line.find('\0') != line.npos) throw error(first_line(), "a zero byte", "text");
    separator_ = find_separator(line);
    at = after_blanks(at);
    std::vector<std::string> found;
    bool numbers = false;
    bool named = false;
    for (bool last = false; !last;) {
      double value = 0;
      const std::size_t column = found.size();
      const char* next = parse(at, end(), value);
      if (next != nullptr) next = finish_cell(next, true, last);
      found.emplace_back();
      if (next != nullptr) {
        numbers = true;
      } else {
        const cell c = read_cell(at, column);
        numbers = numbers || is_numeric(c.text);
        named = named || !c.text.empty();
        found.back() = unquoted(c);
        next = skip_cell(at, column, last);
      }
      at = next;
    }
    columns_ = found.size();
    if (numbers || !named) return;
    names_ = std::move(found);
    if (separator_ == blanks && has_one_cell(after_line(at))) {
      const std::size_t length = line.find_last_not_of(" \t\r\n") + 1 - line.find_first_not_of(" \t");
      names_ = {std::string(line.substr(line.find_first_not_of(" \t"), length))};
      columns_ = 1;
    }
  }

  /// Whether the next row has one cell only: the header above it, such as "latency (ms)", is then one name.
  [[nodiscard]] bool has_one_cell(const char* at) const {
    bool last = false;
    if (columns_ > 1 && find_row(at)) (void)skip_cell(after_blanks(at), 0, last);
    return last;
  }

  /// Whether a text is a number or wants to be one, such as "1,5" or "1 2": no name for a column, but a cell to
  /// complain about.
  static bool is_numeric(std::string_view text) noexcept {
    double value = 0;
    const char* const stop = text.data() + text.size();
    return parse(text.data(), stop, value) == stop || (text.find_first_of("0123456789") != text.npos &&
                                                       text.find_first_not_of("0123456789.,+-eE \t") == text.npos);
  }

  /// A line of numbers may end in a comment, which may hold anything.
  static char find_separator(std::string_view line) noexcept {
    double value = 0;
    const char* const content = line.data() + std::min(line.find_first_not_of(" \t"), line.size());
    const bool numbers = parse(content, line.data() + line.size(), value) != nullptr;
    char found = blanks;
    bool quoted = false;
    char before = 0;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (numbers && !quoted && c == '#' && (before == ' ' || before == '\t')) break;
      if (!quoted && (c == ';' || (c == ',' && found != ';') || (c == '\t' && found == blanks))) found = c;
      before = c;
    }
    return found;
  }

  static std::string unquoted(const cell& c) {
    std::string text(c.text);
    for (std::size_t i = text.find("\"\""); c.quoted && i != text.npos; i = text.find("\"\"", i + 1)) text.erase(i, 1);
    return text;
  }

  std::string place_;
  std::string text_;
  std::vector<std::string> names_;
  std::size_t columns_ = 0;
  std::size_t first_ = 0;  // where the first line begins that counts
  char separator_ = blanks;
};

}  // namespace paragon::data
