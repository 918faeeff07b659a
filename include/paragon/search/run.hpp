// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/interruption.hpp"
#include "../core/progress.hpp"
#include "../evaluate/concepts.hpp"
#include "../evaluate/request.hpp"
#include "../objective/outcome.hpp"
#include "../problem/evaluation_store.hpp"
#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct run_settings {
  std::size_t evaluations = 100;  ///< the budget, failures included
  std::size_t batch = 0;          ///< candidates that are asked before anything is told; 0: as many as the solver likes
  bool asynchronous = false;      ///< ask one by one, whenever a worker is free, instead of in batches
  std::vector<double> penalty{};  ///< the solver is told these values, one for each objective, for what failed; or none

  friend bool operator==(const run_settings&, const run_settings&) = default;
};

/// Why a run ended.
enum class run_end {
  budget,       ///< all evaluations were made
  exhausted,    ///< the solver knew of nothing else to ask
  interrupted,  ///< `interruption::requested()`
  stopped       ///< the observer wished so
};

struct run_report {
  run_end end = run_end::budget;
  std::size_t evaluations = 0;  ///< that the solver was told
  std::size_t failures = 0;     ///< among all answers
  std::size_t known = 0;        ///< answers that the store had already

  friend bool operator==(const run_report&, const run_report&) = default;
};

namespace detail {

/// The state of one run.
template <class Space, class Solver, class Executor, class Observer>
class run_loop {
  using evaluation = problem::evaluation<typename Space::architecture>;
  using wanted = candidate<typename Space::architecture>;

public:
  run_loop(problem::evaluation_store<Space>& store, Solver& solver, Executor& executor, const run_settings& settings,
           Observer& observer)
      : store_(store), solver_(solver), executor_(executor), settings_(settings), observer_(observer),
        batch_(std::max<std::size_t>(settings.batch != 0 ? settings.batch : solver.batch(), 1)) {
    const std::size_t objectives = store_.objectives().size();
    if (!settings_.penalty.empty() && settings_.penalty.size() != objectives) {
      throw error("search::run", std::to_string(settings_.penalty.size()) + " penalties",
                  "one for each of the " + std::to_string(objectives) + " objectives, or none");
    }
    if (executor_.pending() != 0) throw error("search::run", "an executor with requests pending", "an idle one");
  }

  run_report run() {
    while (report_.evaluations < settings_.evaluations) {
      if (interruption::requested()) return ended(run_end::interrupted);
      const bool any = ask();
      if (submitted_.empty() && answers_.empty()) {
        if (!any || repeats_ > most_repeats) return ended(run_end::exhausted);
        continue;
      }
      while (settings_.asynchronous ? answers_.empty() : !submitted_.empty()) {
        if (!collect()) return ended(run_end::interrupted);
        if (stopped_) return ended(run_end::stopped);
      }
      tell();
    }
    return ended(run_end::budget);
  }

private:
  static constexpr std::size_t most_repeats = 1000;  // in a row: such a solver finds nothing new

  struct asked {
    wanted what{};
    std::uint64_t order = 0;  // in which the solver asked
  };

  run_report ended(run_end why) {
    report_.end = why;
    return report_;
  }

  /// Asks as many as there is room for, of which those that the store knows are answered at once. In batches that is
  /// nothing until the last one is told; else one for each worker that is free.
  /// \return false where there was room and the solver has nothing
  bool ask() {
    const std::size_t waiting = submitted_.size() + answers_.size();
    const std::size_t at_a_time = settings_.asynchronous ? std::max<std::size_t>(executor_.capacity(), 1) : batch_;
    const std::size_t room = settings_.asynchronous || waiting == 0 ? at_a_time - std::min(waiting, at_a_time) : 0;
    const std::size_t left = settings_.evaluations - report_.evaluations;
    const std::size_t n = std::min(room, left - std::min(waiting, left));
    if (n == 0) return true;
    std::vector<wanted> candidates = solver_.ask(n);
    if (candidates.size() > n) {
      throw error("search::run", "a solver that answers " + std::to_string(candidates.size()) + " candidates",
                  "at most " + std::to_string(n));
    }
    for (wanted& c : candidates) take(std::move(c));
    return !candidates.empty();
  }

  void take(wanted c) {
    const std::uint64_t order = order_++;
    if (const evaluation* known = store_.find(c.architecture, c.condition)) {
      if (!told_.insert(known->id).second) {
        ++repeats_;  // against the contract; told again, it may go on to something else
        evaluation again = *known;
        if (!again.result.complete() && !settings_.penalty.empty()) again.result = settings_.penalty;
        solver_.tell(std::span<const evaluation>(&again, 1));
        return;
      }
      ++report_.known;
      answer(static_cast<std::uint64_t>(known - store_.evaluations().data()), order, *known);
      return;
    }
    for (const auto& [id, other] : submitted_) {
      if (other.what == c) {
        ++repeats_;
        return;
      }
    }
    repeats_ = 0;
    // So a run that is repeated gives its requests the same ids.
    const bool free = store_.find_id(order) == nullptr && !submitted_.contains(order);
    const std::uint64_t id = free ? order : std::max(store_.next_id(), next_id_);
    next_id_ = std::max(next_id_, id + 1);
    executor_.submit({id, c.architecture, c.condition});
    submitted_.emplace(id, asked{std::move(c), order});
  }

