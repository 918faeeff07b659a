// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "../../core/error.hpp"
#include "cell.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

namespace detail {

/// Which nodes follow which when the edges of the cell become nodes: 0 input, 1..6 the edges in order, 7 output.
inline constexpr std::array<std::array<std::uint8_t, 2>, 10> nasbench201_links{
    {{0, 1}, {0, 2}, {0, 4}, {1, 3}, {1, 5}, {2, 6}, {3, 6}, {4, 7}, {5, 7}, {6, 7}}};

inline void expect_size(const char* place, std::size_t found, std::size_t expected) {
  if (found != expected) throw error(place, std::to_string(found) + " entries", std::to_string(expected));
}

}  // namespace detail

/// The graph that MODNAS' latency meta-predictor reads: nine nodes of eight features.
///
/// Nodes: input, the six edges of the cell in order, output, and a global node that receives from all. Features: input,
/// avg_pool_3x3, nor_conv_1x1, nor_conv_3x3, none, skip_connect, output, global. Row `i` of the adjacency has a 1 at
/// `j` where node `i` receives from node `j`, and on the diagonal, so that a layer is `relu(adjacency x features x
/// weights + bias)`; the reading is that of the last row. The adjacency is the same for every cell: "none" is a feature.
struct nasbench201_predictor_graph {
  using architecture = nasbench201_cell;

  /// The feature column of each operation, by its number.
  static constexpr std::array<std::uint8_t, 5> column{4, 5, 2, 3, 1};

  friend constexpr bool operator==(nasbench201_predictor_graph, nasbench201_predictor_graph) = default;

  [[nodiscard]] static constexpr std::size_t nodes() noexcept { return 9; }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return 8; }

  /// Where the entry of choice `c` of edge `d` goes; see `linear_graph_encoding`.
  [[nodiscard]] static constexpr std::size_t position(std::size_t d, std::size_t c) noexcept {
    return (d + 1) * features() + column[c];
  }

  /// Writes the 9 x 8 node features.
  template <class T>
  static void encode(const nasbench201_cell& cell, std::span<T> x) {
    detail::expect_size("benchmark::nasbench201_predictor_graph::encode", x.size(), nodes() * features());
    for (T& entry : x) entry = T(0);
    x[0] = x[7 * features() + 6] = x[8 * features() + 7] = T(1);
    for (std::size_t e = 0; e < 6; ++e) x[position(e, static_cast<std::size_t>(cell.operations[e]))] = T(1);
  }

  /// Writes the 9 x 9 adjacency, rows the receiving nodes.
  template <class T>
  static void adjacency(std::span<T> m) {
    detail::expect_size("benchmark::nasbench201_predictor_graph::adjacency", m.size(), nodes() * nodes());
    for (T& entry : m) entry = T(0);
    for (const auto [from, to] : detail::nasbench201_links) m[to * nodes() + from] = T(1);
    for (std::size_t i = 0; i < nodes(); ++i) m[i * nodes() + i] = m[8 * nodes() + i] = T(1);
  }
};

/// Which nodes attend to which in the diffusion graph: each node to its successors.
struct mask_corrected {};          ///< the cell's own graph
struct mask_published {};          ///< as published: the graph of another edge order, so nodes 3 and 4 are mixed up
struct mask_published_closure {};  ///< its transitive closure, as the published guided sampler uses

/// The graph that DiffusionNAG's networks read: eight nodes of seven features.
///
/// Nodes: input, the six edges of the cell in order, output. Features: input, output, none, skip_connect, nor_conv_1x1,
/// nor_conv_3x3, avg_pool_3x3. Row `i` of the adjacency has a 1 at `j` where node `i` feeds node `j`; no self loops.
/// \tparam Mask which adjacency; the published one belongs to the edge order 0-1, 0-2, 0-3, 1-2, 1-3, 2-3, whereas the
///   node features are in the order above.
template <class Mask = mask_corrected>
struct nasbench201_diffusion_graph {
  using architecture = nasbench201_cell;

  friend constexpr bool operator==(nasbench201_diffusion_graph, nasbench201_diffusion_graph) = default;

