// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <paragon/benchmark/mobilenetv3/subnet.hpp>
#include <paragon/benchmark/nasbench201/cell.hpp>
#include <paragon/report/text.hpp>
#include <string>

namespace drawings {

struct look {
  const char* name;
  const char* style;
};

/// A NAS-Bench-201 cell as a graph: four nodes, an edge for each operation that is not none.
[[nodiscard]] inline std::string draw(const paragon::benchmark::nasbench201_cell& cell) {
  static constexpr std::array<look, 5> looks{{{"none", ""},
                                              {"skip", "stroke:var(--axis);stroke-width:1.4;stroke-dasharray:4 3"},
                                              {"1x1", "stroke:#d4761c;stroke-width:2"},
                                              {"3x3", "stroke:#2468de;stroke-width:3.4"},
                                              {"pool", "stroke:#0c8f73;stroke-width:2;stroke-dasharray:1 4"}}};
  // Edges in the order of a cell's operations: 0-1, 0-2, 1-2, 0-3, 1-3, 2-3.
  static constexpr std::array<const char*, 6> routes{"M16 66Q46 28 92 28",   "M16 66Q50 104 148 104",
                                                     "M92 28L148 104",       "M16 66L224 66",
                                                     "M92 28Q180 22 224 66", "M148 104Q194 104 224 66"};
  static constexpr std::array<std::array<int, 2>, 6> marks{
      {{45, 39}, {70, 101}, {110, 52}, {176, 70}, {168, 37}, {193, 99}}};
  static constexpr std::array<std::array<int, 2>, 4> nodes{{{16, 66}, {92, 28}, {148, 104}, {224, 66}}};
  static constexpr std::array<const char*, 4> names{"in", "1", "2", "out"};
  std::string out = "<svg viewBox=\"0 0 240 128\" class=\"cell\" role=\"img\" aria-label=\"cell graph\">";
  for (std::size_t e = 0; e < 6; ++e) {
    const look& l = looks[static_cast<std::size_t>(cell.operations[e])];
    if (l.style[0] == '\0') continue;
    out += std::string("<path d=\"") + routes[e] + "\" style=\"" + l.style + "\"/>";
  }
  for (std::size_t e = 0; e < 6; ++e) {
    const look& l = looks[static_cast<std::size_t>(cell.operations[e])];
    if (l.style[0] == '\0') continue;
    out += "<text class=\"op\" x=\"" + std::to_string(marks[e][0]) + "\" y=\"" + std::to_string(marks[e][1]) + "\">" +
           l.name + "</text>";
  }
  for (std::size_t n = 0; n < 4; ++n) {
    out += "<circle class=\"node\" cx=\"" + std::to_string(nodes[n][0]) + "\" cy=\"" + std::to_string(nodes[n][1]) +
           "\" r=\"" + (n % 3 == 0 ? "13" : "9") + "\"/><text x=\"" + std::to_string(nodes[n][0]) + "\" y=\"" +
           std::to_string(nodes[n][1] + 3) + "\">" + names[n] + "</text>";
  }
  return out + "</svg>";
}

/// A MobileNetV3 network: a bar for each layer, as wide as its kernel and as high as its expansion ratio.
[[nodiscard]] inline std::string draw(const paragon::benchmark::mobilenetv3_subnet& net) {
  std::string out = "<svg viewBox=\"0 0 300 104\" class=\"cell\" role=\"img\" aria-label=\"layers of the network\">";
  double x = 4;
  for (std::size_t layer = 0; layer < paragon::benchmark::mobilenetv3_subnet::layers; ++layer) {
    if (layer > 0 && layer % paragon::benchmark::mobilenetv3_subnet::layers_per_stage == 0) x += 8;
    if (!net.present(layer)) continue;
    const double width = 1.6 * net.kernel[layer];
    const double height = 11 * net.expand[layer];
    const std::string style = net.kernel[layer] == 3 ? "#d4761c" : net.kernel[layer] == 5 ? "#0c8f73" : "#2468de";
    out += "<rect x=\"" + paragon::report::format_coordinate(x) + "\" y=\"" +
           paragon::report::format_coordinate(80 - height) + "\" width=\"" + paragon::report::format_coordinate(width) +
           "\" height=\"" + paragon::report::format_coordinate(height) + "\" rx=\"1.5\" style=\"fill:" + style + "\"/>";
    x += width + 2;
  }
  return out +
         "<text x=\"150\" y=\"98\">kernel: width and colour (3, 5, 7); expansion ratio: height (3, 4, 6)</text></svg>";
}

}  // namespace drawings
