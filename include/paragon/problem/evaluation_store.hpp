// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/direction.hpp"
#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/line_file.hpp"
#include "../core/metric.hpp"
#include "../objective/outcome.hpp"
#include "../space/choice_table.hpp"
#include "../space/concepts.hpp"
#include "architecture_json.hpp"
#include "definition.hpp"
#include "evaluation.hpp"

namespace paragon::inline PARAGON_ISA::problem {

/// Every evaluation of a problem, in the order in which they were added: in memory, and in a file that survives a kill.
///
/// An architecture is evaluated once under each condition; what failed may be evaluated again, and the later outcome
/// counts. `find` is O(decisions) for any space. Memory: the architectures and values, and for each architecture two
/// bytes a decision and four a condition. Not for several threads at once.
///
/// The file (`keep_in`) has one JSON object a line. The first says what the rest is about, each other one is an
/// evaluation, written as `architecture_to_json` does and with the names of objectives and conditions, so that any tool
/// can read it:
///
/// \code{.json}
/// {"format":"paragon evaluations 1","space":{...},"objectives":[{"name":"error",...},...],"conditions":["board"]}
/// {"id":0,"architecture":{"depth":2,"width":64},"condition":"board","values":{"error":7.1,"latency_ms":3.2}}
/// {"id":1,"architecture":{"depth":9,"width":64},"condition":"board","failed":"out of memory"}
/// \endcode
///
/// A problem without conditions has one that is not named, number 0. Members that are not known are passed over.
/// \tparam S  models `space::search_space`
///
/// \code
/// paragon::problem::evaluation_store store(space, {{"error", "%"}, {"latency_ms", "ms"}}, {"board"});
/// store.keep_in("evaluations.jsonl");  // goes on where an earlier run ended
/// if (store.find(a, 0) == nullptr) store.add({store.next_id(), a, 0, train(a)});
/// \endcode
template <class S>
class evaluation_store {
  static_assert(space::require_search_space<S>());

public:
  using architecture = typename S::architecture;
  using value_type = evaluation<architecture>;

  /// \throws error as `definition::check`
  explicit evaluation_store(definition<S> problem)
      : problem_(std::move(problem)), known_(problem_.space), row_(problem_.space.decisions()) {
    problem_.check();
  }
  /// The same of its parts.
  evaluation_store(S space, std::vector<metric> objectives, std::vector<std::string> conditions = {})
      : evaluation_store(definition<S>{std::move(space), std::move(objectives), std::move(conditions)}) {}

  // The file belongs to one store.
  evaluation_store(const evaluation_store&) = delete;
  evaluation_store& operator=(const evaluation_store&) = delete;

  [[nodiscard]] const definition<S>& problem() const noexcept { return problem_; }
  [[nodiscard]] const S& space() const noexcept { return problem_.space; }
  [[nodiscard]] const std::vector<metric>& objectives() const noexcept { return problem_.objectives; }
  [[nodiscard]] const std::vector<std::string>& conditions() const noexcept { return problem_.conditions; }
  [[nodiscard]] std::size_t condition_count() const noexcept { return problem_.condition_count(); }

  /// All evaluations in the order in which they were added; failures, and those that a later one replaced, too.
  /// Valid until the next `add`.
  [[nodiscard]] std::span<const value_type> evaluations() const noexcept { return evaluations_; }
  [[nodiscard]] std::size_t size() const noexcept { return evaluations_.size(); }

  /// The latest evaluation of an architecture under a condition, or nullptr; valid until the next `add`. O(decisions).
  /// \throws error for a condition that does not exist
  [[nodiscard]] const value_type* find(const architecture& a, std::size_t condition = 0) const {
    require_condition(condition);
    const auto number = known_.find(choices_of(a));
    return number == space::choice_table::none ? nullptr : at(slots_[slot(number, condition)]);
  }

  /// The evaluation with that id, or nullptr; valid until the next `add`. O(1).
  [[nodiscard]] const value_type* find_id(std::uint64_t id) const {
    const auto found = ids_.find(id);
    return found == ids_.end() ? nullptr : &evaluations_[found->second];
  }

  /// One more than the greatest id so far; 0 at first.
  [[nodiscard]] std::uint64_t next_id() const noexcept { return next_id_; }

  /// Keeps an evaluation; it is in the file when this returns. O(decisions + objectives) beside the disk.
  /// \throws error for an id that is there already, a condition that does not exist, values that are not one for each
  ///         objective, and a second outcome where the first has values: nothing is kept then. Also where the file
  ///         cannot be written: the evaluation is known all the same, and `force` or the next `add` writes it
  void add(value_type e) {
    insert(std::move(e));
    save();
  }

