// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <string_view>

#include "detail/record_pieces.hpp"
#include "test_problem.hpp"

namespace paragon::inline PARAGON_ISA::pareto::problems {

/// The test problems of Zitzler, Deb and Thiele: two objectives, both minimised.
///
/// | N | front                    | difficulty                                            |
/// |---|--------------------------|-------------------------------------------------------|
/// | 1 | convex, f2 = 1 - sqrt f1 |                                                       |
/// | 2 | concave, f2 = 1 - f1^2   |                                                       |
/// | 3 | five pieces              |                                                       |
/// | 4 | as 1                     | 21^(n-1) local fronts                                 |
/// | 5 | 31 points, f2 = (n-1)/f1 | deceptive; of bits: 30 for the first number, 5 beyond |
/// | 6 | as 2, from f1 = 0.2808   | solutions thin out towards the front and along it     |
///
/// A bit of number 5 is a variable from 0 to 1, one where it is at least 1/2, so that solvers of real variables run
/// too. Cost of `evaluate`: O(n), no memory.
/// Reference: Zitzler, Deb, Thiele, "Comparison of multiobjective evolutionary algorithms: empirical results",
/// Evolutionary Computation 8, 2000.
///
/// \code
/// const paragon::pareto::problems::zdt<1> problem(30);
/// std::vector<double> x(30, 0.0);
/// std::array<double, 2> f;
/// problem.evaluate(x, f);           // (0, 1)
/// problem.hypervolume({11, 11});    // 120 + 2/3
/// \endcode
template <int N>
  requires(N >= 1 && N <= 6)
class zdt {
public:
  /// \param n  numbers in a solution, at least 2; for N = 5 a number is 30 or 5 variables
  explicit zdt(std::size_t n = default_numbers) : numbers_(n) {
    if (n < 2) throw error(name(), std::to_string(n) + " numbers", "at least 2");
  }

  [[nodiscard]] std::string_view name() const noexcept {
    constexpr std::string_view names[] = {"ZDT1", "ZDT2", "ZDT3", "ZDT4", "ZDT5", "ZDT6"};
    return names[N - 1];
  }
  [[nodiscard]] std::size_t variables() const noexcept {
    return N == 5 ? first_bits + other_bits * others() : numbers_;
  }
  [[nodiscard]] static constexpr std::size_t objectives() noexcept { return 2; }
  [[nodiscard]] interval bounds(std::size_t i) const noexcept {
    return N == 4 && i > 0 ? interval{-5, 5} : interval{0, 1};
  }

  /// Writes the two objectives of a solution.
  /// Throws `paragon::error` for spans of another length and for a variable out of bounds.
  void evaluate(std::span<const double> x, std::span<double> f) const {
    detail::check_arguments(*this, x, f);
    if constexpr (N == 5) {
      f[0] = 1 + ones(x.first(first_bits));
      double g = 0;
      for (std::size_t i = first_bits; i < x.size(); i += other_bits) {
        const double u = ones(x.subspan(i, other_bits));
        g += u < 5 ? 2 + u : 1;
      }
      f[1] = g / f[0];
    } else {
      f[0] = N == 6 ? thinned(x[0]) : x[0];
      const double g = distance(x.subspan(1));
      f[1] = g * height(f[0] / g, f[0]);
    }
  }

  /// n points on the front at equal steps of the first objective (of its length on the front where that is in pieces).
  /// For N = 5, which has 31 points, these in turn.
  [[nodiscard]] front_points front(std::size_t n) const {
    front_points result(n, 2);
    const auto pieces =
        N == 3 ? records() : detail::record_pieces([](double t) { return t; }, [](double) { return 1; });
    for (std::size_t i = 0; i < n; ++i) {
      const double u = n == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(n - 1);
      const auto f = result[i];
      if constexpr (N == 5) {
        f[0] = 1 + static_cast<double>(i % 31);
        f[1] = static_cast<double>(others()) / f[0];
      } else {
        const double least = N == 6 ? least_thinned() : 0.0;
        f[0] = least + (1 - least) * pieces.position(u);
        f[1] = height(f[0], f[0]);
      }
    }
    return result;
  }

