// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "../../core/parse_number.hpp"
#include "../../nn/parameters.hpp"
#include "../../nn/weights.hpp"
#include "../../tensor/safetensors.hpp"
#include "cell_network.hpp"
#include "space.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// Writes a cell's network to a .safetensors file: weights and kept statistics by name, and, as metadata, what
/// `load_cell_network` needs to build it again: "architecture", "width", "cells", "classes", "image_size".
///
/// PyTorch reads the tensors with `safetensors.torch.load_file`; convolution weights are [k, k, in, out].
/// The file appears complete or not at all.
/// \param more  further metadata, for instance how images are normalised
/// \throws error that names the path where it cannot be written
template <class T, class B>
void save_cell_network(const std::string& path, const cell_network<T, B>& net,
                       safetensors_file::metadata_map more = {}) {
  const auto& around = net.space().network;
  more["architecture"] = to_string(net.network().sharing().cell);
  more["width"] = std::to_string(around.channels);
  more["cells"] = std::to_string(around.cells_per_stage);
  more["classes"] = std::to_string(around.classes);
  more["image_size"] = std::to_string(around.image_size);
  const std::vector<T> weights = net.store().values().to_vector();
  const std::vector<T> kept = net.kept().values().to_vector();
  std::vector<named_tensor> tensors;
  const auto add = [&](const nn::parameters<T, B>& store, std::span<const T> values) {
    for (const auto& [name, where] : store.entries()) {
      tensors.emplace_back(name, where.extents, values.subspan(where.offset, where.extents.size()));
    }
  };
  add(net.store(), weights);
  add(net.kept(), kept);
  save_safetensors(path, std::move(tensors), more);
}

/// A whole number above 0 that a file's metadata tells. \throws error that names the file
[[nodiscard]] inline int size_in_metadata(const safetensors_file& file, const std::string& path,
                                          std::string_view name) {
  constexpr int most = 1 << 20;
  const auto found = file.metadata().find(name);
  const std::string text = found == file.metadata().end() ? "nothing" : found->second;
  int value = 0;
  if (parse_number(text, value) != number_fault::none || value < 1 || value > most) {
    throw error(path, std::string(name) + " " + text + " in the metadata", "a whole number above 0");
  }
  return value;
}

/// Reads what `save_cell_network` wrote. \throws error that names the file: missing, malformed or of something else
///
/// \code
/// const auto net = benchmark::load_cell_network("network.safetensors");
/// net.evaluate(net.network().sharing().cell, images.data(), images.shape(), labels, 250, supernet::statistics::kept);
/// \endcode
template <class T = float, class B = backend::cpu>
[[nodiscard]] cell_network<T, B> load_cell_network(const std::string& path) {
  const safetensors_file file(path);
  const auto size = [&](std::string_view name) { return size_in_metadata(file, path, name); };
  const nasbench201 around{.network = {.channels = size("width"),
                                       .cells_per_stage = size("cells"),
                                       .classes = size("classes"),
                                       .image_size = size("image_size")}};
  const auto cell = file.metadata().find("architecture");
  if (cell == file.metadata().end()) throw error(path, "no architecture in the metadata", "the network of a cell");
  auto net = make_cell_network<T, B>(around, parse_nasbench201_cell(cell->second), {});
  nn::load_weights(file, net.store());
  nn::load_weights(file, net.kept());
  return net;
}

}  // namespace paragon::benchmark
