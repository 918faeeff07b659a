// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "sde.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// One point on the way from noise to data, with what the process is there.
struct moment {
  double time = 0;
  double scale = 1;        ///< of the data in x_t
  double deviation = 0;    ///< of the noise in x_t
  double noise_level = 0;  ///< what networks are told

  friend bool operator==(const moment&, const moment&) = default;
};

template <sde S>
[[nodiscard]] moment moment_at(const S& process, double t) {
  return {t, process.scale(t), process.deviation(t), process.noise_level(t)};
}

/// `steps` moments at equal distances in time, from t = 1 down to `last`.
/// Throws `paragon::error` for fewer than 2 steps or `last` outside (0, 1).
template <sde S>
[[nodiscard]] std::vector<moment> uniform_in_time(const S& process, std::size_t steps, double last) {
  if (steps < 2 || !(last > 0 && last < 1)) {
    throw error("diffusion::uniform_in_time", std::to_string(steps) + " steps down to t = " + number_text(last),
                "at least 2 steps, and a last time between 0 and 1");
  }
  std::vector<moment> way(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    way[i] = moment_at(process, 1 + (last - 1) * static_cast<double>(i) / static_cast<double>(steps - 1));
  }
  return way;
}

/// `steps` moments at equal distances in the logarithm of deviation / scale, from t = 1 down to `last`: where the
/// exponential integrators' error is spread evenly. For `variance_exploding` the same as `uniform_in_time`.
/// Throws as `uniform_in_time`.
template <sde S>
[[nodiscard]] std::vector<moment> uniform_in_noise(const S& process, std::size_t steps, double last) {
  std::vector<moment> way = uniform_in_time(process, steps, last);
  const auto level = [&](double t) { return std::log(process.deviation(t) / process.scale(t)); };
  const double from = level(1);
  const double to = level(last);
  for (std::size_t i = 1; i + 1 < steps; ++i) {
    const double wanted = from + (to - from) * static_cast<double>(i) / static_cast<double>(steps - 1);
    double low = last;
    double high = 1;
    for (int halving = 0; halving < 60; ++halving) {  // the level grows with time
      const double middle = (low + high) / 2;
      (level(middle) < wanted ? low : high) = middle;
    }
    way[i] = moment_at(process, (low + high) / 2);
  }
  return way;
}

}  // namespace paragon::diffusion
