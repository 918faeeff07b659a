// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/direction.hpp"
#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/random_key.hpp"
#include "../problem/architecture_json.hpp"
#include "../problem/definition.hpp"
#include "../problem/evaluation.hpp"
#include "../space/choice_table.hpp"
#include "../space/neighbours.hpp"
#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// What a solver of one condition remembers: what it asked, and what it was told, ready to be computed with.
///
/// An architecture is a row of choices, an evaluation a row of values that are *all minimised*: those of objectives to be
/// maximised are negated here, and nowhere else. What failed has no values; what breaks a limit of the problem has a
/// violation above 0. Evaluations are numbered in the order in which they were told. `is_known` and `tell` are
/// O(decisions + objectives), beside O(front) for the front. Memory: two bytes a decision and eight an objective each.
///
/// Who writes a solver builds it on this one; see `search::random_search` for the shortest.
/// \tparam S  models `space::search_space`
template <class S>
class history {
public:
  using architecture = typename S::architecture;
  using row = std::vector<space::choice_index>;

  /// \throws error as `definition::check`, and for a condition that does not exist
  history(problem::definition<S> problem, std::size_t condition)
      : problem_(std::move(problem)), condition_(condition), known_(problem_.space) {
    problem_.check();
    if (condition_ >= problem_.condition_count()) {
      throw error("search::history", "condition " + std::to_string(condition_),
                  "below " + std::to_string(problem_.condition_count()));
    }
  }

  [[nodiscard]] const problem::definition<S>& problem() const noexcept { return problem_; }
  [[nodiscard]] const S& space() const noexcept { return problem_.space; }
  [[nodiscard]] std::size_t condition() const noexcept { return condition_; }
  [[nodiscard]] std::size_t decisions() const { return problem_.space.decisions(); }
  [[nodiscard]] std::size_t objectives() const noexcept { return problem_.objectives.size(); }

  // What was told.

  [[nodiscard]] std::size_t size() const noexcept { return violations_.size(); }
  [[nodiscard]] std::span<const space::choice_index> choices(std::size_t i) const {
    return {rows_.data() + i * decisions(), decisions()};
  }
  [[nodiscard]] architecture at(std::size_t i) const { return problem_.space.from_choices(choices(i)); }
  /// All minimised. \pre evaluation i did not fail
  [[nodiscard]] std::span<const double> values(std::size_t i) const noexcept {
    return {values_.data() + i * objectives(), objectives()};
  }
  /// By how much it breaks the limits, each excess as a part of its bound; 0: not at all; infinity: it failed.
  [[nodiscard]] double violation(std::size_t i) const noexcept { return violations_[i]; }
  [[nodiscard]] bool failed(std::size_t i) const noexcept { return std::isinf(violations_[i]); }
  [[nodiscard]] std::size_t failures() const noexcept { return failures_; }

  /// The evaluations that keep the limits and that no other one dominates, in the order in which they were told; of equal
  /// ones the first. O(1).
  [[nodiscard]] const std::vector<std::size_t>& front() const noexcept { return front_; }
  [[nodiscard]] std::vector<architecture> front_architectures() const {
    std::vector<architecture> all;
    for (const std::size_t i : front_) all.push_back(at(i));
    return all;
  }

  /// Takes over the evaluations of the condition. One that is told again replaces its older outcome if that is a failure,
  /// else it is passed over.
  void tell(std::span<const problem::evaluation<architecture>> some) {
    for (const auto& e : some) {
      if (e.condition == condition_) tell(e);
    }
  }

  // What may be asked.

  /// The choices as `from_choices` gives them: those without effect are 0.
  [[nodiscard]] row canonical(std::span<const space::choice_index> choices) const {
    return space::choices_of(problem_.space, problem_.space.from_choices(choices));
  }
  /// Whether it was asked or told. \pre canonical choices
  [[nodiscard]] bool is_known(std::span<const space::choice_index> choices) const {
    return known_.find(choices) != space::choice_table::none;
  }
  /// Notes that it is asked. \pre canonical choices
  candidate<architecture> note(std::span<const space::choice_index> choices) {
    if (!is_known(choices)) {
      known_.insert(choices, asked);
      waiting_.emplace_back(choices.begin(), choices.end());
    }
    return {problem_.space.from_choices(choices), condition_};
  }

