// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/tune/history_json.hpp>
#include <string>
#include <string_view>

/// Any text is a history that survives writing and reading, or a `paragon::error`; nothing else may escape. It is read
/// as one JSON value, and as lines.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace tune = paragon::tune;
  static const tune::parameter_space space(tune::uniform{"x", -1, 1, 0.1}, tune::log_uniform{"r", 0.1, 1},
                                           tune::integer{"n", 0, 9}, tune::categorical{"c", {"p", "q"}});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto trials = tune::trials_from_json(space, paragon::json::parse(text));
    for (const tune::trial& t : trials) {
      if (!space.contains(t.values)) std::abort();
    }
    const auto written = tune::to_json(space, trials).dump();  // compared as text: an extra may be NaN
    const auto again = tune::trials_from_json(space, paragon::json::parse(written));
    if (tune::to_json(space, again).dump() != written) std::abort();
  } catch (const paragon::error&) {
  }
  try {
    const auto trials = tune::trials_from_lines(space, text, "lines");
    std::string written;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (trials[i].number != i || !space.contains(trials[i].values)) std::abort();
    }
    const paragon::json all = tune::to_json(space, trials);
    for (const paragon::json& t : all.items()) written += t.dump() + "\n";
    if (!(tune::to_json(space, tune::trials_from_lines(space, written, "lines")).dump() == all.dump())) std::abort();
  } catch (const paragon::error&) {
  }
  return 0;
}
