// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/context.hpp"
#include "../core/error.hpp"
#include "../space/linear_cost.hpp"
#include "../tensor/tensor.hpp"
#include "choice_posterior.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// Pulls samples towards several objectives at once: samples of a density p become samples of one proportional to
/// p(x_0) exp(a_0 prediction(x_0) - a_1 cost_1(x_0) - a_2 cost_2(x_0) - ...), each sample with a preference a of its own.
///
/// One gradient per objective over-counts choices on which objectives agree, and lets the steepest objective win where
/// they conflict, while much is open. Here the posterior of the choices is tilted once, by all
/// objectives; for linear costs that is exact, however strong the preference. The predictor is replaced by its tangent at
/// the probabilities that x_t leaves, which becomes exact as choices settle. Strong preferences give the best
/// architectures for each, weak ones variety. One pass through the predictor and two through the posterior a step.
///
/// In `guided_score` it is the only term, with weight 1; another weight multiplies all preferences.
/// \tparam Posterior  `independent_choices`, `nested_choices`
/// \tparam Predict    as in `relaxed_guidance`, but `predict(context, rows)` gives [samples, predictions]; larger is
///                    better
///
/// \code
/// diffusion::tilted_guidance term(score, predict, {parameters, macs}, preferences);   // [samples, 3]
/// diffusion::guided_score guided(diffusion::plain_norms{}, {1}, score, term);
/// \endcode
template <choice_posterior Posterior, class Predict>
  requires requires(const Predict& predict, autodiff::tape<typename Posterior::value_type>& tape,
                    autodiff::variable<autodiff::tape<typename Posterior::value_type>> rows) {
    { predict(tape, rows) } -> std::same_as<autodiff::variable<autodiff::tape<typename Posterior::value_type>>>;
  }
class tilted_guidance {
  using T = typename Posterior::value_type;

public:
  /// \param choices      the posterior
  /// \param predict      what is to be large
  /// \param costs        what is to be small; their constants have no effect
  /// \param preferences  rows of one number for each prediction and one for each cost, in units of one over theirs; row
  ///                     `n mod rows` belongs to the sample with number n
  /// \param predictions  how many numbers `predict` gives for a sample
  /// Throws `paragon::error` for a cost with a wrong number of coefficients, and preferences that are not finite or do
  /// not come in whole rows.
  tilted_guidance(Posterior choices, Predict predict, const std::vector<space::linear_cost>& costs,
                  std::vector<double> preferences, std::size_t predictions = 1)
      : choices_(std::move(choices)), predict_(std::move(predict)), preferences_(std::move(preferences)),
        predictions_(predictions), width_(costs.size() + predictions) {
    for (const space::linear_cost& cost : costs) {
      if (cost.coefficients.size() != choices_.positions().size()) {
        throw error("diffusion::tilted_guidance", std::to_string(cost.coefficients.size()) + " coefficients",
                    std::to_string(choices_.positions().size()));
      }
      costs_.insert(costs_.end(), cost.coefficients.begin(), cost.coefficients.end());
    }
    if (predictions == 0 || preferences_.empty() || preferences_.size() % width_ != 0) {
      throw error("diffusion::tilted_guidance",
                  std::to_string(preferences_.size()) + " preferences for " + std::to_string(predictions) +
                      " predictions and " + std::to_string(costs.size()) + " costs",
                  "rows of one for each, and a prediction");
    }
    for (const double a : preferences_) {
      if (!std::isfinite(a)) {
        throw error("diffusion::tilted_guidance", "a preference of " + number_text(a), "finite numbers");
      }
    }
  }

  void prepare(std::span<const moment> way) { choices_.prepare(way); }
  void select(std::uint64_t first) { first_ = first; }

  /// From now on samples keep away from these architectures, and no others: the tilted posterior is conditioned on being
  /// none of them. Repetitions become rare, and samples whose favourite is taken get the next best.
  template <class A>
    requires requires(Posterior& choices, const A& a, std::vector<std::size_t>& numbers, std::span<T> p) {
      choices.append_choices(a, numbers);
      choices.condition(numbers, p);
    }
  void exclude(std::span<const A> known) {
    known_.clear();
    for (const A& a : known) choices_.append_choices(a, known_);
  }

  void add_gradient(const tensor<T>& x, std::size_t step, std::span<const double> weights, tensor<T>& out) {
    const std::size_t each = choices_.nodes() * choices_.features();
    const std::size_t total = choices_.positions().size();
    const std::size_t samples = weights.size();
    const moment& at = choices_.way()[step];
    const T sharpness = static_cast<T>(2 * at.scale / (at.deviation * at.deviation));
    free_.resize(samples * total);
    seeds_.resize(samples * predictions_);
    const auto preference = [&](std::size_t s) {
      return std::span<const double>(preferences_)
          .subspan((first_ + s) % (preferences_.size() / width_) * width_, width_);
    };
    for (std::size_t s = 0; s < samples; ++s) {
      for (std::size_t k = 0; k < predictions_; ++k) {
        seeds_[s * predictions_ + k] = static_cast<T>(weights[s] * preference(s)[k]);
      }
      choices_.probabilities(std::span<const T>(x.data() + s * each, each), step, {}, 0,
                             std::span<T>(free_).subspan(s * total, total));
    }
    tape_.clear();
    const auto rows = tape_.input(free_.data(), shape{samples, total});
    const auto y = predict_(tape_, rows);
    if (y.size() != seeds_.size()) {
      throw error("diffusion::tilted_guidance", "predictions of shape " + to_string(y.shape()),
                  std::to_string(predictions_) + " for each of " + std::to_string(samples) + " samples");
    }
    tape_.backward(y, seeds_.data(), 1);
    const T* slope = tape_.gradient(rows);
    tilt_.resize(total);
    pulled_.resize(total);
    for (std::size_t s = 0; s < samples; ++s) {
      for (std::size_t k = 0; k < total; ++k) {
        double sum = 0;
        for (std::size_t c = predictions_; c < width_; ++c) {
          sum += preference(s)[c] * costs_[(c - predictions_) * total + k];
        }
        tilt_[k] = static_cast<T>(weights[s] * sum) - slope[s * total + k];
      }
      choices_.probabilities(std::span<const T>(x.data() + s * each, each), step, tilt_, 1, pulled_);
      if constexpr (requires { choices_.condition(known_, std::span<T>(pulled_)); }) {
        if (!known_.empty()) choices_.condition(known_, std::span<T>(pulled_));
      }
      for (std::size_t k = 0; k < total; ++k) {
        out[s * each + choices_.positions()[k]] += sharpness * (pulled_[k] - free_[s * total + k]);
      }
    }
  }

private:
  Posterior choices_;
  Predict predict_;
  std::vector<double> costs_;  // [costs, choices]
  std::vector<double> preferences_;
  std::size_t predictions_;
  std::size_t width_;
  std::uint64_t first_ = 0;
  autodiff::tape<T> tape_;
  std::vector<T> free_;
  std::vector<T> seeds_;
  std::vector<T> tilt_;
  std::vector<T> pulled_;
  std::vector<std::size_t> known_;  // numbers of the choices of architectures to keep away from
};

}  // namespace paragon::diffusion
