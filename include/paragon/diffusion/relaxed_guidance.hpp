// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/context.hpp"
#include "../core/error.hpp"
#include "../tensor/tensor.hpp"
#include "choice_posterior.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// Pulls samples along the gradient of a predictor that reads relaxed architectures, from the choices that are still
/// open.
///
/// Given x_t, the choices have known probabilities where their posterior is; they say everything that x_t does about the
/// architecture. The predictor reads them instead of the noisy matrix, so it need not be told the noise level, and at
/// the end, when the probabilities are 0 and 1, it judges the architecture itself. The gradient goes back through the
/// predictor's inputs alone, and through the probabilities in closed form. Each sample's gradient is multiplied by its
/// weight.
/// \tparam Posterior  `independent_choices`, `nested_choices`
/// \tparam Predict    `predict(context, rows)` gives [samples, 1] for relaxed rows of an `autodiff::tape<T>`
template <choice_posterior Posterior, class Predict>
  requires requires(const Predict& predict, autodiff::tape<typename Posterior::value_type>& tape,
                    autodiff::variable<autodiff::tape<typename Posterior::value_type>> rows) {
    { predict(tape, rows) } -> std::same_as<autodiff::variable<autodiff::tape<typename Posterior::value_type>>>;
  }
class relaxed_guidance {
  using T = typename Posterior::value_type;

public:
  relaxed_guidance(Posterior choices, Predict predict) : choices_(std::move(choices)), predict_(std::move(predict)) {}

  void prepare(std::span<const moment> way) { choices_.prepare(way); }

  void add_gradient(const tensor<T>& x, std::size_t step, std::span<const double> weights, tensor<T>& out) {
    const std::size_t each = choices_.nodes() * choices_.features();
    const std::size_t total = choices_.positions().size();
    const std::size_t samples = weights.size();
    rows_.resize(samples * total);
    seeds_.assign(weights.begin(), weights.end());
    for (std::size_t s = 0; s < samples; ++s) {
      choices_.probabilities(std::span<const T>(x.data() + s * each, each), step, {}, 0,
                             std::span<T>(rows_).subspan(s * total, total));
    }
    tape_.clear();
    const auto rows = tape_.input(rows_.data(), shape{samples, total});
    const auto y = predict_(tape_, rows);
    if (y.size() != samples) {
      throw error("diffusion::relaxed_guidance", "predictions of shape " + to_string(y.shape()),
                  "one for each of " + std::to_string(samples) + " samples");
    }
    tape_.backward(y, seeds_.data(), 1);
    const T* slope = tape_.gradient(rows);
    for (std::size_t s = 0; s < samples; ++s) {
      choices_.add_through(step, std::span<const T>(rows_).subspan(s * total, total),
                           std::span<const T>(slope + s * total, total), std::span<T>(out.data() + s * each, each));
    }
  }

private:
  Posterior choices_;
  Predict predict_;
  autodiff::tape<T> tape_;
  std::vector<T> rows_;
  std::vector<T> seeds_;
};

}  // namespace paragon::diffusion
