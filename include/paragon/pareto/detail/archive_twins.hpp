// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Chains of equal elements by position, so that an index holds the first of each chain only: under `keep_all` any
/// number of points may be equal. Every position from 0 is in one chain, most often alone.
template <bool Enabled>
class archive_twins {
public:
  using id = std::uint32_t;
  static constexpr id none = static_cast<id>(-1);

  void reserve_one() {
    if (links_.size() == links_.capacity()) links_.reserve(2 * links_.size() + 8);
  }
  void append() noexcept { links_.push_back({}); }
  void pop_back() noexcept { links_.pop_back(); }
  void clear() noexcept { links_.clear(); }

  [[nodiscard]] bool is_first(std::size_t i) const noexcept { return links_[i].previous == none; }
  [[nodiscard]] id next(std::size_t i) const noexcept { return links_[i].next; }

  /// \pre i is alone
  void link_after(std::size_t before, std::size_t i) noexcept {
    links_[i] = {static_cast<id>(before), links_[before].next};
    if (links_[i].next != none) links_[links_[i].next].previous = static_cast<id>(i);
    links_[before].next = static_cast<id>(i);
  }
  /// Leaves i alone.
  void unlink(std::size_t i) noexcept {
    const link old = links_[i];
    if (old.previous != none) links_[old.previous].next = old.next;
    if (old.next != none) links_[old.next].previous = old.previous;
    links_[i] = {};
  }
  /// The element at `from` is now at `to`, whose own is gone.
  void move(std::size_t from, std::size_t to) noexcept {
    links_[to] = links_[from];
    if (links_[to].previous != none) links_[links_[to].previous].next = static_cast<id>(to);
    if (links_[to].next != none) links_[links_[to].next].previous = static_cast<id>(to);
  }
  void make_alone(std::size_t i) noexcept { links_[i] = {}; }

private:
  struct link {
    id previous = none;
    id next = none;
  };
  std::vector<link> links_;
};

/// Where no two elements are equal, there is nothing to keep.
template <>
class archive_twins<false> {
public:
  using id = std::uint32_t;
  static void reserve_one() noexcept {}
  static void append() noexcept {}
  static void pop_back() noexcept {}
  static void clear() noexcept {}
  static bool is_first(std::size_t) noexcept { return true; }
  static id next(std::size_t) noexcept { return static_cast<id>(-1); }
  static void link_after(std::size_t, std::size_t) noexcept {}
  static void unlink(std::size_t) noexcept {}
  static void move(std::size_t, std::size_t) noexcept {}
  static void make_alone(std::size_t) noexcept {}
};

}  // namespace paragon::pareto::detail
