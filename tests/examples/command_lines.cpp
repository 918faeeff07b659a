// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// examples/command_lines.txt, which ctest runs: every program and every option that it documents has a line.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <paragon/core/read_file.hpp>

#include "../scratch.hpp"
#include "../support.hpp"
#include "program.hpp"

namespace {

/// The words of each program's lines.
std::map<std::string, std::set<std::string>> read_lines(const std::string& text) {
  std::map<std::string, std::set<std::string>> words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream rest(line);
    std::string name;
    std::string program;
    if (line.starts_with("#") || !(rest >> name >> program)) continue;
    auto& known = words[program];
    for (std::string word; rest >> word;) known.insert(word);
  }
  return words;
}

/// The long options that a help text explains, each at the beginning of a line.
std::set<std::string> options_of(const std::string& help) {
  static const std::regex option(R"(^\s+(?:-\w,)?(--[a-z][a-z0-9-]*))");
  std::set<std::string> found;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    if (std::smatch match; std::regex_search(line, match, option)) found.insert(match[1]);
  }
  return found;
}

}  // namespace

TEST_CASE("examples: options are found in a help text, and words in command lines") {
  const std::string help =
      "Trains a thing\nUsage: thing [OPTIONS]\n\nOptions:\n  -h,--help                   Print this\n"
      "  --data TEXT                 folder; without --images, made\n  --no-flip                   do not mirror\n";
  CHECK(options_of(help) == std::set<std::string>{"--help", "--data", "--no-flip"});
  const auto lines = read_lines("# comment\n\none: thing --data x --no-flip\ntwo: thing --help\n");
  CHECK(lines.at("thing") == std::set<std::string>{"--data", "x", "--no-flip", "--help"});
}

TEST_CASE("examples: every program and every option has a command line that ctest runs") {
  const auto lines = read_lines(paragon::read_file(std::string(PARAGON_EXAMPLES_SOURCE) + "/command_lines.txt"));
  const paragon_test::scratch_folder folder;
  for (const auto& entry : std::filesystem::directory_iterator(PARAGON_EXAMPLES_SOURCE)) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string program = entry.path().stem().string();
    CAPTURE(program);
    const auto known = lines.find(program);
    CHECK_MESSAGE(known != lines.end(), "no line");
    // A program that takes no options would do its work.
    if (known == lines.end() || paragon::read_file(entry.path().string()).find("argv") == std::string::npos) continue;
    if (!paragon_test::is_built(program)) continue;
    REQUIRE(paragon_test::run_program(program, {"--help"}, folder / "help") == 0);
    const auto options = options_of(paragon::read_file(folder / "help"));
    CHECK(options.contains("--help"));
    for (const std::string& option : options) CHECK_MESSAGE(known->second.contains(option), option << " has no line");
  }
}
