// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/interruption.hpp"
#include "../space/concepts.hpp"
#include "concepts.hpp"
#include "detail/attempt.hpp"
#include "request.hpp"

namespace paragon::inline PARAGON_ISA::evaluate {

struct threads_settings {
  std::size_t workers = 0;                         ///< evaluations at a time; 0: as many as the machine has cores
  std::chrono::nanoseconds time_limit = no_limit;  ///< for an attempt
  std::size_t retries = 0;                         ///< how often one that failed is tried again; not after a time limit
  std::size_t most_hanging = 64;                   ///< threads past their time limit that are replaced
  order results = order::finished;

  friend bool operator==(const threads_settings&, const threads_settings&) = default;
};

/// Evaluates on threads of this process. The evaluator is called by several threads at once. Models `executor`.
///
/// **Time limit.** A thread cannot be killed. An evaluation past its time is reported as failed, its `stop_sign` is set,
/// and another thread takes the place of the one that hangs; what that one returns some day is dropped. A result that comes
/// late, but before anybody looked, is a failure too. Up to `most_hanging` threads may hang at a time; from then on they
/// are not replaced, `capacity()` falls, and where no worker is left `submit` and `collect` throw. Evaluations
/// that hang often, or keep a core busy while they do, belong into processes.
///
/// **The end.** Requests that nobody began are dropped. The destructor sets the `stop_sign` of those that run and waits for
/// them: without a time limit until they return, with one no longer than their time. Threads that hang are left alone;
/// the evaluator (a copy, which all threads share) lives until the last of them is done. So with a time limit an evaluator
/// must own what it uses, or refer to what lives as long as the program. A program ends them when `main` returns.
///
/// **Interruption.** See `executor`; a failure is not tried again then, and its request stays pending. What an evaluation
/// throws as `interrupted` is thrown by `collect`, and its request stays pending, too.
///
/// Costs a few microseconds a request beside the evaluation.
///
/// \code
/// paragon::evaluate::threads executor(space, train, {.workers = 8, .time_limit = std::chrono::minutes(10)});
/// \endcode
template <class Architecture, class F>
class threads {
  static_assert(require_evaluator<const F, Architecture>());

public:
  using architecture = Architecture;

  /// \param space  says what is evaluated; only its type counts
  /// \throws error for a time limit that is not positive, and where the system refuses a thread
  template <class S>
  threads([[maybe_unused]] const S& space, F evaluate, threads_settings settings = {})
      : state_(std::make_shared<state>(std::move(evaluate), settings)) {
    if (settings.time_limit <= std::chrono::nanoseconds(0)) {
      throw error("evaluate::threads", "a time limit of 0 or less", "a positive one, or none");
    }
    if (state_->settings.workers == 0) state_->settings.workers = std::max(1U, std::thread::hardware_concurrency());
    std::unique_lock lock(state_->mutex);
    replenish();
    if (workers_.size() == state_->settings.workers) return;
    const std::string started = std::to_string(workers_.size());
    end(lock);
    throw error("evaluate::threads", "the system allows " + started + " threads", "fewer workers, or higher limits");
  }

  threads(const threads&) = delete;
  threads& operator=(const threads&) = delete;
  ~threads() {
    std::unique_lock lock(state_->mutex);
    end(lock);
  }

  /// \throws error where all workers hang
  void submit(request<Architecture> r) {
    const std::lock_guard lock(state_->mutex);
    require_worker();
    state_->waiting.push_back({next_++, std::move(r)});
    ++pending_;
    state_->work.notify_one();
  }

