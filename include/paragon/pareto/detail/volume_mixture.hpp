// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "../../core/random_key.hpp"
#include "directions.hpp"
#include "wide.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Boxes between the origin and some corners, in units in which they just fill the unit cube.
///
/// Volumes are in units of the largest box, so that none of them is too small for a double.
class unit_boxes {
public:
  /// \param sides  m lengths for each box
  unit_boxes(const std::vector<wide<double>>& sides, std::size_t m) : m_(m), size_(sides.size() / m) {
    std::vector<wide<double>> widest(m);
    std::vector<wide<double>> volumes;
    for (std::size_t i = 0; i < size_; ++i) {
      wide<double> volume(1.0);
      for (std::size_t k = 0; k < m; ++k) {
        const auto& side = sides[i * m + k];
        if (widest[k] < side) widest[k] = side;
        volume = volume * side;
      }
      volumes.push_back(volume);
      if (largest_ < volume) largest_ = volume;
    }
    for (const auto& w : widest) cube_ = cube_ * w;
    log_cube_ = std::log(2.0) * ratio_exponent(cube_, largest_);

    const std::size_t chunks = (size_ + lanes - 1) / lanes;
    inverse_.assign(chunks * m * lanes, farthest);  // places beyond the last box: a box of no size
    for (std::size_t i = 0; i < size_; ++i) {
      double square = 0;
      for (std::size_t k = 0; k < m; ++k) {
        const double side = std::max(ratio(sides[i * m + k], widest[k]), 1 / farthest);
        sides_.push_back(side);
        inverse_[(i / lanes * m + k) * lanes + i % lanes] = 1 / side;
        square += side * side;
      }
      longest_ = std::max(longest_, std::sqrt(square));
      total_ += ratio(volumes[i], largest_);
      up_to_.push_back(total_);
    }
  }

  [[nodiscard]] std::size_t objectives() const noexcept { return m_; }
  [[nodiscard]] const wide<double>& largest() const noexcept { return largest_; }
  [[nodiscard]] const wide<double>& cube() const noexcept { return cube_; }
  /// The logarithm of the volume of the unit cube.
  [[nodiscard]] double log_cube() const noexcept { return log_cube_; }
  /// The sum of all volumes.
  [[nodiscard]] double total() const noexcept { return total_; }
  /// The length of the longest diagonal.
  [[nodiscard]] double longest() const noexcept { return longest_; }

  /// A box, chosen in proportion to its volume by a number in (0, 1): its sides.
  [[nodiscard]] const double* choose(double part) const noexcept {
    const auto at = std::upper_bound(up_to_.begin(), up_to_.end() - 1, part * total_) - up_to_.begin();
    return sides_.data() + static_cast<std::size_t>(at) * m_;
  }

  struct reach {
    double farthest;  ///< the distance to the border of the union along a direction, in the length of the direction
    double sum;       ///< of (distance to the border of a box / farthest)^m over the boxes: 1 to their number
  };
  /// O(n m), vectorised. \param room  memory that is used again
  [[nodiscard]] reach along(const double* direction, std::vector<double>& room) const {
    room.resize(inverse_.size() / m_);
    double nearest[lanes];
    for (double& x : nearest) x = std::numeric_limits<double>::max();
    for (std::size_t c = 0; c < room.size() / lanes; ++c) {
      const double* column = inverse_.data() + c * m_ * lanes;
      double most[lanes] = {};
      for (std::size_t k = 0; k < m_; ++k, column += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
          const double x = direction[k] * column[j];
          most[j] = most[j] < x ? x : most[j];
        }
      }
      for (std::size_t j = 0; j < lanes; ++j) {
        room[c * lanes + j] = most[j];
        nearest[j] = most[j] < nearest[j] ? most[j] : nearest[j];
      }
    }
    const double least = *std::min_element(nearest, nearest + lanes);
    double sums[lanes] = {};
    for (std::size_t c = 0; c < room.size(); c += lanes) {
      double result[lanes];
      double x[lanes];
      for (std::size_t j = 0; j < lanes; ++j) {
        result[j] = 1;
        x[j] = least / room[c + j];
      }
      for (std::size_t n = m_; n > 0; n /= 2) {
        for (std::size_t j = 0; j < lanes; ++j) {
          if (n % 2 == 1) result[j] *= x[j];
          x[j] *= x[j];
        }
      }
      for (std::size_t j = 0; j < lanes; ++j) sums[j] += result[j];
    }
    double sum = 0;
    for (const double s : sums) sum += s;
    return {1 / least, sum};
  }

