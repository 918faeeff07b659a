// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace paragon_test {

/// Pearson's chi-square as a standard normal number (Wilson, Hilferty, PNAS 17, 1931): how far the counts are from what
/// the probabilities of the bins say. Above 5 for one seed in three million, if these are right and no bin is rare.
inline double chi_square_score(const std::vector<std::size_t>& counts, const std::vector<double>& probabilities) {
  double total = 0;
  for (const std::size_t c : counts) total += static_cast<double>(c);
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = total * probabilities[i];
    sum += (static_cast<double>(counts[i]) - expected) * (static_cast<double>(counts[i]) - expected) / expected;
  }
  const double freedom = static_cast<double>(counts.size() - 1);
  const double spread = 2 / (9 * freedom);
  return (std::cbrt(sum / freedom) - (1 - spread)) / std::sqrt(spread);
}

/// Mann and Whitney's rank test as a standard normal number: positive where numbers of `a` tend to be below those of
/// `b`. Above 5 for one pair of samples in three million, if both come from one distribution.
inline double rank_test_score(const std::vector<double>& a, const std::vector<double>& b) {
  double wins = 0;
  for (const double x : a) {
    for (const double y : b) wins += x < y ? 1 : x == y ? 0.5 : 0;
  }
  const double n = static_cast<double>(a.size());
  const double m = static_cast<double>(b.size());
  return (wins - n * m / 2) / std::sqrt(n * m * (n + m + 1) / 12);
}

/// Simpson's rule on [lower, upper] with an even number of intervals.
template <class F>
double integral(double lower, double upper, std::size_t intervals, F f) {
  const double h = (upper - lower) / static_cast<double>(intervals);
  double sum = f(lower) + f(upper);
  for (std::size_t i = 1; i < intervals; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(lower + h * static_cast<double>(i));
  return sum * h / 3;
}

}  // namespace paragon_test
