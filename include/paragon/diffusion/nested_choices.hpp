// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../tensor/tensor.hpp"
#include "schedule.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// Nodes of a graph that follow each other (the layers of a stage), of which the first few are present.
struct nested_nodes {
  std::vector<double> depths;  ///< how probable it is that 0, 1, 2, ... of them are; need not be normalised

  friend bool operator==(const nested_nodes&, const nested_nodes&) = default;
};

/// The exact score of architectures whose stages have a depth of their own: each present node has one of the features,
/// an absent node has none, and a node is present only where the one before in its group is.
///
/// Data are the node features, scaled to -1 and 1: one 1 in the row of a present node, none in that of an absent one.
/// Given x_t, a row is present with a weight Z, the sum over its features of prior times
/// exp(2 scale / deviation^2 x_t); a depth has its prior times the Z of its rows, and groups do not depend on each other.
/// All follows from that in closed form. It serves as `independent_choices` does where architectures are not independent
/// decisions, and models `choice_posterior`: its choices are all entries, row after row, and the probabilities of a row
/// add up to that of the node's presence. O(entries) a sample.
///
/// \code
/// // Five stages of two to four layers out of nine kinds.
/// diffusion::nested_choices score(9, std::vector(5, diffusion::nested_nodes{{0, 0, 1, 1, 1}}));
/// \endcode
template <class T = float>
class nested_choices {
public:
  using value_type = T;

  /// \param groups  the nodes, group after group
  /// \param prior   how probable each feature is in each node that is present, [nodes, features], need not be
  ///                normalised; empty: all alike
  /// Throws `paragon::error` for no features, groups without nodes or without a possible depth, a prior of a wrong
  /// length, or impossible probabilities.
  nested_choices(std::size_t features, std::span<const nested_nodes> groups, std::span<const double> prior = {})
      : features_(features) {
    for (const nested_nodes& g : groups) add_group(g);
    if (nodes_ == 0 || features == 0) {
      throw error(place, std::to_string(nodes_) + " nodes of " + std::to_string(features) + " features",
                  "at least one");
    }
    if (!prior.empty() && prior.size() != nodes_ * features) {
      throw error(place, "a prior of " + std::to_string(prior.size()) + " entries", std::to_string(nodes_ * features));
    }
    logarithm_.assign(nodes_ * features, static_cast<T>(-std::log(static_cast<double>(features))));
    for (std::size_t n = 0; n < nodes_ && !prior.empty(); ++n) {
      const auto row = prior.subspan(n * features, features);
      const double sum = std::accumulate(row.begin(), row.end(), 0.0);
      for (std::size_t f = 0; f < features; ++f) {
        if (!(row[f] > 0 && std::isfinite(sum))) {
          throw error(place, "a prior of " + number_text(row[f]), "positive numbers");
        }
        logarithm_[n * features + f] = static_cast<T>(std::log(row[f] / sum));
      }
    }
    position_.resize(nodes_ * features);
    std::iota(position_.begin(), position_.end(), std::size_t{0});
  }
  nested_choices(std::size_t features, const std::vector<nested_nodes>& groups, std::span<const double> prior = {})
      : nested_choices(features, std::span<const nested_nodes>(groups), prior) {}

  void prepare(std::span<const moment> way) { way_.assign(way.begin(), way.end()); }

  /// x and out: [samples, nodes, features].
  void evaluate(const tensor<T>& x, std::size_t step, tensor<T>& out) const {
    const std::size_t each = position_.size();
    const T scale = static_cast<T>(way_[step].scale);
    const T precision = static_cast<T>(1 / (way_[step].deviation * way_[step].deviation));
    for (std::size_t s = 0; s < x.size() / each; ++s) {
      const T* from = x.data() + s * each;
      T* to = out.data() + s * each;
      probabilities(std::span<const T>(from, each), step, {}, 0, std::span<T>(to, each));
      for (std::size_t e = 0; e < each; ++e) to[e] = precision * (scale * (2 * to[e] - 1) - from[e]);
    }
  }

