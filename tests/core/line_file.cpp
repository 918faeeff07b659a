// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/core/line_file.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <paragon/core/read_file.hpp>
#include <string>

#include "../scratch.hpp"

using paragon_test::scratch_folder;

namespace {

std::string message(auto&& action) {
  try {
    action();
  } catch (const paragon::error& bad) {
    return bad.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("line_file: what is appended is there at once, and the next time") {
  const scratch_folder folder;
  {
    paragon::line_file file(folder / "log");
    CHECK(file.path() == folder / "log");
    CHECK(file.text().empty());
    file.append("one\n");
    CHECK(paragon::read_file(folder / "log") == "one\n");
    file.append("two\nthree\n");
  }
  folder.write("log", "one\ntwo\nthr");
  paragon::line_file file(folder / "log");
  CHECK(file.text() == "one\ntwo\nthr");
  file.keep(8);
  CHECK(file.text() == "one\ntwo\n");
  file.append("four\n");
  CHECK(paragon::read_file(folder / "log") == "one\ntwo\nfour\n");
}

TEST_CASE("line_file: forced to the disk as often as is said, its text forgotten") {
  const scratch_folder folder;
  folder.write("log", "one\n");
  paragon::line_file file(folder / "log");
  file.forget_text();
  CHECK(file.text().empty());
  file.force_every(std::chrono::nanoseconds(0));
  file.append("two\n");
  file.force_every(std::chrono::hours(1));
  file.append("three\n");
  file.force();
  CHECK(paragon::read_file(folder / "log") == "one\ntwo\nthree\n");
}

TEST_CASE("line_file: one at a time") {
  const scratch_folder folder;
  auto first = std::make_unique<paragon::line_file>(folder / "log");
  CHECK(has(message([&] { paragon::line_file second(folder / "log"); }), "log: is in use"));
  first.reset();
  CHECK(message([&] { paragon::line_file second(folder / "log"); }) == "");
}

TEST_CASE("line_file: links are followed, and mode and links stay") {
  const scratch_folder folder;
  const std::string target = folder.write("target", "old\n");
  REQUIRE(::chmod(target.c_str(), 0600) == 0);
  std::filesystem::create_symlink("target", folder / "link");
  std::filesystem::create_hard_link(target, folder / "hard");
  std::filesystem::create_symlink("later", folder / "dangling");
  paragon::line_file(folder / "link").append("new\n");
  paragon::line_file(folder / "dangling").append("first\n");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(std::filesystem::is_symlink(folder / "dangling"));
  CHECK(paragon::read_file(folder / "hard") == "old\nnew\n");
  CHECK(paragon::read_file(folder / "later") == "first\n");
  struct ::stat status {};
  REQUIRE(::stat(target.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("line_file: what is no file is refused") {
  const scratch_folder folder;
  CHECK(has(message([&] { paragon::line_file file(folder / "absent/log"); }), "absent/log: cannot be opened"));
  CHECK(has(message([&] { paragon::line_file file(folder / "."); }), "cannot be opened"));
  CHECK(has(message([&] { paragon::line_file file("/dev/null"); }), "is not a regular file"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(has(message([&] { paragon::line_file file(folder / "pipe"); }), "is not a regular file"));
}

TEST_CASE("line_file: a file that somebody else touched is an error, and no line is lost unseen") {
  const scratch_folder folder;
  {
    paragon::line_file file(folder / "log");
    folder.write("log", "other\n");
    CHECK(has(message([&] { file.append("mine\n"); }), "log: was changed"));
    CHECK(paragon::read_file(folder / "log") == "other\n");
  }
  paragon::line_file file(folder / "log");
  std::filesystem::rename(folder.write("beside", "new\n"), folder / "log");
  CHECK(has(message([&] { file.append("mine\n"); }), "removed or replaced"));
}

TEST_CASE("line_file: no half line where space runs out") {
  const scratch_folder folder;
  paragon::line_file file(folder / "log");
  file.append("0123456789\n");
  struct ::rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct ::rlimit small {
    15, before.rlim_max
  };
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string problem = message([&] { file.append("abcdefghi\n"); });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(has(problem, "log: cannot be written"));
  CHECK(paragon::read_file(folder / "log") == "0123456789\n");
  file.append("abcdefghi\n");
  CHECK(paragon::read_file(folder / "log") == "0123456789\nabcdefghi\n");
}
