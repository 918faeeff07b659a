// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/batched_product.hpp"
#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/gather.hpp"
#include "../nn/graph_convolution.hpp"
#include "../nn/linear.hpp"
#include "../tensor/tensor.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

struct noise_aware_settings {
  std::size_t nodes = 8;
  std::size_t features = 7;  ///< of a node
  std::size_t width = 144;   ///< of the graph convolutions
  std::size_t layers = 4;
  std::size_t code = 128;         ///< of an architecture
  std::size_t dataset_code = 56;  ///< what the data set's encoder gives; 0: no data set
  std::size_t hidden = 32;
  std::size_t heads = 1;  ///< numbers predicted: one trunk serves them all

  friend bool operator==(const noise_aware_settings&, const noise_aware_settings&) = default;
};

/// The two matrices of directed graph convolution: the row-normalised adjacency with self loops, row-normalised again as
/// it is and transposed, as published; [nodes, nodes] each. `adjacency` is row-major, without self loops.
template <class T>
struct message_matrices {
  tensor<T> along;
  tensor<T> against;

  explicit message_matrices(std::span<const T> adjacency, std::size_t nodes)
      : along(shape{nodes, nodes}), against(shape{nodes, nodes}) {
    if (adjacency.size() != nodes * nodes) {
      throw error("predictor::message_matrices", std::to_string(adjacency.size()) + " entries",
                  std::to_string(nodes * nodes));
    }
    std::copy(adjacency.begin(), adjacency.end(), along.data());
    for (std::size_t i = 0; i < nodes; ++i) along[i * nodes + i] += T(1);
    normalise(along);
    for (std::size_t i = 0; i < nodes; ++i) {
      for (std::size_t j = 0; j < nodes; ++j) against[j * nodes + i] = along[i * nodes + j];
    }
    normalise(along);
    normalise(against);
  }

private:
  static void normalise(tensor<T>& a) {
    for (std::size_t r = 0; r < a.rows(); ++r) {
      T sum = 0;
      for (const T v : a.row(r)) sum += v;
      for (T& v : a.row(r)) v /= sum;
    }
  }
};

/// What networks are told of a noise level: [sin(level f_k) | cos(level f_k)] with f_k = 10000^(-k / (half - 1)).
///
/// \returns [levels, width]; \throws error for a width below 4 or an odd one
template <class T>
[[nodiscard]] tensor<T> noise_code(std::span<const double> levels, std::size_t width) {
  if (width < 4 || width % 2 != 0) {
    throw error("predictor::noise_code", "a width of " + std::to_string(width), "an even number, at least 4");
  }
  const std::size_t half = width / 2;
  tensor<T> code(shape{levels.size(), width});
  for (std::size_t i = 0; i < levels.size(); ++i) {
    for (std::size_t k = 0; k < half; ++k) {
      const double angle =
          levels[i] * std::exp(-static_cast<double>(k) * std::log(10000.0) / static_cast<double>(half - 1));
      code[i * width + k] = static_cast<T>(std::sin(angle));
      code[i * width + half + k] = static_cast<T>(std::cos(angle));
    }
  }
  return code;
}

/// The published noise-aware predictor: directed graph convolutions over the noisy matrix, their mean over the nodes plus
/// the code of the noise level, joined with the data set's code, through a layer of tanh to one number a head.
///
/// Weights are named as in the published network: gcn.0.weight1, ..., timeEmb1, timeEmb2, fc1, pred_fc.0, pred_fc.2.
/// Reference: DiffusionNAG (arXiv 2305.16943), its predictor for cells.
class noise_aware_predictor {
public:
  /// \throws error for no layers or no heads
  template <class T, class B>
  noise_aware_predictor(nn::parameters<T, B>& store, const noise_aware_settings& settings, paragon::random_key key)
      : settings_(settings), time1_(store, "timeEmb1", settings.width, 4 * settings.width, key),
        time2_(store, "timeEmb2", 4 * settings.width, settings.width, key),
        code_(store.add("fc1.weight", {settings.code, settings.width}, nn::fan_in_uniform{}, key)),
        hidden_(store, "pred_fc.0", settings.code + settings.dataset_code, settings.hidden, key),
        output_(store, "pred_fc.2", settings.hidden, settings.heads, key) {
    if (settings.layers == 0 || settings.heads == 0) {
      throw error("predictor::noise_aware_predictor",
                  std::to_string(settings.layers) + " layers and " + std::to_string(settings.heads) + " heads",
                  "at least one of each");
    }
    for (std::size_t l = 0; l < settings.layers; ++l) {
      convolutions_.emplace_back(store, "gcn." + std::to_string(l), l == 0 ? settings.features : settings.width,
                                 settings.width, key);
    }
  }

  /// \param along, against  [nodes, nodes] in the backend's memory, see `message_matrices`
  /// \param x        [graphs * nodes, features], noisy and scaled to -1 and 1
  /// \param noise    `noise_code` of each graph's noise level, [graphs, width], or one row for all
  /// \param dataset  code of each graph's data set, [graphs, dataset_code], or one row for all; not read where the
  ///   settings have none
  /// \returns [graphs, heads]
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, const typename C::value_type* along,
                                                 const typename C::value_type* against, autodiff::variable<C> x,
                                                 autodiff::variable<C> noise,
                                                 autodiff::variable<C> dataset = {}) const {
    using namespace autodiff;
    const std::size_t graphs = x.rows() / settings_.nodes;
    for (const auto& convolution : convolutions_) x = convolution(theta, along, against, settings_.nodes, x);
    auto h = mean_over_nodes(x);
    auto time = time2_(theta, silu(time1_(theta, noise)));
    if (time.rows() == 1 && graphs > 1) time = repeat_rows(time, graphs);
    h = linear(add(h, time), theta[code_]);
    if (settings_.dataset_code > 0) {
      if (dataset.rows() == 1 && graphs > 1) dataset = repeat_rows(dataset, graphs);
      h = concatenate(dataset, h);
    }
    return output_(theta, tanh(hidden_(theta, h)));
  }

  [[nodiscard]] const noise_aware_settings& settings() const noexcept { return settings_; }

private:
  /// [graphs * nodes, width] -> [graphs, width]
  template <class C>
  [[nodiscard]] autodiff::variable<C> mean_over_nodes(autodiff::variable<C> x) const {
    using T = typename C::value_type;
    auto& context = x.context();
    T* weights = context.scratch(settings_.nodes);
    C::backend_type::map_index(share{T(1) / static_cast<T>(settings_.nodes)}, settings_.nodes, weights);
    return autodiff::propagate(static_cast<const T*>(weights), 1, settings_.nodes, x);
  }
  template <class T>
  struct share {
    T value;
    PARAGON_HOST_DEVICE T operator()(std::size_t) const noexcept { return value; }
  };
  template <class T>
  share(T) -> share<T>;

  noise_aware_settings settings_;
  std::vector<nn::directed_graph_convolution> convolutions_;
  nn::linear time1_;
  nn::linear time2_;
  nn::slot code_;
  nn::linear hidden_;
  nn::linear output_;
};

}  // namespace paragon::predictor
