// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../space/mobilenetv3_graph.hpp"
#include "../space/nasbench201_graph.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// What the rows and columns of a score network's matrices are, and which rows attend to which. It is stored with the
/// weights, and compared before they are used: the published networks came to grief over two orders of the same nodes.
struct score_graph {
  std::vector<std::string> nodes;      ///< names of the rows, in order
  std::vector<std::string> operators;  ///< names of the columns, in order
  std::vector<std::uint8_t> mask;      ///< [nodes, nodes]: 0 where row i does not attend to row j

  friend bool operator==(const score_graph&, const score_graph&) = default;
};

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

struct mask_full {};  ///< of `nasbench201_score_graph`: all attend to all

/// NAS-Bench-201 as `space::nasbench201_diffusion_graph` encodes it.
/// \tparam Mask  `mask_full`, `space::mask_corrected`, `space::mask_published` or `space::mask_published_closure`
template <class Mask = mask_full>
[[nodiscard]] score_graph nasbench201_score_graph() {
  score_graph graph{{"input", "0-1", "0-2", "1-2", "0-3", "1-3", "2-3", "output"}, {"input", "output"}, {}};
  for (const std::string_view name : space::nasbench201_operation_names) graph.operators.emplace_back(name);
  if constexpr (std::same_as<Mask, mask_full>) {
    graph.mask = full_mask(graph.nodes.size());
  } else {
    graph.mask = adjacency_mask(space::nasbench201_diffusion_graph<Mask>{});
  }
  return graph;
}

struct mask_stages {};  ///< of `mobilenetv3_score_graph`: the layers of a stage attend to each other
struct mask_chain {};   ///< as published: each layer to the next

/// Once-for-All's MobileNetV3 as `space::mobilenetv3_diffusion_graph` encodes it.
/// \tparam Mask  `mask_stages`, `mask_full` or `mask_chain`
template <class Mask = mask_stages>
[[nodiscard]] score_graph mobilenetv3_score_graph() {
  using encoding = space::mobilenetv3_diffusion_graph;
  constexpr std::size_t each = space::mobilenetv3_subnet::layers_per_stage;
  score_graph graph;
  for (std::size_t i = 0; i < encoding::nodes(); ++i) {
    graph.nodes.push_back("stage " + std::to_string(i / each) + " layer " + std::to_string(i % each));
  }
  for (const char* kernel : {"3", "5", "7"}) {
    for (const char* ratio : {"3", "4", "6"}) {
      graph.operators.push_back(std::string("kernel ") + kernel + " ratio " + ratio);
    }
  }
  if constexpr (std::same_as<Mask, mask_chain>) {
    graph.mask = adjacency_mask(encoding{});
  } else {
    static_assert(std::same_as<Mask, mask_stages> || std::same_as<Mask, mask_full>,
                  "Mask is mask_stages, mask_full or mask_chain");
    graph.mask = full_mask(graph.nodes.size());
    if constexpr (std::same_as<Mask, mask_stages>) {
      for (std::size_t i = 0; i < graph.mask.size(); ++i) {
        const std::size_t n = graph.nodes.size();
        graph.mask[i] = i / n / each == i % n / each ? 1 : 0;
      }
    }
  }
  return graph;
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
