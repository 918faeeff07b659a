// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detail/front_shape.hpp"
#include "detail/record_pieces.hpp"
#include "test_problem.hpp"

namespace paragon::inline PARAGON_ISA::pareto::problems {

/// The scalable test problems of Deb, Thiele, Laumanns and Zitzler: any number m of objectives, all minimised.
///
/// | N    | front                                                  | difficulty                                       |
/// |------|--------------------------------------------------------|--------------------------------------------------|
/// | 1    | simplex, the objectives add up to 1/2                  | 11^k - 1 local fronts                            |
/// | 2    | unit sphere                                            |                                                  |
/// | 3    | unit sphere                                            | 3^k - 1 local fronts                             |
/// | 4    | unit sphere                                            | solutions crowd near two axes                    |
/// | 5, 6 | a curve for m = 3; a quarter circle for m = 2          | degenerate; 6: solutions are rare near the front |
/// | 7    | 2^(m-1) pieces                                         |                                                  |
///
/// All variables lie in [0, 1]. The first m - 1 say where on the front, the other k = n - m + 1 how far from it.
/// For m >= 4 the fronts of 5 and 6 are more than the curve: `front` still gives the curve, `hypervolume` throws.
/// Cost of `evaluate`: O(n + m), no memory.
/// Reference: Deb, Thiele, Laumanns, Zitzler, "Scalable test problems for evolutionary multiobjective optimization",
/// 2005. On 5 and 6: Huband, Hingston, Barone, While, IEEE TEC 10, 2006.
///
/// \code
/// const paragon::pareto::problems::dtlz<2> problem(3);      // 12 variables
/// problem.hypervolume({1.1, 1.1, 1.1});                     // 1.331 - pi / 6
/// \endcode
template <int N>
  requires(N >= 1 && N <= 7)
class dtlz {
public:
  /// \param objectives  m, at least 2
  /// \param variables   n, at least m; 0: m + 4 for N = 1, m + 19 for N = 7, m + 9 otherwise, as in the paper
  explicit dtlz(std::size_t objectives = 3, std::size_t variables = 0)
      : objectives_(objectives), variables_(variables == 0 ? objectives + default_extra : variables) {
    if (objectives < 2 || variables_ < objectives) {
      throw error(name(), std::to_string(objectives) + " objectives, " + std::to_string(variables_) + " variables",
                  "at least 2 objectives, and as many variables");
    }
  }

  [[nodiscard]] std::string_view name() const noexcept {
    constexpr std::string_view names[] = {"DTLZ1", "DTLZ2", "DTLZ3", "DTLZ4", "DTLZ5", "DTLZ6", "DTLZ7"};
    return names[N - 1];
  }
  [[nodiscard]] std::size_t variables() const noexcept { return variables_; }
  [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }
  [[nodiscard]] interval bounds(std::size_t) const noexcept { return {0, 1}; }

  /// Writes the objectives of a solution.
  /// Throws `paragon::error` for spans of another length and for a variable out of [0, 1].
  void evaluate(std::span<const double> x, std::span<double> f) const {
    detail::check_arguments(*this, x, f);
    const double g = distance(x.subspan(objectives_ - 1));
    if constexpr (N == 7) {
      double sum = 0;
      for (std::size_t k = 0; k + 1 < objectives_; ++k) {
        f[k] = x[k];
        sum += rise(x[k]);
      }
      f[objectives_ - 1] = static_cast<double>(objectives_) * (1 + g) - sum;
    } else {
      const auto position = [&](std::size_t i) {
        if constexpr (N == 4) return std::pow(x[i], 100);
        if ((N == 5 || N == 6) && i > 0) return (1 + 2 * g * x[i]) / (2 * (1 + g));
        return x[i];
      };
      shape(position, f);
      for (double& y : f) y *= 1 + g;
    }
  }

  /// n points on the front. For two objectives, and for N = 5 and 6, at equal steps along one variable; else spread
  /// evenly by a low-discrepancy sequence (N = 2, 3, 4: evenly over the simplex, projected on the sphere), so that the
  /// extreme points are approached but not reached.
  [[nodiscard]] front_points front(std::size_t n) const {
    front_points result(n, objectives_);
    std::vector<double> u(objectives_ - 1, 0.5);
    const auto pieces =
        N == 7 ? records() : detail::record_pieces([](double t) { return t; }, [](double) { return 1; });
    for (std::size_t i = 0; i < n; ++i) {
      const auto f = result[i];
      detail::even_position(i, n, N == 5 || N == 6 ? std::span(u).first(1) : std::span(u));
      if constexpr (N == 7) {
        double sum = 0;
        for (std::size_t k = 0; k < u.size(); ++k) {
          f[k] = pieces.position(u[k]);
          sum += rise(f[k]);
        }
        f[objectives_ - 1] = 2 * static_cast<double>(objectives_) - sum;
      } else if constexpr (N == 5 || N == 6) {
        shape([&](std::size_t j) { return u[j]; }, f);
      } else {
        detail::to_simplex_position(u);
        linear([&](std::size_t j) { return u[j]; }, f);
        if constexpr (N != 1) detail::to_unit_length(f);
      }
    }
    return result;
  }

