// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// What the rows and columns of a score network's matrices are, and which rows attend to which. It is stored with the
/// weights, and compared before they are used: the published networks came to grief over two orders of the same nodes.
struct score_graph {
  std::vector<std::string> nodes;      ///< names of the rows, in order
  std::vector<std::string> operators;  ///< names of the columns, in order
  std::vector<std::uint8_t> mask;      ///< [nodes, nodes]: 0 where row i does not attend to row j

  friend bool operator==(const score_graph&, const score_graph&) = default;
};

struct mask_full {};  ///< the mask of a graph where a type chooses it: all nodes attend to all

/// Every node attends to every node, itself included: what the mask is best where nothing published is to be matched.
[[nodiscard]] inline std::vector<std::uint8_t> full_mask(std::size_t nodes) {
  return std::vector<std::uint8_t>(nodes * nodes, 1);
}

/// The mask that a graph's `adjacency` writes.
template <class Graph>
[[nodiscard]] std::vector<std::uint8_t> adjacency_mask(const Graph& graph) {
  std::vector<float> links(graph.nodes() * graph.nodes());
  graph.adjacency(std::span<float>(links));
  return std::vector<std::uint8_t>(links.begin(), links.end());
}

/// Returns a graph whose mask fits its nodes. \throws error otherwise, and for no nodes or operators
inline const score_graph& checked(const score_graph& graph) {
  if (graph.nodes.empty() || graph.operators.empty() || graph.mask.size() != graph.nodes.size() * graph.nodes.size()) {
    throw error("diffusion::score_graph",
                std::to_string(graph.nodes.size()) + " nodes, " + std::to_string(graph.operators.size()) +
                    " operators and a mask of " + std::to_string(graph.mask.size()) + " entries",
                "at least one of each, and a mask of [nodes, nodes]");
  }
  return graph;
}

/// \throws error that begins with `place` and names the first difference
inline void require_equal(const score_graph& found, const score_graph& expected, std::string_view place) {
  const auto names = [&](const char* what, const std::vector<std::string>& a, const std::vector<std::string>& b) {
    if (a == b) return;
    const auto list = [](const std::vector<std::string>& all) {
      std::string text;
      for (const auto& name : all) text += (text.empty() ? "" : ", ") + name;
      return text;
    };
    throw error(place, std::string(what) + " " + list(a), list(b));
  };
  names("nodes", found.nodes, expected.nodes);
  names("operators", found.operators, expected.operators);
  for (std::size_t i = 0; i < found.mask.size(); ++i) {
    if (found.mask[i] == expected.mask[i]) continue;
    const std::size_t n = found.nodes.size();
    throw error(place,
                "a mask where " + found.nodes[i / n] + (found.mask[i] != 0 ? " attends to " : " does not attend to ") +
                    found.nodes[i % n],
                "the other way round");
  }
}

[[nodiscard]] inline json to_json(const score_graph& graph) {
  json::array rows;
  for (std::size_t r = 0; r < graph.nodes.size(); ++r) {
    std::string row;
    for (std::size_t c = 0; c < graph.nodes.size(); ++c) row += graph.mask[r * graph.nodes.size() + c] != 0 ? '1' : '0';
    rows.emplace_back(row);
  }
  return json::object{{"nodes", json::array(graph.nodes.begin(), graph.nodes.end())},
                      {"operators", json::array(graph.operators.begin(), graph.operators.end())},
                      {"mask", std::move(rows)}};
}

/// \throws error where the value is not what `to_json` writes
[[nodiscard]] inline score_graph score_graph_from(const json& value) {
  score_graph graph;
  for (const json& name : value.at("nodes").items()) graph.nodes.push_back(name.text());
  for (const json& name : value.at("operators").items()) graph.operators.push_back(name.text());
  for (const json& row : value.at("mask").items()) {
    for (const char c : row.text()) graph.mask.push_back(c == '1' ? 1 : 0);
  }
  return checked(graph);
}

}  // namespace paragon::diffusion
