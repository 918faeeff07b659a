// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/interruption.hpp"
#include "../core/json.hpp"
#include "../core/metric.hpp"
#include "../core/quote.hpp"
#include "../objective/outcome.hpp"
#include "../problem/architecture_json.hpp"
#include "../problem/definition.hpp"
#include "../space/concepts.hpp"
#include "commands_settings.hpp"
#include "concepts.hpp"
#include "detail/attempt.hpp"
#include "detail/command_answer.hpp"
#include "detail/job_queue.hpp"
#include "detail/running_command.hpp"
#include "request.hpp"

namespace paragon::inline PARAGON_ISA::evaluate {

/// Evaluates in child processes: copies of a command, in any language, such as a training script. Models `executor`.
///
/// The command is started by `/bin/sh -c`, when a request comes. It reads requests from standard input, one JSON object
/// a line, and writes an answer, one line too, to standard output before it reads the next. What else it has to say
/// belongs on standard error.
///
/// \code{.json}
/// {"id":1,"architecture":{"depth":2,"width":64},"device":"board"}
/// {"id":1,"values":{"error":7.1,"latency_ms":3.2}}
/// {"id":1,"failed":"out of memory"}
/// \endcode
///
/// The first is a request: its architecture is what `problem::architecture_to_json` gives, and "device" is missing
/// where conditions have no names. The others are answers. The values of all objectives must be there, by name; other
/// members and empty lines are passed over. A command may answer one request and exit, or any number of them.
///
/// **Failures.** An answer that is incomplete or says `failed`, an exit, a signal, a closed standard output, a line
/// that is no answer, or an attempt past its time limit cost the evaluation, which is tried again as the settings say.
/// Its reason says what happened, what was printed, and the end of what was written to standard error. A copy that
/// printed nonsense or is past its time limit is killed, with all that it has started; the next request starts a new
/// one. A copy that has answered before and ends without a look at its next request costs nothing.
///
/// **Interruption.** Processes can be ended. Once `interruption::requested()` `collect` ends all copies, hands out what
/// is finished and returns; what was running is pending, as if it had never begun.
///
/// **Time.** The executor has no thread: copies run on by themselves, but answers are seen, and time limits kept, only
/// in `collect`. An answer that is there when it looks counts. `completion::seconds` is until then.
///
/// **The end.** The destructor ends all copies, with all that they have started: SIGTERM, `grace`, SIGKILL. A copy
/// dies, too, where this program is killed, and where the thread ends on which it was started; processes that it has
/// started only see the end of their input then, so a command of several parts is best written
/// `cd folder && exec train`. Signals of the terminal do not reach them.
///
/// Costs about 0.1 ms a request, and for a start 2 ms and 40 ms for each GB that this program uses. For Linux.
///
/// \code
/// paragon::evaluate::commands executor(problem, "python3 train.py", {.workers = 4, .time_limit = 2h});
/// \endcode
/// \tparam S  models `space::search_space`, and can write its architectures
template <class S>
class commands {
public:
  using architecture = typename S::architecture;

  /// \param command  a line for the shell
  /// \throws error as `problem::definition::check` and `commands_settings::check`, and for an empty command
  commands(const problem::definition<S>& problem, std::string command, commands_settings settings = {})
      : space_(problem.space), objectives_(problem.objectives), conditions_(problem.conditions),
        command_(std::move(command)), settings_(std::move(settings)), jobs_(settings_.results) {
    problem.check();
    if (command_.find_first_not_of(" \t\n") == std::string::npos) throw error(place, "an empty command", "a command");
    if (command_.find('\0') != std::string::npos) throw error(place, "a command with a null byte", "a command");
    settings_.check();
    copies_.resize(settings_.workers);
  }
  /// The same of its parts.
  commands(const S& space, std::vector<metric> objectives, std::vector<std::string> conditions, std::string command,
           commands_settings settings = {})
      : commands(problem::definition<S>{space, std::move(objectives), std::move(conditions)}, std::move(command),
                 std::move(settings)) {}

  commands(const commands&) = delete;
  commands& operator=(const commands&) = delete;
  ~commands() { end_copies(); }

  /// Begins at once where a worker is free. \throws error for a condition that does not exist
  void submit(request<architecture> r) {
    jobs_.add(r.id, line_of(r));
    begin_waiting();
  }

