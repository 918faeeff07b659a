// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <paragon/core/read_file.hpp>

#include "../support.hpp"

namespace paragon_test {

/// Whether an example program is built; says that the test is skipped where it is not.
inline bool is_built(const std::string& program) {
  if (std::filesystem::exists(std::string(PARAGON_EXAMPLES_BUILD) + "/" + program)) return true;
  skip("the example program " + program + " is not built");
  return false;
}

/// An example program that runs beside the test, its output in a file; killed at the end where it still runs.
class running_program {
public:
  /// \param out  where standard output goes; standard error goes to `log` as well where it is the same
  running_program(const std::string& program, const std::vector<std::string>& arguments, const std::string& log,
                  const std::string& out = {})
      : program_(program) {
    const std::string path = std::string(PARAGON_EXAMPLES_BUILD) + "/" + program;
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (const auto& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    child_ = ::fork();
    if (child_ != 0) return;
    const int err = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ::dup2(out.empty() ? err : ::open(out.c_str(), O_WRONLY), 1);
    ::dup2(err, 2);
    ::execv(path.c_str(), argv.data());
    ::_exit(127);
  }
  running_program(const running_program&) = delete;
  running_program& operator=(const running_program&) = delete;
  ~running_program() {
    if (ended_) return;
    ::kill(child_, SIGKILL);
    (void)wait();
  }

  void send(int signal) const { ::kill(child_, signal); }

  /// Waits until it is ready for signals. \returns false where it ended before, or is not after two minutes
  [[nodiscard]] bool catches_signals() {
    for (int i = 0; i < 12000; ++i) {
      if (has_ended()) return false;
      const std::string path = "/proc/" + std::to_string(child_) + "/status";
      std::string status;
      try {
        status = paragon::read_file(path);
      } catch (const std::exception&) {
        return false;
      }
      std::error_code gone;
      const auto image = std::filesystem::read_symlink("/proc/" + std::to_string(child_) + "/exe", gone);
      const bool begun =
          image.filename() == program_;  // before that it is a copy of the test, which catches signals too
      if (const auto at = status.find("SigCgt:"); begun && at != std::string::npos) {
        const auto caught = std::stoull(status.substr(at + 7), nullptr, 16);
        if ((caught >> (SIGINT - 1) & 1) != 0 && (caught >> (SIGTERM - 1) & 1) != 0) return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  [[nodiscard]] bool has_ended() {
    int status = 0;
    if (!ended_ && ::waitpid(child_, &status, WNOHANG) == child_) ended_ = status_of(status);
    return ended_.has_value();
  }

  /// What it returned; 256 and the number of the signal that killed it.
  int wait() {
    int status = 0;
    if (!ended_ && ::waitpid(child_, &status, 0) == child_) ended_ = status_of(status);
    return ended_.value_or(-1);
  }

  /// The same; nothing where it still runs after so many seconds.
  std::optional<int> wait_for(double seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!has_ended()) {
      if (std::chrono::steady_clock::now() > end) return {};
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return ended_;
  }

private:
  static int status_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status); }

  std::string program_;
  ::pid_t child_;
  std::optional<int> ended_;
};

/// Runs an example program to its end. \returns what it returned
inline int run_program(const std::string& program, const std::vector<std::string>& arguments, const std::string& log,
                       const std::string& out = {}) {
  return running_program(program, arguments, log, out).wait();
}

}  // namespace paragon_test
