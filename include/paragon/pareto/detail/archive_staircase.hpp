// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Distinct points in two objectives, none of which dominates another: in order of the first, the second falls.
///
/// The order is cut into blocks of at most 128 points, as the leaves of a B-tree two levels high: an insertion moves one
/// block's tail, where a sorted vector would move half of all points. O(log n) to search, O(log n + block) to change,
/// and one move of the list of blocks for every 64 insertions. Entries are known to the caller by a number.
///
/// It shares its interface with `archive_tree`, which serves more objectives.
template <class T>
class archive_staircase {
public:
  using id = std::uint32_t;
  static constexpr id none = static_cast<id>(-1);

  explicit archive_staircase(std::size_t /*objectives*/ = 2) {}
  archive_staircase(archive_staircase&&) noexcept = default;
  archive_staircase& operator=(archive_staircase&&) noexcept = default;
  ~archive_staircase() = default;
  /// A copied vector has no room to spare, and the blocks count on theirs.
  archive_staircase(const archive_staircase& other) : heads_(other.heads_), last_(other.last_) {
    blocks_.reserve(other.blocks_.size());
    for (const auto& block : other.blocks_) {
      blocks_.emplace_back().reserve(block_size);
      blocks_.back().assign(block.begin(), block.end());
    }
  }
  archive_staircase& operator=(const archive_staircase& other) {
    archive_staircase copy(other);
    *this = std::move(copy);
    return *this;
  }

  void clear() noexcept {
    last_ = {};
    heads_.clear();
    blocks_.clear();
  }

  /// The entry that is at least as good as `key` in both objectives: of several the one with the smallest second.
  [[nodiscard]] id coverer(const T* key) const noexcept {
    const place p = last_up_to(key[0]);
    return p.entry != nullptr && p.entry->y <= key[1] ? p.entry->name : none;
  }
  /// The same before an insertion: looks first at the one that rejected the last point.
  [[nodiscard]] id coverer_for_insertion(const T* key) noexcept {
    if (last_.name != none && last_.x <= key[0] && last_.y <= key[1]) return last_.name;
    const place p = last_up_to(key[0]);
    if (p.entry == nullptr || !(p.entry->y <= key[1])) return none;
    last_ = *p.entry;
    return last_.name;
  }

  /// The entry at `key`.
  [[nodiscard]] id find(const T* key) const noexcept {
    const place p = last_up_to(key[0]);
    return p.entry != nullptr && p.entry->x == key[0] && p.entry->y == key[1] ? p.entry->name : none;
  }

  /// Makes room, so that the next `insert` does not throw.
  void reserve_one(const T*) {
    if (spare_.capacity() < block_size) spare_.reserve(block_size);
    make_room(heads_);
    make_room(blocks_);
  }

  /// Removes the entries that `key` weakly dominates and calls `erased(id)` for each. They are neighbours.
  template <class F>
  void erase_covered_by(const T* key, F&& erased) {
    last_ = {};
    std::size_t b = last_block_up_to(key[0]);
    while (b < blocks_.size()) {
      auto& block = blocks_[b];
      const auto first = first_from(block, key[0]);
      auto last = first;
      for (; last != block.end() && last->y >= key[1]; ++last) erased(last->name);
      const bool done = last != block.end();
      block.erase(first, last);
      if (block.empty()) {
        remove_block(b);
      } else {
        heads_[b] = block.front().x;
        ++b;
      }
      if (done) return;
    }
  }

  /// \pre no entry covers `key` or is covered by it; `reserve_one` was called since the last insertion
  void insert(const T* key, id name) noexcept {
    const step entry{key[0], key[1], name};
    if (blocks_.empty()) {
      spare_.push_back(entry);
      put_block(0);
      return;
    }
    std::size_t b = last_block_up_to(key[0]);
    if (blocks_[b].size() == block_size) {
      const auto middle = blocks_[b].begin() + block_size / 2;
      spare_.assign(middle, blocks_[b].end());
      blocks_[b].erase(middle, blocks_[b].end());
      put_block(b + 1);
      if (heads_[b + 1] <= key[0]) ++b;
    }
    auto& block = blocks_[b];
    block.insert(first_from(block, key[0]), entry);
    heads_[b] = block.front().x;
  }

  /// Replaces the contents by entries 0, 1, ... at consecutive pairs of `keys`.
  void build(const std::vector<T>& keys) {
    clear();
    for (std::size_t i = 0; 2 * i < keys.size(); ++i) {
      reserve_one(keys.data() + 2 * i);
      insert(keys.data() + 2 * i, static_cast<id>(i));
    }
  }

