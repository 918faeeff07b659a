// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/list_view.hpp"
#include "../core/random_key.hpp"
#include "detail/directions.hpp"
#include "detail/nearest.hpp"
#include "detail/oriented.hpp"
#include "filter.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// How far `approximate_hypervolume` goes.
struct approximation {
  std::size_t directions = std::size_t{1} << 16;  ///< at most; rounded up to a multiple of 512
  double relative_error = 0;                      ///< stop where the standard error, divided by the value, is below
  paragon::random_key key = {};                   ///< for the random shifts

  friend bool operator==(const approximation&, const approximation&) = default;
};

/// An estimated hypervolume.
struct approximate_volume {
  double value = 0;
  double standard_error = 0;
  double lower = 0;  ///< of the 95 % confidence interval
  double upper = 0;
  std::size_t directions = 0;  ///< that the value is the mean of
  std::size_t ignored = 0;     ///< points that are not better than the reference in every objective

  friend bool operator==(const approximate_volume&, const approximate_volume&) = default;
};

namespace detail {

inline double power(double x, std::size_t n) noexcept {
  double result = 1;
  for (; n > 0; n /= 2, x *= x) {
    if (n % 2 == 1) result *= x;
  }
  return result;
}

/// The mean of (distance to the border)^m over directions, for the union of boxes between the origin and points.
class border_distances {
public:
  static constexpr std::size_t shifts = 8;

  /// \param inverse  the inverse coordinates of the points, in rows
  /// \param use      which random numbers of the key
  border_distances(const double_rows& inverse, spread kind, const random_key& key, std::uint64_t use)
      : search_(inverse, true, true), m_(inverse.objectives), set_(kind, m_) {
    const std::size_t count = std::max<std::size_t>(1, set_.dimensions());
    for (std::size_t i = 0; i < shifts * count; ++i) {
      const auto bits = key.bits((use << 32) | i);
      shift_.push_back((std::uint64_t{bits[1]} << 32) | bits[0]);
    }
  }

  /// Adds directions [begin, end) of every shift to `sums`, and their squares to `squares`.
  /// \tparam Fixed  the number of objectives where the type of the set says it
  template <std::size_t Fixed, class Runner>
  void add(std::size_t begin, std::size_t end, std::array<double, shifts>& sums, double& squares,
           Runner&& runner) const {
    constexpr std::size_t block = 128;
    const std::size_t blocks = (end - begin + block - 1) / block;
    std::vector<std::array<double, 2>> parts(blocks * shifts);
    with_objectives<Fixed, 3>(m_, [&]<std::size_t M>() {
      runner.for_blocks(parts.size(), 1, [&](std::size_t first, std::size_t last) {
        std::vector<double> direction(m_);
        for (std::size_t p = first; p < last; ++p) {
          const std::size_t from = begin + p / shifts * block;
          for (std::size_t i = from; i < std::min(end, from + block); ++i) {
            set_.write(direction.data(), i, shift_.data() + p % shifts * (shift_.size() / shifts));
            const double volume = set_.unit_volume() / power(search_.template find<M>(direction.data()), m_);
            parts[p][0] += volume;
            parts[p][1] += volume * volume;
          }
        }
      });
    });
    for (std::size_t p = 0; p < parts.size(); ++p) {
      sums[p % shifts] += parts[p][0];
      squares += parts[p][1];
    }
  }

private:
  nearest_search<worst_product> search_;
  std::size_t m_;
  direction_set set_;
  std::vector<std::uint64_t> shift_;  // shifts x dimensions
};

/// Whichever spread has the smaller relative variance in a few directions of its own.
template <std::size_t Fixed, class Runner>
spread better_spread(const double_rows& inverse, const random_key& key, Runner&& runner) {
  constexpr std::size_t each = 64;
  double variance[2] = {};
  for (const spread kind : {spread::faces, spread::sphere}) {
    std::array<double, border_distances::shifts> sums{};
    double squares = 0;
    const auto use = static_cast<std::uint64_t>(kind);
    border_distances(inverse, kind, key, use + 1).template add<Fixed>(0, each, sums, squares, runner);
    double sum = 0;
    for (const double s : sums) sum += s;
    variance[use] = squares / (sum * sum);
  }
  return variance[0] <= variance[1] ? spread::faces : spread::sphere;
}

/// The part of the unit cube that boxes cover, with the standard error; see `approximate_hypervolume`.
template <std::size_t Fixed, class Runner>
approximate_volume covered_part(const double_rows& inverse, const approximation& how, Runner&& runner) {
  constexpr std::size_t shifts = border_distances::shifts;
  constexpr std::size_t step = 64;
  const spread kind = inverse.objectives == 1 ? spread::faces : better_spread<Fixed>(inverse, how.key, runner);
  const border_distances distances(inverse, kind, how.key, 0);
  const std::size_t most = (how.directions + shifts * step - 1) / (shifts * step) * step;
  std::array<double, shifts> sums{};
  double squares = 0;
  approximate_volume result;
  for (std::size_t done = 0, next = std::min(2 * step, most); done < most; next = std::min(2 * done, most)) {
    distances.template add<Fixed>(done, next, sums, squares, runner);
    done = next;
    const double each = static_cast<double>(done);
    double mean = 0;
    for (const double s : sums) mean += s / each / static_cast<double>(shifts);
    double variance = 0;
    for (const double s : sums) variance += (s / each - mean) * (s / each - mean);
    result.value = mean;
    result.standard_error = std::sqrt(variance / static_cast<double>(shifts * (shifts - 1)));
    result.directions = done * shifts;
    if (result.standard_error < how.relative_error * mean) break;
  }
  return result;
}

}  // namespace detail

