// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../../core/error.hpp"
#include "../../nn/parameters.hpp"
#include "../../supernet/supernet.hpp"
#include "cell_network.hpp"
#include "space.hpp"
#include "supernet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

namespace cut_out_detail {

template <class T, class B>
std::vector<T> read(const nn::parameters<T, B>& from, const std::string& name) {
  const auto* entry = from.find(name);
  if (entry == nullptr) throw error("benchmark::cut_out", "no parameter " + quote(name), "those of the network");
  std::vector<T> host(entry->where.extents.size());
  B::copy_to_host(host.data(), from.data() + entry->where.offset, sizeof(T) * host.size());
  return host;
}

template <class T, class B>
void write(nn::parameters<T, B>& to, const std::string& name, std::span<const T> values) {
  to.assign(to.find(name)->where, values);
}

/// Which edges start at a node of zeros: one that no operation but "none" connects with the input.
[[nodiscard]] inline std::array<bool, 6> from_zeros(const nasbench201_cell& cell) {
  std::array<bool, 4> zero{false, true, true, true};
  std::array<bool, 6> result{};
  for (std::size_t e = 0; e < result.size(); ++e) {  // in the order of their targets
    result[e] = zero[nasbench201_cell::source[e]];
    if (cell.operations[e] == nasbench201_operation::none || result[e]) continue;
    zero[nasbench201_cell::target[e]] = false;
  }
  return result;
}

}  // namespace cut_out_detail

/// A cell's own network with the supernet's weights: with the statistics of the batch, both give the same logits.
///
/// - Of `entangled` weights a 1x1 convolution gets the centre tap, of `separate` ones its own.
/// - The cells of a network on its own have gains and biases in their normalisations: they begin with 1 and 0.
/// - A supernet's convolution bias is left out. The normalisation after it takes it off again; the kept mean is moved by
///   it, so that kept statistics mean the same too.
/// - Kept statistics are copied. They are the cell's where the supernet was recalibrated for it; otherwise recalibrate the
///   new network. Convolutions of zeros, which a supernet skips, keep those of a new network and so give zeros.
///
/// The supernet stays as it is; O(parameters). Deterministic.
///
/// \code
/// auto net = benchmark::cut_out(trained, benchmark::nasbench201::parse(text));
/// net.recalibrate(cell, images.data(), images.shape());
/// benchmark::to_onnx(net.network(), net.store(), net.kept(), cell, 32, 32).save("cell.onnx");
/// \endcode
template <class Sharing, class T, class B>
  requires(!std::same_as<Sharing, only>)
[[nodiscard]] cell_network<T, B> cut_out(const supernet::supernet<nasbench201_supernet<Sharing>, T, B>& net,
                                         const nasbench201_cell& cell) {
  using cut_out_detail::read;
  using cut_out_detail::write;
  auto cut = make_cell_network<T, B>(net.space(), cell, {});
  const auto around = [](const nn::parameters<T, B>& from, nn::parameters<T, B>& to) {
    for (const auto& [name, where] : to.entries()) {
      if (name.find(".edge") == std::string::npos) to.assign(where, read(from, name));
    }
  };
  around(net.store(), cut.store());
  around(net.kept(), cut.kept());

  const std::array<bool, 6> zeros = cut_out_detail::from_zeros(cell);
  for (std::size_t s = 0; s < 3; ++s) {
    for (int n = 0; n < net.space().network.cells_per_stage; ++n) {
      for (std::size_t e = 0; e < zeros.size(); ++e) {
        const nasbench201_operation o = cell.operations[e];
        const bool small = o == nasbench201_operation::nor_conv_1x1;
        if (!small && o != nasbench201_operation::nor_conv_3x3) continue;
        const std::string name =
            "stage" + std::to_string(s) + ".cell" + std::to_string(n) + ".edge" + std::to_string(e);
        const std::string from = name + (std::same_as<Sharing, entangled> ? "" : small ? ".one" : ".three");
        const std::vector<T> weights = read(net.store(), from + ".weight");
        std::span<const T> taken = weights;
        if (std::same_as<Sharing, entangled> && small)
          taken = taken.subspan(4 * (weights.size() / 9), weights.size() / 9);
        write(cut.store(), name + ".weight", taken);
        if (zeros[e]) continue;
        std::vector<T> mean = read(net.kept(), from + ".norm.mean");
        if (net.network().sharing().bias) {
          const std::vector<T> bias = read(net.store(), from + ".bias");
          for (std::size_t c = 0; c < mean.size(); ++c) mean[c] -= bias[c];
        }
        write<T>(cut.kept(), name + ".norm.mean", mean);
        write<T>(cut.kept(), name + ".norm.variance", read(net.kept(), from + ".norm.variance"));
      }
    }
  }
  return cut;
}

}  // namespace paragon::benchmark
