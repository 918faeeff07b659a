// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// How the programs end when a user, a system or a closed terminal asks them to.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <paragon/core/json.hpp>
#include <paragon/core/read_file.hpp>

#include "../scratch.hpp"
#include "../support.hpp"
#include "program.hpp"

namespace {

using paragon_test::running_program;
using paragon_test::scratch_folder;
namespace fs = std::filesystem;

struct long_program {
  std::string name;
  std::vector<std::string> arguments;  ///< so that it runs for long
  std::string out = "";                ///< a file name, where --out is no folder
  bool needs_data = false;
};

const std::vector<long_program>& long_programs() {
  static const std::string cell = "|nor_conv_3x3~0|+|skip_connect~0|nor_conv_3x3~1|+|none~0|skip_connect~1|none~2|";
  static const std::vector<long_program> all{
      {"image_meta_dataset", {"--width", "2", "--epochs", "500", "--threads", "1"}},
      {"meta_predictors", {}, "numbers.json", true},
      {"modnas_nasbench201", {"--steps", "1000000"}},
      {"my_device", {"--rounds", "1000"}},
      {"pomonag_mobilenetv3", {"--samples", "256", "--tune", "1000"}},
      {"pomonag_nasbench201", {"--train-steps", "1000000"}},
      {"supernet_nasbench201", {"--width", "2", "--epochs", "5000", "--threads", "1"}},
      {"train_cell", {"--cell", cell, "--width", "2", "--cells", "1", "--epochs", "5000", "--threads", "1"}},
      {"train_score", {"--steps", "1000000"}, "score.safetensors"},
      {"train_surrogates", {"--epochs", "1000"}, "surrogates.safetensors", true},
  };
  return all;
}

/// The arguments, and those that are the same for all programs.
std::vector<std::string> command(const long_program& p, const scratch_folder& folder) {
  std::vector<std::string> all = p.arguments;
  if (p.needs_data) all.insert(all.end(), {"--data", paragon_test::data_folder()->string()});
  all.insert(all.end(), {"--out", folder / ("out" + (p.out.empty() ? "" : "/" + p.out))});
  return all;
}

/// What an earlier run left behind.
std::map<std::string, std::string> earlier_results(const scratch_folder& folder, const long_program& p) {
  std::vector<std::string> names{"result.json",
                                 "report.html",
                                 "hypernetwork.safetensors",
                                 "supernet.safetensors",
                                 "score.safetensors",
                                 "network.safetensors",
                                 "network.onnx",
                                 "rows.csv",
                                 "embeddings.safetensors",
                                 "pixel2.svg"};
  if (!p.out.empty()) names.push_back(p.out);
  std::map<std::string, std::string> files;
  for (const auto& name : names) {
    files[name] = "an earlier " + name;
    folder.write("out/" + name, files[name]);
  }
  return files;
}

bool can_run(const long_program& p) {
  if (!paragon_test::is_built(p.name)) return false;
  if (!p.needs_data || paragon_test::data_folder()) return true;
  paragon_test::skip(p.name + " needs the tables");
  return false;
}

// Two busy cores and a build for a sanitizer: long, but not for ever.
constexpr double soon = 60;

}  // namespace

TEST_CASE("examples: the first signal ends every long program at its next step, and earlier results stay") {
  unsigned turn = 0;
  for (const long_program& p : long_programs()) {
    CAPTURE(p.name);
    if (!can_run(p)) continue;
    for (const auto& [signal, status] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
      CAPTURE(signal);
      const scratch_folder folder;
      const auto earlier = earlier_results(folder, p);
      running_program running(p.name, command(p, folder), folder / "log");
      REQUIRE(running.catches_signals());
      std::this_thread::sleep_for(std::chrono::milliseconds(100 + 700 * (turn++ % 3)));
      running.send(signal);
      const auto ended = running.wait_for(soon);
      INFO(paragon::read_file(folder / "log"));
      REQUIRE(ended);
      CHECK(*ended == status);
      CHECK(paragon::read_file(folder / "log").find("interrupted") != std::string::npos);
      for (const auto& [name, text] : earlier) {
        CAPTURE(name);
        CHECK(paragon::read_file(folder / ("out/" + name)) == text);
      }
      for (const auto& file : fs::directory_iterator(folder / "out")) {
        CHECK(file.path().string().find(".part-") == std::string::npos);  // half a file
      }
    }
  }
}

