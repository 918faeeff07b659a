// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/direction.hpp"
#include "../core/error.hpp"
#include "../core/interruption.hpp"
#include "../core/json.hpp"
#include "../core/line_file.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/random_key.hpp"
#include "candidate.hpp"
#include "history_json.hpp"
#include "parameter_space.hpp"
#include "sampler.hpp"
#include "tpe.hpp"
#include "trial.hpp"

namespace paragon::inline PARAGON_ISA::tune {

struct study_settings {
  std::size_t trials = 100;  ///< evaluations in all
  std::size_t batch = 1;     ///< evaluations that run at the same time, however many threads there are
  std::uint64_t seed = 0;
  direction sense = direction::minimise;  ///< minimise or maximise

  friend bool operator==(const study_settings&, const study_settings&) = default;
};

/// What one call of `study::run` did.
struct run_report {
  std::size_t evaluated = 0;  ///< failed ones included
  std::size_t failed = 0;
  bool stopped = false;  ///< the observer asked to stop

  friend bool operator==(const run_report&, const run_report&) = default;
};

/// Tunes a few parameters of an expensive black box: proposes points, evaluates them, keeps the history.
///
/// Either `run` does all of it, on as many threads as a pool has, or the caller evaluates and uses `ask` and `tell`.
///
/// Determinism: trials are cut into batches of a fixed size. All proposals of a batch know the results of the batches
/// before it and nothing of their own. So with an evaluation that is a pure function of its candidate the trials are
/// the same for any number of threads, and the same where the run was stopped at any point and resumed. Larger batches
/// know less: 1 is best for the same number of evaluations, 4 hardly worse. At most `batch` threads have work.
///
/// An evaluation that throws or finds NaN is recorded as failed, and the run goes on.
/// \tparam Sampler  models `sampler`
///
/// \code
/// paragon::tune::study search(paragon::tune::parameter_space(paragon::tune::uniform{"x", -5, 5},
///                                                            paragon::tune::log_uniform{"rate", 1e-4, 1}),
///                             {.trials = 50, .seed = 1});
/// search.keep_in("history.json");  // goes on where an earlier run ended
/// search.run([](const paragon::tune::candidate& c) { return c["x"] * c["x"] + c["rate"]; });
/// search.best().values;
/// \endcode
template <class Sampler = tpe<>>
class study {
  static_assert(require_sampler<Sampler>());

public:
  /// \throws error for a batch of 0 and a direction other than minimise and maximise
  explicit study(parameter_space space, study_settings settings = {}, Sampler chosen = Sampler{})
      : space_(std::move(space)), settings_(settings), sampler_(std::move(chosen)) {
    if (settings_.batch == 0) throw error("tune::study", "batches of 0", "at least 1");
    if (settings_.sense == direction::ignore)
      throw error("tune::study", "a value to be ignored", "minimise or maximise");
  }

  // Candidates look into the study.
  study(const study&) = delete;
  study& operator=(const study&) = delete;

  [[nodiscard]] const parameter_space& space() const noexcept { return space_; }
  [[nodiscard]] const study_settings& settings() const noexcept { return settings_; }
  /// All trials so far, by number.
  [[nodiscard]] const std::vector<trial>& trials() const noexcept { return trials_; }

  /// The best complete trial, of equal ones the first. O(1). \throws error where none is complete
  [[nodiscard]] const trial& best() const {
    const trial* found = find_best();
    if (found != nullptr) return *found;
    std::string problem = "no complete trial";
    for (const trial& t : trials_) {
      if (t.state == trial_state::failed) {
        problem += "; trial " + std::to_string(t.number) + " failed: " + t.failure;
        break;
      }
    }
    throw error("tune::study::best", problem);
  }

  /// Proposes the next point from what is known now; its trial is pending until it is told.
  candidate ask() {
    trials_.push_back(proposed(trials_));
    note(trials_.back());
    save();
    return view(trials_.back());
  }

