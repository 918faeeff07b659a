// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/read_file.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "../scratch.hpp"
#include "../support.hpp"

#ifdef __linux__
#include <sys/xattr.h>
#endif

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
  CHECK_THROWS_AS(paragon::write_file(path + "/", "x"), paragon::error);
  CHECK_THROWS_AS(paragon::write_file(folder / "absent/", "x"), paragon::error);
  CHECK_THROWS_AS(paragon::write_file("", "x"), paragon::error);
  CHECK_THROWS_AS(paragon::write_file(folder / std::string_view("a\0b", 3), "x"), paragon::error);
  CHECK(folder.entries() == 1);
  paragon::write_file("/dev/null", "x");
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("core: symbolic links are followed, and stay") {
  const paragon_test::scratch_folder folder;
  std::filesystem::create_directory(folder / "deep");
  (void)folder.write("deep/target", "old");
  const auto link = [&](const char* to, const char* name) { std::filesystem::create_symlink(to, folder / name); };
  link("deep/target", "near");
  link("../near", "deep/back");
  link("deep/back", "chain");
  const std::string absolute = folder / "deep/target";
  link(absolute.c_str(), "absolute");
  link("deep", "folder");
  int n = 0;
  for (const char* name : {"near", "chain", "absolute", "deep/back", "folder/target"}) {
    CAPTURE(name);
    const std::string text = std::to_string(++n);
    paragon::write_file(folder / name, text);
    CHECK(paragon::read_file(absolute) == text);
    CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(absolute)));
    if (std::string_view(name) != "folder/target") CHECK(std::filesystem::is_symlink(folder / name));
  }
  CHECK(folder.entries() == 5);
}

TEST_CASE("core: where a symbolic link leads nowhere, its target is made; a circle is an error") {
  const paragon_test::scratch_folder folder;
  std::filesystem::create_symlink("absent", folder / "dangling");
  std::filesystem::create_symlink("dangling", folder / "further");
  { const paragon::atomic_file probe(folder / "further"); }
  CHECK(folder.entries() == 2);
  paragon::write_file(folder / "further", "x");
  CHECK(paragon::read_file(folder / "absent") == "x");
  CHECK(std::filesystem::is_symlink(folder / "dangling"));
  CHECK(std::filesystem::is_symlink(folder / "further"));
  std::filesystem::create_symlink("no/folder", folder / "lost");
  CHECK_THROWS_AS(paragon::write_file(folder / "lost", "x"), paragon::error);
  std::filesystem::create_symlink("b", folder / "a");
  std::filesystem::create_symlink("a", folder / "b");
  CHECK_THROWS_WITH_AS(paragon::write_file(folder / "a", "x"),
                       ((folder / "a") + ": cannot be created: Too many levels of symbolic links; expected a folder "
                                         "that exists and can be written to")
                           .c_str(),
                       paragon::error);
  CHECK(folder.entries() == 6);
}

TEST_CASE("core: the mode and the owner of a file are kept, and a new file's mode is the umask's") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder.write("result.json", "old");
  struct ::stat status {};
  for (const ::mode_t mode : {0600U, 0644U, 0666U, 0755U, 0640U}) {
    CHECK(::chmod(path.c_str(), mode) == 0);
    paragon::write_file(path, "new");
    CHECK(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == mode);
  }
  if (::geteuid() == 0) {
    CHECK(::chown(path.c_str(), 12345, 54321) == 0);
    paragon::write_file(path, "newer");
    CHECK(::stat(path.c_str(), &status) == 0);
    CHECK(status.st_uid == 12345);
    CHECK(status.st_gid == 54321);
  }
  for (const ::mode_t mask : {0022U, 0077U, 0000U}) {
    const ::mode_t before = ::umask(mask);
    paragon::write_file(folder / "new", "x");
    ::umask(before);
    CHECK(::stat((folder / "new").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == (0666U & ~mask));
    std::filesystem::remove(folder / "new");
  }
  CHECK(folder.entries() == 1);
}

#ifdef __linux__
TEST_CASE("core: extended attributes are kept") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder.write("result.json", "old");
  if (::setxattr(path.c_str(), "user.origin", "here", 4, 0) != 0) {
    return paragon_test::skip("no extended attributes in the folder for temporary files");
  }
  paragon::write_file(path, "new");
  char value[8];
  CHECK(::getxattr(path.c_str(), "user.origin", value, sizeof value) == 4);
  CHECK(std::string_view(value, 4) == "here");
}
#endif

