// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// Says how wide the kernels of a Parzen mixture are along one axis.
///
/// `rule(centres, lower, upper, dimensions, widths)` writes one width for each centre, in the coordinate of the axis,
/// which runs from `lower` to `upper`; `dimensions` is the number of axes that the kernels span. The mixture clips what
/// comes out, so a width of 0 or infinity is legal; NaN is not. `name` goes into the description of the sampler.
///
/// The smallest model:
/// \code
/// struct tenth {
///   static constexpr std::string_view name = "tenth";
///   void operator()(std::span<const double>, double lower, double upper, std::size_t,
///                   std::span<double> widths) const {
///     std::ranges::fill(widths, (upper - lower) / 10);
///   }
/// };
/// static_assert(paragon::tune::bandwidth_rule<tenth>);
/// \endcode
template <class R>
concept bandwidth_rule = requires(const R& rule, std::span<const double> centres, double bound, std::size_t dimensions,
                                  std::span<double> widths) {
  { R::name } -> std::convertible_to<std::string_view>;
  { rule(centres, bound, bound, dimensions, widths) } -> std::same_as<void>;
};

namespace detail {

/// Numbers between `lower` and `upper` in ascending order, each with its position; equal ones in the order of these.
///
/// By buckets, more of them than numbers: O(n) unless most of the numbers lie in one bucket, and never above
/// O(n log n). To sort them was the larger part of a suggestion.
inline std::vector<std::pair<double, std::size_t>> sorted_with_position(std::span<const double> numbers, double lower,
                                                                        double upper) {
  const std::size_t n = numbers.size();
  const std::size_t buckets = 4 * n;
  const double scale = static_cast<double>(buckets) / (upper - lower);
  const auto bucket = [&](double x) {
    return static_cast<std::size_t>(std::clamp((x - lower) * scale, 0.0, static_cast<double>(buckets - 1)));
  };
  std::vector<std::size_t> begins(buckets + 1);
  for (const double x : numbers) ++begins[bucket(x) + 1];
  for (std::size_t b = 0; b < buckets; ++b) begins[b + 1] += begins[b];
  std::vector<std::pair<double, std::size_t>> sorted(n);
  for (std::size_t i = 0; i < n; ++i) sorted[begins[bucket(numbers[i])]++] = {numbers[i], i};
  std::size_t begin = 0;
  for (std::size_t b = 0; b < buckets; ++b) {  // begins[b] has become the end of bucket b
    if (begins[b] - begin > 1) {
      std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(begin),
                sorted.begin() + static_cast<std::ptrdiff_t>(begins[b]));
    }
    begin = begins[b];
  }
  return sorted;
}

/// The larger of the distances to both neighbours. The outermost of several know only their inner neighbour, a single
/// one the ends of the axis.
inline void neighbour_gaps(std::span<const double> centres, double lower, double upper, std::span<double> widths) {
  const std::size_t n = centres.size();
  if (n == 0) return;
  if (n == 1) {
    widths[0] = std::max(centres[0] - lower, upper - centres[0]);
    return;
  }
  const auto order = sorted_with_position(centres, lower, upper);
  double left = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double right = i + 1 < n ? order[i + 1].first - order[i].first : 0;
    widths[order[i].second] = std::max(left, right);
    left = right;
  }
}

}  // namespace detail

/// The distance to the farther one of the two neighbours: wide where observations are rare. O(n log n).
///
/// The rule of Optuna from version 5 on. Reference: Bergstra, Bardenet, Bengio, Kegl, "Algorithms for hyper-parameter
/// optimization", NeurIPS 2011, section 4.2.
struct neighbour_gaps {
  static constexpr std::string_view name = "neighbour gaps";
  friend bool operator==(neighbour_gaps, neighbour_gaps) = default;

  void operator()(std::span<const double> centres, double lower, double upper, std::size_t,
                  std::span<double> widths) const {
    detail::neighbour_gaps(centres, lower, upper, widths);
  }
};

/// The same, where the centre of the prior, the middle of the axis, counts as a neighbour. O(n log n).
/// The rule of Optuna up to version 4 for single parameters.
struct neighbour_gaps_with_prior {
  static constexpr std::string_view name = "neighbour gaps with prior";
  friend bool operator==(neighbour_gaps_with_prior, neighbour_gaps_with_prior) = default;

  void operator()(std::span<const double> centres, double lower, double upper, std::size_t,
                  std::span<double> widths) const {
    std::vector<double> all(centres.begin(), centres.end());
    all.push_back(lower + (upper - lower) / 2);
    std::vector<double> all_widths(all.size());
    detail::neighbour_gaps(all, lower, upper, all_widths);
    std::copy_n(all_widths.begin(), widths.size(), widths.begin());
  }
};

/// One width for all that falls with their number: a fifth of the axis times n^(-1 / (dimensions + 4)). O(n).
///
/// The rule of Optuna up to version 4 for several parameters at once. Reference: Scott, "Multivariate density
/// estimation", 1992, section 6.3.2; Falkner, Klein, Hutter, "BOHB", ICML 2018.
struct shrinking_width {
  static constexpr std::string_view name = "shrinking width";
  friend bool operator==(shrinking_width, shrinking_width) = default;

  void operator()(std::span<const double> centres, double lower, double upper, std::size_t dimensions,
                  std::span<double> widths) const {
    const double n = static_cast<double>(centres.size());
    const double width = 0.2 * (upper - lower) * std::pow(n, -1.0 / static_cast<double>(dimensions + 4));
    std::fill(widths.begin(), widths.end(), width);
  }
};

}  // namespace paragon::tune
