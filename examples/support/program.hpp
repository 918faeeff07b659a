// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <CLI/CLI.hpp>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <string>
#include <system_error>
#include <utility>

/// What the programs share: how they read numbers, how they end, and what they return.
namespace program {

/// A whole number within bounds, in decimals. (Of a plain option CLI11 reads -1 as 18446744073709551615, and 010 as 8.)
[[nodiscard]] inline CLI::Validator whole(std::uint64_t least, std::uint64_t most = INT64_MAX) {
  const bool open = most == INT64_MAX;
  const std::string range = open ? "a whole number from " + std::to_string(least) + " up"
                                 : std::to_string(least) + " to " + std::to_string(most);
  return {[=](std::string& text) -> std::string {
            std::uint64_t value = 0;
            const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool read = failure == std::errc{} && end == text.data() + text.size();
            if (!read || value < least || value > most) return text + "; expected " + range;
            text = std::to_string(value);
            return {};
          },
          open ? "" : range};
}

/// A finite number within bounds.
[[nodiscard]] inline CLI::Validator number(double least, double most) {
  const std::string range = paragon::json(least).dump() + " to " + paragon::json(most).dump();
  return {[=](std::string& text) -> std::string {
            double value = 0;
            const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool read = failure == std::errc{} && end == text.data() + text.size();
            return read && value >= least && value <= most ? std::string() : text + "; expected " + range;
          },
          range};
}

/// \throws error where what was printed could not be written
inline void finish_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw paragon::error("standard output", errno == 0 ? "cannot be written" : std::strerror(errno));
}

/// Reads the command line; ends the program with 0 after --help, and with 2 where it is wrong.
inline void parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const bool good = app.exit(e) == 0;
    finish_output();
    std::exit(good ? 0 : 2);
  }
}

/// Finds out now, not after the work, whether a file can be written. \throws error that names it
inline void require_writable(const std::string& path) {
  paragon::interruption::hold([&] { paragon::atomic_file{path}; });
}

/// Makes the folder for the results of a run, and finds out now, not in the end, whether it can be written to.
/// \throws error that names it
inline void make_folder(const std::string& path) {
  paragon::interruption::hold([&] {
    std::error_code failure;
    std::filesystem::create_directories(path, failure);
    if (failure) throw paragon::error("--out", path + ": " + failure.message(), "a folder that can be made or written");
  });
  require_writable(path + "/result.json");
}

/// Runs a program: `body()` gives its status. 2 for what it cannot accept, said in one line; 128 and the number of the
/// signal that ended it. Whoever reads its output may leave: what it writes to files is written all the same.
template <class Body>
int run(const char* name, Body&& body) {
  const paragon::interruption signals;
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    const int status = std::forward<Body>(body)();
    finish_output();
    return status;
  } catch (const paragon::interrupted& e) {
    std::fprintf(stderr, "%s: %s\n", name, e.what());
    return e.exit_status();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", name, e.what());
    return 2;
  }
}

}  // namespace program
