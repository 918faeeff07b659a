// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "detail/volume_boxes.hpp"
#include "detail/volume_cells.hpp"
#include "detail/volume_range.hpp"
#include "detail/volume_sweep.hpp"
#include "volume.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// The volume of the union of boxes by the algorithm for their number of objectives.
template <class Sum, class V, std::size_t W, class Runner>
Sum volume_of_union(const std::vector<box<V, W>>& boxes, const box<V, W>& base, std::size_t m, Runner&& runner) {
  if constexpr (W < 4) {
    return union_of_boxes<Sum>(boxes, base);
  } else {
    return union_of_boxes<Sum>(boxes, base, m, runner);
  }
}

/// The same for boxes of integers, exactly, or throws.
template <std::size_t W, class Runner>
std::int64_t exact_union(const std::vector<box<std::uint64_t, W>>& boxes, std::size_t m, std::string_view place,
                         Runner&& runner) {
  return exactly(boxes, place, [&]<class V>(const std::vector<box<V, W>>& some) {
    return volume_of_union<V>(some, box<V, W>{}, m, runner);
  });
}

template <std::size_t W, class View, class T, class Runner>
volume<volume_of<T>> measure(const View& view, const std::vector<T>& reference, Runner&& runner) {
  const std::size_t m = view.objectives();
  auto list = boxes_of<W>(view, reference, false);
  volume<volume_of<T>> result{0, list.ignored};
  if (list.unbounded) {
    result.value = std::numeric_limits<volume_of<T>>::infinity();
    return result;
  }
  const auto largest = drop_inside_largest(list.boxes, list.base);
  if constexpr (std::is_integral_v<T>) {
    result.value = exact_union(list.boxes, m, view.place(), runner);
  } else {
    const auto compute = [&]<class Sum>(const auto& boxes, const auto& base) {
      return volume_of_union<Sum>(boxes, base, m, runner);
    };
    result.value = union_in_range(list.boxes, list.base, m, largest, compute);
  }
  return result;
}

}  // namespace detail

/// The volume that a set of points dominates, up to a reference point.
///
/// Points that are not strictly better than the reference in every objective contribute nothing; they are counted in
/// `ignored`. Dominated and duplicate points change nothing either. The reference is the caller's, so that several
/// fronts can share one. A point at minus infinity (or a reference at plus infinity) makes the volume infinite.
///
/// Integers are exact: the volume is an `std::int64_t`, and one that does not fit throws. Floating-point volumes are
/// sums of positive terms up to three objectives: their relative error is of the order of n rounding errors at worst
/// (2e-14 measured for 1e5 points). Beyond, all terms are but those of up to four boxes in a small cell (1e-15 measured).
/// They are right over the whole range of the type: infinite only where the true volume is too large for it, and small
/// only where that is, whatever the products on the way. Extreme ranges cost a multiple of the time.
///
/// Cost: one objective O(n), two and three O(n log n), O(n) memory. Beyond, cells around a pivot (`detail::cell_volume`),
/// exponential in the number of objectives at worst, as all known algorithms; on random fronts n log n is measured for
/// four to six objectives, n^2 for seven, n^3 for eight. Mostly dominated sets cost little more than reading them. More
/// than 32 objectives throw `paragon::error`. Threads share the work from four objectives on; the result is the same.
///
/// \param set        n points with m objectives, any `point_set`
/// \param reference  m numbers in the caller's directions; those of ignored objectives are not read
/// \param way        one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`: a point with a NaN is then ignored; `threaded`
///
/// \code
/// std::vector<std::array<double, 2>> front{{5, 5}, {4, 6}, {2, 7}, {7, 4}};
/// paragon::pareto::hypervolume(front, {10, 10}).value;  // 38
/// \endcode
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] volume<volume_of<value_of<Set>>> hypervolume(const Set& set, list_view<value_of<Set>> reference,
                                                           directions way, P... policies) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) return {};
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, "pareto::hypervolume");
  const auto turned = detail::oriented_reference(view, reference, where.objectives());
  return detail::with_lanes<objectives_of<Set>>(view.objectives(), view.place(), [&]<std::size_t W>() {
    return detail::measure<W>(view, turned, detail::runner_of(policies...));
  });
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] auto hypervolume(const Set& set, list_view<value_of<Set>> reference, P... policies) {
  return hypervolume(set, reference, directions{}, policies...);
}

}  // namespace paragon::pareto
