// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>

#include "oriented.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// Two point sets of the same number type, so that one can be measured against the other.
template <class A, class B>
concept comparable_fronts = point_set<A> && point_set<B> && std::same_as<value_of<A>, value_of<B>>;

namespace detail {

/// The number of objectives of two fronts, where the type of one says it.
template <class A, class B>
inline constexpr std::size_t objectives_of_either = std::max(objectives_of<A>, objectives_of<B>);

/// Calls `f(found, reference)` with both fronts as `oriented`; refuses empty fronts and different numbers of
/// objectives.
template <class... P, class Found, class Reference, class F>
decltype(auto) with_two_fronts(const char* place, const Found& found, const Reference& reference, directions way,
                               F&& f) {
  using T = value_of<Found>;
  const auto& found_source = point_access<Found>::get(found);
  const auto& reference_source = point_access<Reference>::get(reference);
  const points<T> a = found_source;
  const points<T> r = reference_source;
  if (a.size() == 0 || r.size() == 0) {
    throw error(place, a.size() == 0 ? "no points" : "no points in the reference front", "at least one");
  }
  if (a.objectives() != r.objectives()) {
    throw error(place,
                std::to_string(a.objectives()) + " objectives, and " + std::to_string(r.objectives()) +
                    " in the reference front",
                "as many in both");
  }
  using view = oriented<T, chosen<nan_worst, P...>>;
  return f(view(a, way, place), view(r, way, place));
}

}  // namespace detail
}  // namespace paragon::pareto
