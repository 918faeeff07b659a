// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "../../nn/parameters.hpp"
#include "../../onnx/operators.hpp"
#include "space.hpp"
#include "supernet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

namespace nasbench201_onnx_detail {

/// Walks through the network of one cell as `benchmark::nasbench201_supernet` does, and writes nodes.
template <class Sharing, class T, class B>
class writer {
public:
  writer(const nasbench201_supernet<Sharing>& network, const nn::parameters<T, B>& store,
         const nn::parameters<T, B>& kept, const nasbench201_cell& cell)
      : network_(&network), store_(&store), kept_(&kept), cell_(cell), model_("nasbench201") {
    std::array<bool, 4> used{false, false, false, true};
    for (std::size_t e = edges; e-- > 0;) {
      if (cell.operations[e] == operation::none || !used[nasbench201_cell::target[e]]) continue;
      used[nasbench201_cell::source[e]] = true;
    }
    used_ = used;
  }

  onnx::model write(std::int64_t height, std::int64_t width) {
    model_.note("architecture", to_string(cell_));
    auto y = model_.input("images", {onnx::batch, 3, height, width});
    y = norm("stem.norm", convolution("stem", y, {.out = channels(0)}), true);
    for (std::size_t s = 0; s < 3; ++s) {
      const std::string stage = "stage" + std::to_string(s);
      if (s > 0) y = reduce(stage + ".reduction", y, channels(s));
      const auto inside = y;
      std::optional<onnx::value> x = y;
      for (int n = 0; n < network_->space().network.cells_per_stage && x; ++n) {
        x = write_cell(stage + ".cell" + std::to_string(n), *x);
      }
      y = x ? *x : onnx::scale(model_, stage + ".zero", inside, 0);
    }
    y = onnx::relu(model_, "last.relu", norm("last", y, true));
    y = onnx::flatten(model_, "features", onnx::global_average_pool(model_, "pool", y));
    y = onnx::linear(model_, "classifier", y, values(*store_, "classifier.weight"), values(*store_, "classifier.bias"));
    model_.output(y);
    return std::move(model_);
  }

private:
  using operation = nasbench201_operation;
  static constexpr std::size_t edges = 6;
  static constexpr bool affine = std::same_as<Sharing, only>;

  [[nodiscard]] std::int64_t channels(std::size_t stage) const {
    return std::int64_t{network_->space().network.channels} << stage;
  }

  static std::vector<float> values(const nn::parameters<T, B>& from, const std::string& name) {
    const auto* entry = from.find(name);
    if (entry == nullptr) throw error("benchmark::to_onnx", "no parameter " + quote(name), "those of the network");
    std::vector<T> host(entry->where.extents.size());
    B::copy_to_host(host.data(), from.data() + entry->where.offset, sizeof(T) * host.size());
    return {host.begin(), host.end()};
  }

  onnx::value convolution(const std::string& name, const onnx::value& x, const onnx::convolution_settings& s) {
    return onnx::convolution(model_, name, x, values(*store_, name + ".weight"), s);
  }

  onnx::value norm(const std::string& name, const onnx::value& x, bool gains) {
    const auto mean = values(*kept_, name + ".mean");
    const auto variance = values(*kept_, name + ".variance");
    if (!gains) return onnx::batch_norm(model_, name, x, mean, variance);
    const auto gain = values(*store_, name + ".weight");
    return onnx::batch_norm(model_, name, x, mean, variance, gain, values(*store_, name + ".bias"));
  }

  onnx::value reduce(const std::string& name, const onnx::value& x, std::int64_t out) {
    auto a = onnx::relu(model_, name + ".a.relu", x);
    a = norm(name + ".a.norm", convolution(name + ".a", a, {.out = out, .stride = 2}), true);
    a = onnx::relu(model_, name + ".b.relu", a);
    a = norm(name + ".b.norm", convolution(name + ".b", a, {.out = out}), true);
    const auto half = onnx::average_pool(model_, name + ".half", x, {.kernel = 2, .stride = 2});
    return onnx::add(model_, name, a, convolution(name + ".shortcut", half, {.out = out, .kernel = 1}));
  }

