// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "../../core/error.hpp"
#include "pipe.hpp"

namespace paragon::inline PARAGON_ISA::evaluate::detail {

/// "SIGKILL", or "signal 44" of one that is rare.
[[nodiscard]] inline std::string signal_name(int signal) {
  switch (signal) {
    case SIGHUP: return "SIGHUP";
    case SIGINT: return "SIGINT";
    case SIGQUIT: return "SIGQUIT";
    case SIGILL: return "SIGILL";
    case SIGABRT: return "SIGABRT";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGKILL: return "SIGKILL";
    case SIGSEGV: return "SIGSEGV";
    case SIGPIPE: return "SIGPIPE";
    case SIGTERM: return "SIGTERM";
    case SIGXCPU: return "SIGXCPU";
    default: return "signal " + std::to_string(signal);
  }
}

/// `/bin/sh -c COMMAND` in a process group of its own, with pipes to its standard streams; killed at the end.
///
/// A Ctrl-C at the terminal does not reach it. It dies with the thread that started it, a kill of this program
/// included; processes that it has started see the end of their input then.
class child_process {
public:
  /// \throws error where the system refuses pipes or a process
  explicit child_process(const std::string& command) {
    pipe_ends in = pipe_ends::make();
    pipe_ends out = pipe_ends::make();
    pipe_ends err = pipe_ends::make();
    const char* const arguments[] = {"/bin/sh", "-c", "--", command.c_str(), nullptr};
    const ::pid_t parent = ::getpid();
    ::sigset_t all;
    ::sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);  // no handler of ours runs in the child
    id_ = ::fork();
    if (id_ == 0) become(arguments, parent, in.read.number(), out.write.number(), err.write.number());
    const int reason = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (id_ < 0) throw error("evaluate::commands", std::string("no process can be started: ") + std::strerror(reason));
    ::setpgid(id_, id_);  // here as well as there: it is done when either goes on
    input = std::move(in.write);
    output = std::move(out.read);
    errors = std::move(err.read);
    for (const descriptor* end : {&input, &output, &errors}) end->never_wait();
  }

  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process() {
    if (id_ < 0) return;
    send(SIGKILL);
    (void)reap();
  }

  descriptor input;   ///< what is written here it reads from standard input; never waits
  descriptor output;  ///< its standard output; never waits
  descriptor errors;  ///< its standard error; never waits

  /// To it and all processes that it has started, but those that went into a group of their own.
  void send(int signal) const noexcept {
    if (id_ >= 0) ::kill(-id_, signal);
  }

  /// Whether it has ended, and how: "exited with status 3". What it has left behind is killed then. Does not wait;
  /// once.
  [[nodiscard]] std::optional<std::string> ended() {
    if (id_ < 0) return std::nullopt;
    ::siginfo_t found{};
    // The number is not given to another process before it is reaped, so the group is killed first.
    if (::waitid(P_PID, static_cast<::id_t>(id_), &found, WEXITED | WNOHANG | WNOWAIT) != 0) {
      if (errno != ECHILD) return std::nullopt;
    } else if (found.si_pid == 0) {
      return std::nullopt;
    }
    send(SIGKILL);
    return describe(reap());
  }

private:
  static constexpr int unknown = -1;

  /// The child's side: only what is allowed between fork and exec.
  [[noreturn]] static void become(const char* const* arguments, ::pid_t parent, int in, int out, int err) noexcept {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // it died before
    for (int s = 1; s < NSIG; ++s) {
      struct ::sigaction action {};
      if (::sigaction(s, nullptr, &action) != 0) continue;
      if (action.sa_handler == SIG_IGN && s != SIGPIPE && s != SIGCHLD) continue;  // as nohup(1) wants it
      action = {};
      action.sa_handler = SIG_DFL;
      ::sigaction(s, &action, nullptr);
    }
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::execv(arguments[0], const_cast<char* const*>(arguments));
    constexpr char problem[] = "/bin/sh cannot be started\n";
    (void)!::write(STDERR_FILENO, problem, sizeof problem - 1);
    ::_exit(127);
  }

  [[nodiscard]] int reap() noexcept {
    int status = 0;
    ::pid_t found = 0;
    do {
      found = ::waitpid(id_, &status, 0);
    } while (found < 0 && errno == EINTR);
    id_ = -1;
    return found < 0 ? unknown : status;
  }

  static std::string describe(int status) {
    if (status == unknown) return "ended, and its status was taken by another part of this program";
    if (WIFSIGNALED(status)) return "was killed by " + signal_name(WTERMSIG(status));
    const int code = WEXITSTATUS(status);
    std::string text = "exited with status " + std::to_string(code);
    // So a shell reports the signal that ended what it ran.
    if (code > 128 && code < 128 + NSIG) text += " (128 and " + signal_name(code - 128) + ")";
    return text;
  }

  ::pid_t id_ = -1;
};

}  // namespace paragon::evaluate::detail
