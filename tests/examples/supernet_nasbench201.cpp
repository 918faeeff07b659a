// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The program `supernet_nasbench201`, run as a user runs it, and killed as a machine kills it.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/core/read_file.hpp>
#include <string>
#include <thread>
#include <vector>

#include "../scratch.hpp"
#include "../support.hpp"
#include "program.hpp"

namespace {

using paragon_test::run_program;
using paragon_test::running_program;

const std::string program = "supernet_nasbench201";

bool built() { return paragon_test::is_built(program); }

std::vector<std::string> small_search(const std::string& out) {
  return {"--search", "--epochs", "6", "--width",   "4", "--cells",
          "1",        "--rays",   "4", "--threads", "1", "--checkpoint-minutes",
          "0",        "--seed",   "3", "--out",     out};
}

}  // namespace

TEST_CASE("examples: a search that is killed ten times ends as one that is not") {
  if (!built()) return;
  const paragon_test::scratch_folder folder;
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(run_program(program, small_search(folder / "undisturbed"), folder / "log") == 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  auto resume = small_search(folder / "killed");
  resume.push_back("--resume");
  const paragon::random_key key{.seed = 2024};
  INFO("seed " << key.seed);
  for (std::uint64_t k = 0; k < 10; ++k) {
    running_program running(program, resume, folder / "log");
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds * key.uniform(k)));
    running.send(SIGKILL);
  }
  REQUIRE(run_program(program, resume, folder / "log") == 0);
  for (const char* file : {"/supernet.safetensors", "/hypernetwork.safetensors", "/checkpoint.safetensors"}) {
    CAPTURE(file);
    CHECK(paragon::read_file(folder / "killed" + file) == paragon::read_file(folder / "undisturbed" + file));
  }
  const auto fronts = [&](const char* name) {
    return paragon::json::parse(paragon::read_file(folder / name + "/result.json")).at("devices").dump();
  };
  CHECK(fronts("killed") == fronts("undisturbed"));
}

TEST_CASE("examples: a supernet's wrong options are named, and nothing is written") {
  if (!built()) return;
  const paragon_test::scratch_folder folder;
  const auto fails = [&](std::vector<std::string> arguments, const std::string& said) {
    INFO(said);
    arguments.insert(arguments.end(), {"--out", folder / "out"});
    CHECK(run_program(program, arguments, folder / "log") == 2);
    CHECK(paragon::read_file(folder / "log").find(said) != std::string::npos);
  };
  fails({"--width", "0"}, "--width: 0");
  fails({"--rate", "-1"}, "--rate");
  fails({"--judged", "5"}, "--judged: 5");
  fails({"--images", "x.npy"}, "--images and --labels");
  fails({"--images", folder / "x.npy", "--labels", folder / "y.npy"}, "x.npy");
  fails({"--minutes", "1", "--epochs", "1"}, "excludes");
  CHECK_FALSE(std::filesystem::exists(folder / "out/result.json"));
}
