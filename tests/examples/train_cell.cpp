// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The program `train_cell`, run as a user runs it.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/benchmark/nasbench201/cell_network_file.hpp>
#include <paragon/benchmark/nasbench201/cut_out.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/read_file.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/tensor/npy.hpp>

#include "../onnx/python.hpp"
#include "../scratch.hpp"
#include "../support.hpp"
#include "examples/support/image_supernet.hpp"

namespace benchmark = paragon::benchmark;
namespace data = paragon::data;
namespace nn = paragon::nn;
namespace supernet = paragon::supernet;

namespace {

const std::string program = std::string(PARAGON_EXAMPLES_BUILD) + "/train_cell";
const std::string cell = "|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|skip_connect~1|avg_pool_3x3~2|";

bool built() {
  if (std::filesystem::exists(program)) return true;
  paragon_test::skip("the example programs are not built");
  return false;
}

struct outcome {
  int status;
  std::string out;
  std::string err;
};

/// \param before  for instance "timeout 1"
outcome run(const paragon_test::scratch_folder& folder, const std::string& arguments, const std::string& before = {}) {
  const std::string command =
      "cd '" + (folder / "") + "' && " + before + " '" + program + "' " + arguments + " > stdout 2> stderr < /dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, paragon::read_file(folder / "stdout"),
          paragon::read_file(folder / "stderr")};
}

const std::string small = "--cell '" + cell + "' --width 4 --cells 1 ";

}  // namespace

TEST_CASE("train_cell: writes a network that can be read, run elsewhere and found to be as good as it says") {
  if (!built()) return;
  const paragon_test::scratch_folder folder;
  const auto o = run(folder, small + "--epochs 2 --out x");
  CHECK(o.err == "");
  REQUIRE(o.status == 0);
  const auto result = paragon::json::parse(paragon::read_file(folder / "x/result.json"));
  const auto net = benchmark::load_cell_network(folder / "x/network.safetensors");
  CHECK(benchmark::to_string(net.network().sharing().cell) == cell);
  CHECK(result.at("architecture").text() == cell);
  CHECK(result.at("parameters").number() == net.space().parameters(net.network().sharing().cell));
  CHECK(result.at("macs").number() == net.space().macs(net.network().sharing().cell));
  CHECK(result.at("images_per_second").number() > 0);

  // The program's images, made again.
  const auto sets = image_supernet::read_task("", "", "", 1);
  REQUIRE(sets.test);
  const auto test = data::normalised(*sets.test, data::statistics_of(sets.train));
  const auto judged = net.evaluate(net.network().sharing().cell, test.images.data(), test.images.shape(), test.labels,
                                   100, supernet::statistics::kept);
  CHECK(judged.accuracy() == doctest::Approx(result.at("test_accuracy").number()).epsilon(1e-12));
  CHECK(judged.loss() == doctest::Approx(result.at("test_loss").number()).epsilon(1e-6));

  if (!paragon_test::evaluates_onnx()) return;
  const std::size_t n = 20;
  const std::size_t area = 16 * 16;
  paragon::tensor<float> planes(paragon::shape{n, 3, 16, 16});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t p = 0; p < area; ++p) {
      for (std::size_t c = 0; c < 3; ++c) planes[(i * 3 + c) * area + p] = test.images[(i * area + p) * 3 + c];
    }
  }
  paragon::autodiff::evaluation<float> context;
  const auto x = context.constant(test.images.data(), paragon::shape{n, 16, 16, 3});
  const auto y = net.logits(nn::freeze(context, net.store()), x, net.network().sharing().cell,
                            nn::running_statistics(nn::freeze(context, net.kept())));
  std::filesystem::create_directories(folder / "case");
  std::filesystem::copy_file(folder / "x/network.onnx", folder / "case/model.onnx");
  paragon::save_npy(folder / "case/input.npy", planes);
  paragon::save_npy<float>(folder / "case/output_0.npy", y.shape(), {y.data(), y.size()});
  CHECK(std::system(paragon_test::evaluate_command("1e-4 '" + (folder / "case") + "'").c_str()) == 0);
}

TEST_CASE("train_cell: interrupted and resumed, the network is the same byte for byte, for any number of threads") {
  if (!built()) return;
  const paragon_test::scratch_folder folder;
  REQUIRE(run(folder, small + "--epochs 4 --threads 1 --out undisturbed").status == 0);
  std::size_t stops = 0;
  outcome o{-1, "", ""};
  for (std::size_t i = 0; i < 30; ++i) {
    o = run(folder, small + "--epochs 4 --threads 2 --resume --out x",
            i < 4 ? "timeout --preserve-status -s INT 0.5" : "");
    if (o.status == 0) break;
    ++stops;
    CHECK(o.status == 130);
  }
  MESSAGE("interrupted " << stops << " times");
  REQUIRE(o.status == 0);
  for (const char* name : {"/network.safetensors", "/network.onnx"}) {
    CHECK(paragon::read_file(folder / ("x" + std::string(name))) ==
          paragon::read_file(folder / ("undisturbed" + std::string(name))));
  }
  // Another run's checkpoint is refused, by what is different.
  o = run(folder, small + "--epochs 5 --resume --out x");
  CHECK(o.status == 2);
  CHECK(o.err.find("x/checkpoint.safetensors: epochs 4; expected 5") != std::string::npos);
}