  /// Records the outcome of a pending trial; NaN means that it failed.
  /// \throws error for a trial that is not pending, or extras that name a number twice
  void tell(std::size_t number, outcome found) {
    record(number, std::move(found));
    note(trials_[number]);
    save();
  }
  void tell(std::size_t number, double value) { tell(number, outcome{value, {}}); }

  /// Records that the evaluation of a pending trial failed. \throws error for a trial that is not pending
  void tell_failure(std::size_t number, std::string_view reason) {
    record_failure(number, reason);
    note(trials_[number]);
    save();
  }

  /// Keeps the history in a file: appends a line for each proposal and each result, O(parameters) however many there
  /// are. Where the file has a history, the study goes on from it; an empty file is a new one.
  ///
  /// The first line holds the settings, each further one a trial (`trials_from_lines`). A history that an earlier
  /// version wrote, one JSON value, is read too and goes on as it is, with lines after it. What a kill, a full disk, a
  /// power cut, a link and a second program do to the file is said at `line_file`; a torn last line is dropped.
  /// \throws error where the study has trials already, where the file is no history of these parameters, settings (but
  ///         for the number of trials) and sampler or is damaged (with the number of the line; it stays as it is), and
  ///         where it cannot be written or another study has it open
  void keep_in(const std::string& path) {
    if (!trials_.empty()) throw error("tune::study::keep_in", "the study has trials already", "a new study");
    file_.reset();
    unwritten_.clear();
    file_.emplace(path);
    try {
      read();
      save();
    } catch (...) {
      file_.reset();
      trials_.clear();
      throw;
    }
    for (const trial& t : trials_) compare_with_best(t);
  }

  /// Evaluates until the first `settings().trials` trials are complete or failed, those that are pending included.
  ///
  /// \param evaluate  called from the threads of the pool, several at a time
  /// \param observe   told the finished trials, their total and the best value (NaN: none yet) after each evaluation,
  ///                  one call at a time; where it returns false, no further evaluation starts
  template <class F, class Observer = silent>
  run_report run(F&& evaluate, thread_pool& pool, Observer&& observe = {}) {
    static_assert(require_evaluation<F>());
    static_assert(require_progress_observer<Observer>());
    run_report report;
    std::mutex mutex;  // guards the trials, the report, the file and the observer
    std::atomic<bool> stop = false;
    std::size_t finished = 0;
    for (const trial& t : trials_) finished += t.number < settings_.trials && t.state != trial_state::pending ? 1U : 0U;
    for (std::size_t begin = 0; begin < settings_.trials && !stop; begin += settings_.batch) {
      const std::size_t end = begin + std::min(settings_.batch, settings_.trials - begin);
      const std::vector<std::size_t> open = open_trials(begin, end);
      pool.for_blocks(open.size(), 1, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last && !stop; ++i) {
          try {
            const evaluated result = evaluate_one(evaluate, open[i]);
            const std::lock_guard lock(mutex);
            settle(open[i], result);
            note(trials_[open[i]]);
            save();
            ++finished;
            ++report.evaluated;
            if (trials_[open[i]].state == trial_state::failed) ++report.failed;
            const trial* found = find_best();
            const double value = found != nullptr ? found->value : std::numeric_limits<double>::quiet_NaN();
            if (!observe("tune", finished, settings_.trials, value)) stop = report.stopped = true;
          } catch (...) {
            stop = true;  // the history cannot be written or the observer failed: do not start anything expensive
            throw;
          }
        }
      });
    }
    return report;
  }

  /// The same on the calling thread.
  template <class F, class Observer = silent>
    requires(!std::same_as<std::remove_cvref_t<Observer>, thread_pool>)
  run_report run(F&& evaluate, Observer&& observe = {}) {
    static_assert(require_evaluation<F>());
    thread_pool none(1);
    return run(evaluate, none, observe);
  }

  /// The whole history as one JSON value, which `keep_in` reads as well. O(trials parameters).
  [[nodiscard]] json to_json() const {
    json::object all = settings_json("paragon tune 1");
    all.emplace_back("trials", tune::to_json(space_, trials_));
    return all;
  }