TEST_CASE("examples: a training that is interrupted keeps a checkpoint, and goes on to the end from it") {
  if (!paragon_test::is_built("supernet_nasbench201")) return;
  const scratch_folder folder;
  std::vector<std::string> arguments{"--width", "2",        "--epochs", "3",         "--threads",
                                     "1",       "--resume", "--out",    folder / "x"};
  {
    running_program running("supernet_nasbench201", arguments, folder / "log");
    REQUIRE(running.catches_signals());
    while (!running.has_ended() && !fs::exists(folder / "x/checkpoint.safetensors")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    running.send(SIGINT);
    CHECK(running.wait() == 130);
    CHECK(paragon::read_file(folder / "log").find("--resume goes on from " + (folder / "x/checkpoint.safetensors")) !=
          std::string::npos);
  }
  CHECK_FALSE(fs::exists(folder / "x/result.json"));
  REQUIRE(paragon_test::run_program("supernet_nasbench201", arguments, folder / "log") == 0);
  CHECK(paragon::json::parse(paragon::read_file(folder / "x/result.json")).at("images_per_second").number() > 0);
  // Once more: nothing is left to train, and no speed is made up.
  REQUIRE(paragon_test::run_program("supernet_nasbench201", arguments, folder / "log") == 0);
  CHECK(paragon::json::parse(paragon::read_file(folder / "x/result.json")).at("images_per_second").is_null());
  CHECK(paragon::read_file(folder / "log").find("images/s") == std::string::npos);
}

TEST_CASE("examples: a second signal ends a program at once, in the middle of a step") {
  if (!paragon_test::is_built("pomonag_mobilenetv3")) return;
  const scratch_folder folder;
  // An evaluation of the tuner is a step, and takes minutes here.
  running_program running("pomonag_mobilenetv3",
                          {"--samples", "256", "--solver", "published", "--steps", "100000", "--tune", "4",
                           "--guidance", "published", "--out", folder / "x"},
                          folder / "log");
  while (!running.has_ended() && !fs::exists(folder / "x/tune.json")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  running.send(SIGINT);
  CHECK_FALSE(running.wait_for(1));
  CHECK(paragon::read_file(folder / "log").find("once more to stop at once") != std::string::npos);
  running.send(SIGINT);
  CHECK(running.wait_for(soon) == 130);
  CHECK(paragon::read_file(folder / "x/tune.json").find("\"number\":4") == std::string::npos);  // four trials at most
}

TEST_CASE(
    "examples: a terminal that is closed ends a program like a signal, and a reader that leaves loses no result") {
  if (!paragon_test::is_built("train_cell")) return;
  const scratch_folder folder;
  const std::string cell = "|skip_connect~0|+|skip_connect~0|none~1|+|none~0|skip_connect~1|none~2|";
  const std::vector<std::string> small{"--cell", cell, "--width", "2", "--cells", "1", "--epochs"};
  const auto with = [&](const std::string& epochs, const char* out) {
    auto all = small;
    all.insert(all.end(), {epochs, "--threads", "1", "--out", folder / out});
    return all;
  };
  {
    running_program running("train_cell", with("5000", "x"), folder / "log");
    REQUIRE(running.catches_signals());
    running.send(SIGHUP);
    CHECK(running.wait_for(soon) == 129);
  }
  if (!fs::exists("/dev/full")) return paragon_test::skip("no /dev/full");
  CHECK(paragon_test::run_program("train_cell", with("1", "y"), folder / "log", "/dev/full") == 2);
  CHECK(paragon::read_file(folder / "log").find("train_cell: standard output: No space left") != std::string::npos);
  CHECK(fs::exists(folder / "y/result.json"));

  folder.write("z/earlier", "");
  const std::string pipe = "'" + std::string(PARAGON_EXAMPLES_BUILD) + "/train_cell' --cell '" + cell +
                           "' --width 2 --cells 1 --epochs 1 --threads 1 --out '" + (folder / "z") + "' 2> '" +
                           (folder / "log") + "' | true";
  CHECK(std::system(pipe.c_str()) == 0);
  CHECK(fs::exists(folder / "z/result.json"));
}

TEST_CASE("examples: whole numbers are read as they are written") {
  if (!paragon_test::is_built("train_score")) return;
  const scratch_folder folder;
  const auto refused = [&](const std::string& option, const std::string& value, const std::string& expected) {
    CAPTURE(value);
    CHECK(paragon_test::run_program("train_score", {option, value, "--out", folder / "x"}, folder / "log") == 2);
    CHECK(paragon::read_file(folder / "log").find(option + ": " + value + "; expected " + expected) !=
          std::string::npos);
  };
  refused("--seed", "-1", "a whole number from 0 up");
  refused("--seed", "0x10", "a whole number from 0 up");
  refused("--seed", "1e3", "a whole number from 0 up");
  refused("--samples", "-5", "1 to 1000000");
  refused("--samples", "99999999999999999999999", "1 to 1000000");
  refused("--steps", "0", "1 to 10000000");
  refused("--fraction", "nan", "0 to 1");
  CHECK_FALSE(fs::exists(folder / "x"));
}

TEST_CASE("examples: guidance as published gives the same architectures for the same seed") {
  if (!paragon_test::is_built("pomonag_mobilenetv3")) return;
  const scratch_folder folder;
  const auto found = [&](const std::string& out) {
    REQUIRE(paragon_test::run_program("pomonag_mobilenetv3",
                                      {"--guidance", "published", "--samples", "8", "--solver", "ddim", "--steps", "6",
                                       "--out", folder / out},
                                      folder / "log") == 0);
    const auto result = paragon::json::parse(paragon::read_file(folder / (out + "/result.json")));
    return result.at("architectures").dump() + result.at("front").dump() + result.at("selected").dump();
  };
  const std::string first = found("a");
  CHECK(found("b") == first);
  CHECK(found("c") == first);
}
