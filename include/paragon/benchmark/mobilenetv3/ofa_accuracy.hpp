// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../autodiff/elementwise.hpp"
#include "../../core/error.hpp"
#include "../../nn/linear.hpp"
#include "../../tensor/npy.hpp"
#include "graph.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// Once-for-All's published predictor of ImageNet accuracy for MobileNetV3 networks, at one resolution: a perceptron
/// 128-400-400-400-1 with ReLU.
///
/// It was made for one-hot rows of 20 kernels, 20 ratios and 8 classes of resolution. Those are sums of the 20 x 9 node
/// features that `mobilenetv3_diffusion_graph` writes, so its first layer is rewritten for them, the resolution going
/// into the bias: it reads the node features, probabilities as well, and is differentiable by them. What it predicts is
/// 4 to 5 points above measured accuracies; it is for ranking.
/// Reference: Cai, Gan, Wang, Zhang, Han, "Once-for-All: train one network and specialize it for efficient deployment",
/// ICLR 2020.
///
/// \code
/// benchmark::ofa_accuracy<float> accuracy("data/ofa/acc_predictor");
/// auto y = accuracy(nn::freeze(tape, accuracy.parameters()), rows);   // [rows, 1], per cent
/// \endcode
template <class T = float>
class ofa_accuracy {
public:
  static constexpr std::size_t entries = mobilenetv3_diffusion_graph::nodes() * mobilenetv3_diffusion_graph::features();

  /// \param folder      holds layer0_weight.npy, layer0_bias.npy, ... layer3_bias.npy, weights as [out, in]
  /// \param resolution  pixels on each side, 112 to 239; classes are 16 wide
  /// \throws error that names the file: missing, malformed, of another shape; or for another resolution
  explicit ofa_accuracy(const std::string& folder, int resolution = 224) {
    if (resolution < 112 || resolution >= 240) {
      throw error("benchmark::ofa_accuracy", std::to_string(resolution) + " pixels", "112 to 239");
    }
    const auto read = [&](std::size_t layer, const char* what, const shape& extents) {
      return load_npy<T>(folder + "/layer" + std::to_string(layer) + "_" + what + ".npy", extents);
    };
    const tensor<T> published = read(0, "weight", {width, inputs});
    tensor<T> bias = read(0, "bias", {width});
    tensor<T> weight(shape{width, entries});
    const std::size_t at_resolution = 120 + static_cast<std::size_t>(resolution - 112) / 16;
    for (std::size_t o = 0; o < width; ++o) {
      bias[o] += published[o * inputs + at_resolution];
      for (std::size_t e = 0; e < entries; ++e) {
        const std::size_t node = e / 9;
        const std::size_t kernel = 3 * node + e % 9 / 3;
        const std::size_t ratio = 60 + 3 * node + e % 3;
        weight[o * entries + e] = published[o * inputs + kernel] + published[o * inputs + ratio];
      }
    }
    add(0, entries, width, weight, bias);
    for (std::size_t l = 1; l < 4; ++l) {
      const std::size_t out = l == 3 ? 1 : width;
      add(l, width, out, read(l, "weight", {out, width}), read(l, "bias", {out}));
    }
  }

  /// Predictions for rows of 180 entries; [rows, 1], per cent. `theta` is made of `parameters()`.
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> rows) const {
    for (std::size_t l = 0; l < 3; ++l) rows = autodiff::relu(layers_[l](theta, rows));
    return autodiff::affine(layers_[3](theta, rows), T(100));
  }

  /// Predictions for rows on the host, in blocks of 1,024; per cent. \throws error for a part of a row
  [[nodiscard]] std::vector<T> predict(std::span<const T> rows) const {
    if (rows.size() % entries != 0) {
      throw error("benchmark::ofa_accuracy::predict", std::to_string(rows.size()) + " entries",
                  "a multiple of " + std::to_string(entries));
    }
    constexpr std::size_t block = 1024;
    std::vector<T> out(rows.size() / entries);
    autodiff::evaluation<T> context;
    for (std::size_t at = 0; at < out.size(); at += block) {
      const std::size_t count = std::min(block, out.size() - at);
      context.clear();
      const auto y =
          (*this)(nn::freeze(context, store_), context.constant(rows.data() + at * entries, {count, entries}));
      std::copy_n(y.data(), count, out.data() + at);
    }
    return out;
  }

  [[nodiscard]] const nn::parameters<T>& parameters() const noexcept { return store_; }

private:
  static constexpr std::size_t inputs = 128;
  static constexpr std::size_t width = 400;

  void add(std::size_t number, std::size_t in, std::size_t out, const tensor<T>& weight, const tensor<T>& bias) {
    const std::string name = "layer" + std::to_string(number);
    layers_.emplace_back(store_, name, in, out, paragon::random_key{});
    store_.assign(store_.find(name + ".weight")->where, weight.span());
    store_.assign(store_.find(name + ".bias")->where, bias.span());
  }

  nn::parameters<T> store_;
  std::vector<nn::linear> layers_;
};

}  // namespace paragon::benchmark
