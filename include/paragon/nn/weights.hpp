// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../tensor/safetensors.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// Reads every parameter of a store from a .safetensors file, by name; shapes must agree, other tensors are ignored.
/// \param prefix  put before each name
/// \throws error that names the file, the tensor and both shapes; the store is then unchanged
///
/// \code
/// paragon::nn::load_weights(paragon::safetensors_file("predictor.safetensors"), store);
/// \endcode
template <class T, class Backend>
void load_weights(const safetensors_file& file, parameters<T, Backend>& store, const std::string& prefix = {}) {
  parameters<T, Backend> loaded = store;
  for (const auto& entry : store.entries()) {
    const tensor<T> values = file.get<T>(prefix + entry.name, entry.where.extents);
    loaded.assign(entry.where, values.span());
  }
  store = std::move(loaded);
}

/// Writes every parameter of a store to a .safetensors file under its name and shape, as elements of type T.
///
/// PyTorch reads it with `safetensors.torch.load_file`. The file appears complete or not at all.
/// \param metadata  free text by name, kept in the file's header
/// \param prefix    put before each name
/// \throws error that names the path where it cannot be written
template <class T, class Backend>
void save_weights(const std::string& path, const parameters<T, Backend>& store,
                  const safetensors_file::metadata_map& metadata = {}, const std::string& prefix = {}) {
  const std::vector<T> values = store.values().to_vector();
  std::vector<named_tensor> tensors;
  tensors.reserve(store.entries().size());
  for (const auto& [name, where] : store.entries()) {
    tensors.emplace_back(prefix + name, where.extents, std::span(values).subspan(where.offset, where.extents.size()));
  }
  save_safetensors(path, std::move(tensors), metadata);
}

}  // namespace paragon::nn
