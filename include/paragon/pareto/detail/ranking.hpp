// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "box_tree.hpp"
#include "sweep.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Front numbers of candidates; `beyond_limit` beyond the limit.
using front_numbers = std::vector<position>;
inline constexpr position beyond_limit = std::numeric_limits<position>::max();

/// One objective: the order of the values. O(n) beyond the sorting.
inline front_numbers ranks_1(const key_column& x, bool all, std::size_t limit) {
  const std::vector<position> order = sorted_order(x);
  front_numbers result(x.size(), beyond_limit);
  std::size_t front = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && !(all && x[order[i]] == x[order[i - 1]])) ++front;
    if (front >= limit) break;
    result[order[i]] = static_cast<position>(front);
  }
  return result;
}

/// Two objectives: in order of the first, a point joins the first front whose last point it undercuts in the second.
/// O(n log k) for k fronts, beyond the sorting.
inline front_numbers ranks_2(const key_column& x, const key_column& y, bool all, std::size_t limit) {
  std::vector<position> order = sorted_order(x);
  for_groups(x, order, [&](std::size_t first, std::size_t last) {
    if (last - first > 1) refine(order, first, last, [&](position c) { return y[c]; });
  });
  front_numbers result(x.size(), beyond_limit);
  key_column lasts;  // the last y of each front, ascending
  for (std::size_t i = 0; i < order.size(); ++i) {
    const position c = order[i];
    if (all && i > 0 && x[c] == x[order[i - 1]] && y[c] == y[order[i - 1]]) {
      result[c] = result[order[i - 1]];
      continue;
    }
    const auto front = std::upper_bound(lasts.begin(), lasts.end(), y[c]);
    if (static_cast<std::size_t>(front - lasts.begin()) >= limit) continue;
    result[c] = static_cast<position>(front - lasts.begin());
    if (front == lasts.end()) {
      lasts.push_back(y[c]);
    } else {
      *front = y[c];
    }
  }
  return result;
}

/// Three objectives: divide and conquer in the order of the first. The left half is ranked, raises the ranks of the
/// right half by a sweep in the order of the second over a staircase of the third, and then the right half is ranked.
/// O(n log^2 n), O(n) memory.
/// Reference: Jensen, "Reducing the run-time complexity of multiobjective EAs: the NSGA-II and other algorithms", IEEE
/// TEC 7, 2003.
class halved_ranking {
public:
  /// \param y, z  dense ranks of points in lexicographic order, so that dominators come first
  halved_ranking(std::vector<std::uint32_t> y, std::vector<std::uint32_t> z)
      : y_(std::move(y)), z_(std::move(z)), front_(y_.size()), highest_(y_.size()), staircase_(y_.size() + 1) {
    lists_.push_back(sorted_order(key_column(y_.begin(), y_.end())));
    for (std::size_t size = y_.size(); size > brute; size -= size / 2) lists_.emplace_back(size - size / 2 + 1);
    rank(0, y_.size(), 0);
  }

  /// The front of each point; one that equals an earlier one comes after it.
  [[nodiscard]] const std::vector<position>& front() const noexcept { return front_; }

private:
  static constexpr std::size_t brute = 512;

  /// Ranks the points [begin, end), which the list of this depth holds in order of y.
  void rank(std::size_t begin, std::size_t end, std::size_t depth) {
    if (end - begin <= brute) return rank_few(begin, end);
    const std::size_t middle = begin + (end - begin) / 2;
    const auto hand_down = [&](std::size_t first, std::size_t last) {
      position* to = lists_[depth + 1].data();
      for (std::size_t i = 0; i < end - begin; ++i) {
        const position p = lists_[depth][i];
        *to = p;  // written in any case: the next one overwrites it, and no branch has to be guessed
        to += first <= p && p < last ? 1 : 0;
      }
      rank(first, last, depth + 1);
    };
    hand_down(begin, middle);
    raise(lists_[depth].data(), begin, middle, end);
    hand_down(middle, end);
  }

