// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/to_float.hpp"
#include "../tensor/tensor.hpp"
#include "schedule.hpp"
#include "score_network_settings.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// The constant tables of a score network: positions of the rows and mask of the attention. Made once, used everywhere.
template <class T, class Backend = backend::cpu>
struct score_tables {
  tensor<T, Backend> position;  ///< [nodes, width]: sines in even columns, cosines in odd ones
  tensor<T, Backend> mask;      ///< [nodes, nodes]: 0 where row i must not see row j

  /// Sines are rounded to single precision, as in the published network, whatever T is.
  /// \param allowed  [nodes, nodes], 0 where row i must not see row j
  /// \throws error where the mask has another size
  score_tables(const score_network_settings& s, std::span<const std::uint8_t> allowed)
      : position(shape{s.nodes, s.width}), mask(shape{s.nodes, s.nodes}) {
    if (allowed.size() != mask.size()) {
      throw error("diffusion::score_tables", "a mask of " + std::to_string(allowed.size()) + " entries",
                  std::to_string(mask.size()));
    }
    std::vector<T> sines(position.size());
    for (std::size_t r = 0; r < s.nodes; ++r) {
      const auto place = static_cast<float>(s.stage == 0 ? r : r % s.stage);
      for (std::size_t c = 0; c < s.width; ++c) {
        const float exponent = static_cast<float>(c - c % 2) / static_cast<float>(s.width);
        const double angle = static_cast<double>(place / std::pow(10000.0F, exponent));
        sines[r * s.width + c] = static_cast<T>(to_float(c % 2 == 0 ? std::sin(angle) : std::cos(angle)));
      }
    }
    position.assign(sines);
    std::vector<T> seen(mask.size());
    for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = allowed[i] == 0 ? T(0) : T(1);
    mask.assign(seen);
  }
};

/// What a score network reads of the moments that its samples are at.
template <class T, class Backend = backend::cpu>
struct noise_codes {
  tensor<T, Backend> codes;   ///< [moments, width]: [sin(a f_k) | cos(a f_k)] with f_k = 10000^(-k / (width / 2 - 1))
  tensor<T, Backend> scales;  ///< [moments, 1]: 1 / sqrt(scale^2 + deviation^2)
  tensor<T, Backend> sharpness;  ///< [moments, 1]: 2 scale / deviation^2, what an entry of x adds to its class' logit

  /// The angle a is the noise level as published, or 4 ln(deviation / scale) where `settings.preconditioned`.
  /// \throws error for a moment without noise, or with numbers that are not finite
  noise_codes(const score_network_settings& s, std::span<const moment> moments)
      : codes(shape{moments.size(), s.width}), scales(shape{moments.size(), 1}), sharpness(scales.shape()) {
    assign(s, moments);
  }

  /// The same for as many other moments.
  void assign(const score_network_settings& s, std::span<const moment> moments) {
    const std::size_t half = s.width / 2;
    const auto step = static_cast<float>(-std::log(10000.0) / static_cast<double>(half - 1));
    std::vector<T> sines(moments.size() * s.width);
    std::vector<T> factors(moments.size());
    std::vector<T> precisions(moments.size());
    for (std::size_t i = 0; i < moments.size(); ++i) {
      const moment& at = moments[i];
      if (!(at.scale > 0 && at.deviation > 0) || !std::isfinite(at.scale + at.deviation + at.noise_level)) {
        throw error("diffusion::noise_codes",
                    "a scale of " + number_text(at.scale) + " and a deviation of " + number_text(at.deviation),
                    "positive numbers");
      }
      factors[i] = static_cast<T>(1 / std::hypot(at.scale, at.deviation));
      precisions[i] = static_cast<T>(2 * at.scale / (at.deviation * at.deviation));
      const auto angle = static_cast<float>(s.preconditioned ? 4 * std::log(at.deviation / at.scale) : at.noise_level);
      for (std::size_t k = 0; k < half; ++k) {
        const auto a = static_cast<double>(angle * std::exp(static_cast<float>(k) * step));
        sines[i * s.width + k] = static_cast<T>(to_float(std::sin(a)));
        sines[i * s.width + half + k] = static_cast<T>(to_float(std::cos(a)));
      }
    }
    codes.assign(sines);
    scales.assign(factors);
    sharpness.assign(precisions);
  }
};

}  // namespace paragon::diffusion
