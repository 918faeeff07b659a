// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <queue>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "../candidates.hpp"
#include "../contributions.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// What row i alone dominates.
/// \param rows       m numbers a point, minimised
/// \param reference  m numbers
/// \param removed    points that do not count
template <class T>
volume_of<T> exclusive_row(const std::vector<T>& rows, std::size_t m, const std::vector<T>& reference,
                           const std::vector<char>& removed, std::size_t i, std::string_view place) {
  using V = working_volume<T>;
  return with_lanes<dynamic_objectives>(m, place, [&]<std::size_t W>() {
    std::vector<box<V, W>> boxes;
    const auto add = [&](std::size_t j) {
      boxes.emplace_back().x.fill(1);
      for (std::size_t k = 0; k < m; ++k) {
        if (!(rows[j * m + k] < reference[k])) return boxes.pop_back();
        boxes.back()[k] = corner_coordinate<V>(rows[j * m + k], reference[k]);
      }
    };
    add(i);
    if (boxes.empty()) return volume_of<T>(0);
    for (std::size_t j = 0; j < removed.size(); ++j) {
      if (j != i && removed[j] == 0) add(j);
    }
    auto base = base_of<W>(reference);
    return static_cast<volume_of<T>>(exclusive_volume(boxes, base, m));
  });
}

}  // namespace detail

/// Spread policy: the points that contribute least to the hypervolume go, one after the other.
///
/// Contributions (`contributions`) are those within the last front alone, as in SMS-EMOA: all of it is dominated by the
/// fronts before, which would leave nothing to contribute. They count anew after each point that goes. Contributions
/// only grow while points go, so of the old values only the least has to be brought up to date. Of equal ones the last
/// in lexicographic order goes first. Points that are not better than the reference contribute 0.
/// Cost: one call of `contributions`, then for each point that goes a few times O(m F) and the volume of what lies
/// between a point and its nearest others.
/// Throws `paragon::error` for a reference of another length, and for integers whose volume exceeds 64 bits.
/// Reference: Emmerich, Beume, Naujoks, "An EMO algorithm using the hypervolume measure as selection criterion",
/// EMO 2005.
struct by_contribution {
  std::vector<double> reference;  ///< one number for each column of the set, in the caller's directions

  template <objective_value T>
  [[nodiscard]] std::vector<std::size_t> operator()(const candidates<T>& set, std::span<const std::size_t>,
                                                    std::span<const std::size_t> last, std::size_t count) const {
    using V = volume_of<T>;
    const std::size_t m = set.objectives();
    const std::vector<T> corner = set.turned(reference, "a reference point");
    std::vector<T> rows;
    for (const std::size_t i : last) {
      for (std::size_t k = 0; k < m; ++k) rows.push_back(set(i, k));
    }
    struct entry {
      V volume;
      std::size_t point;
      std::size_t round;                                   // in which it was computed
      bool operator<(const entry& other) const noexcept {  // the greatest goes first
        return volume != other.volume ? volume > other.volume : point < other.point;
      }
    };
    const std::vector<V> at_first = contributions(points<T>(rows, m), list_view<T>(corner));
    std::vector<entry> entries;
    for (std::size_t i = 0; i < last.size(); ++i) entries.push_back({at_first[i], i, 0});
    std::priority_queue<entry> queue({}, std::move(entries));
    std::vector<char> removed(last.size(), 0);
    const std::size_t rounds = last.size() - count;
    for (std::size_t round = 0; round < rounds;) {
      entry next = queue.top();
      queue.pop();
      if (next.round == round) {
        removed[next.point] = 1;
        ++round;
      } else {
        next = {detail::exclusive_row(rows, m, corner, removed, next.point, set.place()), next.point, round};
        queue.push(next);
      }
    }
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < last.size(); ++i) {
      if (removed[i] == 0) result.push_back(last[i]);
    }
    return result;
  }
  friend bool operator==(const by_contribution&, const by_contribution&) = default;
};

}  // namespace paragon::pareto
