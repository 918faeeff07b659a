// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detail/front_shape.hpp"
#include "detail/record_pieces.hpp"
#include "detail/wfg_transformations.hpp"
#include "test_problem.hpp"

namespace paragon::inline PARAGON_ISA::pareto::problems {

/// The test problems of the Walking Fish Group: any number m of objectives, all minimised.
///
/// | N | front                                  | difficulty                                                  |
/// |---|----------------------------------------|-------------------------------------------------------------|
/// | 1 | convex, with waves in the last one     | flat regions; solutions are very rare near the front        |
/// | 2 | convex, in pieces (six for m = 2)      | non-separable; multimodal last objective                    |
/// | 3 | a line for m = 2, degenerate beyond    | non-separable                                               |
/// | 4 | ellipsoid                              | multimodal, deep valleys                                    |
/// | 5 | ellipsoid                              | deceptive                                                   |
/// | 6 | ellipsoid                              | non-separable                                               |
/// | 7 | ellipsoid                              | the bias along the front depends on the other variables     |
/// | 8 | ellipsoid                              | the optimum of each distance variable depends on all before |
/// | 9 | ellipsoid                              | as 8 from the end; non-separable, deceptive, multimodal     |
///
/// Variable i (from 1) lies in [0, 2 i], objective i of the front in [0, 2 i]. The first `position` variables say where
/// on the front, the other `distance` how far from it. For m >= 3 the front of 3 is more than a line: `front` still
/// gives the line, `hypervolume` throws.
/// Cost of `evaluate`: O(n + m), for N = 6 and 9 O(n^2); one allocation.
/// Reference: Huband, Hingston, Barone, While, "A review of multiobjective test problems and a scalable test problem
/// toolkit", IEEE TEC 10, 2006, table XIV. On 3: Ishibuchi, Masuda, Nojima, "Pareto fronts of many-objective degenerate
/// test problems", IEEE TEC 20, 2016.
///
/// \code
/// const paragon::pareto::problems::wfg<4> problem(3);  // 4 + 20 variables
/// problem.hypervolume({3, 5, 7});                      // 105 - 8 pi
/// \endcode
template <int N>
  requires(N >= 1 && N <= 9)
class wfg {
public:
  /// \param objectives  m, at least 2
  /// \param position    a multiple of m - 1; 0: 4 for m = 2 and 2 (m - 1) beyond, as in the paper
  /// \param distance    at least 1, even for N = 2 and 3
  explicit wfg(std::size_t objectives = 3, std::size_t position = 0, std::size_t distance = 20)
      : objectives_(objectives), position_(position != 0     ? position
                                           : objectives == 2 ? 4
                                                             : 2 * (std::max<std::size_t>(objectives, 1) - 1)),
        variables_(position_ + distance) {
    if (objectives < 2 || position_ % (objectives - 1) != 0 || distance == 0 ||
        ((N == 2 || N == 3) && distance % 2 != 0)) {
      throw error(name(),
                  std::to_string(objectives) + " objectives, " + std::to_string(position_) + " position and " +
                      std::to_string(distance) + " distance variables",
                  "at least 2 objectives, position variables in objectives - 1 equal groups, distance variables (for "
                  "WFG2 and WFG3 an even number)");
    }
  }

  [[nodiscard]] std::string_view name() const noexcept {
    constexpr std::string_view names[] = {"WFG1", "WFG2", "WFG3", "WFG4", "WFG5", "WFG6", "WFG7", "WFG8", "WFG9"};
    return names[N - 1];
  }
  [[nodiscard]] std::size_t variables() const noexcept { return variables_; }
  [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }
  [[nodiscard]] std::size_t position_variables() const noexcept { return position_; }
  [[nodiscard]] interval bounds(std::size_t i) const noexcept { return {0, 2 * static_cast<double>(i + 1)}; }

