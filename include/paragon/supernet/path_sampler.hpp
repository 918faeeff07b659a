// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../core/random_key.hpp"
#include "../space/choice_index.hpp"
#include "../space/concepts.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

/// Says which architecture's weights step `step` of a training moves: `s(step, choices)` writes one choice a decision.
/// A function of the step alone, so that a training goes on from any step.
template <class S>
concept path_sampler =
    std::move_constructible<S> &&
    requires(const S& s, std::uint64_t step, std::span<space::choice_index> choices) { s(step, choices); };

/// Names what S lacks of `path_sampler`: a failed assertion, in the compiler's first line of error.
template <class S>
consteval bool require_path_sampler() {
  static_assert(std::move_constructible<S>, "a sampler of paths must be move-constructible");
  static_assert(
      path_sampler<S>,
      "a sampler of paths needs `operator()(std::uint64_t step, std::span<space::choice_index> choices) const`");
  return true;
}

/// Each decision uniform and independent: single-path one-shot.
/// Reference: Guo et al., "Single path one-shot neural architecture search with uniform sampling", ECCV 2020.
template <class Space>
class uniform_paths {
  static_assert(space::require_decisions<Space>());

public:
  uniform_paths(const Space& space, paragon::random_key key) : key_(key) {
    for (std::size_t d = 0; d < space.decisions(); ++d) {
      sizes_.push_back(std::size_t{1} + space::detail::to_choice_index(space.choices(d) - std::size_t{1}));
    }
  }
  void operator()(std::uint64_t step, std::span<space::choice_index> choices) const {
    const paragon::random_key key = key_.fork(step);
    for (std::size_t d = 0; d < sizes_.size(); ++d)
      choices[d] = static_cast<space::choice_index>(key.below(sizes_[d], d));
  }

private:
  std::vector<std::size_t> sizes_;
  paragon::random_key key_;
};

/// As many paths of k weighted choices for every k: how many decisions take one is uniform from 0 to all, which ones is
/// drawn, and so is the choice of each decision among those of its kind.
///
/// Uniform paths have nearly all about the same number: where two of five operations are convolutions, 0.4 % of the
/// paths take a convolution on all of six edges and 4 % on five, so the networks of the greatest capacity, whose weights depend most on each other, are judged by
/// weights that hardly ever worked together. Here it is a seventh each. The choices of one decision are as likely as each
/// other within their kind, and each kind is taken half of the time.
/// \tparam Space  models `space::has_decisions`
template <class Space>
class even_capacity_paths {
  static_assert(space::require_decisions<Space>());

public:
  /// \param weighted  weighted(decision, choice): whether the choice has weights to train
  template <std::predicate<std::size_t, std::size_t> Weighted>
  even_capacity_paths(const Space& space, Weighted weighted, paragon::random_key key) : key_(key) {
    for (std::size_t d = 0; d < space.decisions(); ++d) {
      auto& kinds = kinds_.emplace_back();
      for (std::size_t c = 0; c < space.choices(d); ++c) {
        kinds[weighted(d, c) ? 1 : 0].push_back(space::detail::to_choice_index(c));
      }
      if (!kinds[0].empty() && !kinds[1].empty()) open_.push_back(d);
    }
  }
  void operator()(std::uint64_t step, std::span<space::choice_index> choices) const {
    const paragon::random_key key = key_.fork(step);
    std::vector<std::size_t> order = open_;
    key.fork("order").shuffle(order);
    std::vector<bool> takes(kinds_.size());
    for (std::size_t d = 0; d < kinds_.size(); ++d) takes[d] = kinds_[d][0].empty();
    const std::size_t k = key.below(open_.size() + 1, kinds_.size());
    for (std::size_t i = 0; i < k; ++i) takes[order[i]] = true;
    for (std::size_t d = 0; d < kinds_.size(); ++d) {
      const auto& kind = kinds_[d][takes[d] ? 1 : 0];
      choices[d] = kind[key.below(kind.size(), d)];
    }
  }

private:
  std::vector<std::array<std::vector<space::choice_index>, 2>>
      kinds_;                      ///< choices without weights, and with, by decision
  std::vector<std::size_t> open_;  ///< decisions that have both
  paragon::random_key key_;
};

}  // namespace paragon::supernet
