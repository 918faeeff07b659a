// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::gradient::detail {

/// Replaces the lower triangle of the n x n matrix `a` by its Cholesky factor. False where a pivot falls to
/// `least` times its diagonal or below. O(n^3 / 3).
inline bool cholesky(double* a, std::size_t n, double least) {
  for (std::size_t i = 0; i < n; ++i) {
    double* row = a + i * n;
    for (std::size_t j = 0; j < i; ++j) {
      const double* other = a + j * n;
      double sum = row[j];
      for (std::size_t t = 0; t < j; ++t) sum -= row[t] * other[t];
      row[j] = sum / other[j];
    }
    double pivot = row[i];
    for (std::size_t t = 0; t < i; ++t) pivot -= row[t] * row[t];
    if (!(pivot > least * row[i])) return false;
    row[i] = std::sqrt(pivot);
  }
  return true;
}

/// Solves LL'x = b in place, for the factor that `cholesky` wrote.
inline void cholesky_solve(const double* a, std::size_t n, double* x) {
  for (std::size_t i = 0; i < n; ++i) {
    double sum = x[i];
    for (std::size_t t = 0; t < i; ++t) sum -= a[i * n + t] * x[t];
    x[i] = sum / a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    const double value = x[i] / a[i * n + i];
    x[i] = value;
    for (std::size_t t = 0; t < i; ++t) x[t] -= a[i * n + t] * value;
  }
}

/// Eigenvalues and eigenvectors of the symmetric n x n matrix `a` by Jacobi rotations: afterwards a = diag(values) up to
/// rounding, and row i of `vectors` is the eigenvector of a_ii. Returns the number of sweeps; `limit` + 1 where the
/// off-diagonal did not vanish.
///
/// O(n^3) a sweep, 5 to 10 sweeps. Unsorted.
/// Reference: Golub, Van Loan, "Matrix computations", section 8.5.
inline std::size_t jacobi_eigen(double* a, double* vectors, std::size_t n, std::size_t limit = 60) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) vectors[i * n + j] = i == j ? 1 : 0;
  }
  for (std::size_t sweep = 0; sweep <= limit; ++sweep) {
    double off = 0;
    double all = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        const double entry = a[i * n + j];
        all += entry * entry;
        if (i != j) off += entry * entry;
      }
    }
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    if (off <= 0.01 * epsilon * epsilon * all) return sweep;
    for (std::size_t p = 0; p + 1 < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        const double apq = a[p * n + q];
        if (apq == 0) continue;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1);
        const double s = t * c;
        for (std::size_t i = 0; i < n; ++i) {
          double* row = a + i * n;
          const double x = row[p];
          row[p] = c * x - s * row[q];
          row[q] = s * x + c * row[q];
        }
        const auto rotate_rows = [&](double* first, double* second) {
          for (std::size_t i = 0; i < n; ++i) {
            const double x = first[i];
            first[i] = c * x - s * second[i];
            second[i] = s * x + c * second[i];
          }
        };
        rotate_rows(a + p * n, a + q * n);
        rotate_rows(vectors + p * n, vectors + q * n);
        a[p * n + q] = 0;
        a[q * n + p] = 0;
      }
    }
  }
  return limit + 1;
}

}  // namespace paragon::gradient::detail
