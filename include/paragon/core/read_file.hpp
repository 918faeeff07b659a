// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "error.hpp"
#include "within_memory.hpp"

namespace paragon::inline PARAGON_ISA {

/// The bytes of a file, whole.
///
/// A path is a `std::string` throughout the library, so that no header pays for `<filesystem>`; a
/// `std::filesystem::path` converts by itself.
/// \throws error that names the path where the file is missing, a folder, cannot be read, or is larger than the memory
[[nodiscard]] inline std::string read_file(const std::string& path) {
  const auto fail = [&path](int reason) {
    throw error(path, std::string("cannot be read: ") + std::strerror(reason), "a readable file");
  };
  if (path.find('\0') != path.npos) throw error(path, "a zero byte in a path", "the name of a file");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             [](std::FILE* f) { return std::fclose(f); });
  if (file == nullptr) fail(errno);
  return within_memory(path, [&] {
    std::string bytes;
    if (std::fseek(file.get(), 0, SEEK_END) == 0) {
      const long size = std::ftell(file.get());
      // A folder opens like a file on Linux and claims a size of LONG_MAX; reading from it then says what it is.
      if (size > 0 && size < (1L << 40)) bytes.resize(static_cast<std::size_t>(size));
      std::rewind(file.get());
    }
    std::size_t filled = 0;
    for (;;) {
      if (filled == bytes.size()) bytes.resize(filled + filled / 2 + 4096);
      const std::size_t n = std::fread(bytes.data() + filled, 1, bytes.size() - filled, file.get());
      filled += n;
      if (n == 0) break;
    }
    if (std::ferror(file.get()) != 0) fail(errno);
    bytes.resize(filled);
    return bytes;
  });
}

}  // namespace paragon