  [[nodiscard]] static constexpr std::size_t nodes() noexcept { return 8; }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return 7; }

  /// Where the entry of choice `c` of edge `d` goes; see `linear_graph_encoding`.
  [[nodiscard]] static constexpr std::size_t position(std::size_t d, std::size_t c) noexcept {
    return (d + 1) * features() + 2 + c;
  }

  /// Writes the 8 x 7 node features, zeros and ones. (Networks read `2 x - 1`; that is the caller's.)
  template <class T>
  static void encode(const nasbench201_cell& cell, std::span<T> x) {
    detail::expect_size("benchmark::nasbench201_diffusion_graph::encode", x.size(), nodes() * features());
    for (T& entry : x) entry = T(0);
    x[0] = x[7 * features() + 1] = T(1);
    for (std::size_t e = 0; e < 6; ++e) x[position(e, static_cast<std::size_t>(cell.operations[e]))] = T(1);
  }

  /// Writes the 8 x 8 adjacency (attention mask), rows the sending nodes.
  template <class T>
  static void adjacency(std::span<T> m) {
    detail::expect_size("benchmark::nasbench201_diffusion_graph::adjacency", m.size(), nodes() * nodes());
    for (T& entry : m) entry = T(0);
    for (const auto [from, to] : links()) m[from * nodes() + to] = T(1);
    if constexpr (std::same_as<Mask, mask_published_closure>) {
      for (std::size_t k = 0; k < nodes(); ++k) {
        for (std::size_t i = 0; i < nodes(); ++i) {
          for (std::size_t j = 0; j < nodes(); ++j) {
            if (m[i * nodes() + k] != T(0) && m[k * nodes() + j] != T(0)) m[i * nodes() + j] = T(1);
          }
        }
      }
    }
  }

  /// The cell of any real matrix: on each edge the operation with the largest entry, of equal ones the first. The rows
  /// of input and output and the columns of their features are not read. NaN is an error.
  template <class T>
  [[nodiscard]] static nasbench201_cell decode(std::span<const T> x) {
    detail::expect_size("benchmark::nasbench201_diffusion_graph::decode", x.size(), nodes() * features());
    nasbench201_cell cell;
    for (std::size_t e = 0; e < 6; ++e) {
      std::size_t best = 0;
      for (std::size_t c = 0; c < 5; ++c) {
        const T value = x[position(e, c)];
        if (value != value) {
          throw error("benchmark::nasbench201_diffusion_graph::decode",
                      "entry " + std::to_string(position(e, c)) + " is NaN", "numbers");
        }
        if (value > x[position(e, best)]) best = c;
      }
      cell.operations[e] = static_cast<nasbench201_operation>(best);
    }
    return cell;
  }

  /// The published reading: entries of at least 0.5 count as 1, the others as 0; valid only if every row then has
  /// exactly one 1, the first row at input, the last at output, the rows between at an operation.
  template <class T>
  [[nodiscard]] static std::optional<nasbench201_cell> decode_threshold(std::span<const T> x) {
    detail::expect_size("benchmark::nasbench201_diffusion_graph::decode_threshold", x.size(), nodes() * features());
    nasbench201_cell cell;
    for (std::size_t i = 0; i < nodes(); ++i) {
      std::size_t set = features();
      for (std::size_t f = 0; f < features(); ++f) {
        if (!(x[i * features() + f] >= T(0.5))) continue;
        if (set != features()) return std::nullopt;
        set = f;
      }
      if (set == features()) return std::nullopt;
      if ((set == 0) != (i == 0) || (set == 1) != (i == 7)) return std::nullopt;
      if (i > 0 && i < 7) cell.operations[i - 1] = static_cast<nasbench201_operation>(set - 2);
    }
    return cell;
  }

private:
  static constexpr std::array<std::array<std::uint8_t, 2>, 10> published_links{
      {{0, 1}, {0, 2}, {0, 3}, {1, 4}, {1, 5}, {2, 6}, {3, 7}, {4, 6}, {5, 7}, {6, 7}}};

  static constexpr const auto& links() noexcept {
    if constexpr (std::same_as<Mask, mask_corrected>) {
      return detail::nasbench201_links;
    } else {
      static_assert(std::same_as<Mask, mask_published> || std::same_as<Mask, mask_published_closure>,
                    "Mask is mask_corrected, mask_published or mask_published_closure");
      return published_links;
    }
  }
};

}  // namespace paragon::benchmark
