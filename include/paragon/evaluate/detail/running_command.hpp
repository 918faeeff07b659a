// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "child_process.hpp"
#include "line_splitter.hpp"
#include "pipe.hpp"
#include "text_tail.hpp"

namespace paragon::inline PARAGON_ISA::evaluate::detail {

/// A copy of a command with what is on its way to and from it. Nothing here waits.
class running_command {
public:
  /// \param errors_to  the descriptor that gets its standard error; -1: none
  /// \throws error where the system refuses pipes or a process
  running_command(const std::string& command, int errors_to) : process_(command), errors_to_(errors_to) {
    // A command that reports its progress must not wait while nobody collects.
    (void)::fcntl(process_.errors.number(), F_SETPIPE_SZ, 1 << 20);
  }

  /// Puts a line on its way to the command. \param line  with its end
  void ask(std::string_view line) {
    asked_ = line.size();
    unsent_.erase(0, std::exchange(sent_, 0));
    unsent_ += line;
    errors_.clear();
    write();
  }

  /// Adds what it waits for.
  void add_to(std::vector<::pollfd>& watched) const {
    if (process_.output.open()) watched.push_back({process_.output.number(), POLLIN, 0});
    if (process_.errors.open()) watched.push_back({process_.errors.number(), POLLIN, 0});
    if (sent_ < unsent_.size() && !deaf_) watched.push_back({process_.input.number(), POLLOUT, 0});
  }

  /// Takes a piece of what is there and gives what it takes.
  void exchange() {
    (void)read_errors();
    (void)read_output();
    write();
  }

  /// The next line that it printed.
  [[nodiscard]] std::optional<std::string> line() { return printed_.next(); }
  /// What it printed after its last whole line.
  [[nodiscard]] std::string_view rest() const noexcept { return printed_.rest(); }
  /// Whether a line is longer than anybody could mean.
  [[nodiscard]] bool endless_line() const noexcept { return printed_.rest().size() > longest; }

  /// Whether it closed its standard input or output, and which; empty where it did not.
  [[nodiscard]] std::string_view closed() const noexcept {
    return !process_.output.open() ? "output" : deaf_ ? "input" : "";
  }

  /// Whether it has not looked at the last line that it was asked.
  [[nodiscard]] bool unread() const noexcept {
    int waiting = 0;
    if (::ioctl(process_.input.number(), FIONREAD, &waiting) != 0) return false;
    return static_cast<std::size_t>(waiting) + unsent_.size() - sent_ >= asked_;
  }

  /// How it ended, once it has: what it printed before is all there then.
  [[nodiscard]] std::optional<std::string> ended() {
    std::optional<std::string> how = process_.ended();
    constexpr int most = 64;  // pieces: a process that escaped may hold the pipe and print for ever
    for (int i = 0; how && i < most && read_errors(); ++i) continue;
    for (int i = 0; how && i < most && read_output(); ++i) continue;
    return how;
  }

  void send(int signal) const noexcept { process_.send(signal); }

  /// The last that it wrote to standard error since it was asked, for a message.
  [[nodiscard]] std::string errors() const { return errors_.printable(); }

private:
  static constexpr std::size_t longest = std::size_t{64} << 20;

  /// A piece of what a descriptor has, which is closed at its end. \returns whether there was one
  template <class Take>
  static bool read(descriptor& from, Take&& take) {
    if (!from.open()) return false;
    std::array<char, 65536> buffer;
    ::ssize_t n = 0;
    do {
      n = ::read(from.number(), buffer.data(), buffer.size());
    } while (n < 0 && errno == EINTR);
    if (n == 0 || (n < 0 && errno != EAGAIN)) from.close();
    if (n > 0) take(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    return n > 0;
  }

  bool read_output() {
    if (endless_line()) return false;
    return read(process_.output, [&](std::string_view piece) { printed_.append(piece); });
  }

  bool read_errors() {
    return read(process_.errors, [&](std::string_view piece) {
      errors_.append(piece);
      while (errors_to_ >= 0 && !piece.empty()) {
        const ::ssize_t n = write_without_signal(errors_to_, piece);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;  // nobody takes it
        piece.remove_prefix(static_cast<std::size_t>(n));
      }
    });
  }

  void write() {
    while (!deaf_ && sent_ < unsent_.size()) {
      const ::ssize_t n = write_without_signal(process_.input.number(), std::string_view(unsent_).substr(sent_));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        deaf_ = n < 0 && errno != EAGAIN;
        return;
      }
      sent_ += static_cast<std::size_t>(n);
    }
  }

  child_process process_;
  int errors_to_;
  std::string unsent_;
  std::size_t sent_ = 0;   // bytes of it that are on their way after all
  std::size_t asked_ = 0;  // bytes of the last line
  bool deaf_ = false;      // does not read any more
  line_splitter printed_;
  text_tail errors_;
};

}  // namespace paragon::evaluate::detail
