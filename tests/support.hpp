// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace paragon_test {

inline std::optional<std::filesystem::path> folder(const char* variable, std::string_view otherwise) {
  const char* chosen = std::getenv(variable);
  const std::filesystem::path path =
      chosen != nullptr ? std::filesystem::path(chosen) : std::filesystem::path(otherwise);
  if (!std::filesystem::is_directory(path)) return std::nullopt;
  return path;
}

/// The folder of golden numbers, where there is one.
inline std::optional<std::filesystem::path> golden_folder() { return folder("PARAGON_GOLDEN", PARAGON_GOLDEN_DEFAULT); }

/// The folder of benchmark tables, where there is one.
inline std::optional<std::filesystem::path> data_folder() { return folder("PARAGON_DATA", PARAGON_DATA_DEFAULT); }

/// Says why a test did not run; ctest reports such a test as skipped.
inline void skip(std::string_view reason) {
  std::printf("[skipped] %.*s\n", static_cast<int>(reason.size()), reason.data());
}

}  // namespace paragon_test
