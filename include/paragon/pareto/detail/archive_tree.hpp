// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "archive_nodes.hpp"
#include "neighbourly_order.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Distinct points in m objectives, none of which dominates another, in a tree of bounding boxes.
///
/// Like the ND-tree it keeps the best and the worst corner of every group of points, and goes down only where a corner
/// leaves the question open: below a box whose best corner is not at least as good as the new point, nothing rejects
/// the point; below a box whose worst corner the point does not cover, nothing has to go. Unlike the ND-tree it grows
/// as a B-tree does, by splitting full nodes, so that all leaves are equally deep; and the corners of a node's children
/// lie objective by objective, so that one pass of vector instructions compares the point with all of them.
///
/// Sub-linear in practice: on a front of n points an insertion visits the nodes around the new point; the worst case is
/// O(n m). Where a point goes depends on doubles scaled by the extent of the front: that changes speed, never contents.
/// M is the number of objectives, or 0 where known at run time only. Entries are known to the caller by a number.
///
/// Reference: Jaszkiewicz, Lust, "ND-Tree-based update: a fast algorithm for the dynamic nondominance problem", IEEE
/// Transactions on Evolutionary Computation 22(5), 2018.
template <class T, std::size_t M>
class archive_tree {
  using nodes = archive_nodes<T>;
  static constexpr std::size_t width = nodes::width;

public:
  using id = std::uint32_t;
  static constexpr id none = static_cast<id>(-1);

  /// \pre objectives >= 1; equal to M where M is not 0
  explicit archive_tree(std::size_t objectives)
      : m_(objectives), leaves_(objectives), inner_(2 * objectives), scale_(objectives, 1.0), rejecters_(objectives) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  void clear() noexcept {
    leaves_.clear();
    inner_.clear();
    root_ = none;
    depth_ = 0;
    size_ = 0;
    rejecters_.count = 0;
  }

  /// An entry that is at least as good as `key` in every objective.
  [[nodiscard]] id coverer(const T* key) const noexcept {
    if (const lane_set hits = not_above(rejecters_.values.data(), key, rejecters_.count); hits != 0) {
      return rejecters_.names[first_of(hits)];
    }
    const place found = coverer_below(root_, depth_, key);
    return found.leaf == none ? none : leaves_.children(found.leaf)[found.lane];
  }

  /// The same before an insertion: asks those first that rejected others lately.
  [[nodiscard]] id coverer_for_insertion(const T* key) noexcept {
    if (const lane_set hits = not_above(rejecters_.values.data(), key, rejecters_.count); hits != 0) {
      const std::size_t lane = first_of(hits);
      rejecters_.useful |= lane_set{1} << lane;
      return rejecters_.names[lane];
    }
    const place found = coverer_below(root_, depth_, key);
    if (found.leaf == none) return none;
    remember(found);
    return leaves_.children(found.leaf)[found.lane];
  }

  /// The entry at `key`.
  [[nodiscard]] id find(const T* key) const noexcept {
    const place found = find_below(root_, depth_, key);
    return found.leaf == none ? none : leaves_.children(found.leaf)[found.lane];
  }

  /// Makes room, so that the next `insert` does not throw; packs a tree that erasures have left too empty.
  void reserve_one(const T*) {
    if (leaves_.in_use() > 8 && leaves_.in_use() * width > 8 * size_) pack();
    leaves_.reserve(2);
    inner_.reserve(depth_ + 2);
  }

  /// Removes the entries that `key` covers and calls `erased(id)` for each.
  template <class F>
  void erase_covered_by(const T* key, F&& erased) {
    if (root_ == none) return;
    if (erase_covered_below(root_, depth_, key, erased)) shrink_root();
  }

  /// \pre no entry covers `key` or is covered by it; `reserve_one` was called since the last insertion
  void insert(const T* key, id name) noexcept {
    ++size_;
    if (root_ == none) root_ = leaves_.take();
    const id sibling = insert_below(root_, depth_, key, name);
    if (sibling == none) return;
    const id top = inner_.take();
    append_child(top, root_, depth_);
    append_child(top, sibling, depth_);
    root_ = top;
    ++depth_;
  }

