// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// Heun's method on the ordinary differential equation that has the same densities as the process: the same noise gives
/// the same sample. Second order; two evaluations a step.
///
/// With y = x / scale and s = deviation / scale the equation is dy/ds = (y - E[x_0 | x_t]) / s for every process. The
/// last step ends in the expected data.
/// Reference: Karras, Aittala, Aila, Laine, "Elucidating the design space of diffusion-based generative models",
/// NeurIPS 2022, algorithm 1.
struct probability_flow {
  std::size_t steps = 20;  ///< moments; the last is reached by an Euler step alone
  double last = 1e-3;

  friend bool operator==(const probability_flow&, const probability_flow&) = default;

  template <sde Process>
  [[nodiscard]] std::vector<moment> way(const Process& process) const {
    return uniform_in_noise(process, steps, last);
  }
  [[nodiscard]] std::size_t evaluations() const noexcept { return 2 * steps - 1; }
  [[nodiscard]] static bool couples_samples() noexcept { return false; }

  template <sde Process, class Score, class T, class B>
  void run(const Process&, std::span<const moment> way, Score& score, const sample_noise&, tensor<T, B>& x) const {
    tensor<T, B> slope(x.shape());
    tensor<T, B> ahead(x.shape());
    tensor<T, B> work(x.shape());
    // (y - E[x_0 | x_t]) / s, from x: it is -deviation * score.
    const auto slope_at = [&](const tensor<T, B>& at, std::size_t i, tensor<T, B>& out) {
      score.evaluate(at, i, out);
      detail::scale(-way[i].deviation, out);
    };
    for (std::size_t i = 0; i + 1 < way.size(); ++i) {
      const double h = way[i + 1].deviation / way[i + 1].scale - way[i].deviation / way[i].scale;
      const double rescaled = way[i + 1].scale / way[i].scale;
      const double step = h * way[i + 1].scale;
      slope_at(x, i, slope);
      detail::combine(rescaled, x, step, slope, ahead);
      slope_at(ahead, i + 1, work);
      detail::combine(rescaled, x, step / 2, slope, step / 2, work, x);
    }
    score.evaluate(x, way.size() - 1, work);
    detail::expected_data(way.back(), x, work, ahead);
    std::swap(x, ahead);
  }
};

}  // namespace paragon::diffusion
