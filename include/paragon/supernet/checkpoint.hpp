// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../tensor/safetensors.hpp"
#include "supernet.hpp"
#include "weight_trainer.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

/// Writes all that a training needs to go on with the same bits: weights, statistics, velocity, number of the step.
/// The file appears complete or not at all, so a program that is killed while it writes keeps the one before.
/// \param metadata  what the run is: kept in the file, compared by `open_checkpoint`
/// \param more      tensors of a search around the training
/// \throws error that names the path where it cannot be written
template <class Network>
void save_checkpoint(const std::string& path, const supernet<Network>& net, const weight_trainer<float>& trainer,
                     const safetensors_file::metadata_map& metadata, std::vector<named_tensor> more = {}) {
  const std::array<double, 1> step{static_cast<double>(trainer.done())};
  const auto add = [&](const char* name, std::span<const float> values) {
    more.emplace_back(name, shape{values.size()}, values);
  };
  add("weights", net.store().values().span());
  add("statistics", net.kept().values().span());
  add("velocity", trainer.velocity().span());
  more.emplace_back("step", shape{1}, std::span<const double>(step));
  save_safetensors(path, std::move(more), metadata);
}

/// Reads a checkpoint. \throws error where the file is missing or malformed, or was written with other metadata
[[nodiscard]] inline safetensors_file open_checkpoint(const std::string& path,
                                                      const safetensors_file::metadata_map& metadata) {
  safetensors_file file(path);
  for (const auto& [name, value] : metadata) {
    const auto found = file.metadata().find(name);
    const std::string text = found == file.metadata().end() ? "nothing" : found->second;
    if (text != value) throw error(path, name + " " + text, value + ": the checkpoint is of another run");
  }
  return file;
}

/// Goes on from a checkpoint. \throws error for one of another network; nothing is changed then
template <class Network>
void restore_checkpoint(const safetensors_file& file, supernet<Network>& net, weight_trainer<float>& trainer) {
  const double steps = file.get<double>("step", {1})[0];
  if (!(steps >= 0 && steps <= 0x1p53 && steps == std::floor(steps))) {
    throw error("supernet::restore_checkpoint", "step " + number_text(steps), "a whole number of at least 0");
  }
  const auto step = static_cast<std::uint64_t>(steps);
  const std::size_t size = net.store().size();
  auto weights = file.get<float>("weights", {size});
  auto kept = file.get<float>("statistics", {net.kept().size()});
  auto velocity = file.get<float>("velocity", {step == 0 ? 0 : size});
  net.store().values() = std::move(weights);
  net.kept().values() = std::move(kept);
  trainer.restore(std::move(velocity), step);
}

}  // namespace paragon::supernet
