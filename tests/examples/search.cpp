// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The program `search`, with small shell scripts in place of a training script.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/core/read_file.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../scratch.hpp"
#include "program.hpp"

namespace {

using paragon::json;
using paragon_test::run_program;
using paragon_test::running_program;
using paragon_test::scratch_folder;

constexpr const char* own_space = R"({"name": "own", "decisions": [
  {"name": "a", "range": [1, 20, 1]}, {"name": "b", "range": [1, 20, 1]},
  {"name": "c", "choices": [3, 5, 7], "ordered": true, "active_if": {"a": [5, 6, 7, 8, 9, 10]}}]})";

/// Answers by a and b; notes each request in a file. What the shell does at each line comes first.
std::string script(const scratch_folder& folder, const std::string& before = "") {
  return folder.write("evaluate.sh", R"(#!/bin/sh
value() { rest=${line#*\"$1\":}; printf '%s' "${rest%%[,\}]*}"; }
while IFS= read -r line; do
  printf '%s\n' "$line" >> ')" + folder / "asked" +
                                         R"('
  id=$(value id); a=$(value a); b=$(value b)
  )" + before + R"(
  printf '{"id":%s,"values":{"error":%s.0,"latency_ms":%s}}\n' "$id" $((1000 / (a + 2 * b))) $((a * a + b))
done
)");
}

/// How often each architecture was asked.
std::map<std::string, int> requests(const std::string& file) {
  std::map<std::string, int> count;
  const std::string text = paragon::read_file(file);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    ++count[json::parse(text.substr(begin, end - begin)).at("architecture").dump()];
    begin = end + 1;
  }
  return count;
}

std::vector<std::string> arguments(const scratch_folder& folder, const std::string& command, const std::string& solver,
                                   const std::string& out) {
  return {"--space",       folder.write("space.json", own_space),
          "--evaluate",    command,
          "--solver",      solver,
          "--evaluations", "60",
          "--out",         folder / out};
}

std::string devices(const scratch_folder& folder, const std::string& out) {
  return json::parse(paragon::read_file(folder / out + "/result.json")).at("devices").dump();
}

}  // namespace

TEST_CASE("examples: search writes the front, each architecture as an object") {
  if (!paragon_test::is_built("search")) return;
  const scratch_folder folder;
  const std::string command = "sh " + script(folder);
  for (const char* solver : {"random", "local", "evolution", "nsga2", "tpe", "bayesian"}) {
    CAPTURE(solver);
    REQUIRE(run_program("search", arguments(folder, command, solver, solver), folder / "log") == 0);
    const json result = json::parse(paragon::read_file(folder / solver + "/result.json"));
    CHECK(result.at("evaluations").integer() == 60);
    const auto& points = result.at("devices").items().at(0).at("points").items();
    REQUIRE(!points.empty());
    for (const json& point : points) {
      const double a = point.at("architecture").at("a").number();
      const double b = point.at("architecture").at("b").number();
      CHECK((point.at("architecture").find("c") != nullptr) == (a >= 5 && a <= 10));
      CHECK(point.at("objectives").at("latency_ms").number() == doctest::Approx(a * a + b));
      CHECK(point.at("objectives").at("error").number() == std::floor(1000 / (a + 2 * b)));
    }
  }
}

TEST_CASE("examples: search that is killed fifty times asks nothing twice and ends as one that is not") {
  if (!paragon_test::is_built("search")) return;
  const scratch_folder folder;
  const std::string command = "sh " + script(folder, "sleep 0.02");
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(run_program("search", arguments(folder, command, "nsga2", "undisturbed"), folder / "log") == 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto undisturbed = requests(folder / "asked");
  CHECK(undisturbed.size() == 60);
  std::filesystem::remove(folder / "asked");

  auto resume = arguments(folder, command, "nsga2", "killed");
  resume.push_back("--resume");
  const paragon::random_key key{.seed = 50};
  INFO("seed " << key.seed);
  int kills = 0;
  for (std::uint64_t k = 0; k < 50; ++k) {
    running_program running("search", resume, folder / "log");
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds / 15 * key.uniform(k)));
    running.send(SIGKILL);
    kills += running.wait() == 256 + SIGKILL ? 1 : 0;
  }
  CHECK(kills > 0);
  REQUIRE(run_program("search", resume, folder / "log") == 0);
  CHECK(devices(folder, "killed") == devices(folder, "undisturbed"));
  // A kill can hit an evaluation: it is asked again then, for nobody knows its outcome. One that was kept never is.
  const auto asked = requests(folder / "asked");
  CHECK(asked.size() == 60);
  int again = 0;
  for (const auto& [architecture, times] : asked) {
    CHECK(undisturbed.contains(architecture));
    again += times - 1;
  }
  CHECK(again <= kills);
}

TEST_CASE("examples: search survives a command that crashes, hangs and prints nonsense") {
  if (!paragon_test::is_built("search")) return;
  const scratch_folder folder;
  const std::string command = "sh " + script(folder, R"(
  case $(((a * 7 + b) % 13)) in 0) exit 3;; 1) sleep 100;; 2) echo Traceback;; esac)");
  auto all = arguments(folder, command, "bayesian", "out");
  all.insert(all.end(), {"--timeout", "0.5", "--workers", "2", "--retries", "0"});
  REQUIRE(run_program("search", all, folder / "log") == 0);
  const std::string kept = paragon::read_file(folder / "out/evaluations.jsonl");
  CHECK(kept.find("Traceback") != std::string::npos);
  const json result = json::parse(paragon::read_file(folder / "out/result.json"));
  CHECK(result.at("evaluations").integer() == 60);
  CHECK(!result.at("devices").items().at(0).at("points").items().empty());
}

TEST_CASE("examples: search says what is wrong, and never goes on with another search") {
  if (!paragon_test::is_built("search")) return;
  const scratch_folder folder;
  const std::string command = "sh " + script(folder);
  const auto fails = [&](std::vector<std::string> more, const std::string& said, const std::string& out = "bad") {
    INFO(said);
    auto all = arguments(folder, command, "random", out);
    all.insert(all.end(), more.begin(), more.end());
    CHECK(run_program("search", all, folder / "log") == 2);
    CHECK(paragon::read_file(folder / "log").find(said) != std::string::npos);
  };
  fails({"--objectives", "error"}, "\"error\"; expected NAME:min or NAME:max");
  fails({"--objectives", "error:min,error:max"}, "\"error\" twice");
  fails({"--limits", "size:3"}, "--limits: \"size\"");
  fails({"--limits", "error:x"}, "\"error:x\"");
  fails({"--penalty", "error:100"}, "nothing for \"latency_ms\"");
  fails({"--workers", "0"}, "--workers");
  fails({"--objectives", "accuracy:max"}, "accuracy", "misnamed");  // the command never answers it

  REQUIRE(run_program("search", arguments(folder, command, "random", "out"), folder / "log") == 0);
  fails({}, "holds a search already", "out");
  fails({"--resume", "--seed", "2"}, "--seed 1, not 2", "out");
  auto more = arguments(folder, command, "random", "out");
  more.insert(more.end(), {"--resume", "--evaluations", "80"});
  for (auto& a : more) {
    if (a == "60") a = "80";
  }
  more.resize(more.size() - 2);
  REQUIRE(run_program("search", more, folder / "log") == 0);
  CHECK(requests(folder / "asked").size() >= 80);
}
