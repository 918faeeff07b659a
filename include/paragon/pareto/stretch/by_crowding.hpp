// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <queue>
#include <span>
#include <utility>
#include <vector>

#include "../candidates.hpp"
#include "../detail/difference.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// The crowding distances of some points while the most crowded are taken away: for each objective a linked list.
template <class T>
class crowd {
public:
  crowd(const candidates<T>& set, std::span<const std::size_t> members) : set_(set), members_(members) {
    const std::size_t n = members.size();
    for (std::size_t k = 0; k < set.objectives(); ++k) {
      std::vector<std::size_t> order(n);
      for (std::size_t i = 0; i < n; ++i) order[i] = i;
      // Ties stay in lexicographic order, the order of the members.
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return at(a, k) < at(b, k); });
      if (!(at(order.front(), k) < at(order.back(), k))) continue;  // a constant says nothing
      const auto [range, unit] = range_of(order, k);
      chain line{k, range, unit, std::vector<std::size_t>(n, none), std::vector<std::size_t>(n, none)};
      for (std::size_t r = 1; r < n; ++r) {
        line.before[order[r]] = order[r - 1];
        line.after[order[r - 1]] = order[r];
      }
      lines_.push_back(std::move(line));
    }
  }

  [[nodiscard]] double distance(std::size_t i) const {
    double sum = 0;
    for (const chain& line : lines_) {
      if (line.before[i] == none || line.after[i] == none) return infinity;
      const T low = at(line.before[i], line.objective);
      const T high = at(line.after[i], line.objective);
      if (low == high) continue;
      const double gap = difference_of(high, low, line.unit);
      sum += gap == infinity ? infinity : gap / line.range;
    }
    return sum;
  }

  /// Takes point i away and calls `changed(j)` for those that were its neighbours.
  template <class F>
  void remove(std::size_t i, F changed) {
    for (chain& line : lines_) {
      const std::size_t before = line.before[i];
      const std::size_t after = line.after[i];
      if (before != none) line.after[before] = after;
      if (after != none) line.before[after] = before;
    }
    for (const chain& line : lines_) {
      if (line.before[i] != none) changed(line.before[i]);
      if (line.after[i] != none) changed(line.after[i]);
    }
  }

private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  struct chain {
    std::size_t objective;
    double range;
    T unit;  // of differences
    std::vector<std::size_t> before;
    std::vector<std::size_t> after;
  };

  [[nodiscard]] T at(std::size_t i, std::size_t k) const { return set_(members_[i], k); }

  /// Of the finite values, and the unit that it is in.
  [[nodiscard]] std::pair<double, T> range_of(const std::vector<std::size_t>& order, std::size_t k) const {
    const auto finite = [&](std::size_t i) {
      return at(i, k) >= std::numeric_limits<T>::lowest() && at(i, k) <= std::numeric_limits<T>::max();
    };
    const auto least = std::find_if(order.begin(), order.end(), finite);
    const auto most = std::find_if(order.rbegin(), order.rend(), finite);
    if (least == order.end()) return {0, 1};
    const T unit = unit_of_differences(at(*most, k), at(*least, k));
    return {difference_of(at(*most, k), at(*least, k), unit), unit};
  }

  const candidates<T>& set_;
  std::span<const std::size_t> members_;
  std::vector<chain> lines_;
};

}  // namespace detail

/// Spread policy: the most crowded points go, one after the other. The default.
///
/// Crowding distances (`crowding_distance`) are those within the last front, and are brought up to date after each
/// point that goes: with the distances of the whole front, neighbours in a dense place would all go together. The
/// ranges that divide the distances stay those of the whole front. Of equally crowded points the last in lexicographic
/// order goes first. The two ends of every objective stay longest.
/// O(m F log F + r m^2 log F) for F points in the front, r of which go.
/// Reference: Kukkonen, Deb, "Improved pruning of non-dominated solutions based on crowding distance for bi-objective
/// optimization problems", CEC 2006.
struct by_crowding {
  template <objective_value T>
  [[nodiscard]] std::vector<std::size_t> operator()(const candidates<T>& set, std::span<const std::size_t>,
                                                    std::span<const std::size_t> last, std::size_t count) const {
    detail::crowd<T> front(set, last);
    struct entry {
      double distance;
      std::size_t point;
      bool operator<(const entry& other) const noexcept {  // the greatest goes first
        return distance != other.distance ? distance > other.distance : point < other.point;
      }
    };
    std::priority_queue<entry> queue;
    std::vector<double> distance(last.size());
    std::vector<char> stays(last.size(), 1);
    const auto update = [&](std::size_t i) { queue.push({distance[i] = front.distance(i), i}); };
    for (std::size_t i = 0; i < last.size(); ++i) update(i);
    for (std::size_t left = last.size(); left > count;) {
      const entry next = queue.top();
      queue.pop();
      if (stays[next.point] == 0 || next.distance != distance[next.point]) continue;  // out of date
      stays[next.point] = 0;
      --left;
      front.remove(next.point, update);
    }
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < last.size(); ++i) {
      if (stays[i] != 0) result.push_back(last[i]);
    }
    return result;
  }
  friend bool operator==(by_crowding, by_crowding) = default;
};

}  // namespace paragon::pareto