  /// A candidate that is not known, and notes it: the first such of `most` proposals `propose(k)`, rows of choices for
  /// k = 0, 1, ...; else a uniform draw; else, where almost everything is known, a neighbour of what was told. Nothing
  /// where there is none.
  template <class Propose>
  std::optional<candidate<architecture>> fresh(Propose propose, std::size_t most, const random_key& key) {
    for (std::size_t k = 0; k < most; ++k) {
      if (auto next = note_new(problem_.space.from_choices(propose(k)))) return next;
    }
    return fresh(key);
  }
  /// The same from uniform draws on.
  std::optional<candidate<architecture>> fresh(const random_key& key) {
    constexpr std::uint64_t draws = 200;
    for (std::uint64_t k = 0; k < draws; ++k) {
      if (auto next = note_new(problem_.space.from_choices(uniform(key.fork(k))))) return next;
    }
    return left_over();
  }

  /// Choices that are drawn uniformly; not canonical.
  [[nodiscard]] row uniform(const random_key& key) const {
    row r(decisions());
    for (std::size_t d = 0; d < r.size(); ++d) {
      r[d] = static_cast<space::choice_index>(key.below(problem_.space.choices(d), d));
    }
    return r;
  }

  /// What was asked and not told, in the order in which it was asked. O(asked and not told).
  [[nodiscard]] std::vector<row> waiting() const {
    std::vector<row> all;
    for (const row& r : waiting_) {
      if (known_.find(r) == asked) all.push_back(r);
    }
    return all;
  }

  // Files.

  [[nodiscard]] json save() const {
    json::array told;
    for (std::size_t i = 0; i < size(); ++i) {
      json::object one{{"choices", numbers(choices(i))}};
      if (!failed(i)) {
        const std::span<const double> v = values(i);
        one.emplace_back("values", json::array(v.begin(), v.end()));
      }
      told.emplace_back(std::move(one));
    }
    json::array waiting;
    for (const row& r : this->waiting()) waiting.push_back(numbers(r));
    return json::object{
        {"space", problem::space_to_json(space())}, {"told", std::move(told)}, {"asked", std::move(waiting)}};
  }

  /// \throws error for what `save` did not write, or wrote for another space; nothing is changed then
  void restore(const json& state) {
    if (!(state.at("space") == problem::space_to_json(space()))) {
      throw error("search::history", "a state of another space", std::string(space().name()));
    }
    history read(problem_, condition_);
    for (const json& one : state.at("told").items()) {
      const json* values = one.find("values");
      std::vector<double> v;
      if (values != nullptr) {
        for (const json& x : values->items()) v.push_back(x.number());
        if (v.size() != objectives()) throw error("search::history", "a state of other objectives");
      }
      read.add(read.row_from(one.at("choices")), v);
    }
    for (const json& one : state.at("asked").items()) (void)read.note(read.row_from(one));
    // A space need not be assignable.
    known_ = std::move(read.known_);
    rows_ = std::move(read.rows_);
    values_ = std::move(read.values_);
    violations_ = std::move(read.violations_);
    front_ = std::move(read.front_);
    waiting_ = std::move(read.waiting_);
    kept_ = read.kept_;
    failures_ = read.failures_;
    exhausted_ = read.exhausted_;
  }

private:
  static constexpr space::choice_table::number asked = space::choice_table::none - 1;
  static constexpr double failure = std::numeric_limits<double>::infinity();

  static json::array numbers(std::span<const space::choice_index> choices) {
    json::array all;
    for (const space::choice_index c : choices) all.emplace_back(std::size_t{c});
    return all;
  }
  [[nodiscard]] row row_from(const json& list) const {
    row r;
    for (const json& c : list.items()) r.push_back(space::detail::to_choice_index(c.integer()));
    return canonical(r);
  }

