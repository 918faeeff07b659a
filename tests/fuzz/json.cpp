// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/core/json.hpp>
#include <string_view>

/// Any text is a JSON value that survives writing and reading, or a `paragon::error`; nothing else may escape.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto value = paragon::json::parse({reinterpret_cast<const char*>(data), size});
    if (!(paragon::json::parse(value.dump()) == value)) std::abort();
    if (!(paragon::json::parse(value.dump(1)) == value)) std::abort();
  } catch (const paragon::error&) {
  }
  return 0;
}
