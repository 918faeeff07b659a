// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random_key.hpp"
#include "../nn/optimiser.hpp"
#include "../nn/parameters.hpp"
#include "../nn/schedule.hpp"
#include "loss.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

struct training_settings {
  std::size_t epochs = 200;  ///< passes over the samples, at most
  std::size_t batch = 64;
  double rate = 1e-3;    ///< learning rate at first; falls along half a cosine ...
  double last_rate = 0;  ///< ... to this
  nn::adam_settings adam{};
  double clip = 0;            ///< greatest norm of a gradient; 0: any
  double held_out = 0.1;      ///< part of the samples that is not trained on, and decides when to stop; 0: none
  std::size_t patience = 20;  ///< epochs without a better held-out loss before stopping; 0: never stop early

  friend bool operator==(const training_settings&, const training_settings&) = default;
};

/// How a training went.
struct training_status {
  std::size_t epochs = 0;      ///< passes made
  std::size_t best_epoch = 0;  ///< after which the weights were those kept, counted from 1; 0: the first weights
  double best_loss = std::numeric_limits<double>::infinity();  ///< held-out (without held-out samples: training) loss
  bool stopped_early = false;                                  ///< the held-out loss had stopped falling
  bool cancelled = false;                                      ///< the observer asked to stop
  bool diverged = false;  ///< a loss was not finite; the best weights before that were kept

  friend bool operator==(const training_status&, const training_status&) = default;
};

namespace detail {

/// Batches of at most `size` samples that never mix groups, in random order.
inline std::vector<std::vector<std::uint32_t>> draw_batches(std::vector<std::vector<std::uint32_t>> groups,
                                                            std::size_t size, paragon::random_key key) {
  std::vector<std::vector<std::uint32_t>> batches;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    key.fork(g).shuffle(groups[g]);
    for (std::size_t at = 0; at < groups[g].size(); at += size) {
      const auto first = groups[g].begin() + static_cast<std::ptrdiff_t>(at);
      batches.emplace_back(first, first + static_cast<std::ptrdiff_t>(std::min(size, groups[g].size() - at)));
    }
  }
  key.shuffle(batches);
  return batches;
}

}  // namespace detail

