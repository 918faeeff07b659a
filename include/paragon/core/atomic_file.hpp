// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "error.hpp"

namespace paragon {

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary name in the same folder; `commit()` renames it, which replaces an older file in one step.
/// Without `commit()` the destructor removes the temporary file and an older file stays as it was, so nobody ever reads
/// half a result. The data are not forced to the disk: this guards against failing programs, not against power cuts.
///
/// \code
/// paragon::atomic_file out("front.csv");
/// out.write("error,latency_ms\n");
/// out.commit();
/// \endcode
class atomic_file {
public:
  /// \throws error that names the path where the folder is absent or closed to writing, or where the path names something
  ///         that is not a regular file (a folder, a device)
  explicit atomic_file(std::string path) : path_(std::move(path)), temporary_(temporary_name(path_)) {
    struct ::stat status {};
    if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
      throw error(path_, "is not a regular file", "the name of a file");
    }
    file_ = std::fopen(temporary_.c_str(), "wbx");
    if (file_ == nullptr) fail("cannot be created", errno);
  }

  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;

  ~atomic_file() { discard(); }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Appends. \throws error that names the path, for instance where the disk is full; the temporary file is then gone
  /// \pre not committed yet
  void write(std::string_view text) {
    if (text.empty()) return;
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) {
      const int reason = errno;
      discard();
      fail("cannot be written", reason);
    }
  }
  void write(std::span<const std::byte> bytes) {
    write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }

  /// Closes the file and gives it its name. \throws error that names the path; the temporary file is then gone
  void commit() {
    std::FILE* file = file_;
    file_ = nullptr;
    int reason = std::fclose(file) == 0 ? 0 : errno;
    if (reason == 0 && std::rename(temporary_.c_str(), path_.c_str()) != 0) reason = errno;
    if (reason != 0) {
      std::remove(temporary_.c_str());
      fail("cannot be written", reason);
    }
  }

private:
  static std::string temporary_name(const std::string& path) {
    static std::atomic<unsigned> count{0};
    return path + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(count.fetch_add(1));
  }

  void discard() noexcept {
    if (file_ == nullptr) return;
    std::fclose(file_);
    file_ = nullptr;
    std::remove(temporary_.c_str());
  }

  [[noreturn]] void fail(std::string_view what, int reason) const {
    throw error(path_, std::string(what) + ": " + std::strerror(reason), "a folder that exists and can be written to");
  }

  std::string path_;
  std::string temporary_;
  std::FILE* file_ = nullptr;
};

/// Writes a whole file at once, through `atomic_file`. \throws error that names the path
inline void write_file(const std::string& path, std::string_view text) {
  atomic_file file(path);
  file.write(text);
  file.commit();
}

}  // namespace paragon