  /// The volume that the front dominates up to a reference point that is nowhere better than the front's worst values.
  /// Exact but for rounding. Throws `paragon::error` for another reference point, and for N = 5, 6 with m >= 4.
  [[nodiscard]] double hypervolume(list_view<double> reference) const {
    const std::size_t m = objectives_;
    if ((N == 5 || N == 6) && m > 3) {
      throw error(name(), "no closed form for " + std::to_string(m) + " objectives", "2 or 3");
    }
    std::vector<double> nadir(m, N == 1 ? 0.5 : 1.0);
    if constexpr (N == 5 || N == 6) {
      if (m == 3) nadir[0] = nadir[1] = std::numbers::sqrt2 / 2;
    }
    if constexpr (N == 7) {
      const detail::record_pieces pieces = records();
      for (double& x : nadir) x = pieces.end();
      nadir[m - 1] = 2 * static_cast<double>(m);
      detail::check_reference(*this, reference, nadir);
      return volume_of_pieces(pieces, reference);
    }
    detail::check_reference(*this, reference, nadir);
    double box = 1;
    for (const double r : reference) box *= r;
    if constexpr (N == 1) {
      return box - std::exp2(-static_cast<double>(m)) / std::tgamma(static_cast<double>(m) + 1);
    } else if ((N == 5 || N == 6) && m == 3) {  // over slices of the third objective, each a box up to a corner
      return box - (reference[0] + reference[1]) * std::numbers::pi / (4 * std::numbers::sqrt2) + 1.0 / 3;
    } else {
      return box - detail::ball_orthant(m);
    }
  }

private:
  static constexpr std::size_t default_extra = N == 1 ? 4 : N == 7 ? 19 : 9;

  /// g, which is 0 on the front (1 for N = 7).
  static double distance(std::span<const double> x) {
    double sum = 0;
    for (const double y : x) {
      if constexpr (N == 1 || N == 3) sum += (y - 0.5) * (y - 0.5) - std::cos(20 * std::numbers::pi * (y - 0.5));
      if constexpr (N == 2 || N == 4 || N == 5) sum += (y - 0.5) * (y - 0.5);
      if constexpr (N == 6) sum += std::pow(y, 0.1);
      if constexpr (N == 7) sum += y;
    }
    const double k = static_cast<double>(x.size());
    if constexpr (N == 1 || N == 3) return 100 * (k + sum);
    if constexpr (N == 7) return 1 + 9 * sum / k;
    return sum;
  }

  template <class X>
  static void linear(X x, std::span<double> f) {
    detail::write_shape(
        x, f, [](double t) { return t; }, [](double t) { return 1 - t; });
    for (double& y : f) y *= N == 1 ? 0.5 : 1;
  }

  template <class X>
  static void shape(X x, std::span<double> f) {
    if constexpr (N == 1) {
      linear(x, f);
    } else {
      constexpr double quarter = std::numbers::pi / 2;
      detail::write_shape(
          x, f, [](double t) { return std::cos(quarter * t); }, [](double t) { return std::sin(quarter * t); });
    }
  }

  /// What one objective of N = 7 takes from the last.
  static double rise(double t) { return t * (1 + std::sin(3 * std::numbers::pi * t)); }
  static detail::record_pieces records() {
    constexpr double w = 3 * std::numbers::pi;
    return {rise, [](double t) { return 1 + std::sin(w * t) + w * t * std::cos(w * t); }};
  }

  /// The last objective is 2 m minus a sum over the others, so the volume is a sum of integrals over one of them each.
  static double volume_of_pieces(const detail::record_pieces& pieces, list_view<double> reference) {
    constexpr double w = 3 * std::numbers::pi;
    const auto primitive = [](double t) { return t * t / 2 - t * std::cos(w * t) / w + std::sin(w * t) / (w * w); };
    const std::size_t m = reference.size();
    double base = 1;
    for (std::size_t k = 0; k + 1 < m; ++k) base *= reference[k];
    double height = reference[m - 1] - 2 * static_cast<double>(m);
    for (std::size_t k = 0; k + 1 < m; ++k) {
      height += pieces.integral_of_record(rise, primitive, reference[k]) / reference[k];
    }
    return base * height;
  }

  std::size_t objectives_;
  std::size_t variables_;
};

}  // namespace paragon::pareto::problems
