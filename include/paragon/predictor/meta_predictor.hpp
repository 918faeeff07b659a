// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/gather.hpp"
#include "../nn/graph_convolution.hpp"
#include "../nn/linear.hpp"
#include "../nn/parameters.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

struct meta_predictor_settings {
  std::size_t node_features = 8;
  std::size_t device_features = 10;
  std::size_t width = 100;
  std::size_t layers = 4;

  friend bool operator==(const meta_predictor_settings&, const meta_predictor_settings&) = default;
};

/// MODNAS' latency meta-predictor: a graph convolution over the cell, joined with the device's features.
///
/// `layers` times relu(A X W + b), of which the last node is read; the device's features through two layers of the same
/// width; both together through two layers of twice the width to one number.
/// Parameters are named as in the published network: gc1 ..., fc_hw1, fc_hw2, fc3, fc4, fc5.
/// Reference: arXiv 2402.18213; the network is that of HELP (Lee et al., NeurIPS 2021) without its adaptation.
class meta_predictor {
public:
  /// \throws error for no layers
  template <class T, class B>
  meta_predictor(nn::parameters<T, B>& store, meta_predictor_settings settings, paragon::random_key key)
      : device1_(store, "fc_hw1", settings.device_features, settings.width, key),
        device2_(store, "fc_hw2", settings.width, settings.width, key),
        joint1_(store, "fc3", 2 * settings.width, 2 * settings.width, key),
        joint2_(store, "fc4", 2 * settings.width, 2 * settings.width, key),
        output_(store, "fc5", 2 * settings.width, 1, key), settings_(settings) {
    if (settings.layers == 0) throw error("predictor::meta_predictor", "no graph layers", "at least one");
    for (std::size_t l = 0; l < settings.layers; ++l) {
      graph_.emplace_back(store, "gc" + std::to_string(l + 1), l == 0 ? settings.node_features : settings.width,
                          settings.width, key);
    }
  }

  /// \param adjacency  [nodes, nodes] in the backend's memory
  /// \param x          [graphs * nodes, node features]
  /// \param device     [graphs, device features], or one row for all
  /// \returns [graphs, 1], in the unit that it was trained on
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, const typename C::value_type* adjacency,
                                                 std::size_t nodes, autodiff::variable<C> x,
                                                 autodiff::variable<C> device) const {
    using namespace autodiff;
    for (std::size_t l = 0; l + 1 < graph_.size(); ++l) x = relu(graph_[l](theta, adjacency, nodes, x));
    const auto cell = relu(graph_.back().at_node(theta, adjacency, nodes, nodes - 1, x));
    const std::size_t graphs = cell.rows();
    auto hardware = relu(device2_(theta, relu(device1_(theta, device))));
    if (device.rows() == 1 && graphs > 1) hardware = repeat_rows(hardware, graphs);
    return output_(theta, relu(joint2_(theta, relu(joint1_(theta, concatenate(cell, hardware))))));
  }

  [[nodiscard]] const meta_predictor_settings& settings() const noexcept { return settings_; }

private:
  std::vector<nn::graph_convolution> graph_;
  nn::linear device1_;
  nn::linear device2_;
  nn::linear joint1_;
  nn::linear joint2_;
  nn::linear output_;
  meta_predictor_settings settings_;
};

}  // namespace paragon::predictor
