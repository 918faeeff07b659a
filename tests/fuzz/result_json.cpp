// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/report/json.hpp>
#include <string_view>

/// Any text is a result that survives writing and reading, or a `paragon::error`; nothing else may escape.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace report = paragon::report;
  try {
    const auto result =
        report::from_json(paragon::json::parse({reinterpret_cast<const char*>(data), size}, "fuzz"), "fuzz");
    try {
      const auto text = report::to_json(result).dump(2);  // compared as text: an objective may be NaN
      if (report::to_json(report::from_json(paragon::json::parse(text))).dump(2) != text) std::abort();
    } catch (const paragon::error& e) {
      // Two objectives or settings of one name are read, but not written.
      if (std::string_view(e.what()).find("report::to_json: two ") != 0) std::abort();
    }
  } catch (const paragon::error&) {
  }
  return 0;
}