  /// Writes the objectives of a solution.
  /// Throws `paragon::error` for spans of another length and for a variable out of its bounds.
  void evaluate(std::span<const double> x, std::span<double> f) const {
    detail::check_arguments(*this, x, f);
    std::vector<double> y(x.begin(), x.end());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] /= 2 * static_cast<double>(i + 1);
    transform(y);
    const std::size_t group = position_ / (objectives_ - 1);
    const std::span<const double> all = y;
    const double away = reduced(all.subspan(position_), position_);
    const auto position = [&](std::size_t i) {
      const double t = reduced(all.subspan(i * group, group), i * group);
      const double width = N == 3 && i > 0 ? away : 1.0;  // the constants A of the paper: max(away, A)
      return std::max(away, width) * (t - 0.5) + 0.5;
    };
    shape(position, f);
    for (std::size_t k = 0; k < objectives_; ++k) f[k] = away + scale(k) * f[k];
  }

  /// n points on the front. For two objectives, and for N = 3, at equal steps along one variable; else spread evenly by
  /// a low-discrepancy sequence (N >= 4: evenly over the simplex, projected on the sphere), so that the extreme points
  /// are approached but not reached.
  [[nodiscard]] front_points front(std::size_t n) const {
    front_points result(n, objectives_);
    std::vector<double> u(objectives_ - 1, 0.5);
    const auto pieces =
        N == 2 ? records() : detail::record_pieces([](double t) { return t; }, [](double) { return 1; });
    for (std::size_t i = 0; i < n; ++i) {
      const auto f = result[i];
      detail::even_position(i, n, N == 3 ? std::span(u).first(1) : std::span(u));
      if constexpr (N == 2) u[0] = pieces.position(u[0]);
      if constexpr (N >= 4) {
        detail::to_simplex_position(u);
        detail::write_shape([&](std::size_t j) { return u[j]; }, f, [](double t) { return t; },
                            [](double t) { return 1 - t; });
        detail::to_unit_length(f);
      } else {
        shape([&](std::size_t j) { return u[j]; }, f);
      }
      for (std::size_t k = 0; k < objectives_; ++k) f[k] *= scale(k);
    }
    return result;
  }

  /// The volume that the front dominates up to a reference point that is nowhere better than (2, 4, ..., 2 m). Exact
  /// but for rounding; for N = 1 and 2 from integrals in one dimension. Throws `paragon::error` for another reference
  /// point, and for N = 3 with m >= 3.
  [[nodiscard]] double hypervolume(list_view<double> reference) const {
    if (N == 3 && objectives_ > 2) {
      throw error(name(), "no closed form for " + std::to_string(objectives_) + " objectives", "2");
    }
    std::vector<double> nadir(objectives_);
    for (std::size_t k = 0; k < objectives_; ++k) nadir[k] = scale(k);
    detail::check_reference(*this, reference, nadir);
    double box = 1;
    double scales = 1;
    for (std::size_t k = 0; k < objectives_; ++k) {
      box *= reference[k];
      scales *= scale(k);
    }
    if constexpr (N <= 2) return box - scales * below_convex();
    return box - scales * (N == 3 ? 0.5 : detail::ball_orthant(objectives_));
  }

private:
  static double scale(std::size_t k) noexcept { return 2 * static_cast<double>(k + 1); }

  /// The transformations that keep the number of variables.
  void transform(std::vector<double>& y) const {
    const std::size_t n = y.size();
    if constexpr (N == 7 || N == 9) {  // biased by the mean of the variables after it, which are as they came
      double sum = 0;
      for (std::size_t i = n; i-- > 0;) {
        const double original = y[i];
        if (i + 1 < n && (N == 9 || i < position_)) {
          y[i] = detail::biased_by(detail::cut(sum / static_cast<double>(n - 1 - i)), original);
        }
        sum += original;
      }
    }
    if constexpr (N == 8) {  // biased by the mean of the variables before it
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const double original = y[i];
        if (i >= position_) y[i] = detail::biased_by(detail::cut(sum / static_cast<double>(i)), original);
        sum += original;
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      if constexpr (N == 4) y[i] = detail::multimodal(y[i], 10);
      if constexpr (N == 5) y[i] = detail::deceptive(y[i]);
      if constexpr (N == 9) y[i] = i < position_ ? detail::deceptive(y[i]) : detail::multimodal(y[i], 95);
      if constexpr (N <= 3 || (N >= 6 && N <= 8)) {
        if (i >= position_) y[i] = detail::shifted(y[i]);
      }
      if constexpr (N == 1) {
        if (i >= position_) y[i] = detail::biased_flat(y[i]);
        y[i] = std::pow(y[i], 0.02);
      }
    }
  }