  /// \return false after an interruption
  bool collect() {
    const std::vector<evaluate::completion> done = executor_.collect(evaluate::no_limit);
    if (done.empty()) {
      if (interruption::requested()) return false;
      throw error("search::run", "an executor that collects nothing", "at least one completion");
    }
    for (const evaluate::completion& one : done) {
      const auto found = submitted_.find(one.id);
      if (found == submitted_.end()) {
        throw error("search::run", "a completion with the id " + std::to_string(one.id), "that of a request");
      }
      evaluation e{one.id, std::move(found->second.what.architecture), found->second.what.condition,
                   objective::complete_or_failed(one.result, store_.objectives())};
      const std::uint64_t order = found->second.order;
      submitted_.erase(found);
      told_.insert(e.id);
      store_.add(e);
      answer(store_.size() - 1, order, std::move(e));
    }
    return true;
  }

  /// \param place  where it stands in the store
  void answer(std::uint64_t place, std::uint64_t order, evaluation e) {
    if (!e.result.complete()) {
      ++report_.failures;
      if (!settings_.penalty.empty()) e.result = settings_.penalty;
    }
    answers_.emplace(settings_.asynchronous ? place : order, std::move(e));
    const std::size_t done = report_.evaluations + answers_.size();
    stopped_ = !observer_("search", done, settings_.evaluations, static_cast<double>(report_.failures)) || stopped_;
  }

  /// Tells a batch in the order in which it was asked, so that it does not matter who finished first; or the one that is
  /// first in the store, so that a run that is repeated hears the same at the same time.
  void tell() {
    std::vector<evaluation> some;
    while (!answers_.empty() && !(settings_.asynchronous && !some.empty())) {
      some.push_back(std::move(answers_.begin()->second));
      answers_.erase(answers_.begin());
    }
    report_.evaluations += some.size();
    solver_.tell(std::span<const evaluation>(some));
  }

  problem::evaluation_store<Space>& store_;
  Solver& solver_;
  Executor& executor_;
  const run_settings& settings_;
  Observer& observer_;
  std::size_t batch_;
  std::unordered_map<std::uint64_t, asked> submitted_;  ///< by the id of the request
  std::map<std::uint64_t, evaluation> answers_;         ///< not told yet, in the order in which they will be
  std::unordered_set<std::uint64_t> told_;              ///< ids of evaluations that were answered in this run
  run_report report_{};
  std::uint64_t order_ = 0;
  std::uint64_t next_id_ = 0;
  std::size_t repeats_ = 0;
  bool stopped_ = false;
};

}  // namespace detail

/// Drives a solver: asks it, has its candidates evaluated, keeps every outcome, and tells it, until the budget is spent.
///
/// What the store knows already is answered from there, so a run that was killed and is started again with the same
/// arguments and the file of its store asks nothing twice and goes on where it was: solvers are deterministic. It counts in
/// the budget as when it was evaluated.
///
/// In batches (the default) all of a batch are told at once, in the order in which they were asked: the result depends
/// neither on the number of workers nor on who finishes first. Asynchronously no worker waits, and the result depends on
/// both; repeated with the store's file and as many workers it is the same all the same.
///
/// \param observer  models `progress_observer`: the value is the number of failures; false ends the run
/// \throws error where the solver or the executor does not keep its contract, and what the executor and the store throw;
///         all outcomes that came before are in the store
///
/// \code
/// search::nsga2 solver(problem);
/// problem::evaluation_store store(problem);
/// store.keep_in("evaluations.jsonl");
/// evaluate::threads executor(space, train, {.workers = 4});
/// search::run(store, solver, executor, {.evaluations = 350});
/// for (const auto& a : solver.front(0)) use(a, store.find(a)->result.values());
/// \endcode
template <class Space, class Solver, class Executor, class Observer = silent>
run_report run(problem::evaluation_store<Space>& store, Solver& solver, Executor& executor,
               const run_settings& settings = {}, Observer&& observer = {}) {
  static_assert(require_solver<Solver>());
  static_assert(evaluate::require_executor<Executor>());
  static_assert(require_progress_observer<std::remove_reference_t<Observer>>());
  return detail::run_loop<Space, Solver, Executor, std::remove_reference_t<Observer>>(store, solver, executor, settings,
                                                                                      observer)
      .run();
}

}  // namespace paragon::search