  /// \pre there is an entry at `key`
  void erase(const T* key) noexcept {
    last_ = {};
    const place p = last_up_to(key[0]);
    auto& block = blocks_[p.block];
    block.erase(block.begin() + (p.entry - block.data()));
    if (block.empty()) {
      remove_block(p.block);
    } else {
      heads_[p.block] = block.front().x;
    }
  }

  /// \pre there is an entry at `key`
  void rename(const T* key, id name) noexcept {
    last_ = {};
    const place p = last_up_to(key[0]);
    blocks_[p.block][static_cast<std::size_t>(p.entry - blocks_[p.block].data())].name = name;
  }

  /// Calls `found(id)` for the entries in the closed box from `lower` to `upper`.
  template <class F>
  void visit_box(const T* lower, const T* upper, F&& found) const {
    for (std::size_t b = last_block_up_to(lower[0]); b < blocks_.size() && heads_[b] <= upper[0]; ++b) {
      for (const step& s : blocks_[b]) {
        if (s.x >= lower[0] && s.x <= upper[0] && s.y >= lower[1] && s.y <= upper[1]) found(s.name);
      }
    }
  }

  /// Calls `found(id)` for the entries from near to far, until all within `reach()` were among them.
  /// `distance(lower, upper)` is the query's distance from a box; `key` is the query itself.
  template <class Distance, class Reach, class F>
  void visit_near(const T* key, const Distance& distance, const Reach& reach, F&& found) const {
    const auto visit = [&](const std::vector<step>& block) {
      for (const step& s : block) found(s.name);
    };
    // The distance in the first objective alone grows from block to block.
    const auto near = [&](const std::vector<step>& block) {
      const T lower[2] = {block.front().x, key[1]};
      const T upper[2] = {block.back().x, key[1]};
      return distance(lower, upper) <= reach();
    };
    std::size_t right = last_block_up_to(key[0]);
    std::size_t left = right;
    bool go_right = right < blocks_.size();
    bool go_left = left > 0;
    while (go_right || go_left) {
      go_right = go_right && near(blocks_[right]);
      if (go_right) {
        visit(blocks_[right]);
        go_right = ++right < blocks_.size();
      }
      go_left = go_left && near(blocks_[left - 1]);
      if (go_left) {
        visit(blocks_[left - 1]);
        go_left = --left > 0;
      }
    }
  }

private:
  struct step {
    T x{};
    T y{};
    id name = none;
  };
  struct place {
    std::size_t block;
    const step* entry;
  };
  static constexpr std::size_t block_size = 128;

  /// The last block that starts at or before x, or the first.
  [[nodiscard]] std::size_t last_block_up_to(T x) const noexcept {
    const auto after = std::upper_bound(heads_.begin(), heads_.end(), x);
    return after == heads_.begin() ? 0 : static_cast<std::size_t>(after - heads_.begin()) - 1;
  }

  template <class Block>
  static auto first_from(Block& block, T x) noexcept {
    return std::lower_bound(block.begin(), block.end(), x, [](const step& s, T limit) { return s.x < limit; });
  }

  /// The last entry at or before x.
  [[nodiscard]] place last_up_to(T x) const noexcept {
    const std::size_t b = last_block_up_to(x);
    if (b == blocks_.size() || heads_[b] > x) return {b, nullptr};
    const auto& block = blocks_[b];
    const auto after =
        std::upper_bound(block.begin(), block.end(), x, [](T limit, const step& s) { return limit < s.x; });
    return {b, &*std::prev(after)};
  }

  void put_block(std::size_t b) noexcept {
    heads_.insert(heads_.begin() + static_cast<std::ptrdiff_t>(b), spare_.front().x);
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(b), std::move(spare_));
    spare_ = {};
  }

  void remove_block(std::size_t b) noexcept {
    heads_.erase(heads_.begin() + static_cast<std::ptrdiff_t>(b));
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(b));
  }

  template <class Vector>
  static void make_room(Vector& list) {
    if (list.size() == list.capacity()) list.reserve(2 * list.size() + 8);
  }

  std::vector<T> heads_;  // the first coordinate of the first entry of each block
  std::vector<std::vector<step>> blocks_;
  step last_{};              // the entry that rejected the last point, until something goes
  std::vector<step> spare_;  // memory of the next block
};

}  // namespace paragon::pareto::detail
