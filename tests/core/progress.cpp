// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <fcntl.h>
#include <stdlib.h>

#include <paragon/core/progress.hpp>
#include <string>

#include "../support.hpp"

namespace {

// The smallest observer.
struct archetype {
  bool operator()(std::string_view, std::size_t, std::size_t, double) { return true; }
};
struct says_nothing {
  void operator()(std::string_view, std::size_t, std::size_t, double) {}
};

}  // namespace

static_assert(paragon::progress_observer<archetype>);
static_assert(paragon::progress_observer<paragon::silent>);
static_assert(paragon::progress_observer<paragon::terminal_progress>);
static_assert(!paragon::progress_observer<says_nothing>);
static_assert(!paragon::progress_observer<int>);

TEST_CASE("core: silent progress never asks to stop") { CHECK(paragon::silent{}("search", 1, 2, 0.5)); }

TEST_CASE("core: progress writes nothing where there is no terminal") {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  paragon::terminal_progress progress(file);
  for (std::size_t i = 1; i <= 10; ++i) CHECK(progress("search", i, 10, 0.5));
  CHECK(std::ftell(file) == 0);
  std::fclose(file);
}

TEST_CASE("core: progress draws phase, per cent and value on a terminal") {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) {
    return paragon_test::skip("no pseudo-terminal");
  }
  std::FILE* stream = std::fopen(::ptsname(terminal), "w");
  if (stream == nullptr) return paragon_test::skip("no pseudo-terminal");
  paragon::terminal_progress progress(stream);
  CHECK(progress("train predictor", 10, 10, 0.25));
  char buffer[512];
  const auto size = ::read(terminal, buffer, sizeof buffer);
  std::fclose(stream);
  ::close(terminal);
  REQUIRE(size > 0);
  const std::string line(buffer, static_cast<std::size_t>(size));
  CHECK(line.find("train predictor") != std::string::npos);
  CHECK(line.find("100 %") != std::string::npos);
  CHECK(line.find("0.25") != std::string::npos);
}
