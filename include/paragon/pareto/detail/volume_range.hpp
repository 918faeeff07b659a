// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "volume_boxes.hpp"
#include "wide.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

// Volumes are products of lengths, and are right wherever they can be represented, though a part of a product may not
// be. Three ways, the first that suffices: as the numbers come; with the coordinates of each objective multiplied by a
// power of two, which is exact, and the result divided by all of these; in `wide` numbers, several times slower.

/// The powers of two that bound the numbers of one objective.
struct exponent_range {
  int longest;  ///< lengths up to the reference are below 2^longest
  int least;    ///< differences that are not 0 are at least 2^least, where that was asked for
};

/// The range of each objective of some boxes. O(n m), vectorised.
/// \tparam Least  whether to look for the least difference, too
template <bool Least, class V, std::size_t W>
std::array<exponent_range, W> exponent_ranges(const std::vector<box<V, W>>& boxes, const box<V, W>& base,
                                              std::size_t m) {
  using limits = std::numeric_limits<V>;
  const auto size = [](V x) { return x == 0 ? limits::infinity() : std::abs(x); };
  box<V, W> farthest = base;
  box<V, W> smallest = base;
  for (V& x : smallest) x = size(x);
  for (const auto& b : boxes) {
    for (std::size_t k = 0; k < W; ++k) {
      farthest[k] = farthest[k] < b[k] ? b[k] : farthest[k];
      if constexpr (Least) smallest[k] = std::min(smallest[k], size(b[k]));
    }
  }
  std::array<exponent_range, W> ranges{};
  for (std::size_t k = 0; k < m; ++k) {
    const V side = farthest[k] - base[k];
    ranges[k].longest = limits::max_exponent + 1;
    if (side <= limits::max()) (void)std::frexp(side, &ranges[k].longest);
    (void)std::frexp(smallest[k], &ranges[k].least);
    ranges[k].least = std::max(ranges[k].least, limits::min_exponent) - limits::digits;  // the last digit of any
  }
  return ranges;
}

template <class V, std::size_t W>
void scale(std::vector<box<V, W>>& boxes, box<V, W>& base, const std::array<int, W>& powers) noexcept {
  for (std::size_t k = 0; k < W; ++k) base[k] = std::ldexp(base[k], powers[k]);
  for (auto& b : boxes) {
    for (std::size_t k = 0; k < W; ++k) b[k] = std::ldexp(b[k], powers[k]);
  }
}

/// The volume `compute.template operator()<Sum>(boxes, base)` of a union of boxes in floating point.
///
/// Terms that are lost because they are too small for V do not matter where the largest box is much larger.
/// \param largest  the volume of that box as it comes, perhaps 0 or infinite
template <class V, std::size_t W, class Compute>
V union_in_range(std::vector<box<V, W>>& boxes, box<V, W>& base, std::size_t m, V largest, Compute compute) {
  using limits = std::numeric_limits<V>;
  constexpr int room = 64;  // for the number of terms, and the digits of a sum
  if (boxes.empty()) return 0;
  const auto ranges = exponent_ranges<false>(boxes, base, m);
  std::array<int, W> powers{};
  int above_one = 0;
  int total = 0;
  for (std::size_t k = 0; k < m; ++k) {
    powers[k] = -ranges[k].longest;
    total += ranges[k].longest;
    above_one += std::max(0, ranges[k].longest);
  }
  if (above_one + room < limits::max_exponent && largest >= std::ldexp(V(1), limits::min_exponent + room + above_one)) {
    return compute.template operator()<V>(boxes, base);
  }
  wide<V> most{};
  for (const auto& b : boxes) {
    const auto size = volume_between<wide<V>>(base, b);
    if (most < size) most = size;
  }
  if (most.exponent() - total > limits::min_exponent + room) {
    scale(boxes, base, powers);
    return std::ldexp(compute.template operator()<V>(boxes, base), total);
  }
  return compute.template operator()<wide<V>>(boxes, base).value();
}

/// The volumes `compute.template operator()<Sum>(boxes, base)` of parts of boxes in floating point, each of which may
/// be as small as a product of differences between the given coordinates.
template <class V, std::size_t W, class Compute>
std::vector<V> parts_in_range(std::vector<box<V, W>>& boxes, box<V, W>& base, std::size_t m, Compute compute) {
  using limits = std::numeric_limits<V>;
  constexpr int room = 16;
  if (boxes.empty()) return {};
  const auto ranges = exponent_ranges<true>(boxes, base, m);
  std::array<int, W> powers{};
  int above_one = 0;
  int below_one = 0;
  int span = 0;
  int total = 0;
  bool scalable = true;
  for (std::size_t k = 0; k < m; ++k) {
    const auto [longest, least] = ranges[k];
    above_one += std::max(0, longest);
    below_one += std::min(0, least);
    span += longest - least;
    powers[k] = -(longest + least) / 2;
    total -= powers[k];
    int largest = 0;
    V size = std::abs(base[k]);
    for (const auto& b : boxes) size = std::max(size, std::abs(b[k]));
    (void)std::frexp(size, &largest);
    scalable = scalable && largest + powers[k] < limits::max_exponent;
  }
  if (above_one + room < limits::max_exponent && below_one - room > limits::min_exponent) {
    return compute.template operator()<V>(boxes, base);
  }
  if (scalable && span < 2 * (limits::max_exponent - room) - static_cast<int>(m)) {
    scale(boxes, base, powers);
    auto values = compute.template operator()<V>(boxes, base);
    for (V& v : values) v = std::ldexp(v, total);
    return values;
  }
  std::vector<V> values;
  for (const auto& v : compute.template operator()<wide<V>>(boxes, base)) values.push_back(v.value());
  return values;
}

}  // namespace paragon::pareto::detail
