// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA {

/// The extents of a row-major tensor, outermost first; at most `max_rank` of them. A trivially copyable value.
///
/// Operators that work on rows see any tensor as a matrix of `rows()` x `columns()`: the last axis is the row.
class shape {
public:
  static constexpr std::size_t max_rank = 4;

  constexpr shape() = default;
  /// \throws error for more than `max_rank` extents
  constexpr shape(std::initializer_list<std::size_t> extents)
      : shape(std::span<const std::size_t>(extents.begin(), extents.size())) {}
  constexpr explicit shape(std::span<const std::size_t> extents) : rank_(extents.size()) {
    if (rank_ > max_rank) throw error("shape", std::to_string(rank_) + " axes", "at most 4");
    for (std::size_t i = 0; i < rank_; ++i) extents_[i] = extents[i];
  }

  [[nodiscard]] constexpr std::size_t rank() const noexcept { return rank_; }
  [[nodiscard]] constexpr std::size_t operator[](std::size_t axis) const noexcept { return extents_[axis]; }
  [[nodiscard]] constexpr const std::size_t* begin() const noexcept { return extents_.data(); }
  [[nodiscard]] constexpr const std::size_t* end() const noexcept { return extents_.data() + rank_; }

  /// Number of elements; 1 for rank 0.
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    std::size_t n = 1;
    for (std::size_t i = 0; i < rank_; ++i) n *= extents_[i];
    return n;
  }
  [[nodiscard]] constexpr std::size_t columns() const noexcept { return rank_ == 0 ? 1 : extents_[rank_ - 1]; }
  [[nodiscard]] constexpr std::size_t rows() const noexcept {
    std::size_t n = 1;
    for (std::size_t i = 0; i + 1 < rank_; ++i) n *= extents_[i];
    return n;
  }

  friend constexpr bool operator==(const shape& a, const shape& b) noexcept {
    if (a.rank_ != b.rank_) return false;
    for (std::size_t i = 0; i < a.rank_; ++i) {
      if (a.extents_[i] != b.extents_[i]) return false;
    }
    return true;
  }

private:
  std::array<std::size_t, max_rank> extents_{};
  std::size_t rank_ = 0;
};

/// "(13, 6, 5)"
[[nodiscard]] inline std::string to_string(const shape& s) {
  std::string text = "(";
  for (std::size_t i = 0; i < s.rank(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(s[i]);
  }
  return text + ")";
}

}  // namespace paragon
