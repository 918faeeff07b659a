// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "exclusive_box.hpp"
#include "volume_boxes.hpp"
#include "volume_cells.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// What each box alone contains, in four objectives and more, by the cells of `cell_volume`: within its own corner, the
/// pivot of a cell alone contains what the union of the others leaves; it reaches into none of the cells beyond, where
/// the question is the same for fewer boxes.
///
/// All is added up from positive terms, so that a box which alone contains little is measured as exactly as a large one.
///
/// Each box is looked at in a few tens of cells instead of against all others: on random fronts that makes about n^1.2 in
/// four objectives.
/// \tparam Sum  what volumes are counted in: V, or `wide<V>` where a product may leave its range
template <class V, std::size_t W, class Sum>
class exclusive_cells {
public:
  struct cell {
    box<V, W> low;
    std::vector<box<V, W>> boxes;
    std::vector<std::uint32_t> owners;
  };
  /// Volumes by owner, in the order in which they were found.
  using found = std::vector<std::pair<std::uint32_t, Sum>>;

  explicit exclusive_cells(std::size_t m) : m_(m), volume_(m) {}

  /// What box i of a cell alone contains.
  Sum exclusive(const cell& c, std::size_t i) {
    box<V, W> low = c.low;
    if (!cut_to_exclusive(c.boxes, i, low, others_)) return Sum{};
    return volume_.uncovered(others_, low, c.boxes[i]);
  }

  /// Adds what the pivot alone contains to `result`, and the cells beyond it to `cells`.
  void divide(const cell& c, found& result, std::vector<cell>& cells) {
    std::size_t pivot = 0;
    Sum most = volume_between<Sum>(c.low, c.boxes[0]);
    for (std::size_t i = 1; i < c.boxes.size(); ++i) {
      const Sum size = volume_between<Sum>(c.low, c.boxes[i]);
      pivot = size > most ? i : pivot;
      most = size > most ? size : most;
    }
    result.emplace_back(c.owners[pivot], exclusive(c, pivot));

    const box<V, W> p = c.boxes[pivot];
    box<V, W> high;
    high.x.fill(std::numeric_limits<V>::max());
    for (std::size_t k = 0; k < m_; ++k) {
      cell part{replaced(c.low, k, p), {}, {}};
      for (std::size_t i = 0; i < c.boxes.size(); ++i) {
        if (!(c.boxes[i][k] > p[k])) continue;
        part.boxes.push_back(lower(c.boxes[i], high));
        part.owners.push_back(c.owners[i]);
      }
      high = replaced(high, k, p);
      if (!part.boxes.empty()) cells.push_back(std::move(part));
    }
  }

  /// All that the boxes of a cell alone contain.
  void run(cell whole, found& result) {
    std::vector<cell> cells;
    cells.push_back(std::move(whole));
    while (!cells.empty()) {
      const cell c = std::move(cells.back());
      cells.pop_back();
      if (c.boxes.size() > few(m_)) {
        divide(c, result, cells);
      } else {
        for (std::size_t i = 0; i < c.boxes.size(); ++i) result.emplace_back(c.owners[i], exclusive(c, i));
      }
    }
  }

  /// Up to how many boxes a cell is not divided further: the more objectives, the less the cells beyond a pivot shrink.
  static std::size_t few(std::size_t m) noexcept { return m <= 5 ? 8 : m == 6 ? 256 : 1024; }

private:
  std::size_t m_;
  cell_volume<V, W, Sum> volume_;
  std::vector<box<V, W>> others_;
};

/// \pre the boxes are not empty
template <class Sum, class V, std::size_t W, class Runner>
std::vector<Sum> exclusive_volumes(const std::vector<box<V, W>>& boxes, const box<V, W>& base, std::size_t m,
                                   Runner&& runner) {
  using worker = exclusive_cells<V, W, Sum>;
  constexpr std::size_t most_cells = 64;
  const std::size_t large = std::max<std::size_t>(64, worker::few(m));  // a cell below is not divided among threads
  std::vector<Sum> result(boxes.size());
  std::vector<std::uint32_t> owners(boxes.size());
  for (std::size_t i = 0; i < owners.size(); ++i) owners[i] = static_cast<std::uint32_t>(i);
  std::vector<typename worker::cell> cells;
  cells.push_back({base, boxes, std::move(owners)});

  if (boxes.size() <= worker::few(m)) {
    runner.for_blocks(boxes.size(), 8, [&](std::size_t begin, std::size_t end) {
      worker w(m);
      for (std::size_t i = begin; i < end; ++i) result[i] = w.exclusive(cells.front(), i);
    });
  } else {
    std::vector<typename worker::found> found(1);
    worker first(m);
    while (!cells.empty() && cells.size() < most_cells) {
      const auto next = std::max_element(cells.begin(), cells.end(),
                                         [](const auto& a, const auto& b) { return a.boxes.size() < b.boxes.size(); });
      if (next->boxes.size() <= large) break;
      const auto c = std::move(*next);
      cells.erase(next);
      first.divide(c, found.front(), cells);
    }
    found.resize(1 + cells.size());
    runner.for_blocks(cells.size(), 1, [&](std::size_t begin, std::size_t end) {
      worker w(m);
      for (std::size_t t = begin; t < end; ++t) w.run(std::move(cells[t]), found[1 + t]);
    });
    for (const auto& part : found) {
      for (const auto& [owner, volume] : part) result[owner] += volume;
    }
  }
  return result;
}

}  // namespace paragon::pareto::detail
