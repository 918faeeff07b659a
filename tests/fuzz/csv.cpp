// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/data/csv.hpp>
#include <string>

/// Any text is a rectangular table or a `paragon::error`; nothing else may escape.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const paragon::data::csv_table table(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      if (table.column(table.columns()[c]) != c) std::abort();
      for (std::size_t r = 0; r < table.rows(); ++r) (void)table.text(r, c);
      try {
        (void)table.numbers<double>(table.columns()[c], paragon::data::empty_cells::as_nan);
      } catch (const paragon::error&) {
      }
      try {
        (void)table.numbers<unsigned>(table.columns()[c]);
      } catch (const paragon::error&) {
      }
    }
  } catch (const paragon::error&) {
  }
  return 0;
}
