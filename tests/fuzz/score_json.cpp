// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/diffusion/score_model.hpp>
#include <string_view>

/// Any text is the graph, the settings or the process of a score network, or a `paragon::error`; nothing else may escape.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace diffusion = paragon::diffusion;
  const auto attempt = [&](auto&& read) {
    try {
      read(paragon::json::parse({reinterpret_cast<const char*>(data), size}, "fuzz"));
    } catch (const paragon::error&) {
    }
  };
  attempt([](const paragon::json& value) {
    const auto graph = diffusion::score_graph_from(value);
    const auto text = to_json(graph).dump();
    if (to_json(diffusion::score_graph_from(paragon::json::parse(text))).dump() != text) std::abort();
  });
  attempt([](const paragon::json& value) {
    const auto settings = diffusion::checked(diffusion::detail::settings_from_json(value));
    const auto text = diffusion::detail::settings_to_json(settings).dump();
    if (diffusion::detail::settings_to_json(diffusion::detail::settings_from_json(paragon::json::parse(text))).dump() !=
        text) {
      std::abort();
    }
  });
  attempt([](const paragon::json& value) {
    (void)diffusion::detail::process_from_json<diffusion::variance_exploding>(value, "fuzz");
  });
  return 0;
}