/// The hypervolume, estimated, with its standard error and a 95 % confidence interval. For many objectives, from about
/// 8 on, where the exact `hypervolume` takes exponential time.
///
/// The volume between the front and the reference is the mean, over directions from the reference, of the m-th power of
/// how far the ray goes until it leaves the dominated region, in units in which the front fills the unit cube. The
/// directions are a low-discrepancy set that ends either on the faces of that cube or on the unit sphere: a pilot run
/// of 1024 directions chooses (fronts that fill most of the cube are measured far better from its faces, others from
/// the sphere). The set is used 8 times with independent random shifts; the mean of the 8 results is unbiased, their
/// scatter gives the standard error, and Student's distribution the interval. The interval never leaves what is
/// certain: the largest box of one point, and the box around all of them.
///
/// Cost: a `filter`, and O(n m) at worst for each direction, less where whole boxes of points can be skipped; O(n m)
/// memory. The result is a function of the key, the same for any number of threads. One point is measured exactly.
///
/// \param set        n points with m objectives, any `point_set`
/// \param reference  m numbers in the caller's directions; those of ignored objectives are not read
/// \param how        how many directions, when to stop earlier, random key
/// \param way        one direction per objective; empty: all minimised
/// Policies: `nan_error` (default) or `nan_worst`: a point with a NaN is then ignored; `threaded`
/// Throws `paragon::error` for a wrong number of numbers, for NaN, for no directions. Points at infinity are treated as
/// by `hypervolume`. Stopping early looks at the error more than once, which makes the interval a little short.
/// Reference: Deng, Zhang, "Approximating hypervolume and hypervolume contributions using polar coordinate", IEEE TEC
/// 23, 2019; Shang, Ishibuchi, Zhang, Liu, "A new R2 indicator for better hypervolume approximation", GECCO 2018.
///
/// \code
/// const auto v = paragon::pareto::approximate_hypervolume(front, reference, {.relative_error = 1e-3});
/// v.value, v.lower, v.upper;
/// \endcode
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] approximate_volume approximate_hypervolume(const Set& set, list_view<value_of<Set>> reference,
                                                         const approximation& how, directions way, P... policies) {
  constexpr const char* place = "pareto::approximate_hypervolume";
  using T = value_of<Set>;
  if (how.directions == 0) throw error(place, "0 directions", "at least 1");
  const auto& source = point_access<Set>::get(set);
  const points<T> where = source;
  if (where.size() == 0) return {};
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(where, way, place);
  if (reference.size() != where.objectives()) {
    throw error(place, "a reference point of " + std::to_string(reference.size()) + " numbers",
                std::to_string(where.objectives()) + ", one for each objective");
  }
  const std::size_t m = view.objectives();
  std::vector<T> corner(m);
  for (std::size_t k = 0; k < m; ++k) {
    const T r = reference[view.column(k)];
    if (r != r) throw error(place, "NaN in the reference point", "numbers");
    corner[k] = view.turned(r, k);
  }
  const auto inside = [&](std::size_t i) {
    for (std::size_t k = 0; k < m; ++k) {
      if (!(view(i, k) < corner[k])) return false;
    }
    return true;
  };
  approximate_volume result;
  for (std::size_t i = 0; i < view.size(); ++i) {
    view.check(i);
    if (!inside(i)) ++result.ignored;
  }

  std::vector<double> sides;  // of the boxes between the points and the reference
  std::vector<double> widest(m, 0.0);
  double largest = 0;
  for (const std::size_t i : filter(set, way, policies...)) {
    if (!inside(i)) continue;
    double volume = 1;
    for (std::size_t k = 0; k < m; ++k) {
      sides.push_back(static_cast<double>(corner[k]) - static_cast<double>(view(i, k)));
      widest[k] = std::max(widest[k], sides.back());
      volume *= sides.back();
    }
    largest = std::max(largest, volume);
  }
  if (sides.empty()) return result;
  double box = 1;
  for (const double w : widest) box *= w;
  if (std::any_of(sides.begin(), sides.end(), [](double x) { return !std::isfinite(x); })) {
    result.value = result.lower = result.upper = std::numeric_limits<double>::infinity();
    return result;
  }
  for (std::size_t i = 0; i < sides.size(); ++i) sides[i] = widest[i % m] / sides[i];

  constexpr double two_sided_95 = 2.364624251592785;  // Student's t with 7 degrees of freedom
  const approximate_volume part = detail::covered_part<objectives_of<Set>>(detail::double_rows(std::move(sides), m),
                                                                           how, detail::runner_of(policies...));
  result.directions = part.directions;
  result.standard_error = box * part.standard_error;
  result.value = std::clamp(box * part.value, largest, std::max(largest, box));
  result.lower = std::max(largest, result.value - two_sided_95 * result.standard_error);
  result.upper = std::min(std::max(largest, box), result.value + two_sided_95 * result.standard_error);
  return result;
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires measure_policies<P...>
[[nodiscard]] approximate_volume approximate_hypervolume(const Set& set, list_view<value_of<Set>> reference,
                                                         const approximation& how, P... policies) {
  return approximate_hypervolume(set, reference, how, directions{}, policies...);
}

/// The same with all objectives minimised and 2^16 directions.
template <point_set Set>
[[nodiscard]] approximate_volume approximate_hypervolume(const Set& set, list_view<value_of<Set>> reference) {
  return approximate_hypervolume(set, reference, approximation{}, directions{});
}

}  // namespace paragon::pareto
