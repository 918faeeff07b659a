// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <filesystem>
#include <paragon/core/error.hpp>
#include <paragon/core/read_file.hpp>
#include <paragon/core/within_memory.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "../scratch.hpp"

TEST_CASE("core: a file is read whole, whatever its bytes") {
  const paragon_test::scratch_folder folder;
  std::string bytes("a\0\r\n\xff", 5);
  for (int i = 0; i < 15; ++i) bytes += bytes;
  CHECK(paragon::read_file(folder.write("file", bytes)) == bytes);
  CHECK(paragon::read_file(folder.write("empty", "")).empty());
  CHECK(paragon::read_file(std::filesystem::path(folder / "file")) == bytes);
}

TEST_CASE("core: what does not fit into memory is an error that names it") {
  const auto refuses = [](auto&& read) {
    CHECK_THROWS_WITH_AS(paragon::within_memory("big.npy", read),
                         "big.npy: does not fit into memory; expected a smaller input or more memory", paragon::error);
  };
  refuses([]() -> int { throw std::bad_alloc(); });
  refuses([] { std::vector<double>().reserve(static_cast<std::size_t>(-1)); });
  CHECK(paragon::within_memory("x", [] { return 3; }) == 3);
  CHECK_THROWS_AS(paragon::within_memory("x", [] { throw std::runtime_error("another"); }), std::runtime_error);
}

TEST_CASE("core: a path with a zero byte is an error, not a shorter path") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder.write("file", "x");
  CHECK_THROWS_AS((void)paragon::read_file(path + std::string("\0.csv", 5)), paragon::error);
}

TEST_CASE("core: reading a missing file or a folder is an error that names it") {
  const paragon_test::scratch_folder folder;
  const std::string missing = folder / "missing.csv";
  CHECK_THROWS_WITH_AS((void)paragon::read_file(missing),
                       (missing + ": cannot be read: No such file or directory; expected a readable file").c_str(),
                       paragon::error);
  const std::string here = folder / ".";
  CHECK_THROWS_WITH_AS((void)paragon::read_file(here),
                       (here + ": cannot be read: Is a directory; expected a readable file").c_str(), paragon::error);
}
