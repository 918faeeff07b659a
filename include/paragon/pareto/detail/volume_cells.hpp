// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "volume_boxes.hpp"
#include "volume_few.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// The volume of the union of boxes in four objectives and more: cells around a pivot as in `few_boxes`, here with the
/// boxes of each cell copied and cut down to it, until few are left.
///
/// The pivot is the largest box. Boxes inside another are not looked for: those inside a pivot reach into no cell beyond
/// it, and that suffices. Cells wait on a stack in one block of memory, so nothing recurs deeply. All terms but those of
/// the smallest cells are positive. What boxes leave of a cell is the sum of the cells that none of them reaches into.
///
/// Cost: for random fronts of n points about n log n in four objectives; exponential in their number at worst, as for
/// every known algorithm.
/// \tparam Sum  what volumes are counted in: V, or `wide<V>` where a product may leave its range
template <class V, std::size_t W, class Sum = V>
class cell_volume {
public:
  struct cell {
    box<V, W> low;
    box<V, W> high;
    std::size_t begin;  ///< its boxes in `boxes()`
    std::size_t n;
  };

  explicit cell_volume(std::size_t m) : m_(m), few_(std::make_unique_for_overwrite<few_boxes<V, W, Sum>>()) {}

  /// Adds the boxes of a cell with corner `low`; none is longer than the cell.
  void push(const box<V, W>* first, std::size_t n, const box<V, W>& low) {
    box<V, W> high;
    high.x.fill(std::numeric_limits<V>::max());
    cells_.push_back({low, high, boxes_.size(), n});
    boxes_.insert(boxes_.end(), first, first + n);
  }

  /// The volume of all cells added. Never inlined, as `divide` is not: whether a product and a sum are rounded as one is
  /// the compiler's choice at each place, and volumes must be the same bits with threads and without.
  [[gnu::noinline]] Sum run() {
    Sum total{};
    while (!cells_.empty()) {
      const cell c = cells_.back();
      if (c.n > most_few) {
        total += divide();
        continue;
      }
      if (c.n > 0) total += few_->volume(boxes_.data() + c.begin, c.n, c.low, m_);
      boxes_.resize(c.begin);
      cells_.pop_back();
    }
    return total;
  }

  /// What the boxes leave of the cell between two corners; each of them reaches into it.
  Sum uncovered(const std::vector<box<V, W>>& boxes, const box<V, W>& low, const box<V, W>& high) {
    boxes_ = boxes;
    cells_.push_back({low, high, 0, boxes_.size()});
    Sum total{};
    while (!cells_.empty()) {
      const cell c = cells_.back();
      if (c.n > most_few) {
        split<true>();
        continue;
      }
      total += few_->uncovered(boxes_.data() + c.begin, c.n, c.low, c.high, m_);
      boxes_.resize(c.begin);
      cells_.pop_back();
    }
    return total;
  }

  /// Replaces the last cell by the cells beyond its pivot that boxes reach into; returns the volume that the pivot
  /// covers.
  /// \pre it has boxes
  [[gnu::noinline]] Sum divide() {
    const box<V, W> low = cells_.back().low;
    return volume_between<Sum>(low, split<false>());
  }

  [[nodiscard]] const std::vector<cell>& cells() const noexcept { return cells_; }
  [[nodiscard]] const std::vector<box<V, W>>& boxes() const noexcept { return boxes_; }

private:
  static constexpr std::size_t most_few = W <= 4 ? 32 : few_boxes<V, W, Sum>::most;

  /// Replaces the last cell by the cells beyond its pivot, and returns the pivot.
  /// \tparam Empty  whether cells that no box reaches into are kept
  template <bool Empty>
  box<V, W> split() {
    const cell c = cells_.back();
    cells_.pop_back();
    box<V, W> p = boxes_[largest(c)];
    find_beyond(c, p);
    if (*std::max_element(count_.begin(), count_.begin() + m_) > c.n - c.n / 16) {
      p = boxes_[balanced(c)];
      find_beyond(c, p);
    }
    std::array<std::size_t, W> order;
    std::size_t sides = 0;
    std::size_t total = 0;
    // The smallest cells first: later ones are cut shorter.
    for (std::size_t k = 0; k < m_; ++k) {
      if (Empty ? !(p[k] < c.high[k]) : count_[k] == 0) continue;
      total += count_[k];
      std::size_t at = sides++;
      for (; at > 0 && count_[order[at - 1]] > count_[k]; --at) order[at] = order[at - 1];
      order[at] = k;
    }
    const std::size_t end = c.begin + c.n;
    boxes_.resize(end + total);
    const box<V, W>* const from = boxes_.data() + c.begin;
    box<V, W>* to = boxes_.data() + end;
    box<V, W> high = c.high;
    std::size_t begin = c.begin;
    for (std::size_t o = 0; o < sides; ++o) {
      const std::size_t k = order[o];
      const std::uint32_t* const member = beyond_.data() + k * c.n;
      for (std::size_t i = 0; i < count_[k]; ++i) *to++ = lower(from[member[i]], high);
      cells_.push_back({replaced(c.low, k, p), high, begin, count_[k]});
      begin += count_[k];
      high = replaced(high, k, p);
    }
    // The boxes of the cell itself are no longer needed.
    const auto at = [&](std::size_t i) { return boxes_.begin() + static_cast<std::ptrdiff_t>(i); };
    boxes_.erase(at(c.begin), at(end));
    return p;
  }

