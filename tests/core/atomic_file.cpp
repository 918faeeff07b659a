// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <filesystem>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/read_file.hpp>
#include <stdexcept>
#include <string>

#include "../scratch.hpp"

TEST_CASE("core: an atomic file appears when it is committed") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "result.json";
  paragon::atomic_file file(path);
  CHECK(file.path() == path);
  file.write("{");
  file.write("");
  file.write(std::as_bytes(std::span("}\n", 2)));
  CHECK_FALSE(std::filesystem::exists(path));
  file.commit();
  CHECK(paragon::read_file(path) == "{}\n");
  CHECK(folder.entries() == 1);
}

TEST_CASE("core: an atomic file that is not committed leaves the old one and nothing else") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder.write("result.json", "old");
  try {
    paragon::atomic_file file(path);
    file.write("half of the new");
    throw std::runtime_error("the search failed");
  } catch (const std::runtime_error&) {
  }
  CHECK(paragon::read_file(path) == "old");
  CHECK(folder.entries() == 1);
  paragon::write_file(path, "new");
  CHECK(paragon::read_file(path) == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("core: two atomic files of one name do not disturb each other") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "result.json";
  paragon::atomic_file first(path);
  paragon::atomic_file second(path);
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  CHECK(paragon::read_file(path) == "first");
  CHECK(folder.entries() == 1);
}

TEST_CASE("core: a file in a folder that does not exist is an error that names it") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "missing/result.json";
  CHECK_THROWS_WITH_AS(
      paragon::write_file(path, "x"),
      (path + ": cannot be created: No such file or directory; expected a folder that exists and can be written to")
          .c_str(),
      paragon::error);
}

TEST_CASE("core: a folder or a device is never replaced by a file") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "results";
  std::filesystem::create_directory(path);
  CHECK_THROWS_WITH_AS(paragon::write_file(path, "x"),
                       (path + ": is not a regular file; expected the name of a file").c_str(), paragon::error);
  CHECK(std::filesystem::is_directory(path));
  CHECK(folder.entries() == 1);
  CHECK_THROWS_AS(paragon::write_file("/dev/null", "x"), paragon::error);
}

TEST_CASE("core: a name that a folder took meanwhile is an error and leaves nothing behind") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "result.json";
  paragon::atomic_file file(path);
  file.write("x");
  std::filesystem::create_directory(path);
  CHECK_THROWS_AS(file.commit(), paragon::error);
  CHECK(folder.entries() == 1);
}
