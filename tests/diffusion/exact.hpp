// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/diffusion/score.hpp>

namespace paragon_test {

/// The score of data that are N(mean, width^2 I): every solver's answer is known.
struct normal_data {
  double mean = 0.5;
  double width = 0.3;
  std::vector<paragon::diffusion::moment> way{};

  void prepare(std::span<const paragon::diffusion::moment> w) { way.assign(w.begin(), w.end()); }
  template <class T, class B>
  void evaluate(const paragon::tensor<T, B>& x, std::size_t step, paragon::tensor<T, B>& out) const {
    const auto& at = way[step];
    const double variance = at.scale * at.scale * width * width + at.deviation * at.deviation;
    for (std::size_t e = 0; e < x.size(); ++e) out[e] = static_cast<T>((at.scale * mean - x[e]) / variance);
  }
};

using cells = paragon::benchmark::nasbench201;
using cell_graph = paragon::benchmark::nasbench201_diffusion_graph<>;

/// Pearson's statistic of how often each operation stands on each edge, against given probabilities; 24 degrees of
/// freedom. The chance that it exceeds 51.2 is 0.001 (a table of the chi-square distribution).
inline double operation_statistic(const paragon::tensor<float>& x, const std::array<double, 5>& probability) {
  std::array<std::array<double, 5>, 6> seen{};
  const std::size_t samples = x.shape()[0];
  for (std::size_t s = 0; s < samples; ++s) {
    const auto cell = cell_graph::decode(std::span<const float>(x.data() + s * 56, 56));
    for (std::size_t e = 0; e < 6; ++e) ++seen[e][static_cast<std::size_t>(cell.operations[e])];
  }
  double statistic = 0;
  for (const auto& edge : seen) {
    for (std::size_t o = 0; o < 5; ++o) {
      const double expected = probability[o] * static_cast<double>(samples);
      statistic += (edge[o] - expected) * (edge[o] - expected) / expected;
    }
  }
  return statistic;
}
inline constexpr double one_in_a_thousand = 51.2;

/// How many samples the published threshold accepts.
inline std::size_t valid_by_threshold(const paragon::tensor<float>& x) {
  std::size_t valid = 0;
  std::vector<float> unscaled(56);
  for (std::size_t s = 0; s < x.shape()[0]; ++s) {
    for (std::size_t e = 0; e < 56; ++e) unscaled[e] = (x[s * 56 + e] + 1) / 2;
    valid += cell_graph::decode_threshold(std::span<const float>(unscaled)).has_value();
  }
  return valid;
}

}  // namespace paragon_test
