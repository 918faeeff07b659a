// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../tensor/tensor.hpp"
#include "schedule.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// Architectures as the class of every row of their operator matrix: the column of its 1, or the number of columns for
/// a row without one (absent). [architectures, nodes], two bytes a row, so that half a million fit in a few megabytes.
struct row_classes {
  std::size_t nodes = 0;
  std::size_t operators = 0;
  std::vector<std::uint16_t> classes;

  [[nodiscard]] std::size_t size() const noexcept { return nodes == 0 ? 0 : classes.size() / nodes; }

  /// The classes of architectures, as `graph.encode(architecture, span)` writes their matrices.
  /// \throws error where a row has more than one 1 or other entries than 0 and 1, and for 65,536 columns or more
  template <class Graph, class Architectures>
  [[nodiscard]] static row_classes of(const Graph& graph, const Architectures& architectures) {
    row_classes out{graph.nodes(), graph.features(), {}};
    if (out.operators > std::numeric_limits<std::uint16_t>::max()) {
      throw error("diffusion::row_classes", std::to_string(out.operators) + " columns", "fewer than 65536");
    }
    std::vector<float> x(out.nodes * out.operators);
    for (const auto& architecture : architectures) {
      graph.encode(architecture, std::span<float>(x));
      for (std::size_t r = 0; r < out.nodes; ++r) {
        std::size_t found = out.operators;
        for (std::size_t c = 0; c < out.operators; ++c) {
          const float entry = x[r * out.operators + c];
          if (entry == 0) continue;
          if (entry != 1 || found != out.operators) {
            throw error("diffusion::row_classes", "row " + std::to_string(r) + " of an encoding", "at most one 1");
          }
          found = c;
        }
        out.classes.push_back(static_cast<std::uint16_t>(found));
      }
    }
    return out;
  }
};

/// A batch of noisy operator matrices with all that a loss may ask for: x_t = scale x_0 + deviation z.
template <class T, class Backend = backend::cpu>
struct noisy_batch {
  std::size_t graphs;
  std::size_t nodes;
  std::size_t operators;
  std::vector<moment> moments;   ///< of every graph
  tensor<T, Backend> noisy;      ///< x_t, [graphs * nodes, operators]
  tensor<T, Backend> clean;      ///< x_0, of -1 and 1
  tensor<T, Backend> noise;      ///< z
  tensor<T, Backend> absent;     ///< [graphs * nodes, 1]: 1 where the row has no operator
  tensor<T, Backend> deviation;  ///< [graphs, 1]
  tensor<T, Backend> sharpness;  ///< [graphs, 1]: 2 scale / deviation^2

  noisy_batch(std::size_t n, const row_classes& data)
      : graphs(n), nodes(data.nodes), operators(data.operators), moments(n), noisy(shape{n * nodes, operators}),
        clean(noisy.shape()), noise(noisy.shape()), absent(shape{n * nodes, 1}), deviation(shape{n, 1}),
        sharpness(shape{n, 1}), host_(noisy.size()), row_(n * nodes), level_(n), picked_(n) {}

  /// Entries of one matrix.
  [[nodiscard]] std::size_t each() const noexcept { return nodes * operators; }

  /// Draws architectures with replacement, times and noise; all of it depends on the key alone.
  ///
  /// Times are uniform on (`least_time`, 1], one in each of `graphs` equal parts shifted by a common random number, so
  /// that every batch covers all noise levels evenly.
  template <sde Process>
  void draw(const row_classes& data, const Process& process, double least_time, paragon::random_key key) {
    const paragon::random_key pick = key.fork("architectures");
    const paragon::random_key time = key.fork("times");
    const paragon::random_key normal = key.fork("noise");
    const double shift = time.uniform(0);
    for (std::size_t g = 0; g < graphs; ++g) {
      picked_[g] = pick.below(data.size(), g);
      double t = (static_cast<double>(g) + 1) / static_cast<double>(graphs) - shift;
      t = t > 0 ? t : t + 1;
      moments[g] = moment_at(process, least_time + (1 - least_time) * t);
    }
    fill(clean, [&](std::size_t g, std::size_t r, std::size_t c) {
      return data.classes[picked_[g] * nodes + r] == c ? 1.0 : -1.0;
    });
    std::vector<T> from = host_;
    fill(noise,
         [&](std::size_t g, std::size_t r, std::size_t c) { return normal.normal((g * nodes + r) * operators + c); });
    for (std::size_t i = 0; i < host_.size(); ++i) {
      const moment& at = moments[i / each()];
      from[i] = static_cast<T>(at.scale) * from[i] + static_cast<T>(at.deviation) * host_[i];
    }
    noisy.assign(from);
    for (std::size_t r = 0; r < row_.size(); ++r) {
      row_[r] = data.classes[picked_[r / nodes] * nodes + r % nodes] == operators ? T(1) : T(0);
    }
    absent.assign(row_);
    for (std::size_t g = 0; g < graphs; ++g) level_[g] = static_cast<T>(moments[g].deviation);
    deviation.assign(level_);
    for (std::size_t g = 0; g < graphs; ++g) {
      level_[g] = static_cast<T>(2 * moments[g].scale / (moments[g].deviation * moments[g].deviation));
    }
    sharpness.assign(level_);
  }

private:
  template <class Entry>
  void fill(tensor<T, Backend>& to, Entry&& entry) {
    for (std::size_t i = 0; i < host_.size(); ++i) {
      host_[i] = static_cast<T>(entry(i / each(), i / operators % nodes, i % operators));
    }
    to.assign(host_);
  }

  std::vector<T> host_;
  std::vector<T> row_;
  std::vector<T> level_;
  std::vector<std::uint64_t> picked_;
};

}  // namespace paragon::diffusion
