// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../space/concepts.hpp"
#include "../space/shape.hpp"
#include "../tensor/tensor.hpp"
#include "schedule.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// The exact score of architectures whose decisions are independent of each other: what a network that is trained on
/// such data (all architectures of a small space, say) can learn at best.
///
/// Data are encodings scaled to -1 and 1. Given x_t, the choices of a decision have the probabilities
/// softmax(log prior + 2 scale / deviation^2 x_t), each decision for itself; the score follows from the expected data.
/// It serves as the yardstick of trained networks, as a model that needs no training, and to test solvers against a
/// known answer. O(entries) a sample.
/// \tparam Encoding  where the entries of a choice lie
template <class Encoding, class T = float>
class independent_choices {
  static_assert(space::require_linear_graph_encoding<Encoding, T>());
  static_assert(std::copy_constructible<Encoding>, "the encoding must be copy-constructible");

public:
  using value_type = T;

  /// \param space  its decisions and choices
  /// \param prior  how probable each choice is, decision after decision (need not be normalised); empty: all alike
  /// Throws `paragon::error` where the prior has a wrong length, or an entry that is not positive.
  template <space::has_decisions Space>
  independent_choices(const Space& space, const Encoding& encoding, std::span<const double> prior = {})
      : encoding_(encoding), nodes_(encoding.nodes()), features_(encoding.features()), constant_(nodes_ * features_) {
    const std::size_t total = space::total_choices(space);
    if (!prior.empty() && prior.size() != total) {
      throw error("diffusion::independent_choices", "a prior of " + std::to_string(prior.size()) + " entries",
                  std::to_string(total));
    }
    encoding.encode(space.from_choices(std::vector<space::choice_index>(space.decisions())), std::span<T>(constant_));
    for (T& entry : constant_) entry = 2 * entry - 1;
    for (std::size_t d = 0, k = 0; d < space.decisions(); ++d) {
      begin_.push_back(position_.size());
      for (std::size_t c = 0; c < space.choices(d); ++c, ++k) {
        const double p = prior.empty() ? 1 : prior[k];
        if (!(p > 0 && std::isfinite(p))) {
          throw error("diffusion::independent_choices", "a prior of " + number_text(p), "positive numbers");
        }
        position_.push_back(encoding.position(d, c));
        logarithm_.push_back(static_cast<T>(std::log(p)));
      }
    }
    begin_.push_back(position_.size());
  }

  void prepare(std::span<const moment> way) { way_.assign(way.begin(), way.end()); }

  /// x and out: [samples, nodes, features].
  void evaluate(const tensor<T>& x, std::size_t step, tensor<T>& out) {
    const std::size_t each = nodes_ * features_;
    const T scale = static_cast<T>(way_[step].scale);
    const T precision = static_cast<T>(1 / (way_[step].deviation * way_[step].deviation));
    p_.resize(position_.size());
    for (std::size_t s = 0; s < x.size() / each; ++s) {
      const std::span<const T> from(x.data() + s * each, each);
      T* to = out.data() + s * each;
      for (std::size_t e = 0; e < each; ++e) to[e] = precision * (scale * constant_[e] - from[e]);
      probabilities(from, step, {}, 0, std::span<T>(p_));
      for (std::size_t k = 0; k < p_.size(); ++k) {
        const std::size_t e = position_[k];
        to[e] = precision * (scale * (2 * p_[k] - 1) - from[e]);
      }
    }
  }

  /// How probable each choice is, given x_t of one sample and a preference for data with a small sum of `costs`: the
  /// prior times exp(-weight costs). `costs` has one entry a choice, or none.
  void probabilities(std::span<const T> x, std::size_t step, std::span<const T> costs, T weight,
                     std::span<T> out) const {
    const double deviation = way_[step].deviation;
    const T sharpness = static_cast<T>(2 * way_[step].scale / (deviation * deviation));
    for (std::size_t d = 0; d + 1 < begin_.size(); ++d) {
      T largest = -std::numeric_limits<T>::infinity();
      for (std::size_t k = begin_[d]; k < begin_[d + 1]; ++k) {
        out[k] = logarithm_[k] + sharpness * x[position_[k]] - (costs.empty() ? T(0) : weight * costs[k]);
        largest = std::max(largest, out[k]);
      }
      T sum = 0;
      for (std::size_t k = begin_[d]; k < begin_[d + 1]; ++k) sum += out[k] = std::exp(out[k] - largest);
      for (std::size_t k = begin_[d]; k < begin_[d + 1]; ++k) out[k] /= sum;
    }
  }

  /// Adds to `out`, a gradient by x_t of one sample, what a gradient `slope` by the probabilities `p` amounts to.
  void add_through(std::size_t step, std::span<const T> p, std::span<const T> slope, std::span<T> out) const {
    const double deviation = way_[step].deviation;
    const T sharpness = static_cast<T>(2 * way_[step].scale / (deviation * deviation));
    for (std::size_t d = 0; d + 1 < begin_.size(); ++d) {
      T mean = 0;
      for (std::size_t k = begin_[d]; k < begin_[d + 1]; ++k) mean += p[k] * slope[k];
      for (std::size_t k = begin_[d]; k < begin_[d + 1]; ++k) {
        out[position_[k]] += sharpness * p[k] * (slope[k] - mean);
      }
    }
  }

  /// Appends the numbers of an architecture's choices, one a decision.
  void append_choices(const typename Encoding::architecture& a, std::vector<std::size_t>& numbers) const {
    std::vector<T> entries(nodes_ * features_);
    encoding_.encode(a, std::span<T>(entries));
    for (std::size_t k = 0; k < position_.size(); ++k) {
      if (entries[position_[k]] != T(0)) numbers.push_back(k);
    }
  }

  /// Turns probabilities of choices into those given that the architecture is none of the known ones, exactly. Where it
  /// can hardly be another, they stay as they are. O(known decisions).
  /// \param known  rows of `append_choices`, all different
  void condition(std::span<const std::size_t> known, std::span<T> p) {
    const std::size_t decisions = begin_.size() - 1;
    lost_.assign(p.size(), T(0));
    T total = 0;
    for (std::size_t a = 0; a < known.size(); a += decisions) {
      T probability = 1;
      for (const std::size_t k : known.subspan(a, decisions)) probability *= p[k];
      total += probability;
      for (const std::size_t k : known.subspan(a, decisions)) lost_[k] += probability;
    }
    if (total > T(0.9999)) return;
    for (std::size_t k = 0; k < p.size(); ++k) p[k] = std::max(T(0), (p[k] - lost_[k]) / (1 - total));
  }

  [[nodiscard]] std::size_t nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::size_t features() const noexcept { return features_; }
  /// Where the entries of the choices lie in a sample, decision after decision.
  [[nodiscard]] std::span<const std::size_t> positions() const noexcept { return position_; }
  [[nodiscard]] std::span<const moment> way() const noexcept { return way_; }

private:
  Encoding encoding_;
  std::size_t nodes_;
  std::size_t features_;
  std::vector<T> constant_;         // the data's entries; those of the choices are overwritten
  std::vector<std::size_t> begin_;  // where each decision's choices begin
  std::vector<std::size_t> position_;
  std::vector<T> logarithm_;
  std::vector<moment> way_;
  std::vector<T> p_;     // of one sample
  std::vector<T> lost_;  // of one call
};

}  // namespace paragon::diffusion
