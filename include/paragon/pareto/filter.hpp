// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "detail/box_tree.hpp"
#include "detail/eliminate.hpp"
#include "detail/oriented.hpp"
#include "detail/sweep.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// Any number of objectives: each point asks a tree of boxes whether another one covers it. Of equal rows the first is
/// asked; the others follow it.
template <class Runner>
void mark_front_n(rank_table table, bool all, std::vector<char>& kept, Runner& runner) {
  const std::size_t c = table.size();
  const equal_rows equals(table, table.distinct ? std::vector<position>{} : table.by_sum());
  table.keep_only(equals.firsts);
  const box_tree tree(table, 0, runner);
  runner.for_blocks(tree.size(), 1024, [&](std::size_t begin, std::size_t end) {
    std::vector<box_tree::number> point(table.m + 1);
    for (std::size_t place = begin; place < end; ++place) {
      tree.copy(place, point.data());
      const bool covered = tree.search(point.data(), [&](std::size_t other) { return other != place; });
      kept[equals.firsts[tree.row(place)]] = !covered;
    }
  });
  for (std::size_t i = 0; all && i < c; ++i) kept[i] = kept[equals.leader[i]];
}

/// The first front among n rows of a view, listed in ascending order, or all of its n rows where `among` is null; of
/// equal points the first or all.
template <class View, class Runner>
std::vector<std::size_t> first_front(const View& view, const std::size_t* among, std::size_t n, bool all,
                                     Runner& runner) {
  if (n == 0) return {};
  std::vector<std::size_t> rows = not_dominated_by_good(view, among, n, runner);
  if (rows.size() > std::numeric_limits<position>::max()) {
    throw error(view.place(), std::to_string(rows.size()) + " points that no single good point dominates",
                "at most 4294967295");
  }
  std::vector<char> kept(rows.size());
  const std::size_t m = view.objectives();
  if (m == 1) {
    mark_front_1(ordered_column(view, rows, 0), all, kept);
  } else if (m == 2) {
    mark_front_2(ordered_column(view, rows, 0), ordered_column(view, rows, 1), all, kept);
  } else if (m == 3) {
    std::vector<key_column> columns(3);
    std::vector<position> order;
    std::vector<std::uint32_t> second;
    runner.for_blocks(3, 1, [&](std::size_t k, std::size_t) {
      columns[k] = ordered_column(view, rows, k);
      if (k == 0) order = sorted_order(columns[0]);
      if (k == 1) second = dense_ranks(columns[1], sorted_order(columns[1]));
    });
    mark_front_3(columns[0], std::move(order), second, columns[2], all, kept);
  } else {
    mark_front_n(rank_table(view, rows, runner), all, kept, runner);
  }
  std::size_t count = 0;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (kept[c]) rows[count++] = rows[c];
  }
  rows.resize(count);
  return rows;
}

}  // namespace detail

/// The first front: the indices, in input order, of the points that no other point dominates.
///
/// One point dominates another if it is at least as good in every objective and better in one. There are no tolerances.
/// Infinities are legal values. Exact for integers. The result depends neither on the threads nor on the order of the
/// points (but for which of several equal ones is the first).
///
/// How it works. Two linear passes drop what some especially good points dominate: of uniform data a small part
/// remains. The rest is decided by a sweep (one to three objectives), or (four and more) by asking for each point
/// whether a tree of boxes over all of them holds one that covers it, for which coordinates are replaced by 32-bit
/// ranks. That tree is as good where few points survive as where all do, so nothing has to be guessed from n or m.
///
/// Cost: O(n m), plus, for the c points left by the first passes, O(c) for two objectives and O(c log c) for three;
/// from four on O(m c log c) for ranks and tree and c searches, each a few dozen blocks of 16 points on uniform data
/// and on simplex fronts, and O(m c) at worst. Memory beyond the input: about 50 bytes for each of the c points, and
/// from four objectives on 8 m more. At most 2^32 - 1 points may be left by the first passes; n itself has no limit.
///
/// \param set       n points with m objectives, any `point_set`
/// \param way       one direction per objective; empty: all minimised
/// Policies: any of `keep_first` (default) or `keep_all`, `nan_error` (default) or `nan_worst`, `threaded`
/// Throws `paragon::error` for NaN under `nan_error` (the first one in input order is named), for a wrong number of
/// directions, for no objective to compare.
/// References: Kung, Luccio, Preparata, "On finding the maxima of a set of vectors", J. ACM 22, 1975 (the sweeps);
/// Godfrey, Shipley, Gryz, "Algorithms and analyses for maximal vector computation", VLDB Journal 16, 2007 (dropping
/// most points while they are read); Bentley, "Multidimensional binary search trees used for associative searching",
/// Comm. ACM 18, 1975 (the order of the points in the tree).
///
/// \code
/// std::vector<std::array<double, 2>> designs{{1, 1}, {0, 1}, {1, 0}, {1, 0}};
/// paragon::pareto::filter(designs);                                        // {1, 2}
/// paragon::pareto::filter(designs, paragon::pareto::keep_all{});           // {1, 2, 3}
/// \endcode
template <point_set Set, class... P>
  requires filter_policies<P...>
[[nodiscard]] std::vector<std::size_t> filter(const Set& set, directions way, P... policies) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(source, way, "pareto::filter");
  auto&& runner = detail::runner_of(policies...);
  return detail::first_front(view, nullptr, view.size(), detail::chosen<keep_all, P...>, runner);
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires filter_policies<P...>
[[nodiscard]] std::vector<std::size_t> filter(const Set& set, P... policies) {
  return filter(set, directions{}, policies...);
}

}  // namespace paragon::pareto
