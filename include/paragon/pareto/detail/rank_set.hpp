// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// A set of integers in [0, capacity) that finds neighbours: a tree of bits, 64 children to a node.
///
/// The sweeps keep their staircase in it, by rank instead of by coordinate: where a balanced tree allocates and chases
/// pointers, this touches two or three words. O(log_64 capacity) per operation, capacity / 8 bytes.
class rank_set {
public:
  explicit rank_set(std::size_t capacity) : capacity_(capacity) {
    do {
      capacity = (capacity + 63) / 64;
      levels_.emplace_back(capacity);
    } while (capacity > 1);
  }

  /// What `next` and `previous` return where there is none.
  [[nodiscard]] std::size_t none() const noexcept { return capacity_; }

  void insert(std::size_t i) noexcept {
    for (auto& level : levels_) {
      std::uint64_t& word = level[i / 64];
      const bool had_children = word != 0;
      word |= std::uint64_t{1} << (i % 64);
      if (had_children) return;
      i /= 64;
    }
  }

  void erase(std::size_t i) noexcept {
    for (auto& level : levels_) {
      std::uint64_t& word = level[i / 64];
      word &= ~(std::uint64_t{1} << (i % 64));
      if (word != 0) return;
      i /= 64;
    }
  }

  /// The smallest element above i.
  [[nodiscard]] std::size_t next(std::size_t i) const noexcept {
    for (std::size_t l = 0; l < levels_.size(); ++l, i /= 64) {
      const std::uint64_t above = levels_[l][i / 64] & (~std::uint64_t{1} << (i % 64));
      if (above == 0) continue;
      i = i / 64 * 64 + static_cast<std::size_t>(std::countr_zero(above));
      while (l-- > 0) i = i * 64 + static_cast<std::size_t>(std::countr_zero(levels_[l][i]));
      return i;
    }
    return none();
  }

  /// The largest element below i.
  [[nodiscard]] std::size_t previous(std::size_t i) const noexcept {
    for (std::size_t l = 0; l < levels_.size(); ++l, i /= 64) {
      const std::uint64_t below = levels_[l][i / 64] & ((std::uint64_t{1} << (i % 64)) - 1);
      if (below == 0) continue;
      i = i / 64 * 64 + 63 - static_cast<std::size_t>(std::countl_zero(below));
      while (l-- > 0) i = i * 64 + 63 - static_cast<std::size_t>(std::countl_zero(levels_[l][i]));
      return i;
    }
    return none();
  }

private:
  std::size_t capacity_;
  std::vector<std::vector<std::uint64_t>> levels_;
};

}  // namespace paragon::pareto::detail
