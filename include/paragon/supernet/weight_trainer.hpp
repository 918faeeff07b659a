// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/context.hpp"
#include "../autodiff/cross_entropy.hpp"
#include "../core/error.hpp"
#include "../nn/optimiser.hpp"
#include "../nn/parameters.hpp"
#include "../nn/schedule.hpp"
#include "batch_source.hpp"
#include "concepts.hpp"
#include "mixing.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

struct weight_training {
  std::size_t steps = 1000;                                         ///< of the whole schedule
  nn::cosine_schedule rate{.peak = 0.1, .last = 0, .warmup = 100};  ///< over all steps, whatever its `steps`
  nn::sgd_settings sgd{.momentum = 0.9, .l2 = 5e-4, .nesterov = true};
  double clip = 5;       ///< greatest norm of a step's gradient
  double smoothing = 0;  ///< of the labels

  friend bool operator==(const weight_training&, const weight_training&) = default;
};

/// Trains the weights of a supernet, or of one network, by stochastic gradient descent: one batch and one path a step.
///
/// Everything random is a function of the step, so a trainer that takes another's weights, velocity and step number goes
/// on with the same bits (`velocity`, `restore`).
template <class T = float, class Backend = backend::cpu>
class weight_trainer {
public:
  using store_type = nn::parameters<T, Backend>;

  explicit weight_trainer(weight_training settings = {}) : settings_(settings), optimiser_(settings.sgd) {
    settings_.rate.steps = settings_.steps;
  }

  /// One step: loss and gradient of the batch on one path, clipped, and a step of the optimiser.
  /// \param network  models `supernet_network`; made with `store`
  /// \param store    the weights, moved
  /// \param norm     where batch normalisation takes its statistics from; `nn::collect_statistics` moves the kept ones too
  /// \returns the mean cross-entropy of the batch before the step
  template <class Network, class Source, class Norm = nn::batch_statistics>
  T step(const Network& network, store_type& store, Source& source, std::span<const space::choice_index> choices,
         const Norm& norm = {}) {
    static_assert(require_supernet_network<Network, T, Backend>());
    static_assert(require_batch_source<Source, T>());
    static_assert(autodiff::tape<T, Backend>::on_host, "batches are filled on the host");
    const shape extents = source.extents();
    images_.resize(extents.size());
    labels_.resize(extents[0]);
    source.fill(done_, std::span<T>(images_), std::span<std::uint32_t>(labels_));
    tape_.clear();
    const auto theta = nn::bind(tape_, store);
    const auto logits = network(theta, tape_.constant(images_.data(), extents), norm, path{choices});
    const auto loss =
        autodiff::cross_entropy(logits, std::span<const std::uint32_t>(labels_), static_cast<T>(settings_.smoothing));
    tape_.backward(loss);
    T* gradient = tape_.gradient(theta.all());
    if (settings_.clip > 0) nn::clip_norm<T, Backend>(store.size(), gradient, settings_.clip);
    optimiser_.step(store, gradient, settings_.rate(done_));
    ++done_;
    return loss.data()[0];
  }

  [[nodiscard]] std::uint64_t done() const noexcept { return done_; }
  [[nodiscard]] const weight_training& settings() const noexcept { return settings_; }

  /// What a checkpoint keeps beside the weights: the optimiser's velocity (empty before the first step).
  [[nodiscard]] const tensor<T, Backend>& velocity() const noexcept { return optimiser_.velocity(); }
  void restore(tensor<T, Backend> velocity, std::uint64_t done) {
    optimiser_.restore(std::move(velocity));
    done_ = done;
  }

private:
  weight_training settings_;
  nn::sgd<T, Backend> optimiser_;
  autodiff::tape<T, Backend> tape_;
  std::vector<T> images_;
  std::vector<std::uint32_t> labels_;
  std::uint64_t done_ = 0;
};

}  // namespace paragon::supernet
