// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "../../core/random_key.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// The multiples of a fixed irrational vector, modulo 1: the points of any consecutive part lie evenly in the unit
/// cube. Numbers are fractions of 2^64, so that index * step never loses digits.
/// Reference: Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018 (powers of the root of
/// x^(d+1) = x + 1); Cranley, Patterson, "Randomization of number theoretic methods for multiple integration", 1976
/// (shifts).
class shifted_lattice {
public:
  explicit shifted_lattice(std::size_t dimensions) : step_(dimensions) {
    double root = 2;
    for (int i = 0; i < 64; ++i) root = std::pow(1 + root, 1 / (static_cast<double>(dimensions) + 1));
    double power = 1;
    for (std::uint64_t& s : step_) {
      power /= root;
      s = static_cast<std::uint64_t>(power * 0x1p64) | 1;  // odd: the longest period
    }
  }

  [[nodiscard]] std::size_t dimensions() const noexcept { return step_.size(); }

  /// Coordinate k of point `index`, moved by shift number `shift` of the key; in (0, 1).
  [[nodiscard]] double operator()(std::uint64_t index, std::size_t k, std::uint64_t shift) const noexcept {
    const std::uint64_t place = (index + 1) * step_[k] + shift;
    return (static_cast<double>(place >> 12) + 0.5) * 0x1p-52;
  }

private:
  std::vector<std::uint64_t> step_;
};

/// How directions of the positive orthant are spread: over the faces of a cube, over a sphere, over the faces of boxes
/// that are chosen by one number more.
enum class spread { faces, sphere, boxes };

/// Directions for the estimate of volumes, as deterministic functions of a shift and an index: evenly on the unit sphere,
/// or evenly on the upper faces of the unit cube.
class direction_set {
public:
  direction_set(spread kind, std::size_t m) : kind_(kind), m_(m), lattice_(dimensions(kind, m)) {}

  /// Random numbers that one shift takes.
  [[nodiscard]] std::size_t dimensions() const noexcept { return lattice_.dimensions(); }

  /// The logarithm of the volume of the positive part of the unit ball.
  [[nodiscard]] double log_unit_ball() const {
    const double half = static_cast<double>(m_) / 2;
    return half * std::log(std::numbers::pi / 4) - std::lgamma(half + 1);
  }

  /// The number in (0, 1) that chooses a box for direction `index`.
  [[nodiscard]] double choice(std::uint64_t index, const std::uint64_t* shift) const noexcept {
    return lattice_(index, m_ - 1, shift[m_ - 1]);
  }

  /// Writes the m positive coordinates of direction `index`.
  /// \param shift  `dimensions()` random numbers
  void write(double* to, std::uint64_t index, const std::uint64_t* shift) const noexcept {
    if (kind_ != spread::sphere) {
      const std::size_t face = index % m_;
      to[face] = 1;
      for (std::size_t k = 0; k < m_ - 1; ++k) to[k < face ? k : k + 1] = lattice_(index, k, shift[k]);
      return;
    }
    double square = 0;
    for (std::size_t k = 0; k < m_; k += 2) {  // two numbers give two sides of a normal deviate's triangle
      const double radius = -2 * std::log(lattice_(index, k, shift[k]));
      const double angle = std::numbers::pi / 2 * lattice_(index, k + 1, shift[k + 1]);
      to[k] = std::sqrt(radius) * std::cos(angle);
      if (k + 1 < m_) to[k + 1] = std::sqrt(radius) * std::sin(angle);
      square += to[k] * to[k] + (k + 1 < m_ ? to[k + 1] * to[k + 1] : 0.0);
    }
    for (std::size_t k = 0; k < m_; ++k) to[k] /= std::sqrt(square);
  }

private:
  static std::size_t dimensions(spread kind, std::size_t m) noexcept {
    return kind == spread::sphere ? m + m % 2 : kind == spread::boxes ? m : m - 1;
  }

  spread kind_;
  std::size_t m_;
  shifted_lattice lattice_;
};

}  // namespace paragon::pareto::detail
