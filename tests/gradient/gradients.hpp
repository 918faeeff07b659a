// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <paragon/core/random_key.hpp>
#include <paragon/gradient/gram_view.hpp>
#include <vector>

namespace paragon_test {

/// k gradients of n numbers, row-major.
struct gradients {
  std::size_t k;
  std::size_t n;
  std::vector<double> values;

  [[nodiscard]] const double* row(std::size_t i) const { return values.data() + i * n; }
  [[nodiscard]] double* row(std::size_t i) { return values.data() + i * n; }
  /// By a plain loop, apart from the library's own.
  [[nodiscard]] std::vector<double> gram() const {
    std::vector<double> g(k * k);
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < k; ++j) {
        for (std::size_t t = 0; t < n; ++t) g[i * k + j] += row(i)[t] * row(j)[t];
      }
    }
    return g;
  }
  [[nodiscard]] std::vector<double> combined(const std::vector<double>& w) const {
    std::vector<double> d(n);
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t t = 0; t < n; ++t) d[t] += w[i] * row(i)[t];
    }
    return d;
  }
};

inline gradients normal_gradients(std::size_t k, std::size_t n, std::uint64_t seed, double shift = 0) {
  const paragon::random_key key{.seed = seed};
  gradients g{k, n, std::vector<double>(k * n)};
  for (std::size_t i = 0; i < k * n; ++i) g.values[i] = key.normal(i) + shift;
  return g;
}

/// A positive combination of the gradients from `first` on is zero: strongly stationary for first = 0, weakly otherwise.
inline gradients stationary_gradients(std::size_t k, std::size_t n, std::uint64_t seed, std::size_t first = 0) {
  gradients g = normal_gradients(k, n, seed);
  const auto key = paragon::random_key{.seed = seed}.fork(1);
  for (std::size_t t = 0; t < n; ++t) {
    double sum = 0;
    for (std::size_t i = first; i + 1 < k; ++i) sum += (0.2 + key.uniform(i)) * g.row(i)[t];
    g.row(k - 1)[t] = -sum;
  }
  if (first > 0) {  // the rest lies in an open half-space with respect to the first
    for (std::size_t i = 0; i < first; ++i) g.row(i)[0] = 3 + std::abs(g.row(i)[0]);
    for (std::size_t i = first; i < k; ++i) g.row(i)[0] = 0;
  }
  return g;
}

/// There is a direction that every gradient agrees with.
inline gradients free_gradients(std::size_t k, std::size_t n, std::uint64_t seed) {
  gradients g = normal_gradients(k, n, seed);
  for (std::size_t i = 0; i < k; ++i) g.row(i)[0] = 0.3 + std::abs(g.row(i)[0]);
  return g;
}

/// Solves the n x n system by elimination with full pivoting in long double; false where it is singular.
inline bool solve(std::vector<long double> a, std::vector<long double> b, std::vector<long double>& x) {
  const std::size_t n = b.size();
  std::vector<std::size_t> column(n);
  for (std::size_t i = 0; i < n; ++i) column[i] = i;
  for (std::size_t s = 0; s < n; ++s) {
    std::size_t p = s;
    std::size_t q = s;
    for (std::size_t i = s; i < n; ++i) {
      for (std::size_t j = s; j < n; ++j) {
        if (std::abs(a[i * n + j]) > std::abs(a[p * n + q])) {
          p = i;
          q = j;
        }
      }
    }
    if (std::abs(a[p * n + q]) < 1e-13L) return false;
    for (std::size_t j = 0; j < n; ++j) std::swap(a[s * n + j], a[p * n + j]);
    std::swap(b[s], b[p]);
    for (std::size_t i = 0; i < n; ++i) std::swap(a[i * n + s], a[i * n + q]);
    std::swap(column[s], column[q]);
    for (std::size_t i = s + 1; i < n; ++i) {
      const long double factor = a[i * n + s] / a[s * n + s];
      for (std::size_t j = s; j < n; ++j) a[i * n + j] -= factor * a[s * n + j];
      b[i] -= factor * b[s];
    }
  }
  x.assign(n, 0);
  for (std::size_t i = n; i-- > 0;) {
    long double sum = b[i];
    for (std::size_t j = i + 1; j < n; ++j) sum -= a[i * n + j] * x[column[j]];
    x[column[i]] = sum / a[i * n + i];
  }
  return true;
}

inline double quadratic(const std::vector<double>& g, const std::vector<double>& w) {
  const std::size_t k = w.size();
  long double sum = 0;
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) sum += static_cast<long double>(w[i]) * g[i * k + j] * w[j];
  }
  return static_cast<double>(sum);
}

/// min w'Gw over the simplex by trying every support: the stationary point of each face that lies in it.
inline std::vector<double> enumerate_min_norm(const std::vector<double>& g, std::size_t k) {
  std::vector<double> best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t set = 1; set < (std::size_t{1} << k); ++set) {
    std::vector<std::size_t> s;
    for (std::size_t i = 0; i < k; ++i) {
      if ((set >> i & 1U) != 0) s.push_back(i);
    }
    const std::size_t m = s.size();
    std::vector<long double> a((m + 1) * (m + 1));
    std::vector<long double> b(m + 1);
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < m; ++j) a[i * (m + 1) + j] = g[s[i] * k + s[j]];
      a[i * (m + 1) + m] = a[m * (m + 1) + i] = 1;
    }
    b[m] = 1;
    std::vector<long double> x;
    if (!solve(a, b, x)) continue;
    std::vector<double> w(k);
    bool inside = true;
    for (std::size_t i = 0; i < m; ++i) {
      w[s[i]] = static_cast<double>(x[i]);
      inside = inside && x[i] >= 0;
    }
    if (!inside) continue;
    const double value = quadratic(g, w);
    if (value < least) {
      least = value;
      best = w;
    }
  }
  return best;
}

/// J = [[-4, 1, 1], [6, 1, 1]]
inline gradients two_conflicting() { return {2, 3, {-4, 1, 1, 6, 1, 1}}; }

}  // namespace paragon_test