  /// The transformations that make one number of a group of variables.
  /// \param first  where the group starts
  [[nodiscard]] double reduced(std::span<const double> y, std::size_t first) const {
    if constexpr (N == 1) return detail::rising_mean(y, first);
    if constexpr (N == 6 || N == 9) return detail::nonseparable(y);
    if ((N == 2 || N == 3) && first == position_) {
      double sum = 0;
      for (std::size_t i = 0; i < y.size(); i += 2) sum += detail::nonseparable(y.subspan(i, 2));
      const std::size_t pairs = y.size() / 2;
      return sum / static_cast<double>(pairs);
    }
    return detail::mean(y);
  }

  /// The shape of the front, unscaled.
  template <class X>
  static void shape(X x, std::span<double> h) {
    constexpr double quarter = std::numbers::pi / 2;
    if constexpr (N <= 2) {
      detail::write_shape(
          x, h, [](double t) { return 1 - std::cos(quarter * t); }, [](double t) { return 1 - std::sin(quarter * t); });
      h.back() = 1 - drop(x(0));
    } else if constexpr (N == 3) {
      detail::write_shape(
          x, h, [](double t) { return t; }, [](double t) { return 1 - t; });
    } else {
      detail::write_shape(
          x, h, [](double t) { return std::sin(quarter * t); }, [](double t) { return std::cos(quarter * t); });
    }
  }

  /// How far the last objective of N = 1 (mixed) and N = 2 (disconnected) is below 1 at the first position.
  static double drop(double t) {
    constexpr double w = 5 * std::numbers::pi;
    if constexpr (N == 1) return t - std::sin(2 * w * t) / (2 * w);
    return t * std::cos(w * t) * std::cos(w * t);
  }
  static double drop_slope(double t) {
    constexpr double w = 5 * std::numbers::pi;
    if constexpr (N == 1) return 1 - std::cos(2 * w * t);
    return std::cos(w * t) * std::cos(w * t) - w * t * std::sin(2 * w * t);
  }
  static detail::record_pieces records() { return {drop, drop_slope}; }

  /// The volume between the origin and the unscaled front of N = 1 and 2. With the last objective fixed, the others
  /// form a convex front of m - 1 objectives, shrunk by 1 - cos(pi x_1 / 2); with one more fixed, of m - 2 objectives;
  /// ...
  [[nodiscard]] double below_convex() const {
    constexpr double quarter = std::numbers::pi / 2;
    const auto shrunk = [](double t, std::size_t power) {
      return std::pow(1 - std::cos(quarter * t), static_cast<double>(power));
    };
    double volume = 1;
    for (std::size_t k = 1; k + 1 < objectives_; ++k) {
      volume *= detail::integral([&](double t) { return shrunk(t, k) * quarter * std::cos(quarter * t); }, 0, 1);
    }
    double last = 0;
    for (const interval& piece : N == 2 ? records().pieces() : std::vector<interval>{{0, 1}}) {
      last += detail::integral([&](double t) { return shrunk(t, objectives_ - 1) * drop_slope(t); }, piece.lower,
                               piece.upper);
    }
    return volume * last;
  }

  std::size_t objectives_;
  std::size_t position_;
  std::size_t variables_;
};

}  // namespace paragon::pareto::problems
