// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "archive_bound.hpp"
#include "crowding.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// An archive of at most `most` elements: the one with the smallest crowding distance goes, of several the newest.
///
/// The best of every objective have an infinite distance, so the ends of the front stay, unless they are more than
/// `most`. O(m N log N) for each point accepted into a full archive of N.
///
/// Reference: Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE
/// Transactions on Evolutionary Computation 6(2), 2002.
///
/// \code
/// paragon::pareto::archive<double, std::string, 2, paragon::pareto::crowding_bound> best({100});
/// \endcode
struct crowding_bound {
  std::size_t most;

  template <class T>
  [[nodiscard]] std::size_t victim(points<T> elements, directions way) const {
    return detail::last_smallest(crowding_distance(elements, way));
  }
  friend bool operator==(const crowding_bound&, const crowding_bound&) = default;
};

}  // namespace paragon::pareto
