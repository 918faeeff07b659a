// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/reduce.hpp"
#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random_key.hpp"
#include "../nn/parameters.hpp"
#include "loss.hpp"
#include "training.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

/// What training must know of how data turn into noise: x_t = scale(t) x_0 + deviation(t) z with z ~ N(0, I), for t from
/// 0 to 1. Every `diffusion::sde` is one.
template <class P>
concept noise_process = requires(const P process, double t) {
  { process.scale(t) } -> std::convertible_to<double>;
  { process.deviation(t) } -> std::convertible_to<double>;
};

/// Noisy data as a noise-aware model reads them.
template <class C>
struct noisy_batch {
  autodiff::variable<C> x;                 ///< [rows, entries], x_t
  std::span<const double> times;           ///< t of each row
  std::span<const std::uint32_t> samples;  ///< which sample each row was made of, to look up what else is known of it
};

/// Trains any differentiable model to predict labels of x_0 from x_t, as DiffusionNAG trains its predictors, with any
/// number of heads.
///
/// Times are uniform in (1e-5, 1], as published; times and noise are new in every pass over the samples, those of the
/// held-out part stay. With several heads a sample may lack some labels (NaN), so one trunk can learn from tables that do
/// not cover the same architectures. A label counts once, whatever its head: scale the labels of each head to a deviation
/// of about 1. With squared errors the model approaches E[label | x_t]. Early stopping, determinism and what the observer
/// sees are those of `predictor::train`, with labels for samples: the held-out part is drawn label by label.
///
/// \code
/// const auto predict = [&](const auto& theta, const auto& batch) {   // [rows, 2]: accuracy and latency
///   auto& context = theta.context();
///   float* level = context.scratch(batch.times.size());
///   for (std::size_t i = 0; i < batch.times.size(); ++i) level[i] = static_cast<float>(batch.times[i]);
///   return network(theta, autodiff::concatenate(batch.x, context.constant(level, {batch.times.size(), 1})));
/// };
/// predictor::train_noise_aware(store, std::span<const float>(matrices), 56, std::span<const float>(labels), 2,
///                              diffusion::variance_exploding{}, predict, {.epochs = 100}, {.seed = 1});
/// \endcode
/// \param data     [samples, entries], without noise \param entries  numbers of a sample
/// \param labels   [samples, heads], NaN where not known \param heads  labels of a sample
/// \param predict  `predict(theta, noisy_batch)` gives [rows, heads]; called on a tape and, for the held-out part, on an
///                 evaluation
/// \throws error where the numbers of data, labels and heads do not match, for no known label, for a model that gives
///         another shape, and as `predictor::train`
/// O(epochs * known labels * cost of predict).
/// Reference: An et al., "DiffusionNAG", ICLR 2024 (arXiv 2305.16943).
template <class T, noise_process Process, class Predict, loss<T> Loss = mean_squared_error,
          progress_observer Observer = silent>
training_status train_noise_aware(nn::parameters<T>& store, std::span<const T> data, std::size_t entries,
                                  std::span<const T> labels, std::size_t heads, const Process& process,
                                  Predict&& predict, const training_settings& settings, paragon::random_key key,
                                  const Loss& loss = {}, Observer&& observer = {}) {
  if (entries == 0 || heads == 0 || data.size() % entries != 0 || labels.size() != data.size() / entries * heads) {
    throw error("predictor::train_noise_aware",
                std::to_string(labels.size()) + " labels for " + std::to_string(data.size()) + " numbers of samples",
                std::to_string(heads) + " labels for every " + std::to_string(entries) + " numbers");
  }
  std::vector<std::uint32_t> known;  // places among the labels
  std::vector<T> targets;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (std::isnan(labels[i])) continue;
    known.push_back(static_cast<std::uint32_t>(i));
    targets.push_back(labels[i]);
  }
  constexpr double first_time = 1e-5;
  std::uint64_t passes = 0;  // batches trained on; 0 keys the held-out part
  std::vector<double> times;
  std::vector<std::uint32_t> samples;
  const auto predict_labels = [&](const auto& theta, std::span<const std::uint32_t> chosen) {
    auto& context = theta.context();
    using C = std::remove_reference_t<decltype(context)>;
    if constexpr (C::recording) ++passes;
    const paragon::random_key pass = key.fork(C::recording ? passes : 0);
    const paragon::random_key time_of = pass.fork("times");
    const paragon::random_key noise_of = pass.fork("noise");
    times.resize(chosen.size());
    samples.resize(chosen.size());
    T* x = context.scratch(chosen.size() * entries);
    T* asked = context.scratch(chosen.size() * heads);
    for (std::size_t r = 0; r < chosen.size(); ++r) {
      const std::size_t label = known[chosen[r]];
      samples[r] = static_cast<std::uint32_t>(label / heads);
      times[r] = 1 - (1 - first_time) * time_of.uniform(label);
      const double scale = process.scale(times[r]);
      const double deviation = process.deviation(times[r]);
      for (std::size_t e = 0; e < entries; ++e) {
        const auto x0 = static_cast<double>(data[samples[r] * entries + e]);
        x[r * entries + e] = static_cast<T>(scale * x0 + deviation * noise_of.normal(label * entries + e));
      }
      for (std::size_t h = 0; h < heads; ++h) asked[r * heads + h] = label % heads == h ? T(1) : T(0);
    }
    const auto y = predict(theta, noisy_batch<C>{context.constant(x, {chosen.size(), entries}), times, samples});
    if (y.rows() != chosen.size() || y.columns() != heads) {
      throw error("predictor::train_noise_aware", "predictions of shape " + to_string(y.shape()),
                  "[" + std::to_string(chosen.size()) + ", " + std::to_string(heads) + "]");
    }
    return autodiff::sum_columns(y * context.constant(asked, {chosen.size(), heads}));
  };
  return train(store, std::span<const T>(targets), predict_labels, settings, key.fork("training"), loss, observer);
}

}  // namespace paragon::predictor
