// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "../../core/json.hpp"
#include "../../core/random_key.hpp"
#include "../history.hpp"
#include "../solver.hpp"

namespace paragon::inline PARAGON_ISA::search::detail {

/// What the solvers of one condition share: a history, numbered random draws, and the part of the solver concept that
/// follows from the two.
template <class S>
class one_condition {
public:
  using architecture = typename S::architecture;

  void tell(std::span<const problem::evaluation<architecture>> some) { known_.tell(some); }

  /// Those evaluated that keep the limits and that no other one dominates; none for another condition than its own.
  [[nodiscard]] std::vector<architecture> front(std::size_t condition) const {
    return condition == known_.condition() ? known_.front_architectures() : std::vector<architecture>{};
  }

  [[nodiscard]] const history<S>& known() const noexcept { return known_; }

  [[nodiscard]] json save() const { return json::object{{"known", known_.save()}, {"step", step_}}; }
  /// \throws error as `history::restore`
  void restore(const json& state) {
    const std::uint64_t step = state.at("step").integer();
    known_.restore(state.at("known"));
    step_ = step;
  }

protected:
  /// A list of numbers of evaluations from a state, each of which is among those that `restore` has read.
  [[nodiscard]] std::vector<std::size_t> numbers_from(const json& list) const {
    std::vector<std::size_t> numbers;
    for (const json& n : list.items())
      numbers.push_back(number_from(n, known_.size() - std::min<std::size_t>(known_.size(), 1)));
    if (!numbers.empty() && known_.size() == 0) throw error("search::restore", "numbers of evaluations", "none");
    return numbers;
  }
  [[nodiscard]] static std::size_t number_from(const json& n, std::size_t most) {
    const std::uint64_t number = n.integer();
    if (number > most) throw error("search::restore", std::to_string(number), "at most " + std::to_string(most));
    return static_cast<std::size_t>(number);
  }

  one_condition(problem::definition<S> problem, std::size_t condition, random_key key)
      : known_(std::move(problem), condition), key_(key) {}

  /// A key of its own for the next random decision.
  [[nodiscard]] random_key next_key() { return key_.fork(step_++); }

  /// Up to n candidates `propose()`, an optional each; fewer once it gives none.
  template <class Propose>
  std::vector<candidate<architecture>> ask_one_by_one(std::size_t n, Propose propose) {
    std::vector<candidate<architecture>> asked;
    while (asked.size() < n) {
      std::optional<candidate<architecture>> next = propose();
      if (!next) break;
      asked.push_back(std::move(*next));
    }
    return asked;
  }

  history<S> known_;
  random_key key_;
  std::uint64_t step_ = 0;
};

}  // namespace paragon::search::detail
