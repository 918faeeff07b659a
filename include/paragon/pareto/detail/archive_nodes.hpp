// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "archive_lanes.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Nodes of a `archive_tree`: up to 16 children each, with `rows` numbers per child. The numbers lie row by row, so that all
/// children of a node are compared with a point in one pass of vector instructions.
///
/// Nodes are numbered; released numbers are given out again.
template <class T>
class archive_nodes {
public:
  using id = std::uint32_t;
  static constexpr std::size_t width = lane_count;

  explicit archive_nodes(std::size_t rows) : rows_(rows) {}

  /// Numbers of node i: row r of child j lies at `r * width + j`.
  [[nodiscard]] T* values(id i) noexcept { return values_.data() + i * rows_ * width; }
  [[nodiscard]] const T* values(id i) const noexcept { return values_.data() + i * rows_ * width; }
  [[nodiscard]] id* children(id i) noexcept { return children_.data() + i * width; }
  [[nodiscard]] const id* children(id i) const noexcept { return children_.data() + i * width; }
  [[nodiscard]] std::size_t count(id i) const noexcept { return counts_[i]; }
  [[nodiscard]] std::size_t in_use() const noexcept { return counts_.size() - free_.size(); }

  /// Makes sure that the next `wanted` calls of `take` do not throw.
  void reserve(std::size_t wanted) {
    if (free_.size() >= wanted) return;
    const std::size_t old = counts_.size();
    const std::size_t size = old + wanted + old / 2;
    free_.reserve(size);  // so that releasing all of them does not throw either
    values_.resize(size * rows_ * width);
    children_.resize(size * width);
    counts_.resize(size);
    for (std::size_t i = size; i > old; --i) free_.push_back(static_cast<id>(i - 1));
  }

  /// An empty node. \pre reserved
  id take() noexcept {
    const id i = free_.back();
    free_.pop_back();
    counts_[i] = 0;
    return i;
  }
  void release(id i) noexcept { free_.push_back(i); }

  void clear() noexcept {
    values_.clear();
    children_.clear();
    counts_.clear();
    free_.clear();
  }

  /// Adds child `from_lane` of node `from` to node `to`, which may be the same.
  void append(id to, id from, std::size_t from_lane) noexcept {
    const std::size_t lane = counts_[to]++;
    copy(to, lane, from, from_lane);
  }
  /// Adds a child and returns its lane; the caller writes its numbers.
  std::size_t append(id to, id child) noexcept {
    const std::size_t lane = counts_[to]++;
    children(to)[lane] = child;
    return lane;
  }
  /// The last child takes the place of the removed one.
  void remove(id i, std::size_t lane) noexcept {
    if (lane != --counts_[i]) copy(i, lane, i, counts_[i]);
  }

private:
  void copy(id to, std::size_t to_lane, id from, std::size_t from_lane) noexcept {
    children(to)[to_lane] = children(from)[from_lane];
    for (std::size_t r = 0; r < rows_; ++r) values(to)[r * width + to_lane] = values(from)[r * width + from_lane];
  }

  std::size_t rows_;
  std::vector<T> values_;
  std::vector<id> children_;
  std::vector<std::uint32_t> counts_;
  std::vector<id> free_;
};

}  // namespace paragon::pareto::detail
