// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "error.hpp"

namespace paragon::inline PARAGON_ISA {

/// A file that grows line by line and survives a kill at any moment: a log of results that were expensive.
///
/// A line is one call of the operating system, O(its length) however long the file is. So of a process that is killed
/// every line is kept but, at worst, the one being written; `text()` tells what is there, a torn last line included,
/// and `keep` cuts it off. Lines are forced to the disk at most once a second, or as often as `force_every` says: a power
/// cut loses no more than what was written since, or, if nothing followed, what the system has not written by itself
/// (usually 30 seconds). Forcing takes milliseconds; with an interval of 0 every line is on the disk when `append` returns.
///
/// One process at a time: the file is locked until the object is gone (flock; released too where the process is
/// killed). A symbolic link is followed, and stays a link; mode and owner stay as they are. Not thread-safe.
///
/// \code
/// paragon::line_file log("results.jsonl");
/// log.keep(log.text().rfind('\n') + 1);  // without a torn line
/// log.append("{\"trial\":0}\n");
/// \endcode
class line_file {
public:
  /// Opens the file, empty where it did not exist.
  /// \throws error that names the path where it cannot be opened for reading and writing, is not a regular file, or is
  ///         open in another `line_file`, of this or another process
  explicit line_file(std::string path) : path_(std::move(path)) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file_ < 0) fail("cannot be opened", errno);
    try {
      if (!S_ISREG(status().st_mode)) throw error(path_, "is not a regular file", "the name of a file");
      if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) throw error(path_, "is in use", "a file that nobody else writes to");
        fail("cannot be locked", errno);
      }
      read();
    } catch (...) {
      ::close(file_);
      throw;
    }
  }

  line_file(const line_file&) = delete;
  line_file& operator=(const line_file&) = delete;
  ~line_file() {
    (void)::fdatasync(file_);
    ::close(file_);
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// What the file held when it was opened.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  /// Gives the memory of `text()` back, which is empty from then on. \pre nothing is to be cut off any more
  void forget_text() noexcept { std::string().swap(text_); }

  /// Forces lines to the disk where the last time was at least so long ago; at first a second. 0: always.
  void force_every(std::chrono::nanoseconds interval) noexcept { interval_ = interval; }

  /// Forces all lines to the disk. \throws error where that is not possible
  void force() {
    // A file system that cannot do it (EINVAL) keeps nothing through a power cut anyway.
    if (::fdatasync(file_) != 0 && errno != EINVAL) fail("cannot be forced to the disk", errno);
    synchronised_ = std::chrono::steady_clock::now();
  }

  /// Cuts the file after its first bytes. \pre nothing was appended; bytes <= text().size() \throws error
  void keep(std::size_t bytes) {
    if (bytes == text_.size()) return;
    if (::ftruncate(file_, static_cast<::off_t>(bytes)) != 0) fail("cannot be cut", errno);
    text_.resize(bytes);
    size_ = bytes;
  }

  /// Appends one or several lines; all of them, or none and an error.
  /// \throws error where the disk is full, and where the file was removed, replaced or changed by somebody else
  void append(std::string_view lines) {
    const struct ::stat now = status();
    if (now.st_nlink == 0) throw error(path_, "cannot be written: it was removed or replaced");
    if (static_cast<std::size_t>(now.st_size) != size_) throw error(path_, "was changed by somebody else");
    std::size_t done = 0;
    while (done < lines.size()) {
      const ::ssize_t n = ::write(file_, lines.data() + done, lines.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        const int reason = n < 0 ? errno : ENOSPC;
        (void)!::ftruncate(file_, static_cast<::off_t>(size_));  // no half line, in case that space is made
        fail("cannot be written", reason);
      }
      done += static_cast<std::size_t>(n);
    }
    try {
      if (std::chrono::steady_clock::now() - synchronised_ >= interval_) force();
    } catch (...) {
      (void)!::ftruncate(file_, static_cast<::off_t>(size_));  // the caller will write them again
      throw;
    }
    size_ += lines.size();
  }

private:
  [[nodiscard]] struct ::stat status() const {
    struct ::stat found {};
    if (::fstat(file_, &found) != 0) fail("cannot be examined", errno);
    return found;
  }

  void read() {
    text_.resize(static_cast<std::size_t>(status().st_size));
    while (size_ < text_.size()) {
      const ::ssize_t n = ::pread(file_, text_.data() + size_, text_.size() - size_, static_cast<::off_t>(size_));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail("cannot be read", n < 0 ? errno : EIO);
      size_ += static_cast<std::size_t>(n);
    }
  }

  [[noreturn]] void fail(std::string_view what, int reason) const {
    throw error(path_, std::string(what) + ": " + std::strerror(reason), "a file that can be read and written");
  }

  std::string path_;
  std::string text_;
  int file_ = -1;
  std::size_t size_ = 0;
  std::chrono::nanoseconds interval_ = std::chrono::seconds(1);
  std::chrono::steady_clock::time_point synchronised_{};
};

}  // namespace paragon