  void tell(const problem::evaluation<architecture>& e) {
    std::vector<double> v;
    if (e.result.complete()) {
      if (e.result.size() != objectives()) {
        throw error("search::history", std::to_string(e.result.size()) + " values", std::to_string(objectives()));
      }
      for (std::size_t m = 0; m < objectives(); ++m) {
        v.push_back(problem_.objectives[m].sense == direction::maximise ? -e.result.value(m) : e.result.value(m));
      }
    }
    add(space::choices_of(problem_.space, e.architecture), v);
  }

  /// \param v  empty: it failed
  void add(const row& r, const std::vector<double>& v) {
    const space::choice_table::number before = known_.find(r);
    std::size_t i = size();
    if (before != space::choice_table::none && before != asked) {
      i = before;
      if (!failed(i) || v.empty()) return;
      --failures_;
    } else {
      known_.insert(r, static_cast<space::choice_table::number>(i));
      rows_.insert(rows_.end(), r.begin(), r.end());
      values_.resize(values_.size() + objectives(), std::numeric_limits<double>::quiet_NaN());
      violations_.push_back(failure);
      drop_waiting();
    }
    if (v.empty()) {
      ++failures_;
      return;
    }
    std::copy(v.begin(), v.end(), values_.begin() + static_cast<std::ptrdiff_t>(i * objectives()));
    violations_[i] = violation_of(v);
    if (violations_[i] == 0) update_front(i);
  }

  /// Forgets now and then which of those asked have been told, so that the list stays as short as what waits.
  void drop_waiting() {
    if (waiting_.size() < 2 * kept_ + 64) return;
    std::erase_if(waiting_, [&](const row& r) { return known_.find(r) != asked; });
    kept_ = waiting_.size();
  }

  [[nodiscard]] double violation_of(const std::vector<double>& v) const {
    double sum = 0;
    for (const problem::limit& l : problem_.limits) {
      const double bound = problem_.objectives[l.objective].sense == direction::maximise ? -l.bound : l.bound;
      const double unit = bound != 0 ? std::abs(bound) : 1.0;
      sum += std::max(0.0, (v[l.objective] - bound) / unit);
    }
    return std::min(sum, std::numeric_limits<double>::max());
  }

  void update_front(std::size_t i) {
    const std::span<const double> v = values(i);
    const auto covers = [](std::span<const double> a, std::span<const double> b) {
      for (std::size_t m = 0; m < a.size(); ++m) {
        if (a[m] > b[m]) return false;
      }
      return true;
    };
    for (const std::size_t j : front_) {
      if (covers(values(j), v)) return;
    }
    std::erase_if(front_, [&](std::size_t j) { return covers(v, values(j)); });
    front_.push_back(i);
  }

  /// Notes that an architecture is asked; nothing where it is known.
  std::optional<candidate<architecture>> note_new(architecture a) {
    row r = space::choices_of(problem_.space, a);
    if (is_known(r)) return std::nullopt;
    known_.insert(r, asked);
    waiting_.push_back(std::move(r));
    return candidate<architecture>{std::move(a), condition_};
  }

  /// A neighbour of what was told that is not known. O(told * choices * decisions), for when draws find nothing.
  std::optional<candidate<architecture>> left_over() {
    if (size() == 0) return std::nullopt;
    for (; exhausted_ < size(); ++exhausted_) {
      for (const architecture& a : space::neighbours(problem_.space, at(exhausted_))) {
        if (auto next = note_new(a)) return next;
      }
    }
    return std::nullopt;
  }

  problem::definition<S> problem_;
  std::size_t condition_ = 0;
  space::choice_table known_;  ///< the number of what was told, or `asked`
  row rows_;                   ///< [told, decisions]
  std::vector<double> values_;
  std::vector<double> violations_;
  std::vector<std::size_t> front_;
  std::vector<row> waiting_;  ///< asked, and some that have been told since
  std::size_t kept_ = 0;
  std::size_t failures_ = 0;
  std::size_t exhausted_ = 0;  ///< all neighbours of those before it are known
};

}  // namespace paragon::search