TEST_CASE("core: a file of several names keeps them all, and its content where nothing is committed") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder.write("one", "old content");
  std::filesystem::create_hard_link(path, folder / "two");
  for (const std::string& text : {std::string("short"), std::string(300'000, 'x'), std::string()}) {
    {
      paragon::atomic_file(path).write("not committed");
    }
    const std::string before = paragon::read_file(folder / "two");
    paragon::atomic_file file(path);
    file.write(text);
    CHECK(paragon::read_file(folder / "two") == before);
    file.commit();
    CHECK(paragon::read_file(folder / "two") == text);
    CHECK(std::filesystem::hard_link_count(path) == 2);
  }
  CHECK(folder.entries() == 2);
}

TEST_CASE("core: a pipe is written to, not replaced") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::filesystem::create_symlink("pipe", folder / "link");
  { const paragon::atomic_file probe(path); }  // does not wait for a reader
  for (const char* name : {"pipe", "link"}) {
    std::string read;
    std::thread reader([&] { read = paragon::read_file(path); });
    paragon::write_file(folder / name, "through the pipe");
    reader.join();
    CHECK(read == "through the pipe");
  }
  CHECK(std::filesystem::is_fifo(path));
  CHECK(folder.entries() == 2);
}

TEST_CASE("core: names of files that the process has open mean these files") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder.write("log", "");
  const int log = ::open(path.c_str(), O_WRONLY);
  REQUIRE(log >= 0);
  CHECK(::write(log, "first\n", 6) == 6);
  std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(log), folder / "link");
  paragon::write_file("/dev/fd/" + std::to_string(log), "second\n");
  paragon::write_file("/proc/self/fd/" + std::to_string(log), "third\n");
  paragon::write_file(folder / "link", "fourth\n");
  CHECK(::write(log, "fifth\n", 6) == 6);
  ::close(log);
  CHECK(paragon::read_file(path) == "first\nsecond\nthird\nfourth\nfifth\n");
  CHECK_THROWS_AS(paragon::write_file("/dev/fd/" + std::to_string(log), "x"), paragon::error);
  const int input = ::open(path.c_str(), O_RDONLY);
  CHECK_THROWS_AS(paragon::write_file("/dev/fd/" + std::to_string(input), "x"), paragon::error);
  ::close(input);
}

TEST_CASE("core: names may be as long as the system lets them") {
  const paragon_test::scratch_folder folder;
  for (const std::size_t length : {1U, 63U, 64U, 65U, 200U, 243U, 244U, 254U, 255U}) {
    CAPTURE(length);
    const std::string path = folder / std::string(length, 'n');
    paragon::write_file(path, "first");
    paragon::write_file(path, "second");
    CHECK(paragon::read_file(path) == "second");
  }
  std::string accents = "n";
  while (accents.size() < 255) accents += "\xC3\xA9";
  paragon::write_file(folder / accents, "x");
  CHECK(paragon::read_file(folder / accents) == "x");
  CHECK(folder.entries() == 10);
  CHECK_THROWS_AS(paragon::write_file(folder / std::string(256, 'n'), "x"), paragon::error);
}

TEST_CASE("core: a temporary file that an earlier process left is in nobody's way") {
  const paragon_test::scratch_folder folder;
  for (int k = 0; k < 2000; ++k)
    (void)folder.write("r.part-" + std::to_string(::getpid()) + "-" + std::to_string(k), "");
  const std::size_t before = folder.entries();
  paragon::write_file(folder / "r", "x");
  CHECK(paragon::read_file(folder / "r") == "x");
  CHECK(folder.entries() == before + 1);
}

TEST_CASE("core: what a user may not write to stays as it is, what he may write to is written") {
  const paragon_test::scratch_folder folder;
  const std::string guarded = folder.write("guarded", "old");
  const std::string closed = folder.write("closed/file", "old content");
  ::chmod(guarded.c_str(), 0444);
  const auto act = [&]() -> int {
    try {
      paragon::write_file(guarded, "new");
      return 1;
    } catch (const paragon::error& e) {
      if (e.what() != guarded +
                          ": cannot be written: Permission denied; expected a folder that exists and can be "
                          "written to") {
        return 2;
      }
    }
    paragon::write_file(closed, "new");  // the folder takes no new file, but this one is open to writing
    if (paragon::read_file(closed) != "new") return 3;
    try {
      paragon::write_file(folder / "closed/other", "x");
      return 4;
    } catch (const paragon::error&) {
      return 0;
    }
  };
  ::chmod((folder / "").c_str(), 0777);
  ::chmod(closed.c_str(), 0666);
  ::chmod((folder / "closed").c_str(), 0555);
  const ::pid_t child = ::fork();  // as somebody whom permissions bind
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(5);
    int code = 6;
    try {
      code = act();
    } catch (const std::exception&) {
    }
    ::_exit(code);
  }
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(paragon::read_file(guarded) == "old");
  ::chmod((folder / "closed").c_str(), 0755);
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
