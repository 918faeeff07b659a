// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#ifdef __linux__
#include <sys/xattr.h>
#endif

#include "error.hpp"
#include "quote.hpp"

namespace paragon::inline PARAGON_ISA {

namespace detail {

/// An open file that is closed at the end of the scope; -1: none.
class descriptor {
public:
  explicit descriptor(int number = -1) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor() { (void)close(); }

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] bool open() const noexcept { return number_ >= 0; }

  /// 0, or the reason why what was written is not all in the file.
  int close() noexcept {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0 ? 0 : errno;
  }

private:
  int number_;
};

/// Writes all bytes. \returns 0, or the reason why not
inline int write_all(int to, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ::ssize_t n = ::write(to, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {  // a pipe that somebody set not to block, and that is full
      ::pollfd room{.fd = to, .events = POLLOUT, .revents = 0};
      (void)::poll(&room, 1, -1);
      continue;
    }
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

/// The number N of a name such as /dev/fd/N, /dev/stdout or /proc/self/fd/N, which stands for a file that this process
/// has open; -1 for other names.
inline int open_descriptor(std::string_view path) {
  if (path == "/dev/stdout") return 1;
  if (path == "/dev/stderr") return 2;
  for (const std::string& folder :
       {std::string("/dev/fd/"), std::string("/proc/self/fd/"), "/proc/" + std::to_string(::getpid()) + "/fd/"}) {
    if (!path.starts_with(folder)) continue;
    int number = -1;
    const char* const end = path.data() + path.size();
    const auto [stop, problem] = std::from_chars(path.data() + folder.size(), end, number);
    if (problem == std::errc{} && stop == end) return number;
  }
  return -1;
}

/// Reserves space for `size` bytes, where the system can. \returns 0, or the reason why there is none
inline int reserve(int file, ::off_t size) noexcept {
#ifdef __linux__
  if (::fallocate(file, 0, 0, size) != 0 && errno != EOPNOTSUPP && errno != ENOSYS) return errno;
#else
  (void)file;
  (void)size;
#endif
  return 0;
}

/// Gives a file the owner, the mode and the further attributes (access lists among them) of another.
/// \returns whether that was possible, all of it
inline bool copy_attributes(int from, const struct ::stat& status, int to) {
  struct ::stat now {};
  if (::fstat(to, &now) != 0) return false;
  if ((now.st_uid != status.st_uid || now.st_gid != status.st_gid) && ::fchown(to, status.st_uid, status.st_gid) != 0) {
    return false;
  }
#ifdef __linux__
  const auto names = [](int file) {
    std::string list(1 << 16, '\0');  // the most that the kernel gives
    const ::ssize_t n = ::flistxattr(file, list.data(), list.size());
    list.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return list;
  };
  const std::string wanted = names(from);
  const std::string there = names(to);
  const auto each = [](const std::string& list, auto&& visit) {
    for (std::size_t at = 0; at < list.size(); at = list.find('\0', at) + 1) {
      if (!visit(list.c_str() + at)) return false;
    }
    return true;
  };
  // A folder may give new files an access list, which the older file then may not have.
  const auto has = [&](const char* name) {
    return !each(wanted, [&](const char* other) { return std::strcmp(name, other) != 0; });
  };
  if (!each(there, [&](const char* name) { return has(name) || ::fremovexattr(to, name) == 0; })) return false;
  std::string value(1 << 16, '\0');
  std::string same(1 << 16, '\0');
  const auto copied = each(wanted, [&](const char* name) {
    const ::ssize_t n = ::fgetxattr(from, name, value.data(), value.size());
    if (n < 0) return false;
    if (::fgetxattr(to, name, same.data(), same.size()) == n &&
        same.compare(0, static_cast<std::size_t>(n), value, 0, static_cast<std::size_t>(n)) == 0) {
      return true;
    }
    return ::fsetxattr(to, name, value.data(), static_cast<std::size_t>(n), 0) == 0;
  });
  if (!copied) return false;
#else
  (void)from;
#endif
  return ::fchmod(to, status.st_mode & 07777) == 0;
}

}  // namespace detail

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary name in the same folder; `commit()` renames it, which replaces an older file in one step.
/// Without `commit()` the destructor removes the temporary file and an older file stays as it was, so nobody ever reads
/// half a result. The data are not forced to the disk: this guards against failing programs, not against power cuts.
///
/// Symbolic links are followed, and stay: the file that they lead to is replaced, or made where it is absent. An older
/// file's mode, owner, access list and extended attributes are kept; a new file's mode is what the process's umask
/// leaves of 0666. Where replacing would lose something, bytes are kept in memory and `commit()` writes them into the
/// older file: where it has several names (hard links), where its owner or attributes cannot be given to another file,
/// and where the folder takes no new files. Space is reserved first, so that a full disk leaves the older file as it
/// was; only a machine that fails within this `commit()` can leave half a result. So it is for what is no regular file:
/// pipes, terminals, devices and names such as /dev/stdout or /dev/fd/3 are written to when the file is committed.
///
/// \code
/// paragon::atomic_file out("front.csv");
/// out.write("error,latency_ms\n");
/// out.commit();
/// \endcode
class atomic_file {
public:
  /// \throws error that names the path where it cannot be written to: the folder is absent or closed to writing, the file
  ///         is write-protected or a folder, symbolic links lead round in a circle
  explicit atomic_file(std::string path) : path_(std::move(path)) {
    if (path_.find('\0') != path_.npos) throw error(path_, "a zero byte in a path", "the name of a file");
    inherited_ = detail::open_descriptor(path_);
    if (inherited_ < 0) resolve();
    if (inherited_ >= 0) {
      const int flags = ::fcntl(inherited_, F_GETFL);
      if (flags < 0) fail("cannot be written", errno);
      if ((flags & O_ACCMODE) == O_RDONLY) fail("cannot be written", EBADF);
      return;
    }
    struct ::stat status {};
    if (::stat(target_.c_str(), &status) != 0) {
      if (errno != ENOENT) fail("cannot be created", errno);
      if (const int reason = create(0666); reason != 0) fail("cannot be created", reason);
      return;
    }
    if (S_ISDIR(status.st_mode)) throw error(path_, "is not a regular file", "the name of a file");
    if (::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) fail("cannot be written", errno);
    if (!S_ISREG(status.st_mode) || status.st_nlink > 1) return;
    const int reason = create(0600);
    if (reason == 0) {
      detail::descriptor older(::open(target_.c_str(), O_RDONLY | O_CLOEXEC));
      if (!older.open()) older = detail::descriptor(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
      if (!older.open() || !detail::copy_attributes(older.get(), status, file_.get())) discard();
    } else if (reason != EACCES && reason != EPERM && reason != EROFS) {
      fail("cannot be created", reason);
    }
  }

  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;

  ~atomic_file() { discard(); }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Appends. \throws error that names the path, for instance where the disk is full; the temporary file is then gone
  /// \pre not committed yet
  void write(std::string_view text) {
    constexpr std::size_t enough = 1 << 16;
    if (!file_.open() || buffer_.size() + text.size() < enough) {
      buffer_ += text;
    } else {
      flush(buffer_);
      buffer_.clear();
      flush(text);
    }
  }
  void write(std::span<const std::byte> bytes) {
    write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }

  /// Completes the file and gives it its name. \throws error that names the path; the temporary file is then gone
  void commit() {
    if (!file_.open()) return write_in_place();
    flush(buffer_);
    int reason = file_.close();
    if (reason == 0 && std::rename(temporary_.c_str(), target_.c_str()) != 0) reason = errno;
    if (reason != 0) ::unlink(temporary_.c_str());
    temporary_.clear();
    if (reason != 0) fail("cannot be written", reason);
  }

private:
  /// Follows symbolic links, to `target_` or to a file that this process has open.
  void resolve() {
    constexpr int most = 40;  // as many as Linux follows
    target_ = path_;
    for (int links = 0;; ++links) {
      struct ::stat status {};
      if (::lstat(target_.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return;
      if (links == most) fail("cannot be created", ELOOP);
      std::string to(PATH_MAX, '\0');
      const ::ssize_t n = ::readlink(target_.c_str(), to.data(), to.size());
      if (n < 0) fail("cannot be created", errno);
      to.resize(static_cast<std::size_t>(n));
      if (!to.starts_with('/')) to.insert(0, target_, 0, target_.rfind('/') + 1);
      target_ = std::move(to);
      inherited_ = detail::open_descriptor(target_);
      if (inherited_ >= 0) return;
    }
  }

  /// Makes the temporary file, whose name is no longer than names may be. \returns 0, or the reason why not
  int create(::mode_t mode) {
    static std::atomic<unsigned> count{0};
    constexpr std::size_t most = 64;
    const std::size_t slash = target_.rfind('/') + 1;
    const std::string_view name = std::string_view(target_).substr(slash);
    if (name.empty()) return target_.empty() ? ENOENT : EISDIR;
    const std::string begin =
        target_.substr(0, slash) + std::string(name.substr(0, detail::whole_characters(name, most)));
    do {
      temporary_ = begin + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(count.fetch_add(1));
      file_ =
          detail::descriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    } while (!file_.open() && errno == EEXIST);  // what an earlier process of the same number left
    if (file_.open()) return 0;
    temporary_.clear();
    return errno;
  }

  void flush(std::string_view bytes) {
    const int reason = detail::write_all(file_.get(), bytes);
    if (reason == 0) return;
    discard();
    fail("cannot be written", reason);
  }

  /// Into the file as it is: all of it, or nothing where that can be told before.
  void write_in_place() {
    detail::descriptor own;
    if (inherited_ < 0) own = detail::descriptor(::open(target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (inherited_ < 0 && !own.open()) fail("cannot be written", errno);
    struct ::stat status {};
    const bool regular = own.open() && ::fstat(own.get(), &status) == 0 && S_ISREG(status.st_mode);
    const auto size = static_cast<::off_t>(buffer_.size());
    int reason = 0;
    if (regular && size > status.st_size) {
      reason = detail::reserve(own.get(), size);
      if (reason != 0) (void)!::ftruncate(own.get(), status.st_size);
    }
    if (inherited_ == STDOUT_FILENO) std::fflush(stdout);
    if (reason == 0) reason = detail::write_all(own.open() ? own.get() : inherited_, buffer_);
    if (reason == 0 && regular && ::ftruncate(own.get(), size) != 0) reason = errno;
    if (const int closed = own.close(); reason == 0) reason = closed;
    buffer_.clear();
    if (reason != 0) fail("cannot be written", reason);
  }

  void discard() noexcept {
    (void)file_.close();
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
  }

  [[noreturn]] void fail(std::string_view what, int reason) const {
    throw error(path_, std::string(what) + ": " + std::strerror(reason), "a folder that exists and can be written to");
  }

  std::string path_;
  std::string target_;     // what the path leads to
  std::string temporary_;  // empty: none, and the target is written to in the end
  std::string buffer_;
  detail::descriptor file_;
  int inherited_ = -1;  // a file that this process has open, when the path means one
};

/// Writes a whole file at once, through `atomic_file`. \throws error that names the path
inline void write_file(const std::string& path, std::string_view text) {
  atomic_file file(path);
  file.write(text);
  file.commit();
}

}  // namespace paragon
