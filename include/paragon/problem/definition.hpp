// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../core/direction.hpp"
#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/metric.hpp"
#include "../core/quote.hpp"
#include "../space/concepts.hpp"

namespace paragon::inline PARAGON_ISA::problem {

/// A constraint: the value of one objective is at most `bound` where it is minimised, at least `bound` where maximised.
struct limit {
  std::size_t objective = 0;  ///< its number
  double bound = 0;           ///< in its unit

  friend bool operator==(const limit&, const limit&) = default;
};

/// What is searched, and for what: a space, objectives, the conditions under which they are measured, and constraints.
///
/// A plain value that solvers copy. Two and more objectives give a front; with one, the front is the best.
/// \tparam S  models `space::search_space`
///
/// \code
/// const paragon::problem::definition problem{space, {{"error", "%"}, {"latency_ms", "ms"}}, {"phone", "board"}};
/// \endcode
template <class S>
struct definition {
  static_assert(space::require_search_space<S>());
  using space_type = S;
  using architecture = typename S::architecture;

  S space;
  std::vector<metric> objectives;
  std::vector<std::string> conditions{};  ///< names of devices or data sets; none where there is nothing to tell apart
  std::vector<limit> limits{};

  /// How many conditions an architecture can be evaluated under: at least 1, although it may have no name.
  [[nodiscard]] std::size_t condition_count() const noexcept { return std::max<std::size_t>(conditions.size(), 1); }

  /// \throws error for no objective, one without a direction, names that are empty or there twice, and for a limit on an
  ///         objective that does not exist or a bound that is not finite
  void check() const {
    constexpr const char* place = "problem::definition";
    if (objectives.empty()) throw error(place, "no objective", "at least one");
    std::vector<std::string> names;
    for (const metric& m : objectives) {
      if (m.sense == direction::ignore) throw error(place, "objective " + quote(m.name) + " to be ignored");
      names.push_back(m.name);
    }
    check_names(names, "objective");
    check_names(conditions, "condition");
    for (const limit& l : limits) {
      if (l.objective >= objectives.size()) {
        throw error(place, "a limit on objective " + std::to_string(l.objective),
                    "below " + std::to_string(objectives.size()));
      }
      if (!std::isfinite(l.bound)) {
        throw error(place, "a limit on " + quote(objectives[l.objective].name) + " that is not finite", "a number");
      }
    }
  }

private:
  static void check_names(std::vector<std::string> names, const char* what) {
    for (const std::string& name : names) (void)json(name).dump();  // throws where it is not UTF-8
    std::sort(names.begin(), names.end());
    if (!names.empty() && names.front().empty()) {
      throw error("problem::definition", std::string(what) + " \"\"", "a name");
    }
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) {
      throw error("problem::definition", std::string(what) + " " + quote(*twice) + " twice", "each once");
    }
  }
};

template <class S>
definition(S, std::vector<metric>, std::vector<std::string> = {}, std::vector<limit> = {}) -> definition<S>;

}  // namespace paragon::problem