  /// \throws error where all workers hang, interrupted where an evaluation threw it and nothing else is there
  std::vector<completion> collect(std::chrono::nanoseconds at_most = no_limit) {
    // Signals wake nobody up, so it looks for them from time to time.
    constexpr std::chrono::nanoseconds look = std::chrono::milliseconds(50);
    const auto begin = clock::now();
    std::unique_lock lock(state_->mutex);
    for (;;) {
      expire();
      const bool stopping = interruption::requested() && running() == 0;
      std::vector<completion> done = take(stopping);
      if (!done.empty() || pending_ == 0) return done;
      if (state_->thrown && running() == 0) std::rethrow_exception(std::exchange(state_->thrown, nullptr));
      if (stopping) return done;
      require_worker();
      if (!state_->waiting.empty() && !interruption::requested()) state_->work.notify_all();
      const auto passed = clock::now() - begin;
      if (passed >= at_most) return done;
      state_->done.wait_for(lock, std::min({look, at_most - passed, until_next_limit()}));
    }
  }

  /// Submitted and not handed out.
  [[nodiscard]] std::size_t pending() const noexcept { return pending_; }
  /// How many workers there are that do not hang.
  [[nodiscard]] std::size_t capacity() const {
    const std::lock_guard lock(state_->mutex);
    return workers_.size();
  }
  /// How many threads hang in an evaluation past its time.
  [[nodiscard]] std::size_t hanging() const {
    const std::lock_guard lock(state_->mutex);
    return state_->hanging;
  }

private:
  using clock = std::chrono::steady_clock;

  struct job {
    std::uint64_t number = 0;  // in the order of submission
    request<Architecture> asked{};
  };
  struct finished {
    std::uint64_t number = 0;
    completion result{};
  };

  /// What a worker and the executor know of each other; all but `stop` under the mutex.
  struct worker {
    job current{};
    bool busy = false;
    bool lost = false;  // hangs: nobody waits for it
    std::size_t attempts = 0;
    clock::time_point begun{};
    std::atomic<bool> stop = false;
  };

  /// What all threads share, and the last of them destroys.
  struct state {
    state(F f, threads_settings s) : evaluate(std::move(f)), settings(s) {}

    const F evaluate;
    threads_settings settings;
    std::mutex mutex;  // guards what follows, and the members of the executor
    std::condition_variable work;
    std::condition_variable done;
    std::deque<job> waiting;
    std::vector<finished> results;
    std::exception_ptr thrown;
    std::size_t hanging = 0;
    bool ended = false;
  };

  struct known_worker {
    std::shared_ptr<worker> what;
    std::thread thread;
  };

  static void serve(const std::shared_ptr<state>& s, const std::shared_ptr<worker>& self) {
    std::unique_lock lock(s->mutex);
    for (;;) {
      s->work.wait(lock, [&] { return s->ended || (!s->waiting.empty() && !s->thrown && !interruption::requested()); });
      if (s->ended) return;
      self->current = std::move(s->waiting.front());
      s->waiting.pop_front();
      self->attempts = 0;
      self->busy = true;
      work_on(*s, *self, lock);
      if (self->lost) {
        --s->hanging;
        return;
      }
      self->busy = false;
      s->done.notify_one();
    }
  }