  [[nodiscard]] std::size_t largest(const cell& c) const {
    std::size_t best = c.begin;
    Sum most = volume_between<Sum>(c.low, boxes_[best]);
    for (std::size_t i = c.begin + 1; i < c.begin + c.n; ++i) {
      const Sum size = volume_between<Sum>(c.low, boxes_[i]);
      best = size > most ? i : best;
      most = size > most ? size : most;
    }
    return best;
  }

  /// Of some boxes the one that leaves the least to do: where the largest lies at the edge of a cell and would leave
  /// nearly all to one side.
  [[nodiscard]] std::size_t balanced(const cell& c) const {
    constexpr std::size_t sample = 16;
    std::size_t best = c.begin;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < sample; ++s) {
      const std::size_t q = c.begin + s * c.n / sample;
      double work = 0;
      for (std::size_t k = 0; k < m_; ++k) {
        std::size_t beyond = 0;
        for (std::size_t i = c.begin; i < c.begin + c.n; ++i) beyond += boxes_[i][k] > boxes_[q][k] ? 1U : 0U;
        work += static_cast<double>(beyond) * static_cast<double>(beyond);
      }
      best = work < least ? q : best;
      least = std::min(work, least);
    }
    return best;
  }

  /// By objective, the boxes that reach beyond the pivot p.
  void find_beyond(const cell& c, const box<V, W>& p) {
    beyond_.resize(m_ * c.n);
    const box<V, W>* const boxes = boxes_.data() + c.begin;
    for (std::size_t k = 0; k < m_; ++k) {
      std::uint32_t* const out = beyond_.data() + k * c.n;
      std::size_t size = 0;
      for (std::size_t i = 0; i < c.n; ++i) {
        out[size] = static_cast<std::uint32_t>(i);
        size += boxes[i][k] > p[k] ? 1U : 0U;
      }
      count_[k] = size;
    }
  }

  std::size_t m_;
  std::unique_ptr<few_boxes<V, W, Sum>> few_;
  std::vector<box<V, W>> boxes_;
  std::vector<cell> cells_;
  std::vector<std::uint32_t> beyond_;
  std::array<std::size_t, W> count_{};
};

/// The volume of the union of boxes in four objectives or more. Large problems are divided into some tens of cells that
/// the runner works on; their volumes are added in a fixed order.
template <class Sum, class V, std::size_t W, class Runner>
Sum union_of_boxes(const std::vector<box<V, W>>& boxes, const box<V, W>& base, std::size_t m, Runner&& runner) {
  struct task {
    box<V, W> low;
    std::vector<box<V, W>> boxes;
  };
  constexpr std::size_t most_tasks = 64;
  const std::size_t large = m <= 5 ? 512 : m <= 7 ? 128 : 32;  // below, a cell is not worth a task

  if (boxes.size() <= large) {
    cell_volume<V, W, Sum> cells(m);
    cells.push(boxes.data(), boxes.size(), base);
    return cells.run();
  }
  Sum total{};
  std::vector<task> tasks;
  tasks.push_back({base, boxes});
  while (tasks.size() < most_tasks) {
    const auto next = std::max_element(tasks.begin(), tasks.end(),
                                       [](const task& a, const task& b) { return a.boxes.size() < b.boxes.size(); });
    if (next == tasks.end() || next->boxes.size() <= large) break;
    cell_volume<V, W, Sum> parts(m);
    parts.push(next->boxes.data(), next->boxes.size(), next->low);
    tasks.erase(next);
    total += parts.divide();
    for (const auto& c : parts.cells()) {
      const auto first = parts.boxes().begin() + static_cast<std::ptrdiff_t>(c.begin);
      tasks.push_back({c.low, {first, first + static_cast<std::ptrdiff_t>(c.n)}});
    }
  }
  std::vector<Sum> volumes(tasks.size());
  runner.for_blocks(tasks.size(), 1, [&](std::size_t begin, std::size_t end) {
    cell_volume<V, W, Sum> cells(m);
    for (std::size_t t = begin; t < end; ++t) {
      cells.push(tasks[t].boxes.data(), tasks[t].boxes.size(), tasks[t].low);
      volumes[t] = cells.run();
    }
  });
  for (const Sum& v : volumes) total += v;
  return total;
}

}  // namespace paragon::pareto::detail
