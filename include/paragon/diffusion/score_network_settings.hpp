// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// Sizes of a score network. The number of nodes and that of operators are those of the graph and must be given; the
/// other defaults are the published network's.
struct score_network_settings {
  std::size_t nodes = 0;      ///< rows of an operator matrix
  std::size_t operators = 0;  ///< its columns
  std::size_t width = 64;
  std::size_t layers = 12;
  std::size_t heads = 8;
  std::size_t inner = 128;  ///< hidden width of the feed-forward parts
  std::size_t head = 1536;  ///< width of the two hidden layers behind the transformer
  std::size_t stage = 0;    ///< positions start again after so many rows, those of a stage of the network; 0: never
  /// Instead of x and the noise level as they are, the network reads what each row of x says by itself, E[x_0 | that
  /// row] under the prior (`raw_score`, which has none: x at unit variance), and the logarithm of deviation / scale.
  /// And the embedding is not multiplied by sqrt(width), which drowns positions. What rows have to do with each other,
  /// which is all that is left, is learned many times faster.
  bool preconditioned = false;

  friend bool operator==(const score_network_settings&, const score_network_settings&) = default;
};

/// A network of about one thirtieth of the published one's parameters and arithmetic; as good with `one_hot_rows`.
///
/// \param stage  rows of a stage where the mask keeps every row to its stage, as for networks made of stages: what
///               its rows have to do with each other is then learned from all stages at once. 0 where all rows see
///               each other: they could not tell their own stage from another.
[[nodiscard]] inline score_network_settings light_score_network(std::size_t nodes, std::size_t operators,
                                                                std::size_t stage = 0) {
  return {.nodes = nodes,
          .operators = operators,
          .layers = 2,
          .heads = 4,
          .head = 128,
          .stage = stage,
          .preconditioned = true};
}

/// What the embedding of a matrix is multiplied by.
[[nodiscard]] inline double embedding_factor(const score_network_settings& s) noexcept {
  return s.preconditioned ? 1 : std::sqrt(static_cast<double>(s.width));
}

/// Returns settings that a network can have. \throws error that names the wrong one
inline const score_network_settings& checked(const score_network_settings& s) {
  const auto fail = [](const std::string& problem, const std::string& expected) {
    throw error("diffusion::score_network", problem, expected);
  };
  if (s.nodes == 0 || s.operators == 0 || s.layers == 0 || s.inner == 0 || s.head == 0) {
    fail("a size of 0", "nodes, operators, layers, inner and head of at least 1");
  }
  if (s.width < 4 || s.width % 2 != 0) fail("a width of " + std::to_string(s.width), "an even number of at least 4");
  if (s.heads == 0 || s.width % s.heads != 0) {
    fail(std::to_string(s.heads) + " heads for a width of " + std::to_string(s.width), "a divisor of the width");
  }
  if (s.stage != 0 && s.nodes % s.stage != 0) {
    fail("stages of " + std::to_string(s.stage) + " nodes in " + std::to_string(s.nodes), "a divisor of the nodes");
  }
  return s;
}

}  // namespace paragon::diffusion
