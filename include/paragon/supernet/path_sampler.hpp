// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../core/random.hpp"
#include "../space/concepts.hpp"

namespace paragon::supernet {

/// Says which architecture's weights step `step` of a training moves: `s(step, choices)` writes one choice a decision.
/// A function of the step alone, so that a training goes on from any step.
template <class S>
concept path_sampler = requires(const S& s, std::uint64_t step, std::span<std::uint8_t> choices) { s(step, choices); };

/// Each decision uniform and independent: single-path one-shot.
/// Reference: Guo et al., "Single path one-shot neural architecture search with uniform sampling", ECCV 2020.
template <space::has_decisions Space>
class uniform_paths {
public:
  uniform_paths(const Space& space, paragon::random key) : key_(key) {
    for (std::size_t d = 0; d < space.decisions(); ++d) sizes_.push_back(space.choices(d));
  }
  void operator()(std::uint64_t step, std::span<std::uint8_t> choices) const {
    for (std::size_t d = 0; d < sizes_.size(); ++d) {
      choices[d] = static_cast<std::uint8_t>(key_.at_step(step).below(sizes_[d], d));
    }
  }

private:
  std::vector<std::size_t> sizes_;
  paragon::random key_;
};

/// Each choice of a decision once in as many steps as it has choices, in an order drawn anew for each decision and round:
/// the marginal distribution is uniform, and no operation falls behind another.
/// Reference: Chu, Zhang, Xu, "FairNAS: rethinking evaluation fairness of weight sharing NAS", ICCV 2021, section 4
/// (strict fairness; with one update a step instead of one for each round).
template <space::has_decisions Space>
class fair_paths {
public:
  fair_paths(const Space& space, paragon::random key) : key_(key) {
    for (std::size_t d = 0; d < space.decisions(); ++d) sizes_.push_back(space.choices(d));
  }
  void operator()(std::uint64_t step, std::span<std::uint8_t> choices) const {
    std::vector<std::uint8_t> order;
    for (std::size_t d = 0; d < sizes_.size(); ++d) {
      order.resize(sizes_[d]);
      for (std::size_t c = 0; c < sizes_[d]; ++c) order[c] = static_cast<std::uint8_t>(c);
      key_.in_stream(key_.stream + static_cast<std::uint32_t>(d)).at_step(step / sizes_[d]).shuffle(order);
      choices[d] = order[step % sizes_[d]];
    }
  }

private:
  std::vector<std::size_t> sizes_;
  paragon::random key_;
};

}  // namespace paragon::supernet