  /// Keeps several in order, with one write and one wait for the disk. \throws as `add`; those before the bad one are kept
  void add(std::vector<value_type> several) {
    try {
      for (value_type& e : several) insert(std::move(e));
    } catch (...) {
      save();
      throw;
    }
    save();
  }

  /// Takes over what a file holds and appends to it from now on. A file that does not exist or is empty is a new one.
  ///
  /// A last line that a kill tore is cut off. Replaying takes about 2 to 5 microseconds a line and 10 decisions. What a
  /// full disk, a power cut, a link and a second program do to the file is said at `line_file`.
  /// \param force_every  lines are forced to the disk where the last time was so long ago. 0: always, which costs
  ///                     milliseconds, nothing beside an evaluation; where evaluations are cheap, a second
  /// \throws error where the store has evaluations already; where the file is about another space, other objectives or
  ///         conditions, or has a damaged line (with file and line): it stays as it is then. And where it cannot be
  ///         written, or another store has it open
  void keep_in(const std::string& path, std::chrono::nanoseconds force_every = std::chrono::nanoseconds(0)) {
    if (!evaluations_.empty()) throw error(place, "the store has evaluations already", "a new store");
    file_.reset();
    unwritten_.clear();
    file_.emplace(path);
    try {
      file_->force_every(force_every);
      read();
      file_->forget_text();
      save();
    } catch (...) {
      file_.reset();
      clear();
      throw;
    }
  }

  /// Writes what could not be written before, and forces everything to the disk. \throws error where it cannot
  void force() {
    save();
    if (file_) file_->force();
  }

private:
  static constexpr const char* place = "problem::evaluation_store";
  static constexpr const char* format = "paragon evaluations 1";
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  void require_condition(std::size_t condition) const {
    if (condition >= condition_count()) {
      throw error(place, "condition " + std::to_string(condition), "below " + std::to_string(condition_count()));
    }
  }

  [[nodiscard]] std::span<const space::choice_index> choices_of(const architecture& a) const {
    for (std::size_t d = 0; d < row_.size(); ++d) row_[d] = space::detail::to_choice_index(space().choice(a, d));
    return row_;
  }
  [[nodiscard]] std::size_t slot(space::choice_table::number n, std::size_t condition) const noexcept {
    return std::size_t{n} * condition_count() + condition;
  }
  [[nodiscard]] const value_type* at(std::uint32_t n) const noexcept { return n == none ? nullptr : &evaluations_[n]; }

  /// Into memory, and onto what is to be written next.
  void insert(value_type e) {
    check(e);
    std::string line = file_ ? write(e) : std::string();  // what cannot be written is not kept
    keep(std::move(e));
    unwritten_ += line;
  }

  void check(const value_type& e) const {
    const std::string here = std::string(place) + ": evaluation " + std::to_string(e.id);
    if (ids_.contains(e.id)) throw error(here, "is there already", "a new id");
    if (e.result.complete() && e.result.size() != objectives().size()) {
      throw error(here, std::to_string(e.result.size()) + " values", std::to_string(objectives().size()));
    }
    const value_type* before = find(e.architecture, e.condition);
    if (before != nullptr && before->result.complete()) {
      throw error(here, "its architecture has values already, of evaluation " + std::to_string(before->id),
                  "a new architecture or condition");
    }
  }

  void keep(value_type e) {
    const std::span<const space::choice_index> row = choices_of(e.architecture);
    auto number = known_.find(row);
    if (number == space::choice_table::none) {
      number = static_cast<space::choice_table::number>(slots_.size() / condition_count());
      slots_.resize(slots_.size() + condition_count(), none);
      known_.insert(row, number);
    }
    const auto n = static_cast<std::uint32_t>(evaluations_.size());
    ids_.emplace(e.id, n);
    slots_[slot(number, e.condition)] = n;
    next_id_ = std::max(next_id_, e.id + 1);
    evaluations_.push_back(std::move(e));
  }

  void clear() {
    evaluations_.clear();
    ids_.clear();
    slots_.clear();
    known_ = space::choice_table(space());
    next_id_ = 0;
    unwritten_.clear();
  }

  // The file.

  [[nodiscard]] json header() const {
    json::array metrics;
    for (const metric& m : objectives()) {
      const char* sense = m.sense == direction::maximise ? "maximise" : "minimise";
      metrics.emplace_back(json::object{{"name", m.name}, {"unit", m.unit}, {"direction", sense}});
    }
    return json::object{{"format", format},
                        {"space", space_to_json(space())},
                        {"objectives", std::move(metrics)},
                        {"conditions", json::array(conditions().begin(), conditions().end())}};
  }

