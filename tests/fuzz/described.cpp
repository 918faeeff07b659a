// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <paragon/core/random_key.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/sample.hpp>

/// Any text is a space or a `paragon::error`; a space reads back equal from what it writes, and so do its architectures,
/// whose choices are canonical.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using paragon::json;
  using paragon::space::described;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const described space(json::parse(text));
    const described again(json::parse(space.dump()));
    if (!(again == space) || again.dump() != space.dump()) std::abort();
    (void)space.size();
    for (std::uint64_t i = 0; i < 4; ++i) {
      const auto a = paragon::space::uniform(space, {.seed = 1}, i);
      if (space.parse(space.to_string(a)) != a || space.from_json(space.to_json(a)) != a) std::abort();
      if (space.from_choices(paragon::space::choices_of(space, a)) != a) std::abort();
      for (std::size_t d = 0; d < space.decisions(); ++d) {
        if (!space.active(a, d) && space.choice(a, d) != 0) std::abort();
        if (space.find_choice(d, space.value(d, space.choices(d) - 1)) != space.choices(d) - 1) std::abort();
      }
    }
  } catch (const paragon::error& e) {
    if (std::string_view(e.what()).size() > 4000) std::abort();
  }
  return 0;
}