  /// \throws error where no copy has answered yet and `most_failed_starts` attempts have failed, and where the system
  ///         refuses to start any; the requests stay pending, and another `collect` tries again
  std::vector<completion> collect(std::chrono::nanoseconds at_most = no_limit) {
    const auto begin = clock::now();
    for (std::chrono::nanoseconds wait{};;) {
      watch(wait);
      if (interruption::requested()) {
        break_off();
        return jobs_.take(true);
      }
      begin_waiting();
      std::vector<completion> done = jobs_.take(false);
      if (!done.empty() || jobs_.pending() == 0) return done;
      require_working();
      const auto passed = clock::now() - begin;
      if (passed >= at_most) return done;
      wait = std::min<std::chrono::nanoseconds>(at_most - passed, until_next_look());
    }
  }

  /// Submitted and not handed out.
  [[nodiscard]] std::size_t pending() const noexcept { return jobs_.pending(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return settings_.workers; }

private:
  using clock = std::chrono::steady_clock;
  static constexpr const char* place = "evaluate::commands";

  /// The place of one copy.
  struct worker {
    std::unique_ptr<detail::running_command> copy{};  // none: it is started when there is work
    std::optional<detail::job> current{};
    clock::time_point begun{};                  // the current attempt
    std::size_t answers = 0;                    // of this copy
    bool killed = false;                        // is waited for, and not heard any more
    std::optional<clock::time_point> closed{};  // when it was seen that it closed a stream
  };

  [[nodiscard]] std::string line_of(const request<architecture>& r) const {
    const std::size_t count = std::max<std::size_t>(conditions_.size(), 1);
    if (r.condition >= count) {
      throw error(place, "condition " + std::to_string(r.condition), "below " + std::to_string(count));
    }
    json::object line{{"id", r.id}, {"architecture", problem::architecture_to_json(space_, r.architecture)}};
    if (!conditions_.empty()) line.emplace_back(settings_.condition_member, conditions_[r.condition]);
    return json(std::move(line)).dump() + "\n";
  }

  /// Hands requests to free workers, to those whose copy runs first.
  void begin_waiting() {
    refused_.clear();
    while (!jobs_.empty() && broken_.empty() && !interruption::requested()) {
      const auto ready = [](const worker& w) { return w.copy && !w.current && !w.killed && !w.closed; };
      auto w = std::find_if(copies_.begin(), copies_.end(), ready);
      if (w == copies_.end()) {
        w = std::find_if(copies_.begin(), copies_.end(), [](const worker& other) { return !other.copy; });
        if (w == copies_.end()) return;
        try {
          w->copy = std::make_unique<detail::running_command>(command_, settings_.errors_to);
        } catch (const error& problem) {
          refused_ = problem.what();
          return;
        }
      }
      w->current = jobs_.next();
      w->copy->ask(w->current->line);
      ++w->current->attempts;
      w->begun = clock::now();
    }
  }

  /// Waits until a copy has something, or at most so long, and sees to all of them.
  void watch(std::chrono::nanoseconds at_most) {
    watched_.clear();
    for (const worker& w : copies_) {
      if (w.copy && !w.killed) w.copy->add_to(watched_);
    }
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(at_most).count();
    (void)::poll(watched_.data(), static_cast<::nfds_t>(watched_.size()), static_cast<int>(milliseconds));
    for (worker& w : copies_) {
      if (w.copy) serve(w);
    }
  }

  void serve(worker& w) {
    w.copy->exchange();
    hear(w);
    if (const auto how = w.copy->ended()) {
      hear(w);
      hear_rest(w, *how);
      w = worker();
      return;
    }
    if (w.killed) return;
    const auto now = clock::now();
    const std::string closed(w.copy->closed());
    if (!closed.empty() && !w.closed) w.closed = now;
    if (w.copy->endless_line()) {
      if (w.current) lose(w, "it printed a line of more than 64 MiB");
      kill(w);
    } else if (w.current && now - w.begun >= settings_.time_limit) {
      const double limit = std::chrono::duration<double>(settings_.time_limit).count();
      lose(w, "took longer than " + number_text(limit) + " s", false);
      kill(w);
    } else if (w.closed && now - *w.closed >= settings_.grace) {  // else it may be about to exit, and say how
      if (w.current) lose(w, "it closed its standard " + closed);
      kill(w);
    }
  }

  static void kill(worker& w) {
    w.copy->send(SIGKILL);
    w.killed = true;
  }

  /// Takes the answers that a copy printed.
  void hear(worker& w) {
    while (!w.killed) {
      const std::optional<std::string> line = w.copy->line();
      if (!line) return;
      if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
      if (w.current) {
        const detail::command_answer answer = detail::read_answer(*line, w.current->id, objectives_);
        if (answer.what != detail::command_answer::kind::nonsense) {
          ++w.answers;
          settle(w, answer.result, true, answer.what == detail::command_answer::kind::understood);
          continue;
        }
        lose(w, answer.result.reason());
      }
      kill(w);
    }
  }

  /// After its end: a last answer without the end of its line counts.
  void hear_rest(worker& w, std::string how) {
    if (!w.current) return;
    if (const std::string_view rest = w.copy->rest(); !rest.empty()) {
      const detail::command_answer answer = detail::read_answer(rest, w.current->id, objectives_);
      if (answer.what == detail::command_answer::kind::understood) return settle(w, answer.result, true, true);
      how += " after it printed " + quote(rest);
    }
    lose(w, std::move(how));
  }

  /// The current attempt came to nothing.
  void lose(worker& w, std::string reason, bool again = true) {
    if (w.answers > 0 && w.copy->unread()) return put_back(w);
    const std::string errors = w.copy->errors();
    if (!errors.empty()) reason += ": " + errors;
    settle(w, objective::failed{std::move(reason)}, again, false);
  }

  void put_back(worker& w) {
    --w.current->attempts;
    jobs_.put_back(std::move(*w.current));
    w.current.reset();
  }

  /// The current attempt has this result.
  /// \param again       whether another attempt may do better
  /// \param understood  whether it shows that the command works
  void settle(worker& w, const objective::outcome& result, bool again, bool understood) {
    if (understood) {
      answered_ = true;
      broken_.clear();
    }
    if (!answered_ && again && settings_.most_failed_starts > 0) {
      if (broken_.empty() && ++fruitless_ / settings_.workers == settings_.most_failed_starts)
        broken_ = result.reason();
      if (!broken_.empty()) return put_back(w);
    }
    if (!result.complete() && again && w.current->attempts <= settings_.retries) {
      jobs_.put_back(std::move(*w.current));
    } else {
      jobs_.done(*w.current, result, detail::seconds_since(w.begun));
    }
    w.current.reset();
  }

  /// \throws error where the command does not work, or cannot be started
  void require_working() {
    if (!broken_.empty()) {
      const std::string last = std::exchange(broken_, {});
      const std::string count = std::to_string(std::exchange(fruitless_, 0));
      break_off();
      throw error(place,
                  "the command " + quote(command_) + " has not answered in " + count + " attempts; the last: " + last,
                  "an answer of one line to each line that it reads");
    }
    const bool none = std::none_of(copies_.begin(), copies_.end(), [](const worker& w) { return bool(w.copy); });
    if (!refused_.empty() && none) throw error(place, refused_, "a system that allows processes");
  }

  /// How long nothing can happen that `poll` does not see.
  [[nodiscard]] std::chrono::nanoseconds until_next_look() const {
    // For signals, and for what exits while its output stays open.
    std::chrono::nanoseconds wait = std::chrono::milliseconds(50);
    const auto now = clock::now();
    for (const worker& w : copies_) {
      if (!w.copy) continue;
      if (w.killed || w.closed) wait = std::min<std::chrono::nanoseconds>(wait, std::chrono::milliseconds(1));
      if (w.current) wait = std::min<std::chrono::nanoseconds>(wait, settings_.time_limit - (now - w.begun));
    }
    return std::max(wait, std::chrono::nanoseconds(0));
  }

  /// Ends all copies; what they were working on is to be begun again.
  void break_off() {
    end_copies();
    for (worker& w : copies_) {
      if (w.current) put_back(w);
      w = worker();
    }
  }

  /// SIGTERM, `grace`, SIGKILL.
  void end_copies() {
    for (const worker& w : copies_) {
      if (w.copy) w.copy->send(SIGTERM);
    }
    const auto begin = clock::now();
    for (;;) {
      bool all = true;
      for (worker& w : copies_) {
        if (!w.copy) continue;
        w.copy->exchange();  // it may have last words
        if (w.copy->ended()) {
          w.copy.reset();
        } else {
          all = false;
        }
      }
      if (all || clock::now() - begin >= settings_.grace) break;
      (void)::poll(nullptr, 0, 1);
    }
    for (const worker& w : copies_) {
      if (w.copy) w.copy->send(SIGKILL);
    }
    for (worker& w : copies_) w.copy.reset();
  }

  S space_;
  std::vector<metric> objectives_;
  std::vector<std::string> conditions_;
  std::string command_;
  commands_settings settings_;
  std::vector<worker> copies_;
  detail::job_queue jobs_;
  std::vector<::pollfd> watched_;
  bool answered_ = false;      // a copy has given an answer that was understood
  std::size_t fruitless_ = 0;  // attempts before that
  std::string broken_;         // why the command does not work
  std::string refused_;        // why no copy could be started
};

template <class S>
commands(const S&, std::vector<metric>, std::vector<std::string>, std::string, commands_settings = {}) -> commands<S>;
template <class S>
commands(const problem::definition<S>&, std::string, commands_settings = {}) -> commands<S>;

}  // namespace paragon::evaluate
