// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The program `supernet_nasbench201`, run as a user runs it, and killed as a machine kills it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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

namespace {

const std::string program = std::string(PARAGON_EXAMPLES_BUILD) + "/supernet_nasbench201";

bool built() {
  if (std::filesystem::exists(program)) return true;
  paragon_test::skip("the example programs are not built");
  return false;
}

/// Starts the program in the background, its output in a file.
pid_t start(const std::vector<std::string>& arguments, const std::string& log) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  ::dup2(out, 1);
  ::dup2(out, 2);
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const auto& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

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
  REQUIRE(wait_for(start(small_search(folder / "undisturbed"), folder / "log")) == 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  auto resume = small_search(folder / "killed");
  resume.push_back("--resume");
  const paragon::random_key key{.seed = 2024};
  INFO("seed " << key.seed);
  for (std::uint64_t k = 0; k < 10; ++k) {
    const pid_t child = start(resume, folder / "log");
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds * key.uniform(k)));
    ::kill(child, SIGKILL);
    (void)wait_for(child);
  }
  REQUIRE(wait_for(start(resume, folder / "log")) == 0);
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
    CHECK(wait_for(start(arguments, folder / "log")) == 2);
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