private:
  static constexpr std::size_t lanes = 16;
  static constexpr double farthest = 1e300;

  std::size_t m_;
  std::size_t size_;
  wide<double> largest_{};
  wide<double> cube_{1.0};
  double log_cube_ = 0;
  double total_ = 0;
  double longest_ = 0;
  std::vector<double> sides_;    // in rows
  std::vector<double> inverse_;  // by 16 boxes, objective by objective
  std::vector<double> up_to_;    // sums of volumes
};

/// The volume of a union of boxes as a mean over random directions from their common corner.
///
/// Directions come from three sources: evenly over the faces of the unit cube, evenly over the unit sphere, and those
/// of points that are uniform in a box that is chosen in proportion to its volume. What a direction counts is the m-th
/// power of the distance to the border of the union, divided by the density of the whole mixture there (the balance
/// heuristic). As boxes are one of the sources, that is bounded, by the sum of their volumes and a factor: no direction
/// may matter more than all others, as it can where thin boxes stick out of a front and even directions hardly ever meet
/// them. With boxes alone and points in place of directions this is the estimate of Karp and Luby.
/// Reference: Karp, Luby, "Monte-Carlo algorithms for enumeration and reliability problems", FOCS 1983; Bringmann,
/// Friedrich, "Approximating the volume of unions and intersections of high-dimensional geometric objects", Comput.
/// Geom. 43, 2010; Veach, Guibas, "Optimally combining sampling techniques for Monte Carlo rendering", SIGGRAPH 1995;
/// Hesterberg, "Weighted average importance sampling and defensive mixture distributions", Technometrics 37, 1995.
class volume_mixture {
public:
  static constexpr std::size_t shifts = 16;
  static constexpr std::size_t period = 32;

  /// How many of 32 directions come from each source.
  using shares = std::array<std::size_t, 3>;

  /// \param use  which random numbers of the key
  volume_mixture(const unit_boxes& boxes, const shares& mixture, const random_key& key, std::uint64_t use)
      : boxes_(boxes), shares_(mixture),
        sets_{direction_set(spread::faces, boxes.objectives()), direction_set(spread::sphere, boxes.objectives()),
              direction_set(spread::boxes, boxes.objectives())} {
    for (std::size_t s = 0; s < sets_.size(); ++s) {
      const std::size_t count = std::max<std::size_t>(1, sets_[s].dimensions());
      for (std::size_t i = 0; i < shifts * count; ++i) {
        const auto bits = key.bits((use << 40) | (std::uint64_t{s} << 32) | i);
        shift_[s].push_back((std::uint64_t{bits[1]} << 32) | bits[0]);
      }
    }
  }

  /// What one direction says.
  struct sample {
    std::array<double, 3> density;  ///< of each source, for what counts 1
  };

