// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "../volume.hpp"
#include "lanes.hpp"
#include "oriented.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// What volumes are computed in. Integers count modulo 2^64, so no step can overflow; see `exactly`.
template <class T>
using working_volume = std::conditional_t<std::is_integral_v<T>, std::uint64_t, volume_of<T>>;

/// The better corner of a box whose other corner is the reference point: what one point dominates. A better point has a
/// corner with larger coordinates. Lanes beyond the objectives hold 1, and 0 in the reference.
///
/// Floating-point coordinates are the caller's, maximised, so that every length is the difference of two numbers that
/// were given, rounded once: lengths up to a distant reference would have lost how far two points are apart. Integers
/// are lengths up to the reference, which is then 0: exact, and without overflow.
template <class V, std::size_t W>
using box = lanes<V, W>;

/// The largest number of objectives that volumes are computed for.
inline constexpr std::size_t most_volume_objectives = 32;

/// Calls `f.template operator()<W>()` with W, the number of lanes of a box: m up to 4, then the next power of two, so
/// that few instances serve all m. None is instantiated that `Fixed`, the number of objectives of the point set's type,
/// cannot need.
template <std::size_t Fixed, class F>
decltype(auto) with_lanes(std::size_t m, std::string_view place, F&& f) {
  constexpr std::size_t most = Fixed == dynamic_objectives ? most_volume_objectives : Fixed;
  if (m == 1) return f.template operator()<1>();
  if constexpr (most >= 2) {
    if (m == 2) return f.template operator()<2>();
  }
  if constexpr (most >= 3) {
    if (m == 3) return f.template operator()<3>();
  }
  if constexpr (most >= 4) {
    if (m == 4) return f.template operator()<4>();
  }
  if constexpr (most > 4) {
    if (m <= 8) return f.template operator()<8>();
  }
  if constexpr (most > 8) {
    if (m <= 16) return f.template operator()<16>();
  }
  if constexpr (most > 16) {
    if (m <= most_volume_objectives) return f.template operator()<most_volume_objectives>();
  }
  throw error(place, std::to_string(m) + " objectives", "at most " + std::to_string(most_volume_objectives));
}

/// The boxes of the points that are better than the reference in every objective, and whose they are.
template <class V, std::size_t W>
struct box_list {
  std::vector<box<V, W>> boxes;
  box<V, W> base{};               ///< the reference
  std::vector<std::size_t> rows;  ///< the point of each box, where asked for
  std::size_t ignored = 0;        ///< points without a box
  bool unbounded = false;         ///< some box has no end
};

/// The reference in the orientation of the view. Throws for a wrong number of coordinates and for NaN.
template <class View, class List>
std::vector<typename View::value_type> oriented_reference(const View& view, const List& reference,
                                                          std::size_t objectives) {
  if (reference.size() != objectives) {
    throw error(view.place(), "a reference point of " + std::to_string(reference.size()) + " numbers",
                std::to_string(objectives) + ", one for each objective");
  }
  std::vector<typename View::value_type> turned(view.objectives());
  for (std::size_t k = 0; k < turned.size(); ++k) {
    const auto r = reference[view.column(k)];
    if (r != r) throw error(view.place(), "NaN in the reference point", "numbers");
    turned[k] = view.turned(r, k);
  }
  return turned;
}

/// Coordinates of a corner from an objective that is minimised, and the reference's.
template <class V, class T>
V corner_coordinate(T value, T reference) noexcept {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<V>(reference) - static_cast<V>(value);
  } else {
    return -static_cast<V>(value);
  }
}

/// The corner of the reference itself.
template <std::size_t W, class T>
box<working_volume<T>, W> base_of(const std::vector<T>& reference) noexcept {
  box<working_volume<T>, W> base{};
  for (std::size_t k = 0; k < reference.size(); ++k) {
    base[k] = corner_coordinate<working_volume<T>>(reference[k], reference[k]);
  }
  return base;
}

