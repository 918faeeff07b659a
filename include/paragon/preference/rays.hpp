// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// Preference rays: n vectors of m non-negative weights, in one block of memory, ray after ray.
class rays {
public:
  rays() = default;
  rays(std::size_t n, std::size_t m) : values_(n * m), size_(n), objectives_(m) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }

  [[nodiscard]] std::span<const double> operator[](std::size_t i) const noexcept {
    return {values_.data() + i * objectives_, objectives_};
  }
  [[nodiscard]] std::span<double> operator[](std::size_t i) noexcept {
    return {values_.data() + i * objectives_, objectives_};
  }

  /// All weights, size() x objectives(), row-major.
  [[nodiscard]] std::span<const double> values() const noexcept { return values_; }

  friend bool operator==(const rays&, const rays&) = default;

private:
  std::vector<double> values_;
  std::size_t size_ = 0;
  std::size_t objectives_ = 0;
};

/// The weights of a ray sum to 1. The default.
struct unit_sum {};

/// The squares of the weights sum to 1: rays as published by MODNAS.
struct unit_length {};

template <class P>
concept ray_scale = std::is_same_v<P, unit_sum> || std::is_same_v<P, unit_length>;

/// How close the first and last ray of `circle` come to the axes.
struct circle_margin {
  double radians = 1e-6;

  friend bool operator==(const circle_margin&, const circle_margin&) = default;
};

/// n rays for two objectives at equal angles: (cos t, sin t), t from the margin to pi/2 less the margin. O(n).
///
/// The first ray weighs the first objective (nearly) alone, the last the second. One ray alone is the first.
/// \param scale  `unit_sum` (default): on the simplex; `unit_length`: on the circle
/// Throws `paragon::error` for n = 0 and for a margin outside [0, pi/4].
/// Reference: the evaluation of MODNAS (Sukthanker et al., "Multi-objective differentiable neural architecture
/// search").
///
/// \code
/// const auto r = paragon::preference::circle(24);
/// r[0][0];  // 0.999999
/// \endcode
template <ray_scale Scale = unit_sum>
[[nodiscard]] rays circle(std::size_t n, [[maybe_unused]] Scale scale = {}, circle_margin margin = {}) {
  if (n == 0) throw error("preference::circle", "0 rays", "at least 1");
  if (!(margin.radians >= 0 && margin.radians <= std::numbers::pi / 4)) {
    throw error("preference::circle", "a margin of " + number_text(margin.radians), "radians in [0, pi/4]");
  }
  rays result(n, 2);
  const double range = std::numbers::pi / 2 - 2 * margin.radians;
  for (std::size_t i = 0; i < n; ++i) {
    const double position = n == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(n - 1);
    const double angle = margin.radians + position * range;
    const double x = std::cos(angle);
    const double y = std::sin(angle);
    const double total = std::is_same_v<Scale, unit_sum> ? x + y : 1.0;
    result[i][0] = x / total;
    result[i][1] = y / total;
  }
  return result;
}

/// The number of rays of `simplex_grid`: (divisions + m - 1) over (m - 1). Throws `paragon::error` beyond 10^8.
[[nodiscard]] inline std::size_t simplex_grid_size(std::size_t m, std::size_t divisions) {
  if (m == 0 || divisions == 0) {
    throw error("preference::simplex_grid",
                std::to_string(m) + " objectives, " + std::to_string(divisions) + " divisions", "at least 1 of each");
  }
  constexpr std::size_t limit = 100'000'000;
  std::size_t count = 1;  // stays a binomial coefficient, so that every division is exact
  const std::size_t smaller = std::min(m - 1, divisions);
  const std::size_t larger = std::max(m - 1, divisions);
  for (std::size_t i = 1; i <= smaller; ++i) {
    if (larger <= limit) count = count * (larger + i) / i;
    if (larger > limit || count > limit) {
      throw error("preference::simplex_grid",
                  std::to_string(m) + " objectives in " + std::to_string(divisions) + " divisions are too many rays",
                  "at most 100000000 rays");
    }
  }
  return count;
}

/// All weights that are multiples of 1 / divisions and sum to 1, in falling lexicographic order. O(n m).
///
/// The corners and edges are included: 3 objectives and 6 divisions give 28 rays, of which 10 are inside.
/// Throws `paragon::error` where m or divisions is 0, or where there would be more than 10^8 rays.
/// Reference: Das, Dennis, "Normal-boundary intersection", SIAM J. Optim. 8, 1998.
[[nodiscard]] inline rays simplex_grid(std::size_t m, std::size_t divisions) {
  rays result(simplex_grid_size(m, divisions), m);
  std::vector<std::size_t> parts(m);  // a composition of `divisions`
  parts[0] = divisions;
  for (std::size_t i = 0; i < result.size(); ++i) {
    for (std::size_t k = 0; k < m; ++k) {
      result[i][k] = static_cast<double>(parts[k]) / static_cast<double>(divisions);
    }
    // The next composition: one unit moves right from the last part that can give, and takes the tail with it.
    const std::size_t tail = parts[m - 1];
    parts[m - 1] = 0;
    for (std::size_t k = m - 1; k-- > 0;) {
      if (parts[k] == 0) continue;
      --parts[k];
      parts[k + 1] = tail + 1;
      break;
    }
  }
  return result;
}

/// n rays spread evenly over the simplex of m objectives, for any n and m. O(n m), deterministic, no random numbers.
///
/// A low-discrepancy set in the unit cube (evenly spaced in the first coordinate, additive recurrences in the others)
/// is mapped to the simplex by a map that keeps volumes. For two objectives: the weights (i + 1/2) / n. All rays are
/// inside.
/// Throws `paragon::error` where n or m is 0.
/// Reference: Fang, Wang, "Number-theoretic methods in statistics", 1994, chapter 1 (map); Roberts, "The unreasonable
/// effectiveness of quasirandom sequences", 2018 (recurrence with the root of x^(d+1) = x + 1).
[[nodiscard]] inline rays uniform_rays(std::size_t n, std::size_t m) {
  if (n == 0 || m == 0) {
    throw error("preference::uniform_rays", std::to_string(n) + " rays of " + std::to_string(m) + " objectives",
                "at least 1 of each");
  }
  double root = 2;
  const double recurrences = m > 2 ? static_cast<double>(m - 2) : 1.0;
  for (int step = 0; step < 64; ++step) root = std::pow(1 + root, 1 / (recurrences + 1));
  rays result(n, m);
  for (std::size_t i = 0; i < n; ++i) {
    double left = 1;
    double shift = 1;
    for (std::size_t k = 0; k + 1 < m; ++k) {
      double u = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
      if (k > 0) {
        shift /= root;
        u = 0.5 + static_cast<double>(i + 1) * shift;
        u -= std::floor(u);
      }
      const double stays = std::pow(1 - u, 1 / static_cast<double>(m - 1 - k));
      result[i][k] = left * (1 - stays);
      left *= stays;
    }
    result[i][m - 1] = left;
  }
  return result;
}

}  // namespace paragon::preference
