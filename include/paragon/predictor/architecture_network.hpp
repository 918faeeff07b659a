// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/gather.hpp"
#include "../core/moments.hpp"
#include "../nn/linear.hpp"
#include "training.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

struct architecture_network_settings {
  std::size_t width = 128;
  std::size_t layers = 2;   ///< hidden layers
  std::size_t members = 4;  ///< networks that are averaged

  friend bool operator==(const architecture_network_settings&, const architecture_network_settings&) = default;
};

/// Predicts a number (an accuracy) from the relaxed row of an architecture, of any search space: an ensemble of
/// multilayer perceptrons with SiLU.
///
/// Each member has its own first weights, shuffles and held-out part; the prediction is their mean, differentiable by the
/// row. Labels are scaled to mean 0 and deviation 1 inside. Weights are named "member0.layer0.weight" and so on.
///
/// \code
/// architecture_network<float> accuracy(space::total_choices(cells), {}, {.seed = 1});
/// accuracy.train(rows, labels, {.epochs = 300});
/// auto theta = nn::freeze(tape, accuracy.parameters());   // later, on the tape of a search
/// auto y = accuracy(theta, relaxed);                      // [rows, 1], in the unit of the labels
/// \endcode
template <class T = float>
class architecture_network {
public:
  /// \throws error for no members
  architecture_network(std::size_t choices, architecture_network_settings settings, paragon::random_key key)
      : choices_(choices), settings_(settings), key_(key) {
    if (settings.members == 0) throw error("predictor::architecture_network", "no members", "at least one");
    nn::parameters<T> one;
    layers_ = make_layers(one, key);
    member_size_ = one.size();
    for (std::size_t m = 0; m < settings.members; ++m) {
      nn::parameters<T> member = fresh_member(m);
      for (const auto& [name, where] : member.entries()) {
        const auto slot = store_.add("member" + std::to_string(m) + "." + name, where.extents, nn::fill{0}, key);
        store_.assign(slot, std::span<const T>(member.data() + where.offset, where.extents.size()));
      }
    }
    scale_ = store_.add("scale", {2}, nn::fill{0}, key);  // mean and deviation of the labels
    store_.data()[scale_.offset + 1] = T(1);
  }

  /// Fits every member to the labels from its first weights.
  /// \param rows    one relaxed (usually one-hot) row per label, row-major
  /// \returns how each member's training went; losses are in units of the labels' variance
  /// \throws error where rows and labels do not match, and as `predictor::train`
  template <loss<T> Loss = mean_squared_error, progress_observer Observer = silent>
  std::vector<training_status> train(std::span<const T> rows, std::span<const T> labels,
                                     const training_settings& settings = {}, const Loss& loss = {},
                                     Observer&& observer = {}) {
    if (labels.empty() || rows.size() != labels.size() * choices_) {
      throw error("predictor::architecture_network::train",
                  std::to_string(labels.size()) + " labels for " + std::to_string(rows.size()) + " entries of rows",
                  "at least one, with " + std::to_string(choices_) + " entries each");
    }
    const moments of_labels = moments::of(labels);
    const double mean = of_labels.mean;
    const double deviation = of_labels.deviation > 0 ? of_labels.deviation : 1;
    std::vector<T> targets(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      targets[i] = static_cast<T>((static_cast<double>(labels[i]) - mean) / deviation);
    }
    const auto predict = [&](const auto& theta, std::span<const std::uint32_t> samples) {
      return forward(theta,
                     autodiff::gather(theta.context().constant(rows.data(), {labels.size(), choices_}), samples));
    };
    std::vector<training_status> statuses;
    for (std::size_t m = 0; m < settings_.members; ++m) {
      nn::parameters<T> member = fresh_member(m);
      statuses.push_back(predictor::train(member, std::span<const T>(targets), predict, settings,
                                          key_.fork("training").fork(m), loss, observer));
      std::copy_n(member.data(), member_size_, store_.data() + m * member_size_);
    }
    store_.data()[scale_.offset] = static_cast<T>(mean);
    store_.data()[scale_.offset + 1] = static_cast<T>(deviation);
    return statuses;
  }

  /// Predictions for rows of a context; [rows, 1], in the unit of the labels. `theta` is made of `parameters()`.
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> rows) const {
    autodiff::variable<C> sum;
    for (std::size_t m = 0; m < settings_.members; ++m) {
      const auto y = forward(nn::bound(theta.context().view(theta.all(), m * member_size_, {member_size_})), rows);
      sum = m == 0 ? y : sum + y;
    }
    const T* scale = store_.data() + scale_.offset;
    return autodiff::affine(sum, scale[1] / static_cast<T>(settings_.members), scale[0]);
  }

  /// Predictions for rows on the host, in blocks of 1,024. \throws error for a part of a row
  [[nodiscard]] std::vector<T> predict(std::span<const T> rows) const {
    if (rows.size() % choices_ != 0) {
      throw error("predictor::architecture_network::predict", std::to_string(rows.size()) + " entries",
                  "a multiple of " + std::to_string(choices_));
    }
    constexpr std::size_t block = 1024;
    const std::size_t n = rows.size() / choices_;
    std::vector<T> out(n);
    autodiff::evaluation<T> context;
    for (std::size_t at = 0; at < n; at += block) {
      const std::size_t count = std::min(block, n - at);
      context.clear();
      const auto y =
          (*this)(nn::freeze(context, store_), context.constant(rows.data() + at * choices_, {count, choices_}));
      std::copy_n(y.data(), count, out.data() + at);
    }
    return out;
  }

  [[nodiscard]] const nn::parameters<T>& parameters() const noexcept { return store_; }
  /// To load weights: the names and shapes are those of the settings.
  [[nodiscard]] nn::parameters<T>& parameters() noexcept { return store_; }
  [[nodiscard]] std::size_t choices() const noexcept { return choices_; }
  [[nodiscard]] const architecture_network_settings& settings() const noexcept { return settings_; }

private:
  std::vector<nn::linear> make_layers(nn::parameters<T>& store, paragon::random_key key) const {
    std::vector<nn::linear> layers;
    for (std::size_t l = 0; l <= settings_.layers; ++l) {
      const bool last = l == settings_.layers;
      layers.emplace_back(store, "layer" + std::to_string(l), l == 0 ? choices_ : settings_.width,
                          last ? 1 : settings_.width, key, nn::fan_in_uniform{.gain = last ? 1 : std::sqrt(2.0)});
    }
    return layers;
  }

  /// Member m as it is before training. All members have the same slots.
  [[nodiscard]] nn::parameters<T> fresh_member(std::size_t m) const {
    nn::parameters<T> member;
    make_layers(member, key_.fork("weights").fork(m));
    return member;
  }

  template <class C>
  [[nodiscard]] autodiff::variable<C> forward(const nn::bound<C>& theta, autodiff::variable<C> x) const {
    for (std::size_t l = 0; l < settings_.layers; ++l) x = autodiff::silu(layers_[l](theta, x));
    return layers_.back()(theta, x);
  }

  std::size_t choices_;
  architecture_network_settings settings_;
  paragon::random_key key_;
  std::vector<nn::linear> layers_;
  std::size_t member_size_ = 0;
  nn::slot scale_;
  nn::parameters<T> store_;
};

}  // namespace paragon::predictor
