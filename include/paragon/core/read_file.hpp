// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>

#include "error.hpp"

namespace paragon {

/// The bytes of a file, whole.
///
/// A path is a `std::string` throughout the library, so that no header pays for `<filesystem>`; a
/// `std::filesystem::path` converts by itself.
/// \throws error that names the path where the file is missing, a folder, or cannot be read
[[nodiscard]] inline std::string read_file(const std::string& path) {
  const auto fail = [&path](int reason) {
    throw error(path, std::string("cannot be read: ") + std::strerror(reason), "a readable file");
  };
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) fail(errno);
  std::string bytes;
  if (std::fseek(file, 0, SEEK_END) == 0) {
    const long size = std::ftell(file);
    // A folder opens like a file on Linux and claims a size of LONG_MAX; reading from it then says what it is.
    if (size > 0 && size < (1L << 40)) bytes.resize(static_cast<std::size_t>(size));
    std::rewind(file);
  }
  std::size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(filled + 4096);
    const std::size_t n = std::fread(bytes.data() + filled, 1, bytes.size() - filled, file);
    filled += n;
    if (n == 0) break;
  }
  const int reason = std::ferror(file) != 0 ? errno : 0;
  std::fclose(file);
  if (reason != 0) fail(reason);
  bytes.resize(filled);
  return bytes;
}

}  // namespace paragon