  /// Direction `index` of a shift.
  [[nodiscard]] sample draw(std::size_t index, std::size_t shift, std::vector<double>& direction,
                            std::vector<double>& room) const {
    const std::size_t m = boxes_.objectives();
    std::size_t source = 0;
    std::size_t place = index % period;
    while (place >= shares_[source]) place -= shares_[source++];
    const direction_set& set = sets_[source];
    const std::uint64_t* const moved = shift_[source].data() + shift * (shift_[source].size() / shifts);
    const std::uint64_t number = index / period * shares_[source] + place;
    direction.resize(m);
    set.write(direction.data(), number, moved);
    if (source == 2) {
      const double* const sides = boxes_.choose(set.choice(number, moved));
      for (std::size_t k = 0; k < m; ++k) direction[k] *= sides[k];
    }
    double most = 0;
    double square = 0;
    for (const double x : direction) most = std::max(most, x);
    for (double& x : direction) {
      x = std::max(x / most, 1e-300);
      square += x * x;
    }
    const auto [farthest, sum] = boxes_.along(direction.data(), room);
    const double log_cube = -static_cast<double>(m) * std::log(farthest) - boxes_.log_cube();
    const double log_ball = log_cube - 0.5 * static_cast<double>(m) * std::log(square) - set.log_unit_ball();
    return {{std::exp(log_cube), std::exp(log_ball), sum / boxes_.total()}};
  }

  /// What a direction counts, in units of the largest box.
  [[nodiscard]] static double value(const sample& s, const shares& mixture) noexcept {
    double density = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      if (mixture[i] > 0) density += static_cast<double>(mixture[i]) / period * s.density[i];
    }
    return 1 / density;
  }

  /// No direction counts more.
  [[nodiscard]] static double most(const unit_boxes& boxes, const shares& mixture) {
    const double ball = static_cast<double>(boxes.objectives()) * std::log(boxes.longest()) + boxes.log_cube() +
                        direction_set(spread::sphere, boxes.objectives()).log_unit_ball();
    return value({{std::exp(-boxes.log_cube()), std::exp(-ball), 1 / boxes.total()}}, mixture);
  }

  /// Adds directions [begin, end) of every shift to `sums`.
  template <class Runner>
  void add(std::size_t begin, std::size_t end, std::array<double, shifts>& sums, Runner&& runner) const {
    constexpr std::size_t block = 128;
    const std::size_t blocks = (end - begin + block - 1) / block;
    std::vector<double> parts(blocks * shifts);
    runner.for_blocks(parts.size(), 1, [&](std::size_t first, std::size_t last) {
      std::vector<double> direction;
      std::vector<double> room;
      for (std::size_t p = first; p < last; ++p) {
        const std::size_t from = begin + p / shifts * block;
        for (std::size_t i = from; i < std::min(end, from + block); ++i) {
          parts[p] += value(draw(i, p % shifts, direction, room), shares_);
        }
      }
    });
    for (std::size_t p = 0; p < parts.size(); ++p) sums[p % shifts] += parts[p];
  }

private:
  const unit_boxes& boxes_;
  shares shares_;
  std::array<direction_set, 3> sets_;
  std::array<std::vector<std::uint64_t>, 3> shift_;  // shifts x dimensions
};

/// Of some mixtures the one with the least variance, judged by a few directions of its own.
inline volume_mixture::shares best_mixture(const unit_boxes& boxes, const random_key& key) {
  using shares = volume_mixture::shares;
  constexpr shares even{12, 8, 12};
  constexpr std::array<shares, 6> candidates{
      {{29, 0, 3}, {16, 0, 16}, {3, 0, 29}, {0, 29, 3}, {0, 16, 16}, {0, 3, 29}}};
  constexpr std::size_t each = 2 * volume_mixture::period;
  const volume_mixture pilot(boxes, even, key, 1);
  std::array<double, candidates.size()> squares{};
  std::vector<double> direction;
  std::vector<double> room;
  for (std::size_t shift = 0; shift < volume_mixture::shifts; ++shift) {
    for (std::size_t i = 0; i < each; ++i) {
      const auto s = pilot.draw(i, shift, direction, room);
      const double weight = volume_mixture::value(s, even);
      for (std::size_t c = 0; c < candidates.size(); ++c) {
        squares[c] += weight * volume_mixture::value(s, candidates[c]);
      }
    }
  }
  return candidates[static_cast<std::size_t>(std::min_element(squares.begin(), squares.end()) - squares.begin())];
}

}  // namespace paragon::pareto::detail
