// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "rank_table.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Points packed by 16 into blocks of neighbours; the least corners of the blocks packed by 16 again, and so on up to a
/// single block.
///
/// Whatever covers a point lies in boxes whose least corner covers it, so a search leaves out whole branches. One
/// vector comparison per objective tests 16 points or corners. Beside its m ranks a point has a label, which counts as
/// one objective more: a search finds points up to a label, and can so leave out branches that have nothing new.
///
/// Building costs O(n log n), a search what the data make of it: a handful of blocks per point on typical fronts, all
/// n / 16 at worst. Memory: (m + 1) 32-bit numbers per point.
class box_tree {
public:
  static constexpr std::size_t width = 16;
  /// Ranks and labels shifted into the range of a signed type: instruction sets before AVX-512 compare only those.
  using number = std::int32_t;
  static constexpr number most = std::numeric_limits<number>::max();

  /// All points are labelled `label`.
  template <class Runner>
  box_tree(const rank_table& table, number label, Runner& runner)
      : m_(table.m), rows_(table.size()), places_(table.size()) {
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i] = static_cast<position>(i);
    arrange(table, runner);
    for (std::size_t i = 0; i < rows_.size(); ++i) places_[rows_[i]] = static_cast<position>(i);
    add_level(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      for (std::size_t k = 0; k < m_; ++k) at(0, i, k) = static_cast<number>(table.row(rows_[i])[k] ^ (1U << 31));
      at(0, i, m_) = label;
    }
    for (std::size_t count = rows_.size(); count > width;) {
      const std::size_t below = levels_.size() - 1;
      count = (count + width - 1) / width;
      add_level(count);
      for (std::size_t b = 0; b < count; ++b) {
        for (std::size_t k = 0; k <= m_; ++k) {
          const number* const column = &at(below, b * width, k);
          at(below + 1, b, k) = *std::min_element(column, column + width);
        }
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] position row(std::size_t place) const noexcept { return rows_[place]; }
  [[nodiscard]] position place(std::size_t row) const noexcept { return places_[row]; }

  /// Copies the point at a place to `point`, which has room for m + 1 numbers.
  void copy(std::size_t place, number* point) const noexcept {
    for (std::size_t k = 0; k <= m_; ++k) point[k] = at(0, place, k);
  }

  [[nodiscard]] number label(std::size_t place) const noexcept { return at(0, place, m_); }

  /// Lowers the label of the point at a place.
  void lower_label(std::size_t place, number label) noexcept {
    for (std::size_t level = 0; level < levels_.size(); ++level, place /= width) {
      number& old = at(level, place, m_);
      if (old <= label) return;
      old = label;
    }
  }

  /// Calls `found(place)` for points that are nowhere above `point`, labels included, until it returns true. It may
  /// lower the label of `point` meanwhile.
  template <class Found>
  bool search(const number* point, Found&& found) const {
    return search(levels_.size() - 1, 0, point, found);
  }

private:
  [[nodiscard]] std::size_t slot(std::size_t i, std::size_t k) const noexcept {
    return (i / width * (m_ + 1) + k) * width + i % width;
  }
  [[nodiscard]] number& at(std::size_t level, std::size_t i, std::size_t k) noexcept {
    return levels_[level][slot(i, k)];
  }
  [[nodiscard]] const number& at(std::size_t level, std::size_t i, std::size_t k) const noexcept {
    return levels_[level][slot(i, k)];
  }

  void add_level(std::size_t count) { levels_.emplace_back((count + width - 1) / width * width * (m_ + 1), most); }

  /// Which points of a block are nowhere above `point`: one bit each. Vectors have the width of the machine, because
  /// compilers take wider ones apart into single numbers.
  [[nodiscard]] std::uint32_t covering(std::size_t level, std::size_t block, const number* point) const noexcept {
#if defined(__AVX512F__)
    constexpr std::size_t bytes = 64;
#elif defined(__AVX2__)
    constexpr std::size_t bytes = 32;
#else
    constexpr std::size_t bytes = 16;
#endif
    using vector = number __attribute__((vector_size(bytes)));
    constexpr std::size_t lanes = bytes / sizeof(number);
    vector above[width / lanes] = {};
    const number* column = &at(level, block * width, 0);
    for (std::size_t k = 0; k <= m_; ++k) {
      for (vector& some : above) {
        vector x;
        std::memcpy(&x, column, bytes);
        some |= x > point[k];
        column += lanes;
      }
    }
    alignas(64) number outside[width];
    std::memcpy(outside, above, sizeof outside);
    number bits = 0;
    for (std::size_t j = 0; j < width; ++j) bits |= ~outside[j] & (number{1} << j);
    return static_cast<std::uint32_t>(bits);
  }

  template <class Found>
  bool search(std::size_t level, std::size_t block, const number* point, Found&& found) const {
    std::uint32_t hits = covering(level, block, point);
    while (hits != 0) {
      const auto j = static_cast<std::size_t>(std::bit_width(hits) - 1);
      hits ^= 1U << j;
      const std::size_t i = block * width + j;
      if (at(level, i, m_) > point[m_]) continue;
      if (level == 0 ? found(i) : search(level - 1, i, point, found)) return true;
    }
    return false;
  }

  struct keyed {
    std::uint32_t key;
    position row;
  };
  /// Points that lie together, and the objective at whose median they are halved next.
  struct part {
    std::size_t begin, end, k;
  };

  /// Orders the points so that each block, and each block of blocks, holds neighbours: halves them at the median of one
  /// objective after the other. Large parts one by one, then what they became on the runner's threads.
  template <class Runner>
  void arrange(const rank_table& table, Runner& runner) {
    std::vector<keyed> keys(rows_.size());
    const std::size_t large = std::max<std::size_t>(rows_.size() / 8, 16384);
    std::vector<part> open{{0, rows_.size(), 0}};
    std::vector<part> small;
    while (!open.empty()) {
      const part p = open.back();
      open.pop_back();
      if (p.end - p.begin > large) {
        halve(table, keys, p, open);
      } else {
        small.push_back(p);
      }
    }
    runner.for_blocks(small.size(), 1, [&](std::size_t i, std::size_t) {
      std::vector<part> rest{small[i]};
      while (!rest.empty()) {
        const part p = rest.back();
        rest.pop_back();
        if (p.end - p.begin > width) halve(table, keys, p, rest);
      }
    });
  }

  void halve(const rank_table& table, std::vector<keyed>& keys, part p, std::vector<part>& halves) {
    const std::size_t blocks = (p.end - p.begin + width - 1) / width;
    const std::size_t middle = p.begin + std::bit_ceil(blocks) / 2 * width;
    for (std::size_t i = p.begin; i < p.end; ++i) keys[i] = {table.row(rows_[i])[p.k], rows_[i]};
    const auto at = [&](std::size_t i) { return keys.begin() + static_cast<std::ptrdiff_t>(i); };
    std::nth_element(at(p.begin), at(middle), at(p.end), [](const keyed& a, const keyed& b) { return a.key < b.key; });
    for (std::size_t i = p.begin; i < p.end; ++i) rows_[i] = keys[i].row;
    halves.push_back({p.begin, middle, (p.k + 1) % m_});
    halves.push_back({middle, p.end, (p.k + 1) % m_});
  }

  std::size_t m_;
  std::vector<position> rows_;    // by place
  std::vector<position> places_;  // by row
  std::vector<std::vector<number>> levels_;
};

}  // namespace paragon::pareto::detail