  [[nodiscard]] std::string write(const value_type& e) const {
    json::object line{{"id", e.id}, {"architecture", architecture_to_json(space(), e.architecture)}};
    if (!conditions().empty()) line.emplace_back("condition", conditions()[e.condition]);
    if (e.result.complete()) {
      json::object values;
      for (std::size_t m = 0; m < objectives().size(); ++m) {
        values.emplace_back(objectives()[m].name, e.result.value(m));
      }
      line.emplace_back("values", std::move(values));
    } else {
      line.emplace_back("failed", e.result.reason());
    }
    return json(std::move(line)).dump() + "\n";
  }

  [[nodiscard]] value_type read_line(std::string_view text) const {
    const json line = json::parse(text, "byte");
    value_type e;
    e.id = line.at("id").integer();
    e.architecture = architecture_from_json(space(), line.at("architecture"));
    if (!conditions().empty()) {
      const std::string& name = line.at("condition").text();
      const auto found = std::find(conditions().begin(), conditions().end(), name);
      if (found == conditions().end()) throw error("condition", quote(name), "one of those in the first line");
      e.condition = static_cast<std::size_t>(found - conditions().begin());
    }
    if (const json* why = line.find("failed")) {
      if (line.find("values") != nullptr) throw error("evaluation", "\"values\" and \"failed\"", "one of them");
      e.result = objective::failed{why->text()};
      return e;
    }
    const json& values = line.at("values");
    if (values.members().size() != objectives().size()) {
      throw error("\"values\"", std::to_string(values.members().size()) + " members",
                  std::to_string(objectives().size()));
    }
    std::vector<double> numbers(objectives().size());
    for (std::size_t m = 0; m < numbers.size(); ++m) numbers[m] = values.at(objectives()[m].name).number();
    e.result = std::move(numbers);
    return e;
  }

  /// Takes over what the file holds, and notes what has to be appended before anything else. Changes the file only where
  /// all of it can be read.
  void read() {
    const std::string& path = file_->path();
    const std::string_view text = file_->text();
    const std::string head = header().dump() + "\n";
    const std::size_t whole = text.rfind('\n') + 1;  // 0 where there is none
    const std::string_view tail = text.substr(whole);
    if (whole == 0 && head.starts_with(tail)) {  // empty, or killed in the first line
      file_->keep(0);
      unwritten_ = head;
      return;
    }
    const bool torn = whole > 0 && !tail.empty() && !parses(tail);
    std::string_view left = torn ? text.substr(0, whole) : text;
    for (std::size_t line = 1; !left.empty(); ++line) {
      const std::size_t length = std::min(left.find('\n'), left.size());
      const std::string_view one = left.substr(0, length);
      left.remove_prefix(std::min(length + 1, left.size()));
      try {
        if (line == 1) {
          compare_header(one, path);
        } else {
          value_type e = read_line(one);
          check(e);
          keep(std::move(e));
        }
      } catch (const error& bad) {
        if (bad.place() == path) throw;
        throw error(path + ": line " + std::to_string(line), bad.what());
      }
    }
    if (torn) {
      file_->keep(whole);
    } else if (!tail.empty()) {  // whole but for its line feed
      unwritten_ = "\n";
    }
  }

  /// \throws error that names what the file is about, and what the store is about
  void compare_header(std::string_view line, const std::string& path) const {
    const json there = json::parse(line, "byte");
    const json* is = there.is_object() ? there.find("format") : nullptr;
    if (is == nullptr || !(*is == json(format))) {
      throw error(path, "is no file of evaluations", "a first line with the format " + quote(format));
    }
    const json wanted = header();
    for (const auto& [name, value] : wanted.members()) {
      const json* found = there.find(name);
      if (found == nullptr) throw error(path, "the first line has no " + quote(name), value.dump());
      if (*found == value) continue;
      if (name == "space") {
        const json* other = found->is_object() ? found->find("name") : nullptr;
        const json* own = value.find("name");
        if (other != nullptr && own != nullptr && !(*other == *own)) {
          throw error(path, "has evaluations of the space " + other->dump(), "the space " + own->dump());
        }
      }
      throw error(path, "has evaluations with other " + (name == "space" ? "decisions" : name) + ": " + found->dump(),
                  value.dump());
    }
  }

  static bool parses(std::string_view line) {
    try {
      (void)json::parse(line);
      return true;
    } catch (const error&) {
      return false;
    }
  }

  /// What cannot be written stays noted, so that a later attempt leaves no gap.
  void save() {
    if (!file_ || unwritten_.empty()) return;
    file_->append(unwritten_);
    unwritten_.clear();
  }

  definition<S> problem_;
  std::vector<value_type> evaluations_;
  std::unordered_map<std::uint64_t, std::uint32_t> ids_;
  space::choice_table known_;         ///< a number for each architecture
  std::vector<std::uint32_t> slots_;  ///< [architectures, conditions]: the latest evaluation
  mutable std::vector<space::choice_index> row_;
  std::uint64_t next_id_ = 0;
  std::optional<line_file> file_;
  std::string unwritten_;
};

}  // namespace paragon::problem
