// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../test_problem.hpp"

namespace paragon::inline PARAGON_ISA::pareto::problems::detail {

/// The parts of [0, 1] where a function rises above everything that it was before: the positions of a front in pieces.
///
/// The ends are found by bisection to the last digit, so a piece must be wider than 1 / 4096.
class record_pieces {
public:
  /// \param value, slope  a function that rises at 0, and its derivative
  template <class F, class D>
  record_pieces(F value, D slope) {
    constexpr int cells = 4096;
    double start = 0;
    double best = 0;
    bool rising = true;
    for (int c = 0; c < cells; ++c) {
      const double a = static_cast<double>(c) / cells;
      const double b = static_cast<double>(c + 1) / cells;
      if (rising && slope(b) < 0) {
        const double peak = turning_point(a, b, [&](double t) { return slope(t) < 0; });
        pieces_.push_back({start, peak});
        best = value(peak);
        rising = false;
      } else if (!rising && value(b) > best) {
        start = turning_point(a, b, [&](double t) { return value(t) > best; });
        rising = true;
      }
    }
    if (rising) pieces_.push_back({start, 1});
    for (const interval& piece : pieces_) length_ += piece.upper - piece.lower;
  }

  [[nodiscard]] const std::vector<interval>& pieces() const noexcept { return pieces_; }
  [[nodiscard]] double end() const noexcept { return pieces_.back().upper; }

  /// [0, 1] onto the pieces, in proportion to their lengths.
  [[nodiscard]] double position(double u) const noexcept {
    double left = u * length_;
    for (const interval& piece : pieces_) {
      const double length = piece.upper - piece.lower;
      if (left <= length) return piece.lower + left;
      left -= length;
    }
    return end();
  }

  /// The integral over [0, to], to >= end(), of the greatest value so far.
  /// \param value, primitive  the function and its primitive
  template <class F, class I>
  [[nodiscard]] double integral_of_record(F value, I primitive, double to) const {
    double sum = 0;
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
      const double flat_until = p + 1 < pieces_.size() ? pieces_[p + 1].lower : to;
      sum += primitive(pieces_[p].upper) - primitive(pieces_[p].lower);
      sum += (flat_until - pieces_[p].upper) * value(pieces_[p].upper);
    }
    return sum;
  }

private:
  /// Where `after` becomes true between a, where it is not, and b, where it is. Returns the last number before.
  template <class Predicate>
  static double turning_point(double a, double b, Predicate after) {
    for (double middle = (a + b) / 2; middle > a && middle < b; middle = (a + b) / 2) {
      (after(middle) ? b : a) = middle;
    }
    return a;
  }

  std::vector<interval> pieces_;
  double length_ = 0;
};

}  // namespace paragon::pareto::problems::detail