  /// \pre there is an entry at `key`
  void erase(const T* key) noexcept {
    if (erase_below(root_, depth_, key)) shrink_root();
  }

  /// \pre there is an entry at `key`
  void rename(const T* key, id name) noexcept {
    const place found = find_below(root_, depth_, key);
    id& old = leaves_.children(found.leaf)[found.lane];
    for (std::size_t j = 0; j < rejecters_.count; ++j) {
      if (rejecters_.names[j] == old) rejecters_.names[j] = name;
    }
    old = name;
  }

  /// Calls `found(id)` for the entries in the closed box from `lower` to `upper`.
  template <class F>
  void visit_box(const T* lower, const T* upper, F&& found) const {
    if (root_ != none) visit_box_below(root_, depth_, lower, upper, found);
  }

  /// Calls `found(id)` for the entries from near to far, until all within `reach()` were among them.
  /// `distance(lower, upper)` is the query's distance from a box.
  template <class Distance, class Reach, class F>
  void visit_near(const T* /*key*/, const Distance& distance, const Reach& reach, F&& found) const {
    if (root_ != none) visit_near_below(root_, depth_, distance, reach, found);
  }

  /// Replaces the contents by entries 0, 1, ... at consecutive rows of `keys`, packed: O(n m log n).
  void build(const std::vector<T>& keys) {
    std::vector<id> names(keys.size() / m());
    std::iota(names.begin(), names.end(), id{0});
    build(keys, names);
  }

private:
  struct place {
    id leaf;
    std::size_t lane;
  };

  /// Entries that rejected a point lately. Of random points few entries reject most.
  struct recent {
    explicit recent(std::size_t m) : values(m * width) {}
    std::vector<T> values;
    std::array<id, width> names{};
    lane_set useful = 0;  // rejected again since the hand passed
    std::size_t count = 0;
    std::size_t hand = 0;
  };

  [[nodiscard]] std::size_t m() const noexcept { return M != 0 ? M : m_; }
  static std::size_t first_of(lane_set set) noexcept { return static_cast<std::size_t>(std::countr_zero(set)); }
  [[nodiscard]] lane_set not_above(const T* values, const T* key, std::size_t count) const noexcept {
    return matching_lanes<false>(values, key, m()) & first_lanes(count);
  }
  [[nodiscard]] lane_set not_below(const T* values, const T* key, std::size_t count) const noexcept {
    return matching_lanes<true>(values, key, m()) & first_lanes(count);
  }

  // A point is its own best and worst corner, so leaves and inner nodes are read alike.
  [[nodiscard]] const nodes& level(std::size_t depth) const noexcept { return depth == 0 ? leaves_ : inner_; }
  [[nodiscard]] nodes& level(std::size_t depth) noexcept { return depth == 0 ? leaves_ : inner_; }
  [[nodiscard]] std::size_t worst_row(std::size_t depth) const noexcept { return depth == 0 ? 0 : m() * width; }

  [[nodiscard]] place coverer_below(id node, std::size_t depth, const T* key) const noexcept {
    if (node == none) return {none, 0};
    const nodes& in = level(depth);
    lane_set open = not_above(in.values(node), key, in.count(node));
    if (open == 0) return {none, 0};
    if (depth == 0) return {node, first_of(open)};
    const lane_set sure = not_above(in.values(node) + worst_row(depth), key, in.count(node));
    if (sure != 0) open = sure;
    for (; open != 0; open &= open - 1) {
      const place found = coverer_below(in.children(node)[first_of(open)], depth - 1, key);
      if (found.leaf != none) return found;
    }
    return {none, 0};
  }

  [[nodiscard]] lane_set around(id node, std::size_t depth, const T* lower, const T* upper) const noexcept {
    const nodes& in = level(depth);
    return not_above(in.values(node), upper, in.count(node)) &
           not_below(in.values(node) + worst_row(depth), lower, in.count(node));
  }

  [[nodiscard]] place find_below(id node, std::size_t depth, const T* key) const noexcept {
    if (node == none) return {none, 0};
    lane_set open = around(node, depth, key, key);
    if (depth == 0) return open != 0 ? place{node, first_of(open)} : place{none, 0};
    for (; open != 0; open &= open - 1) {
      const place found = find_below(inner_.children(node)[first_of(open)], depth - 1, key);
      if (found.leaf != none) return found;
    }
    return {none, 0};
  }

