// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "../../pareto/crowding.hpp"
#include "../../pareto/points.hpp"
#include "../../pareto/rank.hpp"
#include "../history.hpp"

namespace paragon::inline PARAGON_ISA::search::detail {

/// How good an evaluation is among others: by the front it is in, then by how much room it has there.
struct merit {
  std::size_t rank = 0;
  double crowding = 0;

  [[nodiscard]] bool better_than(const merit& other) const noexcept {
    return rank != other.rank ? rank < other.rank : crowding > other.crowding;
  }
};

/// The merit of each member by constrained domination: those that keep the limits come first, by fronts; then those that
/// do not, by their violation; then those that failed. As `pareto::rank`, O(m n log n) for up to three objectives.
/// \param members  numbers of evaluations
/// Reference: Deb, Pratap, Agarwal, Meyarivan, NSGA-II, IEEE TEC 6, 2002, section VI.
template <class S>
[[nodiscard]] std::vector<merit> merits(const history<S>& known, std::span<const std::size_t> members) {
  std::vector<merit> all(members.size());
  std::vector<std::size_t> good;
  std::vector<std::size_t> bad;
  for (std::size_t k = 0; k < members.size(); ++k) (known.violation(members[k]) == 0 ? good : bad).push_back(k);
  const std::size_t m = known.objectives();
  std::vector<double> values;
  values.reserve(good.size() * m);
  for (const std::size_t k : good) {
    const std::span<const double> v = known.values(members[k]);
    values.insert(values.end(), v.begin(), v.end());
  }
  std::size_t next = 0;  // the first rank behind the fronts
  if (!good.empty()) {
    const std::vector<std::size_t> ranks = pareto::rank(pareto::points<double>(values, m));
    next = *std::max_element(ranks.begin(), ranks.end()) + 1;
    std::vector<std::vector<std::size_t>> fronts(next);
    for (std::size_t g = 0; g < good.size(); ++g) fronts[ranks[g]].push_back(g);
    std::vector<double> rows;
    for (std::size_t r = 0; r < next; ++r) {
      rows.clear();
      for (const std::size_t g : fronts[r]) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(g * m);
        rows.insert(rows.end(), begin, begin + static_cast<std::ptrdiff_t>(m));
      }
      const std::vector<double> room = pareto::crowding_distance(pareto::points<double>(rows, m));
      for (std::size_t g = 0; g < fronts[r].size(); ++g) all[good[fronts[r][g]]] = {r, room[g]};
    }
  }
  std::sort(bad.begin(), bad.end(), [&](std::size_t a, std::size_t b) {
    const double x = known.violation(members[a]);
    const double y = known.violation(members[b]);
    return x != y ? x < y : a < b;
  });
  for (std::size_t b = 0; b < bad.size(); ++b) {
    if (b > 0 && known.violation(members[bad[b]]) > known.violation(members[bad[b - 1]])) ++next;
    all[bad[b]] = {next, 0};
  }
  return all;
}

/// The members from the best to the worst; of equally good ones the first in the list first.
[[nodiscard]] inline std::vector<std::size_t> best_first(std::span<const std::size_t> members,
                                                         const std::vector<merit>& how_good) {
  std::vector<std::size_t> order(members.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return how_good[a].better_than(how_good[b]); });
  return order;
}

}  // namespace paragon::search::detail
