// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "volume_boxes.hpp"
#include "wide.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// The volume of the union of up to 64 boxes within a cell, and what they leave of it, for four objectives and more.
///
/// A cell is a box with corners `low` and `high`; the boxes are seen cut down to it. One of them, the pivot, covers the
/// cell up to its corner p. What lies beyond p in one objective is a cell of its own; of the rest, what lies beyond it in
/// the next; and so on. In each of these smaller cells only the boxes that reach beyond p there count. Up to four boxes
/// are counted by inclusion and exclusion.
///
/// What the boxes leave is counted in the same cells: those beyond a pivot that no box reaches into, a sum of positive
/// terms. Where up to four boxes leave an eighth of a cell or more, it is the cell less their union.
///
/// Boxes are never copied: a set of them is a word of 64 bits, and for each box and objective, the set of the longer ones
/// is computed once. Boxes inside another need no attention: one inside the pivot reaches into no cell beyond it.
///
/// Reference: Jaszkiewicz, "Improved quick hypervolume algorithm", Computers & Operations Research 90, 2018 (the cells).
/// \tparam Sum  what volumes are counted in: V, or `wide<V>` where a product may leave its range
template <class V, std::size_t W, class Sum>
class few_boxes {
public:
  static constexpr std::size_t most = 64;

  /// The volume of the union beyond `low`.
  /// \param n  1 to 64
  /// \param m  objectives; lanes beyond are 1 in the boxes and 0 in `low`
  Sum volume(const box<V, W>* boxes, std::size_t n, const box<V, W>& low, std::size_t m) {
    cell whole{low, {}};
    for (std::size_t k = 0; k < W; ++k) whole.high[k] = k < m ? std::numeric_limits<V>::max() : V(1);
    return count(take(boxes, n, m, n > 4), whole);
  }

  /// What the boxes leave of the cell from `low` to `high`; each of them reaches into it.
  /// \param n  0 to 64
  Sum uncovered(const box<V, W>* boxes, std::size_t n, const box<V, W>& low, const box<V, W>& high, std::size_t m) {
    return rest(take(boxes, n, m, true), {low, high});
  }

private:
  using set = std::uint64_t;
  static constexpr set all = ~set{0};

  struct cell {
    box<V, W> low;
    box<V, W> high;
  };

  set take(const box<V, W>* boxes, std::size_t n, std::size_t m, bool divided) {
    m_ = m;
    std::copy(boxes, boxes + n, corner_.begin());
    if (divided) compare(n);
    return n == 64 ? all : (set{1} << n) - 1;
  }

  static std::size_t first(set s) noexcept { return static_cast<std::size_t>(std::countr_zero(s)); }

  /// The volume of boxes within a cell.
  Sum size(const box<V, W>& corner, const cell& c) const noexcept { return volume_between<Sum>(c.low, corner); }
  box<V, W> within(std::size_t q, const cell& c) const noexcept { return lower(corner_[q], c.high); }

  /// For each box and objective, the boxes that are at least as long and those that are longer.
  void compare(std::size_t n) noexcept {
    constexpr std::size_t group = 8;  // whole groups are compared, so that no loop has a remainder
    const std::size_t padded = (n + group - 1) / group * group;
    std::array<V, most> column;
    std::array<set, most> bit;
    for (std::size_t j = 0; j < padded; ++j) bit[j] = j < n ? set{1} << j : 0;
    for (std::size_t j = n; j < padded; ++j) column[j] = 0;
    for (std::size_t k = 0; k < m_; ++k) {
      for (std::size_t j = 0; j < n; ++j) column[j] = corner_[j][k];
      for (std::size_t i = 0; i < n; ++i) {
        const V x = column[i];
        set exceed = 0;
        for (std::size_t j = 0; j < padded; ++j) {
          exceed |= column[j] > x ? bit[j] : 0;
        }
        longer_[i][k] = exceed;
      }
    }
  }

  Sum count(set s, const cell& c) {
    switch (std::popcount(s)) {
      case 1: return size(within(first(s), c), c);
      case 2: return two(s, c);
      case 3: return three(s, c);
      case 4: return four(s, c);
      default: return divide(s, c);
    }
  }

