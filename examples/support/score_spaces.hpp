// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <paragon/benchmark/mobilenetv3/graph.hpp>
#include <paragon/benchmark/mobilenetv3/score_graph.hpp>
#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/benchmark/nasbench201/score_graph.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/diffusion/parametrisation.hpp>
#include <paragon/diffusion/score_graph.hpp>
#include <paragon/diffusion/score_network_settings.hpp>
#include <paragon/space/sample.hpp>
#include <vector>

// What the score network of each space is trained on, and how large it is.

struct nasbench201_score {
  using encoding = paragon::benchmark::nasbench201_diffusion_graph<>;
  using output = paragon::diffusion::one_hot_rows;
  static constexpr std::size_t steps = 1000;

  paragon::benchmark::nasbench201 architectures{};

  static paragon::diffusion::score_graph graph() { return paragon::benchmark::nasbench201_score_graph(); }
  static paragon::diffusion::score_network_settings network() { return paragon::diffusion::light_score_network(8, 7); }

  /// Each cell with a probability of `fraction`.
  [[nodiscard]] std::vector<paragon::benchmark::nasbench201_cell> data(double fraction,
                                                                       const paragon::random_key& key) const {
    std::vector<paragon::benchmark::nasbench201_cell> cells;
    for (std::uint64_t i = 0; i < architectures.size(); ++i) {
      if (key.uniform(i) < fraction) cells.push_back(architectures.at(i));
    }
    return cells;
  }
};

struct mobilenetv3_score {
  using encoding = paragon::benchmark::mobilenetv3_diffusion_graph;
  using output = paragon::diffusion::one_hot_or_absent_rows;
  static constexpr std::size_t steps = 4000;

  paragon::benchmark::mobilenetv3 architectures{};

  static paragon::diffusion::score_graph graph() { return paragon::benchmark::mobilenetv3_score_graph(); }
  static paragon::diffusion::score_network_settings network() {
    return paragon::diffusion::light_score_network(20, 9, paragon::benchmark::mobilenetv3_subnet::layers_per_stage);
  }

  /// Depths, kernels and ratios independent and uniform.
  [[nodiscard]] std::vector<paragon::benchmark::mobilenetv3_subnet> data(double fraction,
                                                                         const paragon::random_key& key) const {
    std::vector<paragon::benchmark::mobilenetv3_subnet> networks(static_cast<std::size_t>(300000 * fraction));
    for (std::size_t i = 0; i < networks.size(); ++i) networks[i] = paragon::space::uniform(architectures, key, i);
    return networks;
  }
};