private:
  struct evaluated {
    outcome found;
    std::string failure;  // empty where there is none
  };

  [[nodiscard]] candidate view(const trial& t) const noexcept { return {space_, t.number, t.values}; }

  [[nodiscard]] trial proposed(std::span<const trial> known) const {
    const std::size_t number = trials_.size();
    const random_key key = random_key{.seed = settings_.seed}.fork("tune::study").fork(number);
    std::vector<double> values = sampler_.suggest(space_, history{known, settings_.sense}, key);
    if (!space_.contains(values)) {
      throw error("tune::study", "the sampler's point " + std::to_string(number) + " is not in the space");
    }
    return pending_trial(number, std::move(values));
  }

  static trial pending_trial(std::size_t number, std::vector<double> values) {
    trial t;
    t.number = number;
    t.values = std::move(values);
    return t;
  }

  /// Proposes what the batch [begin, end) lacks, and returns its pending trials.
  std::vector<std::size_t> open_trials(std::size_t begin, std::size_t end) {
    // Where a part of this batch has results already, the other proposals must not know them.
    std::vector<trial> hidden;
    const auto first = trials_.begin() + static_cast<std::ptrdiff_t>(std::min(begin, trials_.size()));
    const auto has_result = [](const trial& t) { return t.state != trial_state::pending; };
    if (trials_.size() < end && std::any_of(first, trials_.end(), has_result)) {
      hidden = trials_;
      for (std::size_t i = begin; i < hidden.size(); ++i) hidden[i] = pending_trial(i, trials_[i].values);
    }
    while (trials_.size() < end) {
      trials_.push_back(proposed(hidden.empty() ? trials_ : hidden));
      if (!hidden.empty()) hidden.push_back(trials_.back());
      note(trials_.back());
    }
    save();
    std::vector<std::size_t> open;
    for (std::size_t i = begin; i < end; ++i) {
      if (trials_[i].state == trial_state::pending) open.push_back(i);
    }
    return open;
  }

  template <class F>
  evaluated evaluate_one(F& evaluate, std::size_t number) const {
    try {
      const candidate x = view(trials_[number]);
      if constexpr (std::convertible_to<decltype(evaluate(x)), double>) {
        return {outcome{static_cast<double>(evaluate(x)), {}}, {}};
      } else {
        return {static_cast<outcome>(evaluate(x)), {}};
      }
    } catch (const interrupted&) {
      throw;  // says nothing of the point: its trial stays pending
    } catch (const std::exception& failure) {
      return {{}, failure.what() == std::string_view() ? "an exception" : failure.what()};
    } catch (...) {
      return {{}, "an exception that is not a std::exception"};
    }
  }

  void settle(std::size_t number, const evaluated& result) {
    if (!result.failure.empty()) {
      record_failure(number, result.failure);
      return;
    }
    try {
      record(number, result.found);
    } catch (const error& bad) {
      record_failure(number, bad.what());
    }
  }

  trial& pending(std::size_t number) {
    if (number >= trials_.size() || trials_[number].state != trial_state::pending) {
      throw error("tune::study::tell", "trial " + std::to_string(number) + " is not pending",
                  "a trial that was asked for");
    }
    return trials_[number];
  }

  void record(std::size_t number, outcome found) {
    trial& t = pending(number);
    std::vector<std::string> names;
    for (const auto& [name, x] : found.extras) {
      (void)json(name).dump();  // throws where it is not UTF-8
      names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) throw error("tune::study::tell", "extra " + quote(*twice) + " twice");
    t.extras = std::move(found.extras);
    if (std::isnan(found.value)) {
      t.state = trial_state::failed;
      t.failure = "the value is NaN";
    } else {
      t.state = trial_state::complete;
      t.value = found.value;
    }
    compare_with_best(t);
  }

  void record_failure(std::size_t number, std::string_view reason) {
    trial& t = pending(number);
    t.state = trial_state::failed;
    t.failure = reason;
    try {
      (void)json(t.failure).dump();
    } catch (const error&) {  // not UTF-8: keep what is ASCII, so that the history can be written
      std::replace_if(
          t.failure.begin(), t.failure.end(), [](char c) { return static_cast<unsigned char>(c) > 127; }, '?');
    }
  }

  void compare_with_best(const trial& t) noexcept {
    if (t.state != trial_state::complete) return;
    const trial* known = find_best();
    const history all{trials_, settings_.sense};
    if (known == nullptr || all.better(t.value, known->value) || (t.value == known->value && t.number < best_)) {
      best_ = t.number;
    }
  }

  [[nodiscard]] const trial* find_best() const noexcept { return best_ == no_trial ? nullptr : &trials_[best_]; }

  [[nodiscard]] json::object settings_json(std::string_view format) const {
    return {{"format", format},
            {"seed", settings_.seed},
            {"batch", settings_.batch},
            {"direction", settings_.sense == direction::maximise ? "maximise" : "minimise"},
            {"sampler", json(sampler_.describe())},
            {"parameters", tune::to_json(space_)}};
  }

  /// Takes over what the file holds, and notes what has to be appended before anything else. Changes the file only
  /// where it is a history of this study.
  void read() {
    const std::string& path = file_->path();
    const std::string header = json(settings_json("paragon tune 2")).dump() + "\n";
    std::string text(file_->text());
    const std::size_t whole = text.rfind('\n') + 1;  // 0 where there is none
    const std::string_view tail = std::string_view(text).substr(whole);
    if (whole == 0 && std::string_view(header).starts_with(tail)) {  // empty, or killed in the first line
      file_->keep(0);
      unwritten_ = header;
      return;
    }
    const bool torn = !tail.empty() && whole > 0 && tail != "}" && !parses(tail);
    const std::size_t kept = torn ? whole : text.size();
    const bool unfinished = !torn && !tail.empty();
    text.resize(kept);
    if (unfinished) text += '\n';
    // An earlier version wrote one JSON value on many lines, of which the last one is "}".
    const bool many_lines = text.starts_with("{\n");
    const std::size_t last = many_lines ? text.find("\n}\n") : 0;
    if (last == std::string::npos) throw error(path, "ends early", "a history of this study");
    const std::size_t head_end = many_lines ? last + 3 : text.find('\n') + 1;
    const json head = json::parse(std::string_view(text).substr(0, head_end), path);
    if (!head.is_object()) throw error(path, "is no object", "a history of this study");
    const json* format = head.find("format");
    const bool old = format != nullptr && *format == json("paragon tune 1");
    for (const auto& [name, wanted] : settings_json(old ? "paragon tune 1" : "paragon tune 2")) {
      const json* there = head.find(name);
      if (there == nullptr) throw error(path, "no member " + quote(name), "a history of this study");
      if (!(*there == wanted)) throw error(path, "another " + name + ": " + there->dump(), wanted.dump());
    }
    std::vector<trial> trials;
    if (old) {
      try {
        trials = trials_from_json(space_, head.at("trials"));
      } catch (const error& bad) {
        throw error(path, bad.what());
      }
    }
    const auto head_lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(head_end), '\n');
    trials_ = trials_from_lines(space_, std::string_view(text).substr(head_end), path,
                                static_cast<std::size_t>(head_lines) + 1, std::move(trials));
    file_->keep(kept);
    if (unfinished) unwritten_ = "\n";
  }

  static bool parses(std::string_view line) {
    try {
      (void)json::parse(line);
      return true;
    } catch (const error&) {
      return false;
    }
  }

  /// What `save` writes next.
  void note(const trial& t) {
    if (file_) unwritten_.append(detail::write_trial(space_, t).dump()) += '\n';
  }

  /// What cannot be written stays noted, so that a later attempt does not leave a gap.
  void save() {
    if (!file_ || unwritten_.empty()) return;
    file_->append(unwritten_);
    unwritten_.clear();
  }

  static constexpr std::size_t no_trial = std::numeric_limits<std::size_t>::max();

  parameter_space space_;
  study_settings settings_;
  Sampler sampler_;
  std::vector<trial> trials_;
  std::size_t best_ = no_trial;  // its number
  std::optional<line_file> file_;
  std::string unwritten_;
};

}  // namespace paragon::tune