  /// The volume that the front dominates up to a reference point that is nowhere better than the front's worst values.
  /// Exact but for rounding. Throws `paragon::error` for another reference point.
  [[nodiscard]] double hypervolume(list_view<double> reference) const {
    const auto within = [&](double x, double y) {
      const double nadir[] = {x, y};
      detail::check_reference(*this, reference, nadir);
    };
    if constexpr (N == 1 || N == 4) {
      within(1, 1);
      return reference[0] * reference[1] - 1.0 / 3;
    } else if constexpr (N == 2) {
      within(1, 1);
      return reference[0] * reference[1] - 2.0 / 3;
    } else if constexpr (N == 3) {
      const detail::record_pieces pieces = records();
      within(pieces.end(), 1);
      constexpr double w = 10 * std::numbers::pi;
      const auto primitive = [](double t) {
        return 2 * t * std::sqrt(t) / 3 - t * std::cos(w * t) / w + std::sin(w * t) / (w * w);
      };
      return reference[0] * (reference[1] - 1) + pieces.integral_of_record(drop, primitive, reference[0]);
    } else if constexpr (N == 5) {
      const double least_g = static_cast<double>(others());
      within(31, least_g);
      double area = 0;
      for (int i = 1; i <= 31; ++i) area += (i < 31 ? 1 : reference[0] - 31) * (reference[1] - least_g / i);
      return area;
    } else {
      const double a = least_thinned();
      within(1, 1 - a * a);
      return (reference[0] - a) * reference[1] - (1 - a) + (1 - a * a * a) / 3;
    }
  }

private:
  static constexpr std::size_t default_numbers = N <= 3 ? 30 : N == 5 ? 11 : 10;
  static constexpr std::size_t first_bits = 30;
  static constexpr std::size_t other_bits = 5;

  [[nodiscard]] std::size_t others() const noexcept { return numbers_ - 1; }

  static double ones(std::span<const double> bits) {
    double count = 0;
    for (const double b : bits) count += b >= 0.5 ? 1 : 0;
    return count;
  }

  static double thinned(double x) { return 1 - std::exp(-4 * x) * std::pow(std::sin(6 * std::numbers::pi * x), 6); }
  /// The least value of `thinned`, where tan(6 pi x) = 9 pi.
  static double least_thinned() { return thinned(std::atan(9 * std::numbers::pi) / (6 * std::numbers::pi)); }

  /// g, which is least on the front.
  [[nodiscard]] double distance(std::span<const double> x) const {
    double sum = 0;
    if constexpr (N == 4) {
      for (const double y : x) sum += y * y - 10 * std::cos(4 * std::numbers::pi * y);
      return 1 + 10 * static_cast<double>(others()) + sum;
    } else {
      for (const double y : x) sum += y;
      const double mean = sum / static_cast<double>(others());
      return 1 + 9 * (N == 6 ? std::pow(mean, 0.25) : mean);
    }
  }

  /// f2 / g as a function of f1 / g (and f1).
  static double height(double ratio, double f1) {
    if constexpr (N == 1 || N == 4) return 1 - std::sqrt(ratio);
    if constexpr (N == 2 || N == 6) return 1 - ratio * ratio;
    return 1 - std::sqrt(ratio) - ratio * std::sin(10 * std::numbers::pi * f1);
  }

  /// How far the curve of N = 3 is below 1.
  static double drop(double t) { return std::sqrt(t) + t * std::sin(10 * std::numbers::pi * t); }
  static detail::record_pieces records() {
    constexpr double w = 10 * std::numbers::pi;
    return {drop, [](double t) { return 0.5 / std::sqrt(t) + std::sin(w * t) + w * t * std::cos(w * t); }};
  }

  std::size_t numbers_;
};

}  // namespace paragon::pareto::problems