  std::optional<onnx::value> write_cell(const std::string& name, const onnx::value& x) {
    std::array<std::optional<onnx::value>, 4> node{x, {}, {}, {}};
    for (std::size_t e = 0; e < edges; ++e) {
      const std::size_t to = nasbench201_cell::target[e];
      if (!used_[to]) continue;
      const std::string edge = name + ".edge" + std::to_string(e);
      const auto y = write_edge(edge, cell_.operations[e], node[nasbench201_cell::source[e]], x);
      if (!y) continue;
      std::optional<onnx::value>& sum = node[to];
      sum = sum ? onnx::add(model_, edge + ".sum", *sum, *y) : *y;
    }
    return node[3];
  }

  /// \param from  nothing where the source is zeros
  /// \param like  a tensor of the source's shape
  std::optional<onnx::value> write_edge(const std::string& name, operation o, const std::optional<onnx::value>& from,
                                        const onnx::value& like) {
    if (o == operation::none) return {};
    if (o == operation::skip_connect) return from;
    if (o == operation::avg_pool_3x3) {
      return from ? std::optional(onnx::average_pool(model_, name + ".pool", *from)) : std::nullopt;
    }
    // As the network: convolved zeros are taken to stay zeros where normalisation adds no bias.
    if (!from && !affine) return {};
    const auto source = from ? *from : onnx::scale(model_, name + ".zero", like, 0);
    const bool small = o == operation::nor_conv_1x1;
    const std::int64_t c = like.extents[1];
    const std::string at = name + (!std::same_as<Sharing, separate> ? "" : small ? ".one" : ".three");
    auto weights = values(*store_, at + ".weight");
    if constexpr (std::same_as<Sharing, entangled>) {
      const auto taps = static_cast<std::ptrdiff_t>(c * c);
      if (small) weights = {weights.begin() + 4 * taps, weights.begin() + 5 * taps};
    }
    std::vector<float> bias;
    if constexpr (!affine) {
      if (network_->sharing().bias) bias = values(*store_, at + ".bias");
    }
    const auto y = onnx::convolution(model_, at, onnx::relu(model_, at + ".relu", source), weights,
                                     {.out = c, .kernel = small ? 1 : 3}, bias);
    return norm(at + ".norm", y, affine);
  }

  const nasbench201_supernet<Sharing>* network_;
  const nn::parameters<T, B>* store_;
  const nn::parameters<T, B>* kept_;
  nasbench201_cell cell_;
  std::array<bool, 4> used_{};
  onnx::model model_;
};

}  // namespace nasbench201_onnx_detail

/// The network of one cell as an ONNX model: "images" [N, 3, H, W], normalised as in training, to "classifier"
/// [N, classes]. Nodes have the names of the parameters; the cell stands in the note "architecture".
///
/// Normalisation uses the kept statistics. Those of a supernet must be the cell's own: call `recalibrate` before.
/// \param store, kept   the parameters that the network was made with, and its statistics
/// \param height, width  of the images, multiples of 4
/// \throws error for other images, for stores of another network; with `only`, for another cell
///
/// \code
/// net.recalibrate(cell, images.data(), images.shape());
/// to_onnx(net.network(), net.store(), net.kept(), cell, 32, 32).save("cell.onnx");
/// \endcode
template <class Sharing, class T, class B>
[[nodiscard]] onnx::model to_onnx(const nasbench201_supernet<Sharing>& network, const nn::parameters<T, B>& store,
                                  const nn::parameters<T, B>& kept, const nasbench201_cell& cell, std::int64_t height,
                                  std::int64_t width) {
  if (height <= 0 || width <= 0 || height % 4 != 0 || width % 4 != 0) {
    throw error("benchmark::to_onnx", "images of " + std::to_string(height) + " x " + std::to_string(width),
                "multiples of 4");
  }
  if constexpr (std::same_as<Sharing, only>) {
    if (cell != network.sharing().cell) {
      throw error("benchmark::to_onnx", "cell " + benchmark::to_string(cell),
                  benchmark::to_string(network.sharing().cell));
    }
  }
  return nasbench201_onnx_detail::writer<Sharing, T, B>(network, store, kept, cell).write(height, width);
}

}  // namespace paragon::benchmark
