// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

namespace detail {

inline void check_pair(const char* place, std::size_t a, std::size_t b) {
  if (a != b || a < 2) {
    throw error(place, std::to_string(a) + " and " + std::to_string(b) + " values",
                "two rows of the same length, 2 or more");
  }
}

/// A row about its mean, in a unit near its greatest difference: numbers that can be squared, and zeros where the row is
/// constant.
class centred {
public:
  explicit centred(std::span<const double> values) : first_(0.5 * values[0]) {
    double greatest = 0;
    for (const double v : values) {
      finite = finite && std::isfinite(v);
      greatest = std::max(greatest, std::abs(0.5 * v - first_));
    }
    if (!finite || greatest == 0) return;
    exponent_ = -std::ilogb(greatest);
    double sum = 0;
    for (const double v : values) sum += (*this)(v) / static_cast<double>(values.size());
    mean_ = sum;
  }

  [[nodiscard]] double operator()(double value) const noexcept {
    return std::ldexp(0.5 * value - first_, exponent_) - mean_;
  }

  bool finite = true;

private:
  double first_;  // halved, like all values: then no difference overflows
  double mean_ = 0;
  int exponent_ = 0;
};

/// Sorts `values` and returns how many pairs were out of order (merge sort).
inline std::uint64_t count_inversions(std::vector<double>& values, std::vector<double>& spare, std::size_t begin,
                                      std::size_t end) {
  if (end - begin < 2) return 0;
  const std::size_t middle = begin + (end - begin) / 2;
  std::uint64_t swaps = count_inversions(values, spare, begin, middle) + count_inversions(values, spare, middle, end);
  std::size_t left = begin;
  std::size_t right = middle;
  for (std::size_t at = begin; at < end; ++at) {
    if (right == end || (left < middle && values[left] <= values[right])) {
      spare[at] = values[left++];
    } else {
      swaps += middle - left;
      spare[at] = values[right++];
    }
  }
  for (std::size_t at = begin; at < end; ++at) values[at] = spare[at];
  return swaps;
}

/// The number of pairs within runs of equal neighbours.
template <class Equal>
std::uint64_t tied_pairs(std::size_t n, Equal equal) {
  std::uint64_t pairs = 0;
  std::uint64_t run = 1;
  for (std::size_t i = 1; i < n; ++i) {
    run = equal(i - 1, i) ? run + 1 : 1;
    pairs += run - 1;
  }
  return pairs;
}

}  // namespace detail

/// Ranks from 1, equal values sharing the mean of theirs. Infinities are values like others; NaN has the rank NaN and the others
/// are ranked without it. O(n log n).
[[nodiscard]] inline std::vector<double> average_ranks(std::span<const double> values) {
  std::vector<std::size_t> order;
  order.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
    begin = end;
  }
  return ranks;
}

/// Pearson's correlation; 0 where one row is constant, NaN where a value is NaN or infinite.
///
/// Values of any size are right: they are taken as differences from the row's first one, in a unit near the greatest of
/// these. O(n). \throws error for rows of different or too small length
[[nodiscard]] inline double pearson(std::span<const double> a, std::span<const double> b) {
  detail::check_pair("predictor::pearson", a.size(), b.size());
  const detail::centred x(a);
  const detail::centred y(b);
  if (!x.finite || !y.finite) return std::numeric_limits<double>::quiet_NaN();
  constexpr std::size_t block = 1024;  // summed apart, so that rounding does not grow with the length
  double aa = 0;
  double ab = 0;
  double bb = 0;
  for (std::size_t begin = 0; begin < a.size(); begin += block) {
    double block_aa = 0;
    double block_ab = 0;
    double block_bb = 0;
    for (std::size_t i = begin; i < std::min(a.size(), begin + block); ++i) {
      const double p = x(a[i]);
      const double q = y(b[i]);
      block_aa += p * p;
      block_ab += p * q;
      block_bb += q * q;
    }
    aa += block_aa;
    ab += block_ab;
    bb += block_bb;
  }
  return aa > 0 && bb > 0 ? std::clamp(ab / std::sqrt(aa) / std::sqrt(bb), -1.0, 1.0) : 0;
}

/// Spearman's rank correlation, ties by average ranks; 0 where one row is constant, NaN where a value is NaN. Infinities are
/// values like others. O(n log n).
[[nodiscard]] inline double spearman(std::span<const double> a, std::span<const double> b) {
  detail::check_pair("predictor::spearman", a.size(), b.size());
  return pearson(average_ranks(a), average_ranks(b));
}

/// Kendall's tau-b: (concordant - discordant) / sqrt((pairs - ties in a)(pairs - ties in b)); 0 where one is constant, NaN
/// where a value is NaN. Infinities are values like others. O(n log n). Reference: Knight, "A computer method for calculating Kendall's tau with ungrouped data", JASA 1966.
[[nodiscard]] inline double kendall(std::span<const double> a, std::span<const double> b) {
  detail::check_pair("predictor::kendall", a.size(), b.size());
  const auto missing = [](double x) { return std::isnan(x); };
  if (std::any_of(a.begin(), a.end(), missing) || std::any_of(b.begin(), b.end(), missing)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const std::size_t n = a.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return a[i] != a[j] ? a[i] < a[j] : b[i] < b[j]; });
  const auto equal_a = [&](std::size_t i, std::size_t j) { return a[order[i]] == a[order[j]]; };
  const auto ties_a = static_cast<double>(detail::tied_pairs(n, equal_a));
  const auto ties_both = static_cast<double>(
      detail::tied_pairs(n, [&](std::size_t i, std::size_t j) { return equal_a(i, j) && b[order[i]] == b[order[j]]; }));
  std::vector<double> sorted(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = b[order[i]];
  std::vector<double> spare(n);
  const auto discordant = static_cast<double>(detail::count_inversions(sorted, spare, 0, n));
  const auto ties_b =
      static_cast<double>(detail::tied_pairs(n, [&](std::size_t i, std::size_t j) { return sorted[i] == sorted[j]; }));
  const double pairs = 0.5 * static_cast<double>(n) * static_cast<double>(n - 1);
  const double scale = std::sqrt(pairs - ties_a) * std::sqrt(pairs - ties_b);
  return scale > 0 ? (pairs - ties_a - ties_b + ties_both - 2 * discordant) / scale : 0;
}

}  // namespace paragon::predictor
