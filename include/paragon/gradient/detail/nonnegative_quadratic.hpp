// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

#include "scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient::detail {

/// minimise x'Mx/2 - b'x over x >= 0 for a positive semidefinite M of a few hundred rows at most.
///
/// An active-set method (Lawson and Hanson's, on the normal equations): keeps a set S of free variables, an upper Cholesky
/// factor of M on S that grows by a row or shrinks by Givens rotations, and goes from one exact minimum on a face to the next.
/// The objective falls with every change of S, so no S comes twice and it ends. A pivot below rounding level is raised to
/// rounding level: duplicates and dependent columns then need no special case, at a backward error of a few n * epsilon.
/// It begins with the face where b > 0, from which everything negative is taken out at once, until nothing is.
///
/// Cost: O(n^2) per change of S, about n^3/3 for the start. Deterministic; allocates nothing for n <= 32.
/// Reference: Lawson, Hanson, "Solving least squares problems", 1974, chapter 23; Wolfe, "Finding the nearest point in a
/// polytope", 1976.
class nonnegative_quadratic {
public:
  struct outcome {
    bool converged = false;
    std::size_t iterations = 0;
    double violation = 0;  ///< largest (b - Mx)_j over its rounding scale |b_j| + sqrt(M_jj) sum_i sqrt(M_ii) x_i
  };

  /// \param matrix   n * n, row-major, its diagonal of moderate size (`scaled_gram`); kept by reference
  /// \param bounded  whether no ray x >= 0 has Mx = 0; otherwise such rays, along which only rounding could seem to
  ///                 descend, are looked for and not followed
  nonnegative_quadratic(const double* matrix, std::size_t n, bool bounded)
      : matrix_(matrix), n_(n), bounded_(bounded), factor_(n * n), inverse_(n), half_(n), free_point_(n), column_(n),
        slope_(n), root_(n), members_(n), place_(n), refused_(n) {
    for (std::size_t i = 0; i < n; ++i) root_[i] = std::sqrt(matrix[i * n + i]);
    rounding_ = 4.0 * static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  }

  /// Writes the minimiser. `limit` caps the changes of S.
  outcome solve(std::span<const double> b, std::span<double> x, std::size_t limit) {
    b_ = b.data();
    x_ = x.data();
    outcome result;
    start();
    std::fill_n(refused_.data(), n_, false);
    for (;;) {
      find_slope();
      const std::size_t j = steepest(result);
      if (j == n_) {
        result.converged = true;
        return result;
      }
      if (result.iterations == limit) return result;
      ++result.iterations;
      const double pivot = append(j);
      if (!bounded_ && endless(j, pivot)) {
        remove(count_ - 1);
        refused_[j] = true;
      } else if (descend(j)) {
        std::fill_n(refused_.data(), n_, false);
      } else {
        refused_[j] = true;
      }
    }
  }

private:
  /// A minimum on some face with all variables positive, by dropping blocks.
  void start() {
    std::fill_n(x_, n_, 0.0);
    std::fill_n(place_.data(), n_, n_);
    count_ = 0;
    for (std::size_t j = 0; j < n_; ++j) {
      if (b_[j] > 0 && root_[j] > 0) append(j, 1e-8);
    }
    while (count_ > 0) {
      solve_face();
      std::size_t kept = 0;
      for (std::size_t i = 0; i < count_; ++i) {
        place_[members_[i]] = n_;
        if (free_point_[i] > 0) members_[kept++] = members_[i];
      }
      if (kept == count_) {
        for (std::size_t i = 0; i < count_; ++i) place_[members_[i]] = i;
        break;
      }
      count_ = 0;
      for (std::size_t i = 0; i < kept; ++i) append(members_[i], 1e-8);
    }
    for (std::size_t i = 0; i < count_; ++i) x_[members_[i]] = free_point_[i];
  }

  void find_slope() {
    std::copy_n(b_, n_, slope_.data());
    mass_ = 0;
    for (std::size_t s = 0; s < count_; ++s) {
      const std::size_t i = members_[s];
      const double x = x_[i];
      const double* row = matrix_ + i * n_;
      mass_ += root_[i] * x;
      for (std::size_t j = 0; j < n_; ++j) slope_[j] -= x * row[j];
    }
  }

  /// The bound variable with the steepest descent per unit of its column's length; n where none is above rounding level.
  std::size_t steepest(outcome& result) {
    std::size_t best = n_;
    double best_rate = 0;
    result.violation = 0;
    for (std::size_t j = 0; j < n_; ++j) {
      if (slope_[j] == 0) continue;
      const double scale = std::abs(b_[j]) + root_[j] * mass_;
      const bool bound = place_[j] == n_;
      if (!bound || !(slope_[j] <= 0)) {
        const double violation = std::abs(slope_[j]) / scale;
        if (!(violation <= result.violation)) result.violation = violation;  // also NaN
      }
      if (!bound || refused_[j] || slope_[j] <= 2.0 * rounding_ * scale) continue;
      const double rate = root_[j] > 0 ? slope_[j] / root_[j] : std::numeric_limits<double>::infinity();
      if (rate > best_rate) {
        best_rate = rate;
        best = j;
      }
    }
    return best;
  }

