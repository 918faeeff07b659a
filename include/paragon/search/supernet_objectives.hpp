// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/context.hpp"
#include "../autodiff/cross_entropy.hpp"
#include "../core/error.hpp"
#include "../nn/parameters.hpp"
#include "../supernet/batch_source.hpp"
#include "../supernet/mixing.hpp"
#include "../supernet/supernet.hpp"
#include "estimators.hpp"
#include "scorer.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// Scaled objectives of sampled architectures, with gradients: the loss of a supernet on a batch of images first, then the
/// objectives of a scorer (latency, energy, ...). `Losses` of `relaxed_objectives`.
///
/// The gradient of the loss by the one-hot row is what `Mixing` says. An objective of the scorer is known at architectures
/// alone; it is continued multilinearly, so its derivative by choice c of decision d is its value with d set to c: exact
/// for any objective, differentiable or not, at the price of one score for each choice.
/// Cost: one forward and backward pass of the supernet for each row.
/// \tparam Supernet  a `supernet::supernet`, borrowed
/// \tparam Source    models `supernet::batch_source`, borrowed; step s of the search sees its batch s
/// \tparam Scorer    a `search::scorer` with its scales set, borrowed
/// \tparam Mixing    models `supernet::mixing`
template <class Supernet, class Source, class Scorer, class Mixing = supernet::exact_mixing<float>>
class supernet_objectives {
  static_assert(supernet::require_batch_source<Source>());
  static_assert(supernet::require_mixing<Mixing>());
  static_assert(std::default_initializable<Mixing>, "the mixing of a search must be default-constructible");

public:
  supernet_objectives(const Supernet& net, Source& images, Scorer& scorer)
      : net_(&net), source_(&images), scorer_(&scorer) {}

  /// How losses become comparable with the scorer's objectives: z = (loss - origin) / width.
  /// \throws error for a width that is not positive
  void set_loss_scale(double origin, double width) {
    if (!(width > 0)) {
      throw error("search::supernet_objectives", "a width of " + number_text(width), "a positive number");
    }
    origin_ = origin;
    width_ = width;
  }

  /// \param relaxed  one-hot rows [rows, choices], from a `hypernetwork::relaxation` that draws
  /// \returns [rows, 1 + objectives of the scorer]
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> relaxed, const batch& b) {
    static_assert(std::is_same_v<typename C::value_type, float> && C::on_host, "searches run in float on the host");
    const std::size_t rows = relaxed.rows();
    const std::size_t width = relaxed.columns();
    constexpr std::size_t costs = Scorer::objectives;
    constexpr std::size_t m = 1 + costs;
    C& context = relaxed.context();
    const auto z = context.result({rows, m}, relaxed);
    float* slope = context.scratch(rows * m * width);
    const shape extents = source_->extents();
    images_.resize(extents.size());
    labels_.resize(extents[0]);
    source_->fill(b.step, std::span<float>(images_), std::span<std::uint32_t>(labels_));
    const std::span<const std::size_t> offsets = net_->offsets();
    for (std::size_t r = 0; r < rows; ++r) {
      const float* row = relaxed.data() + r * width;
      float* to = slope + r * m * width;
      z.data()[r * m] = loss(row, extents, to);
      cost_rows(row, offsets, b.devices[r / b.rows_per_instance], z.data() + r * m + 1, to + width);
    }
    context.on_backward(z, [=](auto& pass) {
      float* up = pass.adjoint(relaxed);
      if (up == nullptr) return;
      const float* dz = pass.adjoint(z);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t k = 0; k < m; ++k) {
          const float* from = slope + (r * m + k) * width;
          for (std::size_t c = 0; c < width; ++c) up[r * width + c] += dz[r * m + k] * from[c];
        }
      }
    });
    return z;
  }

private:
  /// The scaled loss of a one-hot row; writes its slope.
  float loss(const float* row, const shape& extents, float* slope) {
    const std::size_t width = net_->offsets().back();
    tape_.clear();
    const auto alpha = tape_.input(row, {1, width});
    const auto theta = nn::freeze(tape_, net_->store());
    const auto logits = net_->logits(theta, tape_.constant(images_.data(), extents), alpha, mixing_);
    const auto y = autodiff::cross_entropy(logits, std::span<const std::uint32_t>(labels_));
    std::fill(slope, slope + width, 0.F);
    if (y.needs_gradient()) {
      tape_.backward(y);
      const float* g = tape_.gradient(alpha);
      for (std::size_t c = 0; c < width; ++c) slope[c] = g[c] / static_cast<float>(width_);
    }
    return static_cast<float>((static_cast<double>(y.data()[0]) - origin_) / width_);
  }

  /// The scorer's objectives of a one-hot row and of all its neighbours.
  void cost_rows(const float* row, std::span<const std::size_t> offsets, std::size_t device, float* z, float* slope) {
    constexpr std::size_t costs = Scorer::objectives;
    const std::size_t width = offsets.back();
    const std::size_t decisions = offsets.size() - 1;
    choices_.resize(decisions);
    for (std::size_t d = 0; d < decisions; ++d) {
      const float* begin = row + offsets[d];
      choices_[d] = static_cast<space::choice_index>(std::max_element(begin, row + offsets[d + 1]) - begin);
    }
    ids_.clear();
    for (std::size_t d = 0; d < decisions; ++d) {
      const space::choice_index taken = choices_[d];
      for (std::size_t c = 0; c < offsets[d + 1] - offsets[d]; ++c) {
        choices_[d] = static_cast<space::choice_index>(c);
        ids_.push_back(scorer_->intern(std::span<const space::choice_index>(choices_)));
      }
      choices_[d] = taken;
    }
    scores_.resize(width * costs);
    scorer_->score(ids_, device, scores_);
    const std::size_t own = offsets[0] + choices_[0];
    for (std::size_t k = 0; k < costs; ++k) {
      z[k] = static_cast<float>(scores_[own * costs + k]);
      for (std::size_t c = 0; c < width; ++c) slope[k * width + c] = static_cast<float>(scores_[c * costs + k]);
    }
  }

  const Supernet* net_;
  Source* source_;
  Scorer* scorer_;
  Mixing mixing_;
  double origin_ = 0;
  double width_ = 1;
  autodiff::tape<float> tape_;
  std::vector<float> images_;
  std::vector<std::uint32_t> labels_;
  std::vector<space::choice_index> choices_;
  std::vector<typename Scorer::id> ids_;
  std::vector<double> scores_;
};

}  // namespace paragon::search
