// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/data/number_table.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

bool same(double a, double b) { return a == b || (a != a && b != b); }

/// What blank-separated plain numbers mean, by the C library; empty where a line holds anything else.
std::vector<double> plainly(const std::string& text) {
  if (text.find_first_of("\v\f\r") != text.npos) return {};
  std::vector<double> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (word.find_first_not_of("0123456789.eE+-") != word.npos) return {};
      char* end = nullptr;
      values.push_back(std::strtod(word.c_str(), &end));
      if (end != word.c_str() + word.size()) return {};
    }
  }
  return values;
}

/// Any text is a rectangular table of numbers or a `paragon::error`; without a header, plain numbers are what the C
/// library makes.
void check(const std::string& text, paragon::data::header_line header) {
  try {
    const paragon::data::number_table table(text, "fuzz", header);
    if (!table.names().empty() && table.names().size() != table.columns()) std::abort();
    if (header == paragon::data::header_line::absent && !table.names().empty()) std::abort();
    std::vector<std::size_t> all;
    for (std::size_t k = 0; k < table.columns(); ++k) all.push_back(k);
    try {
      for (const std::size_t k : all) {
        if (table.column(std::to_string(k)) >= table.columns()) std::abort();
      }
    } catch (const paragon::error&) {  // a number that is the name of two columns
    }
    std::size_t rows = 0;
    try {
      const auto nothing = table.numbers<double>({.skip = all});
      rows = table.columns() == 0 ? 0 : nothing.size() / table.columns();
      if (nothing.size() != rows * table.columns()) std::abort();
    } catch (const paragon::error&) {
    }
    try {
      (void)table.numbers<int>();
    } catch (const paragon::error&) {
    }
    const auto values = table.numbers<double>();
    if (table.columns() != 0 && values.size() % table.columns() != 0) std::abort();
    const auto expected = plainly(text);
    if (expected.empty() || !table.names().empty()) return;
    if (values.size() != expected.size()) std::abort();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!same(values[i], expected[i])) std::abort();
    }
  } catch (const paragon::error& e) {
    if (std::string_view(e.what()).size() > 4000) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using paragon::data::header_line;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const header_line header : {header_line::automatic, header_line::absent, header_line::present}) {
    check(text, header);
  }
  return 0;
}
