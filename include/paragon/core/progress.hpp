// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <unistd.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// Watches long work: told the name of the phase, the steps done and their total, and one number worth seeing.
///
/// Returning false asks the work to stop at the next safe point.
template <class O>
concept progress_observer =
    requires(O& observer, std::string_view phase, std::size_t done, std::size_t total, double value) {
      { observer(phase, done, total, value) } -> std::convertible_to<bool>;
    };

/// Names what O lacks of `progress_observer`: a failed assertion, in the compiler's first line of error.
template <class O>
consteval bool require_progress_observer() {
  static_assert(progress_observer<O>,
                "an observer needs `operator()(std::string_view phase, std::size_t done, "
                "std::size_t total, double value) -> bool`");
  return true;
}

/// Watches nothing.
struct silent {
  bool operator()(std::string_view, std::size_t, std::size_t, double) const noexcept { return true; }
};

/// One line on a terminal, redrawn at most ten times a second: phase, per cent, rate, time left, value.
/// Writes nothing when `stream` is not a terminal.
class terminal_progress {
public:
  explicit terminal_progress(std::FILE* stream = stderr) : stream_(stream), shown_(::isatty(::fileno(stream)) != 0) {}

  bool operator()(std::string_view phase, std::size_t done, std::size_t total, double value) {
    if (!shown_ || total == 0) return true;
    const auto now = clock::now();
    if (phase != phase_) {
      phase_ = phase;
      start_ = now;
      first_ = done;
      last_ = {};
    }
    const bool finished = done >= total;
    if (!finished && now - last_ < std::chrono::milliseconds(100)) return true;
    last_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double rate = seconds > 0 ? static_cast<double>(done - first_) / seconds : 0;
    const double left = rate > 0 ? static_cast<double>(total - done) / rate : 0;
    std::fprintf(stream_, "\r\033[K%-28s %3.0f %%  %8.0f/s  %s %4.0f s  %.5g", phase_.c_str(),
                 100.0 * static_cast<double>(done) / static_cast<double>(total), rate, finished ? "took" : "left",
                 finished ? seconds : left, value);
    if (finished) std::fputc('\n', stream_);
    std::fflush(stream_);
    return true;
  }

private:
  using clock = std::chrono::steady_clock;
  std::FILE* stream_;
  bool shown_;
  std::string phase_;
  clock::time_point start_{};
  clock::time_point last_{};
  std::size_t first_ = 0;
};

}  // namespace paragon
