// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <csignal>
#include <cstddef>
#include <paragon/core/progress.hpp>
#include <string_view>

/// Set by Ctrl-C after `watch_for_interruption`.
inline volatile std::sig_atomic_t interrupted = 0;

inline void watch_for_interruption() {
  std::signal(SIGINT, [](int) { interrupted = 1; });
}

/// Shows progress on a terminal; after Ctrl-C the work stops at the next safe point.
struct until_interrupted {
  paragon::terminal_progress show{};
  bool operator()(std::string_view phase, std::size_t done, std::size_t total, double value) {
    return show(phase, done, total, value) && interrupted == 0;
  }
};