/// Trains a differentiable predictor on labelled samples: mini-batches, Adam, early stopping on a held-out part.
///
/// `predict(theta, samples)` gives the predictions [samples.size(), 1] for the samples of these numbers; it is called on a
/// tape and, for the held-out part, on an evaluation (`theta.context()` is the context). The store is left with the
/// weights of the lowest held-out loss. Shuffles are keyed by (key, epoch), kernels add in a fixed order, so the result
/// is the same for any number of threads. The observer is called once an epoch with the held-out loss.
/// \param targets  one number per sample
/// \param groups   empty, or a number below the number of samples for each: a batch never mixes groups (devices)
/// \throws error for no samples, a batch of 0, a held-out part that is not in [0, 1), targets that are not finite
/// O(epochs * samples * cost of predict).
///
/// \code
/// auto status = train(store, std::span<const float>(labels), [&](const auto& theta, std::span<const std::uint32_t> i) {
///   return network(theta, autodiff::gather(theta.context().constant(rows), i));
/// }, {.epochs = 100}, {.seed = 1});
/// \endcode
template <class T, class Predict, loss<T> Loss = mean_squared_error, progress_observer Observer = silent>
training_status train(nn::parameters<T>& store, std::span<const T> targets, Predict&& predict,
                      const training_settings& settings, paragon::random_key key, const Loss& loss = {},
                      Observer&& observer = {}, std::span<const std::uint32_t> groups = {}) {
  const std::size_t samples = targets.size();
  if (samples == 0 || (!groups.empty() && groups.size() != samples)) {
    throw error("predictor::train",
                std::to_string(samples) + " samples and " + std::to_string(groups.size()) + " groups",
                "at least one sample, and no groups or one each");
  }
  if (settings.batch == 0) throw error("predictor::train", "batches of 0", "at least 1");
  if (!(settings.held_out >= 0 && settings.held_out < 1)) {
    throw error("predictor::train", "a held-out part of " + number_text(settings.held_out), "0 to below 1");
  }
  std::vector<std::vector<std::uint32_t>> members(1);
  for (std::size_t i = 0; i < samples; ++i) {
    if (!std::isfinite(targets[i])) {
      throw error("predictor::train", "target " + std::to_string(i) + " is not finite", "a number");
    }
    const std::size_t g = groups.empty() ? 0 : groups[i];
    if (g >= samples) throw error("predictor::train", "group " + std::to_string(g), "below " + std::to_string(samples));
    if (g >= members.size()) members.resize(g + 1);
    members[g].push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<std::vector<std::uint32_t>> held(members.size());
  std::size_t trained = samples;
  const paragon::random_key split = key.fork("held-out samples");
  for (std::size_t g = 0; g < members.size(); ++g) {
    split.fork(g).shuffle(members[g]);
    const auto part = static_cast<std::size_t>(std::lround(settings.held_out * static_cast<double>(members[g].size())));
    for (std::size_t i = 0; i < part && members[g].size() > 1; ++i) {
      held[g].push_back(members[g].back());
      members[g].pop_back();
      --trained;
    }
  }
  const auto held_batches =
      detail::draw_batches(held, std::max<std::size_t>(settings.batch, 256), key.fork("held-out batches"));

  autodiff::tape<T> tape;
  autodiff::evaluation<T> evaluation;
  std::vector<T> wanted;
  const auto loss_of = [&](const auto& theta, const std::vector<std::uint32_t>& batch) {
    wanted.resize(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) wanted[i] = targets[batch[i]];
    const auto y = predict(theta, std::span<const std::uint32_t>(batch));
    return loss(y, theta.context().constant(wanted.data(), {wanted.size(), 1}));
  };

  nn::adam<T> optimiser(settings.adam);
  const std::size_t steps_per_epoch = detail::draw_batches(members, settings.batch, key).size();
  const nn::cosine_schedule rate{settings.rate, settings.last_rate, 0, settings.epochs * steps_per_epoch};
  nn::parameters<T> best = store;
  training_status status;
  std::size_t step = 0;
  while (status.epochs < settings.epochs) {
    double training_loss = 0;
    for (const auto& batch : detail::draw_batches(members, settings.batch, key.fork("epochs").fork(++status.epochs))) {
      tape.clear();
      const auto theta = nn::bind(tape, store);
      const auto y = loss_of(theta, batch);
      tape.backward(y);
      T* gradient = tape.gradient(theta.all());
      if (settings.clip > 0) nn::clip_norm(store.size(), gradient, settings.clip);
      optimiser.step(store, gradient, rate(step++));
      training_loss +=
          static_cast<double>(*y.data()) * static_cast<double>(batch.size()) / static_cast<double>(trained);
    }
    double held_loss = 0;
    for (const auto& batch : held_batches) {
      evaluation.clear();
      held_loss += static_cast<double>(*loss_of(nn::freeze(evaluation, store), batch).data()) *
                   static_cast<double>(batch.size()) / static_cast<double>(samples - trained);
    }
    const double value = held_batches.empty() ? training_loss : held_loss;
    status.diverged = !std::isfinite(training_loss) || !std::isfinite(value);
    if (status.diverged) break;
    if (value < status.best_loss || held_batches.empty()) {
      status.best_loss = value;
      status.best_epoch = status.epochs;
      best.values() = store.values();
    }
    status.cancelled = !observer("training", status.epochs, settings.epochs, value);
    status.stopped_early =
        !held_batches.empty() && settings.patience > 0 && status.epochs - status.best_epoch >= settings.patience;
    if (status.cancelled || status.stopped_early) break;
  }
  store.values() = best.values();
  return status;
}

}  // namespace paragon::predictor
