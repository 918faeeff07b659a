// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "error.hpp"
#include "progress.hpp"

namespace paragon::inline PARAGON_ISA {

/// Work stopped at a safe point because a signal asked for it; thrown by `interruption::hold`.
class interrupted : public std::runtime_error {
public:
  /// \param kept  what was saved, and how to go on; may be empty
  interrupted(int signal, std::string_view kept)
      : std::runtime_error(kept.empty() ? "interrupted" : "interrupted; " + std::string(kept)), signal_(signal) {}

  [[nodiscard]] int signal() const noexcept { return signal_; }
  /// What the program should return: 130 for SIGINT (Ctrl-C), 143 for SIGTERM, 129 for SIGHUP, as shells do.
  [[nodiscard]] int exit_status() const noexcept { return 128 + signal_; }

private:
  int signal_;
};

/// While one lives, the program ends on SIGINT, SIGTERM and SIGHUP without losing what it could keep.
///
/// Outside of `hold` the first signal ends it at once: there is nothing to save. Inside, the first signal is only noted:
/// the work sees it through `requested`, stops at its next step and saves its state. A second signal ends it at once
/// (from a tenth of a second after the first on: tools such as timeout(1) send one signal twice). The status is 128 and
/// the number of the signal. A SIGHUP that is ignored stays so, for programs under nohup(1).
///
/// The library installs no handlers by itself; a program makes one of these in `main`. One at a time.
///
/// \code
/// const paragon::interruption signals;
/// paragon::interruption::hold([&] { train(model, paragon::until_interrupted{}); save(model); }, "the model is kept");
/// \endcode
class interruption {
public:
  /// \throws error where another one lives
  interruption() {
    if (alive_.exchange(true)) throw error("interruption", "a second one", "one at a time");
    signal_ = 0;
    struct ::sigaction action {};
    action.sa_handler = &interruption::handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int s : watched) sigaddset(&action.sa_mask, s);
    for (std::size_t i = 0; i < watched.size(); ++i) {
      ::sigaction(watched[i], nullptr, &before_[i]);
      if (watched[i] == SIGHUP && before_[i].sa_handler == SIG_IGN) continue;
      ::sigaction(watched[i], &action, nullptr);
    }
  }
  interruption(const interruption&) = delete;
  interruption& operator=(const interruption&) = delete;
  ~interruption() {
    for (std::size_t i = 0; i < watched.size(); ++i) ::sigaction(watched[i], &before_[i], nullptr);
    alive_ = false;
  }

  /// Whether a signal asks the work of a `hold` to stop. Cheap; from any thread.
  [[nodiscard]] static bool requested() noexcept { return signal_.load(std::memory_order_relaxed) != 0; }

  /// Calls `work()`, which is to end soon, its state saved, once `requested()`; returns what it returns.
  /// \param kept  what is saved by then, and how to go on; for the message
  /// \throws interrupted where a signal came meanwhile, and what `work` throws
  template <class Work>
  static decltype(auto) hold(Work&& work, std::string_view kept = {}) {
    const holding scope;
    const auto leave = [&] {
      if (const int s = signal_.load(); s != 0) throw interrupted(s, kept);
    };
    if constexpr (std::is_void_v<decltype(std::forward<Work>(work)())>) {
      std::forward<Work>(work)();
      leave();
    } else {
      decltype(auto) result = std::forward<Work>(work)();
      leave();
      return result;
    }
  }

private:
  static constexpr std::array<int, 3> watched{SIGINT, SIGTERM, SIGHUP};
  static constexpr std::int64_t same_signal_ns = 100'000'000;

  struct holding {
    holding() noexcept { held_.fetch_add(1); }
    holding(const holding&) = delete;
    holding& operator=(const holding&) = delete;
    ~holding() { held_.fetch_sub(1); }
  };

  static std::int64_t now() noexcept {
    struct ::timespec t {};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
  }

  static void handle(int signal) noexcept {
    const int saved = errno;
    const bool first = signal_ == 0;
    if (held_ == 0 || (!first && now() - noted_ > same_signal_ns)) {
      say("\ninterrupted\n");
      ::_exit(128 + signal);
    }
    if (first) {
      noted_ = now();
      signal_ = signal;
      say("\nstopping at the next step; once more to stop at once\n");
    }
    errno = saved;
  }
  static void say(std::string_view text) noexcept {
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // nobody is left to read it
  }

  // What a handler touches must not take a lock.
  static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);
  inline static std::atomic<int> signal_ = 0;  ///< 0: none yet
  inline static std::atomic<int> held_ = 0;
  inline static std::atomic<std::int64_t> noted_ = 0;
  inline static std::atomic<bool> alive_ = false;
  std::array<struct ::sigaction, watched.size()> before_{};
};

/// Shows progress on a terminal, and asks the work to stop once a signal came: the observer for `interruption::hold`.
struct until_interrupted {
  terminal_progress show{};

  bool operator()(std::string_view phase, std::size_t done, std::size_t total, double value) {
    return show(phase, done, total, value) && !interruption::requested();
  }
};

}  // namespace paragon
