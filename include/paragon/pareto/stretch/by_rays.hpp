// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../candidates.hpp"
#include "../detail/unit_box.hpp"

namespace paragon::inline PARAGON_ISA::pareto {
namespace detail {

/// Directions of unit length in the objectives of some candidates.
template <class T>
std::vector<double> unit_rays(const candidates<T>& set, const points<double>& rays) {
  std::vector<double> result;
  std::vector<double> row(rays.objectives());
  for (std::size_t r = 0; r < rays.size(); ++r) {
    for (std::size_t k = 0; k < row.size(); ++k) row[k] = rays(r, k);
    std::vector<double> ray = set.active(row, "a ray");
    double longest = 0;
    bool legal = true;
    for (const double x : ray) {
      legal = legal && x >= 0;
      longest = std::max(longest, x);
    }
    if (!legal || !(longest > 0) || !(longest <= std::numeric_limits<double>::max())) {
      throw error(set.place(), "ray " + std::to_string(r) + " is no direction",
                  "finite numbers that are not negative, and not all 0");
    }
    double squares = 0;
    for (double& x : ray) {
      x /= longest;
      squares += x * x;
    }
    for (const double x : ray) result.push_back(x / std::sqrt(squares));
  }
  if (result.empty()) throw error(set.place(), "no rays", "at least one");
  return result;
}

}  // namespace detail

/// Spread policy: the point nearest to each reference ray that is not yet served.
///
/// A ray is a direction in the space of the objectives, minimised and scaled to [0, 1] from the best to the worst value
/// among the chosen points and the last front: ray (1, 3) passes through points that lose three times as much in the
/// second objective. (`nearest_to_ray` of `select` takes weights, the other way round.) Every point belongs to its
/// nearest ray, by the angle's perpendicular distance. Then, one after the other, of the rays that have served the
/// fewest points so far, chosen ones included, the first that has a point left takes its nearest.
/// O((F + C) R m) for F points in the last front, C chosen and R rays, and O(R) for each point taken. Ties: the first
/// ray, the first point in lexicographic order.
/// Throws `paragon::error` for rays of another length, with negative, infinite or NaN numbers, or all 0.
/// Reference: Deb, Jain, "An evolutionary many-objective optimization algorithm using reference-point-based
/// nondominated sorting approach, part I", IEEE TEC 18, 2014, section IV.E; random choices are replaced by the nearest.
///
/// \code
/// const auto rays = paragon::preference::simplex_grid(3, 12);
/// stretch(set, 100, paragon::pareto::by_rays{{rays.values(), rays.objectives()}});
/// \endcode
struct by_rays {
  points<double> rays;  ///< a row each, one number for each column of the set; viewed, so it has to outlive the call

  template <objective_value T>
  [[nodiscard]] std::vector<std::size_t> operator()(const candidates<T>& set, std::span<const std::size_t> chosen,
                                                    std::span<const std::size_t> last, std::size_t count) const {
    const std::size_t m = set.objectives();
    const std::vector<double> unit = detail::unit_rays(set, rays);
    std::vector<std::size_t> members(chosen.begin(), chosen.end());
    members.insert(members.end(), last.begin(), last.end());
    const detail::unit_box box(set, members);

    struct place {
      double squared;  // distance to the ray
      std::size_t point;
      bool operator<(const place& other) const noexcept {
        return squared != other.squared ? squared < other.squared : point < other.point;
      }
    };
    struct niche {
      std::size_t served = 0;
      std::size_t next = 0;
      std::vector<place> waiting;
    };
    std::vector<niche> niches(rays.size());
    std::vector<double> f(m);
    for (std::size_t c = 0; c < members.size(); ++c) {
      for (std::size_t k = 0; k < m; ++k) f[k] = box(set(members[c], k), k);
      std::size_t nearest = 0;
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t r = 0; r < niches.size(); ++r) {
        const double* ray = unit.data() + r * m;
        double along = 0;
        for (std::size_t k = 0; k < m; ++k) along += f[k] * ray[k];
        double squared = 0;
        for (std::size_t k = 0; k < m; ++k) squared += (f[k] - along * ray[k]) * (f[k] - along * ray[k]);
        if (squared < least) {
          least = squared;
          nearest = r;
        }
      }
      if (c < chosen.size()) {
        ++niches[nearest].served;
      } else {
        niches[nearest].waiting.push_back({least, members[c]});
      }
    }
    for (niche& n : niches) std::sort(n.waiting.begin(), n.waiting.end());

    std::vector<std::size_t> result;
    while (result.size() < count) {
      niche* least = nullptr;
      for (niche& n : niches) {
        if (n.next < n.waiting.size() && (least == nullptr || n.served < least->served)) least = &n;
      }
      result.push_back(least->waiting[least->next++].point);
      ++least->served;
    }
    return result;
  }
};

}  // namespace paragon::pareto
