// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "points.hpp"
#include "policies.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// Keeps an archive small: how many elements there may be, and which one goes when there is one more.
///
/// `victim` sees the elements, the new one last, and returns the index of the one to give up; it depends on its
/// arguments alone. A bound that knows how many objectives it is for has a member `require(objectives)`, called where an
/// archive is made, which throws `paragon::error`.
///
/// Models: `crowding_bound`, `contribution_bound`.
template <class B, class T>
concept capacity_bound = std::copyable<B> && requires(const B& bound, points<T> elements, directions way) {
  { bound.most } -> std::convertible_to<std::size_t>;
  { bound.victim(elements, way) } -> std::same_as<std::size_t>;
};

/// Keeps an archive coarse: points are compared by the cells of a grid, and a cell holds one element.
///
/// `cell(x, column)` numbers the cells of a column; it never falls as x grows. `require` as above.
///
/// Models: `epsilon_grid`.
template <class B, class T>
concept grid_bound = std::copyable<B> && requires(const B& bound, T x, std::size_t column) {
  { bound.cell(x, column) } -> std::same_as<T>;
};

/// What limits an archive; without one it keeps every point that no other dominates.
template <class B, class T>
concept archive_bound = capacity_bound<B, T> || grid_bound<B, T>;

/// No limit. The default.
struct unbounded {
  friend bool operator==(unbounded, unbounded) = default;
};

/// The policies of an archive of T, each kind at most once; a grid has one element to a cell, so it takes no `keep_all`.
template <class T, class... P>
concept archive_policies =
    ((duplicate_policy<P> || nan_policy<P> || std::same_as<P, unbounded> || archive_bound<P, T>)&&...) &&
    ((duplicate_policy<P> ? 1 : 0) + ... + 0) <= 1 && ((nan_policy<P> ? 1 : 0) + ... + 0) <= 1 &&
    ((std::same_as<P, unbounded> || archive_bound<P, T> ? 1 : 0) + ... + 0) <= 1 &&
    !((grid_bound<P, T> || ...) && (std::same_as<P, keep_all> || ...));

namespace detail {

/// The bound among the policies of an archive.
template <class T, class... P>
struct bound_among {
  using type = unbounded;
};
template <class T, class First, class... P>
struct bound_among<T, First, P...> {
  using type =
      typename std::conditional_t<archive_bound<First, T>, std::type_identity<First>, bound_among<T, P...>>::type;
};

/// The place of the smallest number, the last of several: of equals the newest goes.
template <class V>
std::size_t last_smallest(const std::vector<V>& values) {
  std::size_t place = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (!(values[place] < values[i])) place = i;
  }
  return place;
}

}  // namespace detail
}  // namespace paragon::pareto
