// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../space/linear_cost.hpp"
#include "../tensor/tensor.hpp"
#include "choice_posterior.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// Pulls samples towards a small cost that is linear in the choices (parameters, MACs), exactly: with weight w, samples
/// of a density p become samples of one proportional to p(x_0) exp(-w cost(x_0)).
///
/// The gradient of log E[exp(-w cost(x_0)) | x_t] is known in closed form where the posterior of the choices is; no
/// predictor is needed, and none of its error comes in. A negative weight pulls towards a large cost. O(entries) a sample.
///
/// \code
/// diffusion::cost_guidance small(score, cells.parameter_cost(), 3e5);   // score: independent_choices, nested_choices
/// \endcode
template <choice_posterior Posterior>
class cost_guidance {
  using T = typename Posterior::value_type;

public:
  /// \param unit  what the cost is divided by, so that weights are comparable: its standard deviation, its range
  /// Throws `paragon::error` where the cost has a wrong number of coefficients, or the unit is not positive.
  cost_guidance(Posterior choices, const space::linear_cost& cost, double unit = 1) : choices_(std::move(choices)) {
    const std::size_t total = choices_.positions().size();
    if (cost.coefficients.size() != total) {
      throw error("diffusion::cost_guidance", std::to_string(cost.coefficients.size()) + " coefficients",
                  std::to_string(total));
    }
    if (!(unit > 0)) throw error("diffusion::cost_guidance", "a unit of " + number_text(unit), "a positive number");
    for (const double c : cost.coefficients) costs_.push_back(static_cast<T>(c / unit));
  }

  void prepare(std::span<const moment> way) { choices_.prepare(way); }

  void add_gradient(const tensor<T>& x, std::size_t step, std::span<const double> weights, tensor<T>& out) {
    const std::size_t each = choices_.nodes() * choices_.features();
    const moment& at = choices_.way()[step];
    const T sharpness = static_cast<T>(2 * at.scale / (at.deviation * at.deviation));
    free_.resize(costs_.size());
    pulled_.resize(costs_.size());
    for (std::size_t s = 0; s < weights.size(); ++s) {
      if (weights[s] == 0) continue;
      const std::span<const T> from(x.data() + s * each, each);
      choices_.probabilities(from, step, {}, 0, std::span<T>(free_));
      choices_.probabilities(from, step, costs_, static_cast<T>(weights[s]), std::span<T>(pulled_));
      for (std::size_t k = 0; k < costs_.size(); ++k) {
        out[s * each + choices_.positions()[k]] += sharpness * (pulled_[k] - free_[k]);
      }
    }
  }

private:
  Posterior choices_;
  std::vector<T> costs_;
  std::vector<T> free_;    // of one sample
  std::vector<T> pulled_;  // of one sample
};

}  // namespace paragon::diffusion