  /// How probable each entry is to be a 1, given x_t of one sample and a preference for data with a small sum of
  /// `costs`: the prior times exp(-weight costs). `costs` has one number an entry, or none.
  void probabilities(std::span<const T> x, std::size_t step, std::span<const T> costs, T weight,
                     std::span<T> out) const {
    const T sharp = sharpness(step);
    for (const group& g : groups_) {
      // From the last node to the first: in `out`, how probable each feature is where the node before is present.
      // `beyond` is the logarithm of the weight of all ways to go on behind a node.
      T beyond = g.depths.back();
      for (std::size_t n = g.depths.size() - 1; n-- > 0;) {
        const std::size_t row = (g.first + n) * features_;
        T largest = -std::numeric_limits<T>::infinity();
        for (std::size_t e = row; e < row + features_; ++e) {
          out[e] = logarithm_[e] + sharp * x[e] - (costs.empty() ? T(0) : weight * costs[e]);
          largest = std::max(largest, out[e]);
        }
        T sum = 0;
        for (std::size_t e = row; e < row + features_; ++e) sum += out[e] = std::exp(out[e] - largest);
        const T present = largest + std::log(sum) + beyond;
        const T absent = g.depths[n];
        beyond = std::max(present, absent);
        T share = 0;  // of presence
        if (beyond > -std::numeric_limits<T>::infinity()) {
          const T in = std::exp(present - beyond);
          const T both = in + std::exp(absent - beyond);
          share = in / both;
          beyond += std::log(both);
        }
        for (std::size_t e = row; e < row + features_; ++e) out[e] *= share / sum;
      }
      T before = 1;
      for (std::size_t n = 0; n + 1 < g.depths.size(); ++n) {
        const std::size_t row = (g.first + n) * features_;
        for (std::size_t e = row; e < row + features_; ++e) out[e] *= before;
        before = presence(out, g.first + n);
      }
    }
  }

  /// Adds to `out`, a gradient by x_t of one sample, what a gradient `slope` by the probabilities `p` amounts to.
  ///
  /// It is the covariance of the entries times `slope`. Entries of different nodes of a group go together as often as the
  /// deeper one is 1 and the other is what a present node has.
  void add_through(std::size_t step, std::span<const T> p, std::span<const T> slope, std::span<T> out) const {
    const T sharp = sharpness(step);
    for (const group& g : groups_) {
      T deeper = 0;  // the expected slope of the nodes behind
      for (std::size_t n = 0; n + 1 < g.depths.size(); ++n) deeper += expected(p, slope, g.first + n);
      T shallower = 0;  // how much more is expected of the nodes before where this one is present
      for (std::size_t n = 0; n + 1 < g.depths.size(); ++n) {
        const std::size_t row = (g.first + n) * features_;
        const T mean = expected(p, slope, g.first + n);
        const T present = presence(p, g.first + n);
        if (!(present > 0)) break;
        deeper -= mean;
        T mean_if_present = 0;  // p / present before anything else: both may be close to the least number there is
        for (std::size_t e = row; e < row + features_; ++e) {
          const T share = p[e] / present;
          mean_if_present += share * slope[e];
          out[e] += sharp * (p[e] * (slope[e] - mean + shallower) + share * (1 - present) * deeper);
        }
        shallower += mean_if_present - mean;
      }
    }
  }

  [[nodiscard]] std::size_t nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::size_t features() const noexcept { return features_; }
  /// Every entry of a sample is a choice.
  [[nodiscard]] std::span<const std::size_t> positions() const noexcept { return position_; }
  [[nodiscard]] std::span<const moment> way() const noexcept { return way_; }

private:
  static constexpr const char* place = "diffusion::nested_choices";

  struct group {
    std::size_t first;      // its first node
    std::vector<T> depths;  // logarithms
  };

  void add_group(const nested_nodes& nodes) {
    group g{nodes_, {}};
    double largest = 0;
    for (const double p : nodes.depths) {
      if (!(p >= 0 && std::isfinite(p))) {
        throw error(place, "a depth with probability " + number_text(p), "numbers of at least 0");
      }
      largest = std::max(largest, p);
      g.depths.push_back(static_cast<T>(std::log(p)));
    }
    if (nodes.depths.size() < 2 || !(largest > 0)) {
      throw error(
          place,
          "a group of " + std::to_string(nodes.depths.size()) + " depths, the most probable " + number_text(largest),
          "at least two depths, one of them possible");
    }
    nodes_ += nodes.depths.size() - 1;
    groups_.push_back(std::move(g));
  }

  [[nodiscard]] T sharpness(std::size_t step) const {
    return static_cast<T>(2 * way_[step].scale / (way_[step].deviation * way_[step].deviation));
  }
  [[nodiscard]] T presence(std::span<const T> p, std::size_t node) const {
    T sum = 0;
    for (std::size_t e = node * features_; e < (node + 1) * features_; ++e) sum += p[e];
    return std::min(sum, T(1));
  }
  [[nodiscard]] T expected(std::span<const T> p, std::span<const T> slope, std::size_t node) const {
    T sum = 0;
    for (std::size_t e = node * features_; e < (node + 1) * features_; ++e) sum += p[e] * slope[e];
    return sum;
  }

  std::size_t nodes_ = 0;
  std::size_t features_;
  std::vector<group> groups_;
  std::vector<T> logarithm_;
  std::vector<std::size_t> position_;
  std::vector<moment> way_;
};

}  // namespace paragon::diffusion
