// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../space/concepts.hpp"
#include "encode.hpp"
#include "measurements.hpp"
#include "meta_predictor.hpp"
#include "training.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

/// Published training of MODNAS' meta-predictor, shortened by the caller: Adam at 1e-4, batches of 64 cells of one
/// device, gradients clipped to 5, no early stopping.
[[nodiscard]] inline training_settings published_meta_training(std::size_t epochs) {
  return {.epochs = epochs, .batch = 64, .rate = 1e-4, .last_rate = 1e-4, .clip = 5, .held_out = 0, .patience = 0};
}

/// Trains a meta-predictor on what was measured on several devices. A batch holds architectures of one device, whose
/// features stand beside them, as published (where batches are drawn with replacement; here an epoch takes each once).
/// \param graph     how a row becomes a graph, `space::linear_graph_encoding`
/// \param devices   measurements, and in the same order ...
/// \param features  ... the features of each device, `network.settings().device_features` each
/// \param units     what a cost is divided by, for each device; empty: 1, so milliseconds as published. With the mean of a
///                  device's reference measurements, predictions are multiples of it, also for a device never seen.
/// \throws error where the numbers of devices, rows, features and units do not match, and as `predictor::train`
template <class T, space::search_space S, class Graph, loss<T> Loss = mean_squared_error,
          progress_observer Observer = silent>
  requires space::linear_graph_encoding<Graph, T>
training_status train_meta_predictor(const S& space, const Graph& graph, const meta_predictor& network,
                                     nn::parameters<T>& store, std::span<const measurements> devices,
                                     std::span<const std::vector<T>> features, std::span<const double> units,
                                     const training_settings& settings, paragon::random_key key, const Loss& loss = {},
                                     Observer&& observer = {}) {
  const std::size_t width = space::total_choices(space);
  const auto fail = [](const std::string& problem, const std::string& expected) {
    throw error("predictor::train_meta_predictor", problem, expected);
  };
  if (features.size() != devices.size() || (!units.empty() && units.size() != devices.size())) {
    fail(std::to_string(devices.size()) + " devices, " + std::to_string(features.size()) + " rows of features, " +
             std::to_string(units.size()) + " units",
         "features, and units or none, for each device");
  }
  std::vector<T> rows;
  std::vector<T> targets;
  std::vector<std::uint32_t> groups;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    const measurements& m = devices[d];
    if (m.rows.size() != m.costs.size() * width || features[d].size() != network.settings().device_features) {
      fail("device " + std::to_string(d) + ": " + std::to_string(m.costs.size()) + " costs, " +
               std::to_string(m.rows.size()) + " entries of rows, " + std::to_string(features[d].size()) + " features",
           std::to_string(width) + " entries for each cost and " + std::to_string(network.settings().device_features) +
               " features");
    }
    for (const double x : m.rows) rows.push_back(static_cast<T>(x));
    for (const double c : m.costs) targets.push_back(static_cast<T>(units.empty() ? c : c / units[d]));
    groups.insert(groups.end(), m.costs.size(), static_cast<std::uint32_t>(d));
  }
  std::vector<T> adjacency(graph.nodes() * graph.nodes());
  graph.adjacency(std::span<T>(adjacency));
  const auto predict = [&](const auto& theta, std::span<const std::uint32_t> samples) {
    auto& context = theta.context();
    const auto cells = autodiff::gather(context.constant(rows.data(), {targets.size(), width}), samples);
    const std::vector<T>& device = features[groups[samples.front()]];
    return network(theta, adjacency.data(), graph.nodes(), encode_graph(space, graph, cells),
                   context.constant(device.data(), {1, device.size()}));
  };
  return train(store, std::span<const T>(targets), predict, settings, key, loss, observer,
               std::span<const std::uint32_t>(groups));
}

/// What a trained meta-predictor says for rows of one device, in the unit that it was trained on; in blocks of 512.
template <class T, space::search_space S, class Graph>
  requires space::linear_graph_encoding<Graph, T>
[[nodiscard]] std::vector<T> predict_costs(const S& space, const Graph& graph, const meta_predictor& network,
                                           const nn::parameters<T>& store, std::span<const T> rows,
                                           std::span<const T> device) {
  const std::size_t width = space::total_choices(space);
  if (rows.size() % width != 0 || device.size() != network.settings().device_features) {
    throw error("predictor::predict_costs",
                std::to_string(rows.size()) + " entries of rows and " + std::to_string(device.size()) + " features",
                "a multiple of " + std::to_string(width) + ", and " +
                    std::to_string(network.settings().device_features) + " features");
  }
  std::vector<T> adjacency(graph.nodes() * graph.nodes());
  graph.adjacency(std::span<T>(adjacency));
  constexpr std::size_t block = 512;
  const std::size_t n = rows.size() / width;
  std::vector<T> out(n);
  autodiff::evaluation<T> context;
  for (std::size_t at = 0; at < n; at += block) {
    const std::size_t count = std::min(block, n - at);
    context.clear();
    const auto x = encode_graph(space, graph, context.constant(rows.data() + at * width, {count, width}));
    const auto y = network(nn::freeze(context, store), adjacency.data(), graph.nodes(), x,
                           context.constant(device.data(), {1, device.size()}));
    std::copy_n(y.data(), count, out.data() + at);
  }
  return out;
}

}  // namespace paragon::predictor
