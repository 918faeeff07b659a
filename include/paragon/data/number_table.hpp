// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parse_number.hpp"
#include "../core/quote.hpp"
#include "../core/read_file.hpp"
#include "../core/text_position.hpp"
#include "../core/within_memory.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// How the cells of a `number_table` are read.
struct number_cells {
  std::vector<std::size_t> skip{};  ///< columns that may hold any text; their values are NaN, or 0 for integers
  bool accept_nan = true;           ///< whether `nan` is a number

  friend bool operator==(const number_cells&, const number_cells&) = default;
};

/// Whether the first line of a `number_table` names its columns.
enum class header_line {
  automatic,  ///< as its cells and those of the second line tell
  present,
  absent
};

/// Numbers in rows and columns, as programs write them: comma-, semicolon- or tab-separated, or between blanks.
///
/// What the first line holds of `;` `,` and tab, in this order, is the separator, else blanks are. Empty lines and lines
/// that start with `#` are skipped, and so is what follows ` #` behind a number. Lines end in LF, CRLF or CR; cells may be
/// quoted; a byte order mark is skipped. A number is what `parse_number` reads (`1e5`, `.5`, `inf`, `-infinity`, `nan`):
/// integers that the number type cannot hold exactly and what is beyond its range are errors, and so is an empty cell.
/// NA, N/A, null and a single minus, in capitals or not, are missing values: NaN.
///
/// Unless it is said, the first line is a header that names the columns
/// - where a cell is empty, and the cell below it is not,
/// - where a cell is neither a number nor a missing value, and the cell below it is,
/// - or where no cell is a number, a missing value, or text that wants to be a number, such as `1,5` or `0x10`.
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
  explicit number_table(const std::string& path, header_line header = header_line::automatic)
      : number_table(read_file(path), path, header) {}

  /// \param text   a whole table; one without any row has no columns
  /// \param place  named in errors
  number_table(std::string text, std::string_view place, header_line header = header_line::automatic)
      : place_(place), text_(std::move(text)) {
    read_first_line(header);
  }

  [[nodiscard]] const std::string& place() const noexcept { return place_; }
  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }

  /// The names of the columns, some of which may be empty; no names at all where the table has no header.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

  /// "file:line" of the line that decided on columns and separator, for errors. O(its position).
  [[nodiscard]] std::string first_line() const { return place_ + ":" + std::to_string(line_of(first())); }

  /// Position of a column, given by its name or else by its 0-based number. \throws error that lists what there is
  [[nodiscard]] std::size_t column(std::string_view what) const {
    const auto found = std::find(names_.begin(), names_.end(), what);
    if (found != names_.end()) {
      if (std::find(found + 1, names_.end(), what) != names_.end()) {
        throw error(first_line(), "column " + quote(what) + " twice", "its number");
      }
      return static_cast<std::size_t>(found - names_.begin());
    }
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(what.data(), what.data() + what.size(), number);
    if (problem == std::errc{} && end == what.data() + what.size() && number < columns_) return number;
    std::string known;
    for (const auto& name : names_) known += name + ", ";
    throw error(first_line(), "no column " + quote(what),
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
    const auto lines = static_cast<std::size_t>(std::max(std::count(at, end(), '\n'), std::count(at, end(), '\r'))) + 1;
    const auto most_cells = static_cast<std::size_t>(end() - at) / 2 + 1;
    within_memory(place_, [&] { values.reserve(std::min(lines * columns_, most_cells)); });
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
  [[nodiscard]] bool ends_line(const char* at) const noexcept { return *at == '\n' || *at == '\r' || at == end(); }

  [[nodiscard]] const char* after_blanks(const char* at) const noexcept {
    while (is_blank(*at)) ++at;
    return at;
  }

  [[nodiscard]] const char* after_line(const char* at) const noexcept {
    while (!ends_line(at)) ++at;
    if (*at == '\r') ++at;
    return *at == '\n' ? at + 1 : at;
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

  template <class T>
  const char* read_number(const char* at, std::size_t column, T& value, bool accept_nan, bool& last) const {
    const parsed_number found = parse_number(at, end(), value);
    const char* next = found.fault == number_fault::none ? finish_cell(found.end, true, last) : nullptr;
    if (next != nullptr) {
      if constexpr (std::is_floating_point_v<T>) {
        if (!accept_nan && value != value) fail_cell(at, column, "NaN", "a number");
      }
      return next;
    }
    cell c = read_missing(at);
    next = finish_cell(c.after, true, last);
    if (next == nullptr || c.text.empty()) {
      c = read_cell(at, column);
      next = finish_cell(c.after, true, last);
      if (next == nullptr) fail_cell(at, column, "text after a closing quote", "the end of the cell");
    }
    if (c.quoted && parse_number(c.text, value) == number_fault::none) {
      if (!accept_nan && value != value) fail_cell(at, column, "NaN", "a number");
      return next;
    }
    if (!std::is_floating_point_v<T> || !is_missing(c.text)) refuse<T>(at, column, c.text);
    if (!accept_nan) fail_cell(at, column, quote(c.text) + ", a missing value", "a number");
    value = nothing<T>();
    return next;
  }

  /// The missing value that begins here, with an empty text where there is none; a comment may stand behind it.
  [[nodiscard]] cell read_missing(const char* at) const noexcept {
    const char* after = at;
    while (!ends_line(after) && !is_blank(*after) && *after != separator_) ++after;
    const std::string_view word(at, static_cast<std::size_t>(after - at));
    return is_missing(word) ? cell{word, after, false} : cell{{}, at, false};
  }

  template <class T>
  [[noreturn]] void refuse(const char* at, std::size_t column, std::string_view text) const {
    if (text.empty()) fail_cell(at, column, "an empty cell", expected_number<T>(number_fault::malformed));
    T ignored{};
    fail_cell(at, column, quote(text), expected_number<T>(parse_number(text, ignored)));
  }

  [[nodiscard]] std::size_t line_of(const char* at) const noexcept {
    return position_in(text_, static_cast<std::size_t>(at - text_.data())).line;
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

  void read_first_line(header_line header) {
    const char* at = text_.data() + (text_.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    const bool any = find_row(at);
    first_ = static_cast<std::size_t>(at - text_.data());
    if (!any) return;
    const std::string_view line(at, static_cast<std::size_t>(after_line(at) - at));
    if (line.find('\0') != line.npos) throw error(first_line(), "a zero byte", "text");
    separator_ = find_separator(line);
    const std::vector<cell> cells = within_memory(place_, [&] { return read_cells(at); });
    columns_ = cells.size();
    if (header == header_line::absent || (header == header_line::automatic && !is_header(cells, after_line(at))))
      return;
    for (const cell& c : cells) names_.push_back(unquoted(c));
    if (separator_ == blanks && has_one_cell(after_line(at))) {
      const std::size_t length = line.find_last_not_of(" \t\r\n") + 1 - line.find_first_not_of(" \t");
      names_ = {std::string(line.substr(line.find_first_not_of(" \t"), length))};
      columns_ = 1;
    }
  }

  /// The cells of a row, whatever they hold; at most `most` of them.
  [[nodiscard]] std::vector<cell> read_cells(const char* at, std::size_t most = static_cast<std::size_t>(-1)) const {
    std::vector<cell> cells;
    at = after_blanks(at);
    for (bool last = false; !last && cells.size() < most;) {
      double value = 0;
      const parsed_number found = parse_number(at, end(), value);
      cell c = read_missing(at);
      if (found.fault == number_fault::none) c = {{at, static_cast<std::size_t>(found.end - at)}, found.end, false};
      const char* next = c.text.empty() ? nullptr : finish_cell(c.after, true, last);
      if (next != nullptr) {
        cells.push_back(c);
      } else {
        cells.push_back(read_cell(at, cells.size()));
        next = skip_cell(at, cells.size() - 1, last);
      }
      at = next;
    }
    return cells;
  }

  /// What the first line is, from its cells and the row below, if there is one.
  [[nodiscard]] bool is_header(const std::vector<cell>& cells, const char* below) const {
    const bool alone = !find_row(below);
    const std::vector<cell> second = alone ? std::vector<cell>{} : read_cells(below, cells.size());
    bool names = true;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      const std::string_view text = cells[k].text;
      const bool value = is_value(text);
      if (text.empty() && (alone || (k < second.size() && !second[k].text.empty()))) return true;
      if (!text.empty() && !value && k < second.size() && is_value(second[k].text)) return true;
      names = names && !text.empty() && !value;
    }
    return names;
  }

  /// Whether the next row has one cell only: the header above it, such as "latency (ms)", is then one name.
  [[nodiscard]] bool has_one_cell(const char* at) const {
    bool last = false;
    if (columns_ > 1 && find_row(at)) (void)skip_cell(after_blanks(at), 0, last);
    return last;
  }

  /// Whether a text stands for a value that is missing.
  static bool is_missing(std::string_view text) noexcept {
    const auto is = [text](std::string_view word) {
      return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                        [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); });
    };
    return is("na") || is("n/a") || is("nan") || is("null") || is("-");
  }

  /// Whether a text is a number, a missing value, or wants to be a number, such as "1,5", "1_000" or "0x10": no name for
  /// a column, but a cell to complain about.
  static bool is_value(std::string_view text) noexcept {
    double value = 0;
    if (is_missing(text) || parse_number(text, value) != number_fault::malformed) return true;
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    return text.find_first_of("0123456789") != text.npos &&
           (text.find_first_not_of("0123456789.,_+-eE \t") == text.npos ||
            (hexadecimal && text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos));
  }

  /// A line of numbers may end in a comment, which may hold anything.
  static char find_separator(std::string_view line) noexcept {
    double value = 0;
    const char* const content = line.data() + std::min(line.find_first_not_of(" \t"), line.size());
    const std::string_view first = line.substr(static_cast<std::size_t>(content - line.data()));
    const bool numbers = parse_number(content, line.data() + line.size(), value).fault != number_fault::malformed ||
                         is_missing(first.substr(0, first.find_first_of(" \t,;\r\n")));
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