  /// Whether M sees nothing of the ray that begins with the member that `append` put in last, and the ray leads far beyond
  /// all that x holds now. The pivot is judged by its own rounding error, which grows with the length of the ray.
  bool endless(std::size_t j, double pivot) {
    if (pivot > 1e-6 * matrix_[j * n_ + j]) return false;
    double length = root_[j];
    double reach = std::numeric_limits<double>::infinity();
    for (std::size_t s = count_ - 1; s-- > 0;) {
      const double* row = factor_.data() + s * n_;
      double sum = -row[count_ - 1];
      for (std::size_t t = s + 1; t + 1 < count_; ++t) sum -= row[t] * free_point_[t];
      free_point_[s] = sum * inverse_[s];
      length += std::abs(free_point_[s]) * root_[members_[s]];
      if (free_point_[s] < 0) reach = std::min(reach, x_[members_[s]] / -free_point_[s]);
    }
    return pivot <= rounding_ * length * length && reach * length > 1e4 * mass_;
  }

  /// Puts j into S and returns its pivot; leaves it out where that is below `least` of its diagonal.
  double append(std::size_t j, double least = 0) {
    const double* row = matrix_ + j * n_;
    for (std::size_t s = 0; s < count_; ++s) column_[s] = row[members_[s]];
    double pivot = row[j];
    double right = b_[j];
    for (std::size_t s = 0; s < count_; ++s) {
      const double* factor_row = factor_.data() + s * n_;
      const double value = column_[s] * inverse_[s];
      column_[s] = value;
      pivot -= value * value;
      right -= value * half_[s];
      for (std::size_t t = s + 1; t < count_; ++t) column_[t] -= value * factor_row[t];
    }
    if (least > 0 && pivot < least * row[j]) return pivot;
    const double floor = std::max(rounding_ * row[j], std::numeric_limits<double>::min());
    const double diagonal = std::sqrt(std::max(pivot, floor));
    for (std::size_t s = 0; s < count_; ++s) factor_[s * n_ + count_] = column_[s];
    factor_[count_ * n_ + count_] = diagonal;
    inverse_[count_] = 1 / diagonal;
    half_[count_] = right / diagonal;
    members_[count_] = j;
    place_[j] = count_++;
    return pivot;
  }

  /// Takes the member at position p out of S.
  void remove(std::size_t p) {
    const std::size_t last = count_ - 1;
    place_[members_[p]] = n_;
    for (std::size_t s = p; s < last; ++s) {
      members_[s] = members_[s + 1];
      place_[members_[s]] = s;
    }
    for (std::size_t s = 0; s < count_; ++s) {
      double* row = factor_.data() + s * n_;
      for (std::size_t t = std::max(p, s == 0 ? 0 : s - 1); t < last; ++t) row[t] = row[t + 1];
    }
    for (std::size_t s = p; s < last; ++s) {
      double* upper = factor_.data() + s * n_;
      double* lower = upper + n_;
      const double length = std::sqrt(upper[s] * upper[s] + lower[s] * lower[s]);
      inverse_[s] = 1 / length;
      const double c = upper[s] / length;
      const double d = lower[s] / length;
      upper[s] = length;
      for (std::size_t t = s + 1; t < last; ++t) {
        const double a = upper[t];
        upper[t] = c * a + d * lower[t];
        lower[t] = c * lower[t] - d * a;
      }
      const double a = half_[s];
      half_[s] = c * a + d * half_[s + 1];
      half_[s + 1] = c * half_[s + 1] - d * a;
    }
    count_ = last;
  }

  /// The unconstrained minimum on S into free_point_.
  void solve_face() {
    for (std::size_t s = count_; s-- > 0;) {
      const double* row = factor_.data() + s * n_;
      double sum = half_[s];
      for (std::size_t t = s + 1; t < count_; ++t) sum -= row[t] * free_point_[t];
      free_point_[s] = sum * inverse_[s];
    }
  }

  /// Goes to the minimum on S, taking out of S what would become negative. False where `entered` could not leave zero.
  bool descend(std::size_t entered) {
    for (;;) {
      solve_face();
      double step = 1;
      std::size_t blocking = count_;
      for (std::size_t s = 0; s < count_; ++s) {
        if (free_point_[s] > 0) continue;
        const double x = x_[members_[s]];
        const double ratio = x > 0 ? x / (x - free_point_[s]) : 0;
        if (blocking == count_ || ratio < step) {
          step = ratio;
          blocking = s;
        }
      }
      if (blocking == count_) {
        for (std::size_t s = 0; s < count_; ++s) x_[members_[s]] = free_point_[s];
        return true;
      }
      const std::size_t out = members_[blocking];
      if (out == entered && step == 0) {
        remove(blocking);
        return false;
      }
      for (std::size_t s = 0; s < count_; ++s) {
        double& x = x_[members_[s]];
        x = std::max(0.0, x + step * (free_point_[s] - x));
      }
      x_[out] = 0;
      remove(blocking);
    }
  }

  const double* matrix_;
  std::size_t n_;
  bool bounded_;
  square factor_;       // upper triangle U of M_SS = U'U, row-major with n_ columns
  numbers inverse_;     // 1 / U_ss
  numbers half_;        // U'^-1 b_S
  numbers free_point_;  // the minimum on S, by position
  numbers column_;
  numbers slope_;  // b - Mx
  numbers root_;
  scratch<std::size_t, 32> members_;  // S in order of entry
  scratch<std::size_t, 32> place_;    // position in S, or n_
  scratch<bool, 32> refused_;
  const double* b_ = nullptr;
  double* x_ = nullptr;
  double mass_ = 0;
  double rounding_ = 0;
  std::size_t count_ = 0;
};

}  // namespace paragon::gradient::detail