/// Whether the box from `base` to `corner` has no end.
template <class V, std::size_t W>
bool is_unbounded(const box<V, W>& base, const box<V, W>& corner) noexcept {
  bool unbounded = false;
  if constexpr (std::is_floating_point_v<V>) {
    constexpr V most = std::numeric_limits<V>::max();
    for (std::size_t k = 0; k < W; ++k) unbounded = unbounded || base[k] < -most || corner[k] > most;
  }
  return unbounded;
}

/// Reads all points; throws for a NaN that the view does not allow.
/// \param with_rows  whether to note whose each box is
template <std::size_t W, class View, class T = typename View::value_type>
box_list<working_volume<T>, W> boxes_of(const View& view, const std::vector<T>& reference, bool with_rows) {
  using V = working_volume<T>;
  const std::size_t m = view.objectives();
  box_list<V, W> result;
  result.base = base_of<W>(reference);
  box<V, W> corner;
  corner.x.fill(1);
  for (std::size_t i = 0; i < view.size(); ++i) {
    view.check(i);
    bool inside = true;
    for (std::size_t k = 0; k < m; ++k) inside = inside && view(i, k) < reference[k];
    if (!inside) {
      ++result.ignored;
      continue;
    }
    for (std::size_t k = 0; k < m; ++k) corner[k] = corner_coordinate<V>(view(i, k), reference[k]);
    result.unbounded = result.unbounded || is_unbounded(result.base, corner);
    result.boxes.push_back(corner);
    if (with_rows) result.rows.push_back(i);
  }
  if (result.boxes.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw error(view.place(), std::to_string(result.boxes.size()) + " points", "fewer than 2^32");
  }
  return result;
}

/// Drops the boxes inside the largest one but not equal to it: of uniform data these are nearly all. O(n m).
/// Returns the volume of that largest box, roughly.
template <class V, std::size_t W>
auto drop_inside_largest(std::vector<box<V, W>>& boxes, const box<V, W>& base) {
  using size_type = std::conditional_t<std::is_integral_v<V>, double, V>;
  size_type largest = -1;
  box<V, W> best{};
  for (const auto& b : boxes) {
    size_type size = 1;
    for (std::size_t k = 0; k < W; ++k) size *= static_cast<size_type>(b[k] - base[k]);
    if (size > largest) {
      largest = size;
      best = b;
    }
  }
  std::erase_if(boxes, [&](const auto& b) { return contains(best, b) && !(b == best); });
  return largest;
}

[[noreturn]] inline void refuse_volume(std::string_view place) {
  throw error(place, "the volume of integer points exceeds 64 bits", "floating-point objectives");
}

/// The volume `compute(boxes)` of boxes whose coordinates are integers.
///
/// Computed modulo 2^64, which is exact if the true value fits. Where the smallest box around all does not fit, the
/// value in floating point tells whether the true one does; if not, throws.
template <std::size_t W, class Compute>
std::int64_t exactly(const std::vector<box<std::uint64_t, W>>& boxes, std::string_view place, Compute compute) {
  constexpr double limit = 9223372036854775808.0;  // 2^63
  box<std::uint64_t, W> around{};
  for (const auto& b : boxes) {
    for (std::size_t k = 0; k < W; ++k) around[k] = std::max(around[k], b[k]);
  }
  double size = 1;
  for (const std::uint64_t x : around) size *= static_cast<double>(x);
  if (size > 0.99 * limit) {
    std::vector<box<double, W>> real(boxes.size());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      for (std::size_t k = 0; k < W; ++k) real[i][k] = static_cast<double>(boxes[i][k]);
    }
    if (compute(real) > 1.5 * limit) refuse_volume(place);
  }
  const std::uint64_t value = compute(boxes);
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) refuse_volume(place);
  return static_cast<std::int64_t>(value);
}

}  // namespace paragon::pareto::detail