  Sum rest(set s, const cell& c) {
    const Sum whole = size(c.high, c);
    if (s == 0) return whole;
    if (std::popcount(s) <= 4) {
      const Sum left = whole - count(s, c);
      const Sum twice = left + left;
      const Sum four_times = twice + twice;
      if (std::is_integral_v<V> || !(four_times + four_times < whole)) return left;
    }
    const std::size_t p = pivot(s, c);
    Sum total{};
    cell part = c;
    for (std::size_t k = 0; k < m_; ++k) {
      if (!(corner_[p][k] < c.high[k])) continue;
      part.low = replaced(c.low, k, corner_[p]);
      const set reach = s & longer_[p][k];
      total += reach == 0 ? size(part.high, part) : rest(reach, part);
      part.high = replaced(part.high, k, corner_[p]);
    }
    return total;
  }

  /// The box that leaves the least to do: the cells beyond it count with about the cube of their boxes.
  std::size_t pivot(set s, const cell& c) const noexcept {
    std::size_t best = 0;
    std::uint64_t least = ~std::uint64_t{0};
    for (set rest = s; rest != 0; rest &= rest - 1) {
      const std::size_t q = first(rest);
      std::uint64_t work = 0;
      for (std::size_t k = 0; k < m_; ++k) {
        const auto boxes = static_cast<std::uint64_t>(std::popcount(s & longer_[q][k]));
        work += corner_[q][k] < c.high[k] ? boxes * boxes * (boxes + 8) : 0;
      }
      best = work < least ? q : best;
      least = work < least ? work : least;
    }
    return best;
  }

  Sum divide(set s, const cell& c) {
    const std::size_t p = pivot(s, c);
    const Sum largest = size(within(p, c), c);
    // The smallest sets first: later cells are cut shorter, so that more boxes in them are inside another.
    struct side {
      set boxes;
      std::size_t objective;
    };
    std::array<side, W> sides;
    std::size_t count_of_sides = 0;
    for (std::size_t k = 0; k < m_; ++k) {
      const set reach = s & longer_[p][k];
      if (reach == 0 || !(corner_[p][k] < c.high[k])) continue;
      std::size_t at = count_of_sides++;
      for (; at > 0 && std::popcount(sides[at - 1].boxes) > std::popcount(reach); --at) sides[at] = sides[at - 1];
      sides[at] = {reach, k};
    }
    Sum total = largest;
    cell part = c;
    for (std::size_t i = 0; i < count_of_sides; ++i) {
      const std::size_t k = sides[i].objective;
      part.low = replaced(c.low, k, corner_[p]);
      total += count(sides[i].boxes, part);
      part.high = replaced(part.high, k, corner_[p]);
    }
    return total;
  }

  // Differences of a volume and one inside it, so that no term is negative by more than rounding.
  Sum two(set s, const cell& c) const noexcept {
    const auto a = within(first(s), c);
    const auto b = within(first(s & (s - 1)), c);
    return size(a, c) + (size(b, c) - size(lower(a, b), c));
  }

  Sum three(set s, const cell& c) const noexcept {
    const auto a = within(first(s), c);
    s &= s - 1;
    const auto b = within(first(s), c);
    const auto d = within(first(s & (s - 1)), c);
    const auto ab = lower(a, b);
    return size(a, c) + (size(b, c) - size(ab, c)) +
           ((size(d, c) - size(lower(a, d), c)) - (size(lower(b, d), c) - size(lower(ab, d), c)));
  }

  Sum four(set s, const cell& c) const noexcept {
    const auto a = within(first(s), c);
    s &= s - 1;
    const auto b = within(first(s), c);
    s &= s - 1;
    const auto d = within(first(s), c);
    const auto e = within(first(s & (s - 1)), c);
    const auto ab = lower(a, b);
    const auto de = lower(d, e);
    const Sum three = size(a, c) + (size(b, c) - size(ab, c)) +
                      ((size(d, c) - size(lower(a, d), c)) - (size(lower(b, d), c) - size(lower(ab, d), c)));
    const Sum single = size(e, c) - size(lower(a, e), c) - (size(lower(b, e), c) - size(lower(ab, e), c));
    const Sum with_d = size(de, c) - size(lower(a, de), c) - (size(lower(b, de), c) - size(lower(ab, de), c));
    return three + (single - with_d);
  }

  std::size_t m_ = 0;
  std::array<box<V, W>, most> corner_;
  std::array<lanes<set, W>, most> longer_;
};

}  // namespace paragon::pareto::detail
