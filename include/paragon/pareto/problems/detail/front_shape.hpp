// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

#include "../../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::problems::detail {

/// The shape that DTLZ and WFG fronts share: m - 1 positions x become m numbers h,
///   h_1 = a(x_1) ... a(x_(m-1)),   h_k = a(x_1) ... a(x_(m-k)) b(x_(m-k+1)),   h_m = b(x_1).
/// With a = x, b = 1 - x that is the simplex, with cosine and sine the sphere. O(m).
/// \param x  called with 0 to m - 2
template <class X, class A, class B>
void write_shape(X x, std::span<double> h, A a, B b) {
  double product = 1;
  for (std::size_t i = 0; i + 1 < h.size(); ++i) {
    const double position = x(i);
    h[h.size() - 1 - i] = product * b(position);
    product *= a(position);
  }
  h[0] = product;
}

/// Point i of n that fill the unit cube evenly: equal steps with both ends in one dimension, the additive recurrence of
/// the generalised golden ratio beyond.
/// Reference: Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018.
inline void even_position(std::size_t i, std::size_t n, std::span<double> u) {
  if (u.size() == 1) {
    u[0] = n == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(n - 1);
    return;
  }
  double root = 2;
  for (int step = 0; step < 64; ++step) root = std::pow(1 + root, 1 / static_cast<double>(u.size() + 1));
  double shift = 1;
  for (double& x : u) {
    shift /= root;
    x = 0.5 + static_cast<double>(i + 1) * shift;
    x -= std::floor(x);
  }
}

/// Positions, evenly spread over the unit cube, moved so that the simplex shape is covered with uniform density.
inline void to_simplex_position(std::span<double> u) {
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = std::pow(u[i], 1 / static_cast<double>(u.size() - i));
}

/// Scales a vector to length 1.
inline void to_unit_length(std::span<double> f) {
  double squares = 0;
  for (const double x : f) squares += x * x;
  for (double& x : f) x /= std::sqrt(squares);
}

/// The volume of the unit ball in m dimensions where all coordinates are positive, pi^(m/2) / (2^m Gamma(m/2 + 1)).
inline double ball_orthant(std::size_t m) {
  const double half = static_cast<double>(m) / 2;
  return std::pow(std::numbers::pi, half) / (std::exp2(static_cast<double>(m)) * std::tgamma(half + 1));
}

/// The integral of a smooth function over [a, b], to rounding: Gauss-Legendre with five nodes on 256 parts.
template <class F>
double integral(F f, double a, double b) {
  constexpr double node[] = {0, 0.53846931010568309104, 0.90617984593866399280};
  constexpr double weight[] = {0.56888888888888888889, 0.47862867049936646804, 0.23692688505618908751};
  constexpr int parts = 256;
  const double half = (b - a) / (2 * parts);
  double sum = 0;
  for (int p = 0; p < parts; ++p) {
    const double middle = a + (2 * p + 1) * half;
    sum += weight[0] * f(middle);
    for (int q = 1; q < 3; ++q) sum += weight[q] * (f(middle - half * node[q]) + f(middle + half * node[q]));
  }
  return sum * half;
}

}  // namespace paragon::pareto::problems::detail
