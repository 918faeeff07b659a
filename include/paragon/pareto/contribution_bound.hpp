// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "archive_bound.hpp"
#include "contributions.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// An archive of at most `most` elements: the one that adds least to the hypervolume up to `reference` goes, of several
/// the newest.
///
/// An element that does not dominate the reference adds nothing. One computation of all contributions for each point
/// accepted into a full archive: cheap up to three objectives.
///
/// Reference: Knowles, Corne, Fleischer, "Bounded archiving using the Lebesgue measure", CEC 2003.
template <objective_value T>
struct contribution_bound {
  std::size_t most;
  std::vector<T> reference;  // one number for each objective, in its direction

  [[nodiscard]] std::size_t victim(points<T> elements, directions way) const {
    return detail::last_smallest(contributions(elements, reference, way));
  }
  void require(std::size_t objectives) const {
    if (reference.size() == objectives) return;
    throw error("pareto::contribution_bound", std::to_string(reference.size()) + " numbers in the reference",
                std::to_string(objectives) + ", one for each objective");
  }
  friend bool operator==(const contribution_bound&, const contribution_bound&) = default;
};

template <class T>
contribution_bound(std::size_t, std::vector<T>) -> contribution_bound<T>;

}  // namespace paragon::pareto