  template <class F>
  void visit_box_below(id node, std::size_t depth, const T* lower, const T* upper, F& found) const {
    for (lane_set open = around(node, depth, lower, upper); open != 0; open &= open - 1) {
      const id child = level(depth).children(node)[first_of(open)];
      if (depth == 0) {
        found(child);
      } else {
        visit_box_below(child, depth - 1, lower, upper, found);
      }
    }
  }

  template <class Distance, class Reach, class F>
  void visit_near_below(id node, std::size_t depth, const Distance& distance, const Reach& reach, F& found) const {
    const nodes& in = level(depth);
    if (depth == 0) {
      for (std::size_t j = 0; j < in.count(node); ++j) found(in.children(node)[j]);
      return;
    }
    std::array<std::pair<double, id>, width> order;
    std::vector<T> corners(2 * m());
    for (std::size_t j = 0; j < in.count(node); ++j) {
      for (std::size_t r = 0; r < 2 * m(); ++r) corners[r] = in.values(node)[r * width + j];
      order[j] = {distance(corners.data(), corners.data() + m()), in.children(node)[j]};
    }
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(in.count(node)));
    for (std::size_t j = 0; j < in.count(node) && order[j].first <= reach(); ++j) {
      visit_near_below(order[j].second, depth - 1, distance, reach, found);
    }
  }

  /// Writes the corners of `child`, a node of the level below, into a lane of `node`.
  void write_corners(id node, std::size_t lane, id child, std::size_t child_depth) noexcept {
    const nodes& below = level(child_depth);
    T* const corners = inner_.values(node) + lane;
    const T* const best = below.values(child);
    const T* const worst = best + worst_row(child_depth);
    const std::size_t count = below.count(child);
    for (std::size_t k = 0; k < m(); ++k) {
      corners[k * width] = *std::min_element(best + k * width, best + k * width + count);
      corners[(m() + k) * width] = *std::max_element(worst + k * width, worst + k * width + count);
    }
  }
  void append_child(id node, id child, std::size_t child_depth) noexcept {
    write_corners(node, inner_.append(node, child), child, child_depth);
  }
  void append_point(id leaf, const T* key, id name) noexcept {
    const std::size_t lane = leaves_.append(leaf, name);
    for (std::size_t k = 0; k < m(); ++k) leaves_.values(leaf)[k * width + lane] = key[k];
  }

  /// Returns the new sibling where the node had to be split.
  id insert_below(id node, std::size_t depth, const T* key, id name) noexcept {
    if (depth == 0) {
      if (leaves_.count(node) < width) {
        append_point(node, key, name);
        return none;
      }
      refresh_scale();
      const auto [sibling, k] = split(node, 0);
      append_point(key[k] < lowest(sibling, k) ? node : sibling, key, name);
      return sibling;
    }
    const std::size_t lane = nearest_child(node, key);
    const id child = inner_.children(node)[lane];
    const id extra = insert_below(child, depth - 1, key, name);
    if (extra == none) {
      T* const corners = inner_.values(node) + lane;
      for (std::size_t k = 0; k < m(); ++k) {
        corners[k * width] = std::min(corners[k * width], key[k]);
        corners[(m() + k) * width] = std::max(corners[(m() + k) * width], key[k]);
      }
      return none;
    }
    write_corners(node, lane, child, depth - 1);
    if (inner_.count(node) < width) {
      append_child(node, extra, depth - 1);
      return none;
    }
    const auto [sibling, k] = split(node, depth);
    append_child(inner_.count(node) < width / 2 + 1 ? node : sibling, extra, depth - 1);
    return sibling;
  }

  [[nodiscard]] T lowest(id leaf, std::size_t k) const noexcept {
    const T* const row = leaves_.values(leaf) + k * width;
    return *std::min_element(row, row + leaves_.count(leaf));
  }

  /// The child whose box has to grow least in the scaled sum norm; the distance from its centre decides between boxes
  /// that grow alike.
  [[nodiscard]] std::size_t nearest_child(id node, const T* key) const noexcept {
    const T* const corners = inner_.values(node);
    double cost[width] = {};
    for (std::size_t k = 0; k < m(); ++k) {
      const double x = static_cast<double>(key[k]);
      for (std::size_t j = 0; j < width; ++j) {
        const double low = static_cast<double>(corners[k * width + j]);
        const double high = static_cast<double>(corners[(m() + k) * width + j]);
        const double growth = std::max(low - x, 0.0) + std::max(x - high, 0.0);
        const double offset = std::abs((x - low) - (high - x));
        cost[j] += scale_[k] * (growth + 0.05 * offset);
      }
    }
    std::size_t best = 0;
    for (std::size_t j = 1; j < inner_.count(node); ++j) {
      if (cost[j] < cost[best]) best = j;
    }
    return best;
  }

  /// Moves half of a full node's children, those beyond the middle of the widest objective, to a new node.
  std::pair<id, std::size_t> split(id node, std::size_t depth) noexcept {
    nodes& in = level(depth);
    const T* const best = in.values(node);
    const T* const worst = best + worst_row(depth);
    double centre[width] = {};
    std::size_t axis = 0;
    double widest = -1;
    for (std::size_t k = 0; k < m(); ++k) {
      const auto [low, high] = extent(best + k * width, worst + k * width, width);
      if (const double spread = (high - low) * scale_[k]; spread > widest) {
        widest = spread;
        axis = k;
      }
    }
    std::array<std::uint8_t, width> order{};
    for (std::size_t j = 0; j < width; ++j) {
      order[j] = static_cast<std::uint8_t>(j);
      const double middle =
          static_cast<double>(best[axis * width + j]) / 2 + static_cast<double>(worst[axis * width + j]) / 2;
      centre[j] = middle == middle ? middle : 0;  // between opposite infinities
    }
    std::nth_element(order.begin(), order.begin() + width / 2, order.end(), [&](std::size_t a, std::size_t b) {
      return centre[a] != centre[b] ? centre[a] < centre[b] : a < b;
    });
    std::sort(order.begin() + width / 2, order.end(), [](std::size_t a, std::size_t b) { return a > b; });
    const id sibling = in.take();
    for (std::size_t j = width / 2; j < width; ++j) {
      in.append(sibling, node, order[j]);
      in.remove(node, order[j]);  // from the last lane down, so that the lanes in `order` stay valid
    }
    return {sibling, axis};
  }

  static std::pair<double, double> extent(const T* low, const T* high, std::size_t count) noexcept {
    return {static_cast<double>(*std::min_element(low, low + count)),
            static_cast<double>(*std::max_element(high, high + count))};
  }

  void refresh_scale() noexcept {
    const nodes& in = level(depth_);
    for (std::size_t k = 0; k < m(); ++k) {
      const T* const best = in.values(root_) + k * width;
      const auto [low, high] = extent(best, best + worst_row(depth_), in.count(root_));
      const double range = high - low;
      scale_[k] = range > std::numeric_limits<double>::min() ? 1 / range : 0;
    }
  }

  /// Returns whether anything went.
  template <class F>
  bool erase_covered_below(id node, std::size_t depth, const T* key, F& erased) {
    nodes& in = level(depth);
    lane_set open = not_below(in.values(node) + worst_row(depth), key, in.count(node));
    bool changed = false;
    while (open != 0) {  // from the last lane down, as removal moves the last lane
      const auto lane = static_cast<std::size_t>(std::bit_width(open)) - 1;
      open ^= lane_set{1} << lane;
      const id child = in.children(node)[lane];
      if (depth == 0) {
        forget(child);
        erased(child);
        in.remove(node, lane);
        --size_;
        changed = true;
      } else if (erase_covered_below(child, depth - 1, key, erased)) {
        update_or_drop(node, lane, child, depth - 1);
        changed = true;
      }
    }
    return changed;
  }

  bool erase_below(id node, std::size_t depth, const T* key) noexcept {
    nodes& in = level(depth);
    for (lane_set open = around(node, depth, key, key); open != 0; open &= open - 1) {
      const std::size_t lane = first_of(open);
      const id child = in.children(node)[lane];
      if (depth == 0) {
        forget(child);
        in.remove(node, lane);
        --size_;
        return true;
      }
      if (erase_below(child, depth - 1, key)) {
        update_or_drop(node, lane, child, depth - 1);
        return true;
      }
    }
    return false;
  }

  void update_or_drop(id node, std::size_t lane, id child, std::size_t child_depth) noexcept {
    if (level(child_depth).count(child) != 0) {
      write_corners(node, lane, child, child_depth);
    } else {
      level(child_depth).release(child);
      inner_.remove(node, lane);
    }
  }

  void shrink_root() noexcept {
    while (depth_ > 0 && inner_.count(root_) == 1) {
      const id child = inner_.children(root_)[0];
      inner_.release(root_);
      root_ = child;
      --depth_;
    }
    if (level(depth_).count(root_) == 0) {
      level(depth_).release(root_);
      root_ = none;
      depth_ = 0;
    }
  }

  void remember(place at) noexcept {
    std::size_t lane = rejecters_.count;
    if (lane < width) {
      ++rejecters_.count;
    } else {
      lane = rejecters_.hand;
      while ((rejecters_.useful >> lane & 1U) != 0) {
        rejecters_.useful ^= lane_set{1} << lane;
        lane = (lane + 1) % width;
      }
      rejecters_.hand = (lane + 1) % width;
    }
    rejecters_.useful &= ~(lane_set{1} << lane);
    rejecters_.names[lane] = leaves_.children(at.leaf)[at.lane];
    for (std::size_t k = 0; k < m(); ++k) {
      rejecters_.values[k * width + lane] = leaves_.values(at.leaf)[k * width + at.lane];
    }
  }

  void forget(id name) noexcept {
    for (std::size_t j = 0; j < rejecters_.count; ++j) {
      if (rejecters_.names[j] != name) continue;
      const std::size_t last = --rejecters_.count;
      rejecters_.names[j] = rejecters_.names[last];
      for (std::size_t k = 0; k < m(); ++k) rejecters_.values[k * width + j] = rejecters_.values[k * width + last];
      rejecters_.useful = 0;
      return;
    }
  }

  void pack() {
    std::vector<T> keys;
    std::vector<id> names;
    keys.reserve(size_ * m());
    names.reserve(size_);
    if (root_ != none) collect(root_, depth_, keys, names);
    archive_tree packed(m());
    packed.build(keys, names);
    *this = std::move(packed);
  }
  void collect(id node, std::size_t depth, std::vector<T>& keys, std::vector<id>& names) const {
    const nodes& in = level(depth);
    for (std::size_t j = 0; j < in.count(node); ++j) {
      if (depth > 0) {
        collect(in.children(node)[j], depth - 1, keys, names);
      } else {
        names.push_back(in.children(node)[j]);
        for (std::size_t k = 0; k < m(); ++k) keys.push_back(in.values(node)[k * width + j]);
      }
    }
  }

  void build(const std::vector<T>& keys, const std::vector<id>& names) {
    clear();
    if (names.empty()) return;
    constexpr std::size_t share = width * 3 / 4;  // leaves room, so that the next insertions split nothing
    const std::vector<id> order = neighbourly_order(keys, m(), share);
    const std::size_t leaves = (names.size() + share - 1) / share;
    leaves_.reserve(leaves);
    std::size_t above_leaves = 0;
    for (std::size_t row = leaves; row > 1;) above_leaves += row = (row + share - 1) / share;
    inner_.reserve(above_leaves);
    std::vector<id> row;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i % share == 0) row.push_back(leaves_.take());
      append_point(row.back(), keys.data() + order[i] * m(), names[order[i]]);
    }
    std::vector<id> above;
    for (depth_ = 0; row.size() > 1; ++depth_) {
      above.clear();
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i % share == 0) above.push_back(inner_.take());
        append_child(above.back(), row[i], depth_);
      }
      row.swap(above);
    }
    root_ = row.front();
    size_ = names.size();
    refresh_scale();
  }

  std::size_t m_;
  nodes leaves_;
  nodes inner_;
  id root_ = none;
  std::size_t depth_ = 0;  // of the root: 0 where it is a leaf
  std::size_t size_ = 0;
  std::vector<double> scale_;
  recent rejecters_;
};

}  // namespace paragon::pareto::detail
