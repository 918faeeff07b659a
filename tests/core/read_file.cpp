// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <filesystem>
#include <paragon/core/error.hpp>
#include <paragon/core/read_file.hpp>
#include <string>

#include "../scratch.hpp"

TEST_CASE("core: a file is read whole, whatever its bytes") {
  const paragon_test::scratch_folder folder;
  std::string bytes("a\0\r\n\xff", 5);
  for (int i = 0; i < 15; ++i) bytes += bytes;
  CHECK(paragon::read_file(folder.write("file", bytes)) == bytes);
  CHECK(paragon::read_file(folder.write("empty", "")).empty());
  CHECK(paragon::read_file(std::filesystem::path(folder / "file")) == bytes);
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
