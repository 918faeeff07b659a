// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/tune/history_json.hpp>
#include <string_view>

/// Any text is a history that survives writing and reading, or a `paragon::error`; nothing else may escape.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace tune = paragon::tune;
  static const tune::parameter_space space(tune::uniform{"x", -1, 1, 0.1}, tune::log_uniform{"r", 0.1, 1},
                                           tune::integer{"n", 0, 9}, tune::categorical{"c", {"p", "q"}});
  try {
    const auto trials =
        tune::trials_from_json(space, paragon::json::parse({reinterpret_cast<const char*>(data), size}));
    for (const tune::trial& t : trials) {
      if (!space.contains(t.values)) std::abort();
    }
    const auto text = tune::to_json(space, trials).dump();  // compared as text: an extra may be NaN
    if (tune::to_json(space, tune::trials_from_json(space, paragon::json::parse(text))).dump() != text) std::abort();
  } catch (const paragon::error&) {
  }
  return 0;
}
