// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <paragon/diffusion/score_model.hpp>

namespace paragon_test {

/// A space of five architectures whose rows depend on each other: three rows of two operators, some of them absent.
/// What the best network would say is known.
struct tiny_space {
  static constexpr std::size_t nodes = 3;
  static constexpr std::size_t operators = 2;
  paragon::diffusion::row_classes data;

  /// \param absent  whether some rows have no operator
  explicit tiny_space(bool absent) : data{nodes, operators, {0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1}} {
    if (absent) data.classes[14] = data.classes[13] = 2;
  }

  [[nodiscard]] static paragon::diffusion::score_graph graph() {
    return {{"first", "second", "third"}, {"zero", "one"}, paragon::diffusion::full_mask(nodes)};
  }
  [[nodiscard]] static paragon::diffusion::score_network_settings settings() {
    return {.nodes = nodes,
            .operators = operators,
            .width = 16,
            .layers = 2,
            .heads = 2,
            .inner = 32,
            .head = 32,
            .preconditioned = true};
  }

  /// Probabilities of the architectures given a noisy matrix.
  template <class T>
  [[nodiscard]] std::vector<double> posterior(const T* x, const paragon::diffusion::moment& at) const {
    std::vector<double> p(data.size());
    for (std::size_t a = 0; a < p.size(); ++a) {
      for (std::size_t i = 0; i < nodes * operators; ++i) {
        const double clean = data.classes[a * nodes + i / operators] == i % operators ? 1 : -1;
        const double d = static_cast<double>(x[i]) - at.scale * clean;
        p[a] -= d * d / (2 * at.deviation * at.deviation);
      }
    }
    const double greatest = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (double& q : p) sum += q = std::exp(q - greatest);
    for (double& q : p) q /= sum;
    return p;
  }

  /// E[x_0 | x].
  template <class T>
  [[nodiscard]] std::vector<double> expected(const T* x, const paragon::diffusion::moment& at) const {
    const auto p = posterior(x, at);
    std::vector<double> out(nodes * operators, -1);
    for (std::size_t a = 0; a < p.size(); ++a) {
      for (std::size_t r = 0; r < nodes; ++r) {
        const std::size_t c = data.classes[a * nodes + r];
        if (c < operators) out[r * operators + c] += 2 * p[a];
      }
    }
    return out;
  }

  /// The least cross-entropy of a batch that any network has on average.
  template <class T>
  [[nodiscard]] double least_loss(const paragon::diffusion::noisy_batch<T>& batch) const {
    double loss = 0;
    const std::size_t each = nodes * operators;
    for (std::size_t g = 0; g < batch.graphs; ++g) {
      const auto p = posterior(batch.noisy.data() + g * each, batch.moments[g]);
      for (std::size_t r = 0; r < nodes; ++r) {
        std::size_t own = operators;
        for (std::size_t c = 0; c < operators; ++c) {
          if (batch.clean[g * each + r * operators + c] > 0) own = c;
        }
        double q = 0;
        for (std::size_t a = 0; a < p.size(); ++a) q += data.classes[a * nodes + r] == own ? p[a] : 0;
        loss -= std::log(q);
      }
    }
    return loss / static_cast<double>(batch.graphs * nodes);
  }
};

}  // namespace paragon_test
