// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../problem/evaluation.hpp"
#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// One solver for each device or data set, side by side: how a solver of one condition searches a problem of several.
///
/// Candidates come from the solvers in turn, so that each condition gets its share of the budget; where one has nothing
/// left, the others get what remains. The solvers learn nothing of each other. Models `solver`.
/// \tparam Solver  models `solver`, for one condition
///
/// \code
/// search::each_condition solver(problem.condition_count(), [&](std::size_t c) {
///   return search::nsga2(problem, {}, key.fork(c), c);
/// });
/// \endcode
template <class Solver>
class each_condition {
  static_assert(require_solver<Solver>());

public:
  using architecture = typename Solver::architecture;

  /// \param make  `make(c)` gives the solver of condition c
  /// \throws error for no condition
  template <class Make>
  each_condition(std::size_t conditions, Make make) {
    if (conditions == 0) throw error("search::each_condition", "no condition", "at least one");
    solvers_.reserve(conditions);
    for (std::size_t c = 0; c < conditions; ++c) solvers_.push_back(make(c));
  }

  [[nodiscard]] std::vector<candidate<architecture>> ask(std::size_t n) {
    std::vector<candidate<architecture>> asked;
    std::vector<char> done(solvers_.size());
    while (asked.size() < n && std::find(done.begin(), done.end(), 0) != done.end()) {
      std::vector<std::size_t> shares(solvers_.size());
      for (std::size_t left = n - asked.size(); left > 0; next_ = (next_ + 1) % solvers_.size()) {
        if (done[next_]) continue;
        ++shares[next_];
        --left;
      }
      for (std::size_t c = 0; c < solvers_.size(); ++c) {
        if (shares[c] == 0) continue;
        std::vector<candidate<architecture>> some = solvers_[c].ask(shares[c]);
        done[c] = some.size() < shares[c];
        std::move(some.begin(), some.end(), std::back_inserter(asked));
      }
    }
    return asked;
  }

  void tell(std::span<const problem::evaluation<architecture>> some) {
    std::vector<std::vector<problem::evaluation<architecture>>> apart(solvers_.size());
    for (const auto& e : some) {
      if (e.condition < apart.size()) apart[e.condition].push_back(e);
    }
    for (std::size_t c = 0; c < solvers_.size(); ++c) {
      if (!apart[c].empty()) solvers_[c].tell(std::span<const problem::evaluation<architecture>>(apart[c]));
    }
  }

  [[nodiscard]] std::vector<architecture> front(std::size_t condition) const {
    return condition < solvers_.size() ? solvers_[condition].front(condition) : std::vector<architecture>{};
  }

  /// That of all solvers together.
  [[nodiscard]] std::size_t batch() const {
    std::size_t sum = 0;
    for (const Solver& s : solvers_) sum += s.batch();
    return sum;
  }

  [[nodiscard]] json save() const {
    json::array states;
    for (const Solver& s : solvers_) states.push_back(s.save());
    return json::object{{"next", next_}, {"solvers", std::move(states)}};
  }
  /// \throws error for a state of another number of conditions, and as the solvers do
  void restore(const json& state) {
    const json::array& states = state.at("solvers").items();
    const auto next = static_cast<std::size_t>(state.at("next").integer());
    if (states.size() != solvers_.size() || next >= solvers_.size()) {
      throw error("search::each_condition", "a state of " + std::to_string(states.size()) + " conditions",
                  std::to_string(solvers_.size()));
    }
    for (std::size_t c = 0; c < solvers_.size(); ++c) solvers_[c].restore(states[c]);
    next_ = next;
  }

private:
  std::vector<Solver> solvers_;
  std::size_t next_ = 0;  ///< whose turn it is
};

template <class Make>
each_condition(std::size_t, Make) -> each_condition<std::invoke_result_t<Make, std::size_t>>;

}  // namespace paragon::search