TEST_CASE("train_cell: begins with a supernet's weights") {
  if (!built()) return;
  const paragon_test::scratch_folder folder;
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const benchmark::nasbench201 around{
      .network = {.channels = 4, .cells_per_stage = 2, .classes = 10, .image_size = 16}};
  const image_supernet::network shared(store, kept, around, {.seed = 3});
  nn::save_weights(folder / "supernet.safetensors", store, {{"width", "4"}, {"cells", "2"}, {"seed", "3"}});
  const auto expected =
      benchmark::cut_out(supernet::supernet(shared, store, kept), benchmark::parse_nasbench201_cell(cell));

  const std::string start = "--cell '" + cell + "' --supernet supernet.safetensors ";
  auto o = run(folder, start + "--epochs 0 --out x");
  CHECK(o.err == "");
  REQUIRE(o.status == 0);
  const auto net = benchmark::load_cell_network(folder / "x/network.safetensors");
  CHECK(net.store().values().to_vector() == expected.store().values().to_vector());
  CHECK(net.kept().values().to_vector() != expected.kept().values().to_vector());  // taken on images
  const auto result = paragon::json::parse(paragon::read_file(folder / "x/result.json"));
  CHECK(result.at("test_accuracy") == result.at("test_accuracy_before"));
  CHECK(result.at("images_per_second").is_null());

  o = run(folder, start + "--epochs 1 --out y");
  CHECK(o.status == 0);
  CHECK(benchmark::load_cell_network(folder / "y/network.safetensors").store().values().to_vector() !=
        expected.store().values().to_vector());

  o = run(folder, start + "--width 8 --out y");
  CHECK(o.status == 2);
  CHECK(o.err.find("--width") != std::string::npos);
}

TEST_CASE("train_cell: errors name the option, its value and what was expected") {
  if (!built()) return;
  const paragon_test::scratch_folder folder;
  folder.write("text.safetensors", "no weights");
  folder.write("a-file", "");
  const paragon::tensor<std::uint8_t> some(paragon::shape{20, 3, 16, 16});
  paragon::save_npy(folder / "images.npy", some);
  paragon::save_npy(folder / "labels.npy", paragon::tensor<std::uint8_t>(paragon::shape{20}));
  paragon::save_npy(folder / "few.npy", paragon::tensor<std::uint8_t>(paragon::shape{3}));
  const auto refused = [&](const std::string& arguments, const std::vector<std::string_view>& texts) {
    CAPTURE(arguments);
    const auto o = run(folder, arguments);
    CAPTURE(o.err);
    CHECK(o.status == 2);
    for (const auto text : texts) {
      CAPTURE(text);
      CHECK(o.err.find(text) != std::string::npos);
    }
    CHECK(o.err.find("terminate") == std::string::npos);
  };
  const std::string one = "--cell '" + cell + "' ";
  refused("--out x", {"--cell is required"});
  refused(one, {"--out is required"});
  refused("--cell '|conv~0|' --out x", {"--cell", "\"|conv~0|\"", "expected |op~0|", "one of none, skip_connect"});
  refused(one + "--out x --width 0", {"--width", "0", "256"});
  refused(one + "--out x --width abc", {"--width", "abc", "256"});
  refused(one + "--out x --cells 21", {"--cells", "21", "20"});
  refused(one + "--out x --epochs -1", {"--epochs", "-1", "100000"});
  refused(one + "--out x --epochs 0", {"--epochs: 0 without --supernet; expected at least 1"});
  refused(one + "--out x --rate 0", {"--rate", "0", "10"});
  refused(one + "--out x --rate nan", {"--rate", "nan", "expected"});
  refused(one + "--out x --seed -3", {"--seed", "-3"});
  refused(one + "--out x --batch 3001", {"--batch: 3001; expected 1 to 3000, the number of training images"});
  refused(one + "--out x --supernet none.safetensors", {"none.safetensors"});
  refused(one + "--out x --supernet text.safetensors", {"text.safetensors"});
  refused(one + "--out x --data nowhere", {"nowhere/cifar10/"});
  refused(one + "--out x --images images.npy", {"--images and --labels: images without labels; expected both"});
  refused(one + "--out x --images images.npy --labels few.npy", {"few.npy: 3 labels; expected at least 20"});
  refused(one + "--out x --images images.npy --labels labels.npy --batch 19", {"--batch: 19; expected 1 to 18"});
  refused(one + "--out x --images images.npy --labels labels.npy --data .", {"excludes"});
  refused(one + "--out a-file/x", {"--out", "a-file/x", "expected a folder"});
}
