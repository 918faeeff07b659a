// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#if defined(__linux__)
#include <sched.h>
#endif

#include <optional>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// Keeps the calling thread on one processor core while it lives, and gives back the old set of cores after it.
///
/// For measurements: a thread that wanders between cores finds cold caches and other clock rates. Linux only; elsewhere,
/// and where the system refuses (a core that does not exist, or is not the process's), the thread stays as it was, and
/// `core()` is empty.
class pinned_thread {
public:
  /// \param core  the core's number; none: the one that the thread is on
  explicit pinned_thread([[maybe_unused]] std::optional<int> core = {}) noexcept {
#if defined(__linux__)
    const int wanted = core ? *core : ::sched_getcpu();
    if (wanted < 0 || wanted >= CPU_SETSIZE || ::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
    ::cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<unsigned>(wanted), &only);
    if (::sched_setaffinity(0, sizeof only, &only) == 0) core_ = wanted;
#endif
  }
  ~pinned_thread() {
#if defined(__linux__)
    if (core_) ::sched_setaffinity(0, sizeof before_, &before_);
#endif
  }
  pinned_thread(const pinned_thread&) = delete;
  pinned_thread& operator=(const pinned_thread&) = delete;

  /// The core that the thread is kept on; none where it is not.
  [[nodiscard]] std::optional<int> core() const noexcept { return core_; }

private:
  std::optional<int> core_;
#if defined(__linux__)
  ::cpu_set_t before_{};
#endif
};

}  // namespace paragon
