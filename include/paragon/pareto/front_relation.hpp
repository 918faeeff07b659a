// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "detail/oriented.hpp"
#include "detail/two_fronts.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// How a first set of points stands to a second, by the strongest of the relations that hold.
///
/// In each, every point of the loser has a point of the winner that strictly dominates it (better in every objective),
/// dominates it, or weakly dominates it (is nowhere worse):
///
///   strictly_dominates => dominates => better => weakly dominates
///
/// `better` is: weakly dominates, and not the other way round. `equal`: each weakly dominates the other, so both have the
/// same front. `incomparable`: neither weakly dominates the other. The last three are the first three seen from the other
/// side.
enum class front_relation {
  strictly_dominates,
  dominates,
  better,
  equal,
  incomparable,
  worse,
  dominated,
  strictly_dominated
};

namespace detail {

/// Whether for every point of b some point of a is better in all objectives, dominates it, is nowhere worse.
struct set_dominance {
  bool strict = true;
  bool some = true;
  bool weak = true;
};

template <class View>
set_dominance dominance_over(const View& a, const View& b) {
  set_dominance all;
  for (std::size_t j = 0; j < b.size() && all.weak; ++j) {
    set_dominance here{false, false, false};
    for (std::size_t i = 0; i < a.size() && !here.strict; ++i) {
      bool nowhere_worse = true;
      bool everywhere_better = true;
      bool somewhere_better = false;
      for (std::size_t k = 0; k < b.objectives() && nowhere_worse; ++k) {
        const auto x = a(i, k);
        const auto y = b(j, k);
        nowhere_worse = x <= y;
        everywhere_better = everywhere_better && x < y;
        somewhere_better = somewhere_better || x < y;
      }
      here.weak = here.weak || nowhere_worse;
      here.some = here.some || (nowhere_worse && somewhere_better);
      here.strict = nowhere_worse && everywhere_better;
    }
    all.weak = here.weak;
    all.some = all.some && here.some;
    all.strict = all.strict && here.strict;
  }
  all.some = all.some && all.weak;
  all.strict = all.strict && all.weak;
  return all;
}

}  // namespace detail

/// Compares two sets of points, such as the results of two searches. No tolerances; infinities are legal. Points that
/// others of their own set dominate do not matter but for time.
///
/// O(n_a n_b m) at worst; a point of the loser costs less the earlier a point that beats it comes.
///
/// \param a, b      point sets of one number type with the same number of objectives, such as two archives; not empty
/// \param way       one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`
/// Throws `paragon::error` for an empty set, for different numbers of objectives, for NaN under `nan_error`.
///
/// Reference: Zitzler, Thiele, Laumanns, Fonseca, Grunert da Fonseca, "Performance assessment of multiobjective
/// optimizers: an analysis and review", IEEE Transactions on Evolutionary Computation 7(2), 2003, Table II.
///
/// \code
/// compare_fronts(std::vector<std::array<int, 2>>{{1, 2}}, std::vector<std::array<int, 2>>{{1, 2}, {2, 2}});  // equal
/// \endcode
template <class A, class B, class... P>
  requires comparable_fronts<A, B> && measure_policies<P...>
[[nodiscard]] front_relation compare_fronts(const A& a, const B& b, directions way, P...) {
  return detail::with_two_fronts<P...>("pareto::compare_fronts", a, b, way, [](const auto& first, const auto& second) {
    for (std::size_t i = 0; i < first.size(); ++i) first.check(i);
    for (std::size_t i = 0; i < second.size(); ++i) second.check(i);
    using enum front_relation;
    const detail::set_dominance forth = detail::dominance_over(first, second);
    if (forth.strict) return strictly_dominates;
    if (forth.some) return dominates;
    const detail::set_dominance back = detail::dominance_over(second, first);
    if (back.strict) return strictly_dominated;
    if (back.some) return dominated;
    if (forth.weak) return back.weak ? equal : better;
    return back.weak ? worse : incomparable;
  });
}

/// The same with all objectives minimised.
template <class A, class B, class... P>
  requires comparable_fronts<A, B> && measure_policies<P...>
[[nodiscard]] front_relation compare_fronts(const A& a, const B& b, P... policies) {
  return compare_fronts(a, b, directions{}, policies...);
}

/// Whether the first set covers the second: for every point of it there is one that is nowhere worse.
[[nodiscard]] constexpr bool weakly_dominates(front_relation r) noexcept { return r <= front_relation::equal; }

}  // namespace paragon::pareto
