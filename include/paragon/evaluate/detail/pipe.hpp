// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "../../core/error.hpp"

namespace paragon::inline PARAGON_ISA::evaluate::detail {

/// A file descriptor that is closed at the end.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~descriptor() { close(); }

  [[nodiscard]] int number() const noexcept { return number_; }  ///< -1: none
  [[nodiscard]] bool open() const noexcept { return number_ >= 0; }
  void close() noexcept {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  /// Reads and writes return at once from now on. Says nothing of the other end of a pipe.
  void never_wait() const noexcept { (void)::fcntl(number_, F_SETFL, ::fcntl(number_, F_GETFL) | O_NONBLOCK); }

private:
  int number_ = -1;
};

/// The two ends of a pipe, which no program that is started inherits.
struct pipe_ends {
  descriptor read;
  descriptor write;

  /// \throws error where the system has no more descriptors
  [[nodiscard]] static pipe_ends make() {
    int numbers[2];
    if (::pipe2(numbers, O_CLOEXEC) != 0) fail();
    pipe_ends made{descriptor(numbers[0]), descriptor(numbers[1])};
    lift(made.read);
    lift(made.write);
    return made;
  }

private:
  /// Where a program closed its standard streams, their numbers are given out anew; a child needs them for its own.
  static void lift(descriptor& end) {
    if (end.number() > STDERR_FILENO) return;
    const int higher = ::fcntl(end.number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (higher < 0) fail();
    end = descriptor(higher);
  }
  [[noreturn]] static void fail() {
    throw error("evaluate::commands", std::string("no pipe can be made: ") + std::strerror(errno));
  }
};

/// `write` that gives EPIPE where nobody reads, and no SIGPIPE, whatever the program does about that signal.
inline ::ssize_t write_without_signal(int number, std::string_view text) noexcept {
  ::sigset_t pipe;
  ::sigset_t before;
  ::sigset_t pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  ::sigpending(&pending);
  const ::ssize_t n = ::write(number, text.data(), text.size());
  const int reason = errno;
  if (n < 0 && reason == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
    const ::timespec at_once{};
    while (::sigtimedwait(&pipe, nullptr, &at_once) < 0 && errno == EINTR) continue;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = reason;
  return n;
}

}  // namespace paragon::evaluate::detail