  /// Raises the fronts of the points from `middle` on, where a point before `middle` covers them.
  void raise(const position* list, std::size_t begin, std::size_t middle, std::size_t end) {
    for (std::size_t i = 0; i < end - begin; ++i) {
      const position p = list[i];
      const std::size_t step = staircase_.previous(z_[p] + std::size_t{1});
      const bool none = step == staircase_.none();
      if (p >= middle) {
        if (!none) front_[p] = std::max(front_[p], highest_[step] + 1);
        continue;
      }
      if (!none && highest_[step] >= front_[p]) continue;
      for (std::size_t q = staircase_.next(z_[p]); q != staircase_.none() && highest_[q] <= front_[p];
           q = staircase_.next(z_[p])) {
        staircase_.erase(q);
      }
      staircase_.insert(z_[p]);
      highest_[z_[p]] = front_[p];
    }
    for (std::size_t p = begin; p < middle; ++p) staircase_.erase(z_[p]);
  }

  /// Each point against all before it; without branches, so that it is done a vector at a time.
  void rank_few(std::size_t begin, std::size_t end) noexcept {
    const std::uint32_t* const y = y_.data();
    const std::uint32_t* const z = z_.data();
    for (std::size_t i = begin + 1; i < end; ++i) {
      const std::uint32_t limit_y = y[i];
      const std::uint32_t limit_z = z[i];
      position front = front_[i];
      const position* const before = front_.data();
      for (std::size_t j = begin; j < i; ++j) {
        const std::uint32_t above = (y[j] > limit_y ? ~0U : 0U) | (z[j] > limit_z ? ~0U : 0U);
        const position after = (before[j] + 1) & ~above;
        front = after > front ? after : front;
      }
      front_[i] = front;
    }
  }

  std::vector<std::uint32_t> y_;
  std::vector<std::uint32_t> z_;
  std::vector<position> front_;
  std::vector<position> highest_;  // by z, on the staircase: the last front among the points so far with at most this z
  rank_set staircase_;
  std::vector<std::vector<position>> lists_;  // by depth
};

inline front_numbers ranks_3(const rank_table& table, bool all, std::size_t limit) {
  std::vector<position> order = table.lexicographic();
  std::vector<std::uint32_t> y;
  std::vector<std::uint32_t> z;
  std::vector<position> place(order.size());  // of each row among those that are ranked
  for (std::size_t i = 0; i < order.size(); ++i) {
    const position c = order[i];
    if (all && i > 0 && table.equal(c, order[i - 1])) {
      place[c] = place[order[i - 1]];
      continue;
    }
    place[c] = static_cast<position>(y.size());
    y.push_back(table.row(c)[1]);
    z.push_back(table.row(c)[2]);
  }
  const halved_ranking ranking(std::move(y), std::move(z));
  front_numbers result(order.size(), beyond_limit);
  for (std::size_t c = 0; c < result.size(); ++c) {
    if (const position front = ranking.front()[place[c]]; front < limit) result[c] = front;
  }
  return result;
}

/// Any number of objectives: in an order in which a point comes after its dominators, each asks a tree of boxes for the
/// last front among them.
///
/// The tree's labels count downwards from `most` and start there: the label of a point in front f is most - 1 - f. A
/// search looks for labels below that of the best front found so far, so that branches without a later front are left
/// out.
template <class Runner>
front_numbers ranks_n(const rank_table& table, bool all, std::size_t limit, Runner& runner) {
  front_numbers result(table.size(), beyond_limit);
  const std::vector<position> order = table.by_sum();
  std::vector<position> leader;  // of each row, where equal rows share a front
  if (all) leader = equal_rows(table, order).leader;
  box_tree tree(table, box_tree::most, runner);
  const auto label_of = [](std::size_t front) {
    return static_cast<box_tree::number>(box_tree::most - 1 - static_cast<std::int64_t>(front));
  };
  const box_tree::number last_label = limit <= table.size() && limit > 0 ? label_of(limit - 1) : label_of(table.size());
  std::vector<box_tree::number> point(table.m + 1);
  for (const position c : order) {
    if (all && leader[c] != c) {
      result[c] = result[leader[c]];
      continue;
    }
    const std::size_t place = tree.place(c);
    tree.copy(place, point.data());
    box_tree::number& wanted = point.back();
    wanted = box_tree::most - 1;
    const bool beyond = tree.search(point.data(), [&](std::size_t other) {
      wanted = tree.label(other) - 1;
      return wanted < last_label;
    });
    if (beyond) continue;
    result[c] = static_cast<position>(std::int64_t{box_tree::most} - 1 - wanted);
    tree.lower_label(place, wanted);
  }
  return result;
}

}  // namespace paragon::pareto::detail
