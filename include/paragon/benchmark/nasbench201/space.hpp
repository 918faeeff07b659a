// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/error.hpp"
#include "../../space/choice_index.hpp"
#include "../../space/linear_cost.hpp"
#include "cell.hpp"
#include "graph.hpp"
#include "network.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// NAS-Bench-201: cells of six edges with five operations each, 15,625 architectures.
///
/// Decision `d` is edge `d` (0-1, 0-2, 1-2, 0-3, 1-3, 2-3), choice `c` operation `c`: none, skip_connect, nor_conv_1x1,
/// nor_conv_3x3, avg_pool_3x3. Cells are numbered as base-5 numbers with the first edge as the leading digit; the
/// benchmark's own numbering is in api_order.hpp. Costs are exact and linear in the one-hot row.
///
/// \code
/// paragon::benchmark::nasbench201 cells{.network = paragon::benchmark::nasbench201_network::cifar100()};
/// auto cell = cells.parse("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|");
/// double millions = cells.macs(cell) / 1e6;
/// \endcode
struct nasbench201 {
  using architecture = nasbench201_cell;
  using graph = nasbench201_predictor_graph;

  nasbench201_network network{};  ///< what the costs refer to

  friend constexpr bool operator==(const nasbench201&, const nasbench201&) = default;

  [[nodiscard]] static constexpr std::string_view name() noexcept { return "nasbench201"; }

  // Decisions.

  [[nodiscard]] static constexpr std::size_t decisions() noexcept { return 6; }
  [[nodiscard]] static constexpr std::size_t choices(std::size_t) noexcept { return 5; }
  [[nodiscard]] static constexpr std::size_t group(std::size_t) noexcept { return 0; }  // every edge: an operation
  [[nodiscard]] static constexpr std::size_t choice(const nasbench201_cell& cell, std::size_t d) noexcept {
    return static_cast<std::size_t>(cell.operations[d]);
  }
  [[nodiscard]] static nasbench201_cell from_choices(std::span<const space::choice_index> row) {
    detail::expect_size("benchmark::nasbench201::from_choices", row.size(), decisions());
    nasbench201_cell cell;
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (row[e] > 4) {
        throw error("benchmark::nasbench201::from_choices",
                    "choice " + std::to_string(row[e]) + " of decision " + std::to_string(e), "0 to 4");
      }
      cell.operations[e] = static_cast<nasbench201_operation>(row[e]);
    }
    return cell;
  }

  // Notation.

  [[nodiscard]] static std::string to_string(const nasbench201_cell& cell) { return benchmark::to_string(cell); }
  [[nodiscard]] static nasbench201_cell parse(std::string_view text) { return parse_nasbench201_cell(text); }

  // Numbering.

  [[nodiscard]] static constexpr std::uint64_t size() noexcept { return 15625; }
  [[nodiscard]] static constexpr std::uint64_t index(const nasbench201_cell& cell) noexcept {
    std::uint64_t code = 0;
    for (const nasbench201_operation o : cell.operations) code = code * 5 + static_cast<std::uint64_t>(o);
    return code;
  }
  [[nodiscard]] static nasbench201_cell at(std::uint64_t i) {
    if (i >= size()) throw error("benchmark::nasbench201::at", "index " + std::to_string(i), "0 to 15624");
    nasbench201_cell cell;
    for (std::size_t e = 6; e-- > 0; i /= 5) cell.operations[e] = static_cast<nasbench201_operation>(i % 5);
    return cell;
  }

  // Graph: the predictor's; for the diffusion graph see nasbench201_diffusion_graph.

  [[nodiscard]] static constexpr std::size_t nodes() noexcept { return graph::nodes(); }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return graph::features(); }
  [[nodiscard]] static constexpr std::size_t position(std::size_t d, std::size_t c) noexcept {
    return graph::position(d, c);
  }
  template <class T>
  static void encode(const nasbench201_cell& cell, std::span<T> x) {
    graph::encode(cell, x);
  }
  template <class T>
  static void adjacency(std::span<T> m) {
    graph::adjacency(m);
  }

  // Costs.

  /// Trainable numbers of the network with this cell.
  [[nodiscard]] constexpr double parameters(const nasbench201_cell& cell) const noexcept {
    return cost(cell, network.fixed_parameters(), network.edge_parameters());
  }
  /// Multiply-accumulates of the network for one image.
  [[nodiscard]] constexpr double macs(const nasbench201_cell& cell) const noexcept {
    return cost(cell, network.fixed_macs(), network.edge_macs());
  }

  /// The same in expectation over a relaxed cell of 30 probabilities; writes the derivative unless `gradient` is empty.
  template <class T>
  double expected_parameters(std::span<const T> row, std::span<T> gradient) const {
    return expectation(row, gradient, network.fixed_parameters(), network.edge_parameters());
  }
  template <class T>
  double expected_macs(std::span<const T> row, std::span<T> gradient) const {
    return expectation(row, gradient, network.fixed_macs(), network.edge_macs());
  }

  /// The same as coefficients, to put into a computation of one's own.
  [[nodiscard]] space::linear_cost parameter_cost() const {
    return linear(network.fixed_parameters(), network.edge_parameters());
  }
  [[nodiscard]] space::linear_cost mac_cost() const { return linear(network.fixed_macs(), network.edge_macs()); }

private:
  static constexpr double cost(const nasbench201_cell& cell, double fixed, const std::array<double, 5>& edge) noexcept {
    for (const nasbench201_operation o : cell.operations) fixed += edge[static_cast<std::size_t>(o)];
    return fixed;
  }

  template <class T>
  static double expectation(std::span<const T> row, std::span<T> gradient, double fixed,
                            const std::array<double, 5>& edge) {
    detail::expect_size("benchmark::nasbench201: relaxed cell", row.size(), 30);
    if (!gradient.empty()) detail::expect_size("benchmark::nasbench201: gradient", gradient.size(), 30);
    for (std::size_t i = 0; i < row.size(); ++i) {
      fixed += edge[i % 5] * static_cast<double>(row[i]);
      if (!gradient.empty()) gradient[i] = static_cast<T>(edge[i % 5]);
    }
    return fixed;
  }

  static space::linear_cost linear(double fixed, const std::array<double, 5>& edge) {
    space::linear_cost result{fixed, std::vector<double>(30)};
    for (std::size_t i = 0; i < 30; ++i) result.coefficients[i] = edge[i % 5];
    return result;
  }
};

/// MODNAS' order of the operations in a row of logits: entry `k` of its rows is choice `modnas_choice_order[k]` here
/// (avg_pool_3x3, nor_conv_3x3, nor_conv_1x1, skip_connect, none). The order of the edges is the same.
inline constexpr std::array<std::uint8_t, 5> modnas_choice_order{4, 3, 2, 1, 0};

}  // namespace paragon::benchmark