  /// Tries the request until it succeeds or may not be tried again. \post the lock is held
  static void work_on(state& s, worker& self, std::unique_lock<std::mutex>& lock) {
    const request<Architecture> asked = self.current.asked;
    const auto again_another_day = [&] { s.waiting.push_front(std::move(self.current)); };
    for (;;) {
      ++self.attempts;
      self.begun = clock::now();
      lock.unlock();
      objective::outcome found;
      std::exception_ptr thrown;
      try {
        found = detail::attempt(s.evaluate, asked.architecture, asked.condition, stop_sign(self.stop));
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      if (self.lost || s.ended) return;
      const bool late = clock::now() - self.begun >= s.settings.time_limit;
      if (thrown && !late) {
        s.thrown = thrown;
        return again_another_day();
      }
      if (late) found = too_long(s.settings.time_limit);
      if (!found.complete() && !late && self.attempts <= s.settings.retries) {
        if (interruption::requested()) return again_another_day();
        continue;
      }
      const double seconds = detail::seconds_since(self.begun);
      s.results.push_back({self.current.number, {asked.id, std::move(found), self.attempts, seconds}});
      return;
    }
  }

  static objective::outcome too_long(std::chrono::nanoseconds limit) {
    return objective::failed{"took longer than " + number_text(std::chrono::duration<double>(limit).count()) + " s"};
  }

  // All that follows under the mutex.

  [[nodiscard]] std::size_t running() const {
    return static_cast<std::size_t>(
        std::count_if(workers_.begin(), workers_.end(), [](const known_worker& w) { return w.what->busy; }));
  }

  void require_worker() {
    replenish();
    if (!workers_.empty()) return;
    throw error("evaluate::threads",
                "all workers, and " + std::to_string(state_->hanging) + " threads in all, hang past the time limit",
                "evaluations that return, or an executor that can kill them");
  }

  /// Starts the workers that are missing, as far as it is allowed to.
  void replenish() {
    const auto& settings = state_->settings;
    const std::size_t wanted = state_->hanging <= settings.most_hanging ? settings.workers : 0;
    while (workers_.size() < wanted) {
      try {
        workers_.reserve(workers_.size() + 1);
        auto fresh = std::make_shared<worker>();
        workers_.push_back({fresh, std::thread([s = state_, fresh] { serve(s, fresh); })});
      } catch (const std::system_error&) {
        return;  // those that are there do the work
      }
    }
  }

  /// Gives up the workers whose time is over, and puts others in their place.
  void expire() {
    const auto now = clock::now();
    for (std::size_t i = 0; i < workers_.size();) {
      worker& w = *workers_[i].what;
      if (!w.busy || now - w.begun < state_->settings.time_limit) {
        ++i;
        continue;
      }
      state_->results.push_back({w.current.number,
                                 {w.current.asked.id, too_long(state_->settings.time_limit), w.attempts,
                                  std::chrono::duration<double>(now - w.begun).count()}});
      give_up(i);
    }
    replenish();
  }

  void give_up(std::size_t i) {
    workers_[i].what->lost = true;
    workers_[i].what->stop = true;
    workers_[i].thread.detach();
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    ++state_->hanging;
  }

  [[nodiscard]] std::chrono::nanoseconds until_next_limit() const {
    std::chrono::nanoseconds left = no_limit;
    const auto now = clock::now();
    for (const known_worker& w : workers_) {
      if (w.what->busy) left = std::min(left, state_->settings.time_limit - (now - w.what->begun));
    }
    return std::max(left, std::chrono::nanoseconds(0));
  }

  /// What can be handed out. \param all  no matter what was submitted before it
  std::vector<completion> take(bool all) {
    auto& results = state_->results;
    std::sort(results.begin(), results.end(), [](const finished& a, const finished& b) { return a.number < b.number; });
    auto last = results.begin();
    while (last != results.end() && (all || state_->settings.results == order::finished || last->number <= next_out_)) {
      next_out_ = std::max(next_out_, last->number + 1);
      ++last;
    }
    std::vector<completion> out;
    for (auto r = results.begin(); r != last; ++r) out.push_back(std::move(r->result));
    results.erase(results.begin(), last);
    pending_ -= out.size();
    return out;
  }

  void end(std::unique_lock<std::mutex>& lock) {
    state_->ended = true;
    state_->waiting.clear();
    for (const known_worker& w : workers_) w.what->stop = true;
    state_->work.notify_all();
    while (running() > 0) {
      const auto now = clock::now();
      for (std::size_t i = workers_.size(); i-- > 0;) {
        if (workers_[i].what->busy && now - workers_[i].what->begun >= state_->settings.time_limit) give_up(i);
      }
      if (running() > 0)
        state_->done.wait_for(lock, std::min(until_next_limit(), std::chrono::nanoseconds(std::chrono::seconds(1))));
    }
    lock.unlock();
    for (known_worker& w : workers_) w.thread.join();
    workers_.clear();
  }

  std::shared_ptr<state> state_;
  std::vector<known_worker> workers_;  // those that do not hang
  std::uint64_t next_ = 0;
  std::uint64_t next_out_ = 0;
  std::size_t pending_ = 0;
};

template <class S, class F>
threads(const S&, F, threads_settings = {}) -> threads<space::architecture_of<S>, F>;

}  // namespace paragon::evaluate
