// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <paragon/core/random_key.hpp>
#include <paragon/diffusion/schedule.hpp>
#include <paragon/predictor/architecture_network.hpp>
#include <paragon/space/concepts.hpp>
#include <span>
#include <string_view>
#include <vector>

/// Trains a network that guides: it reads relaxed architectures, the probabilities of their choices given a noisy matrix.
///
/// Each chosen architecture is learned at several noise levels, evenly spread in time. Labels are scaled to mean 0 and
/// deviation 1 over the chosen ones, so that weights of guidance mean the same for all networks.
/// \param choices  models `diffusion::choice_posterior`
/// \param labels   one for each architecture
template <class Encoding, class Choices, class Process, class A, class Observer>
[[nodiscard]] paragon::predictor::architecture_network<float> guidance_network(
    const Encoding& encoding, Choices choices, const Process& process, std::span<const A> architectures,
    std::span<const float> labels, std::span<const std::size_t> chosen, paragon::random_key key, std::string_view phase,
    Observer& observe) {
  constexpr std::size_t copies = 6;
  std::vector<paragon::diffusion::moment> levels;
  for (std::size_t c = 0; c < copies; ++c) {
    levels.push_back(paragon::diffusion::moment_at(process, (static_cast<double>(c) + 0.05) / copies));
  }
  choices.prepare(levels);
  double mean = 0;
  for (const std::size_t i : chosen) mean += labels[i] / static_cast<double>(chosen.size());
  double variance = 0;
  for (const std::size_t i : chosen) variance += std::pow(labels[i] - mean, 2) / static_cast<double>(chosen.size());
  const double deviation = variance > 0 ? std::sqrt(variance) : 1;

  const std::size_t entries = encoding.nodes() * encoding.features();
  const std::size_t width = choices.positions().size();
  std::vector<float> x(entries);
  std::vector<float> rows(chosen.size() * copies * width);
  std::vector<float> targets;
  const paragon::random_key noise = key.fork("noise");
  for (std::size_t k = 0; k < chosen.size() * copies; ++k) {
    const std::size_t i = chosen[k / copies];
    const auto& level = levels[k % copies];
    encoding.encode(architectures[i], std::span<float>(x));
    for (std::size_t e = 0; e < entries; ++e) {
      x[e] = static_cast<float>(level.scale * (2 * x[e] - 1) + level.deviation * noise.normal(k * entries + e));
    }
    choices.probabilities(std::span<const float>(x), k % copies, {}, 0, std::span(rows).subspan(k * width, width));
    targets.push_back(static_cast<float>((labels[i] - mean) / deviation));
  }
  paragon::predictor::architecture_network<float> network(width, {.width = 64, .layers = 2, .members = 1},
                                                          key.fork("weights"));
  const auto watch = [&](std::string_view, std::size_t done, std::size_t total, double value) {
    return observe(phase, done, total, value);
  };
  network.train(std::span<const float>(rows), std::span<const float>(targets),
                {.epochs = 24, .batch = 128, .rate = 3e-3}, {}, watch);
  return network;
}
