// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <time.h>

#include <chrono>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// The processor time of the calling thread, as a clock of the standard library's kind (POSIX).
///
/// It stands still while another program has the core: what one thread computes takes the same time on a busy machine as
/// on an idle one, but for shared caches and clock rates. Not for work that several threads do.
struct thread_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<thread_clock>;
  static constexpr bool is_steady = true;

  [[nodiscard]] static time_point now() noexcept {
    ::timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return time_point(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
  }
};

}  // namespace paragon
