// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <paragon/nn/linear.hpp>
#include <paragon/nn/weights.hpp>

#include "autodiff/random_tensor.hpp"
#include "scratch.hpp"

namespace nn = paragon::nn;
using paragon::safetensors_file;
using paragon::tensor;
using paragon_test::normal;

namespace {

template <class T>
nn::parameters<T> model(std::uint64_t seed) {
  nn::parameters<T> store;
  static_cast<void>(nn::linear(store, "first", 4, 3, {.seed = seed}));
  static_cast<void>(nn::linear(store, "second", 3, 2, {.seed = seed}));
  return store;
}

}  // namespace

TEST_CASE("nn: weights come back from their file, in float and double, with their metadata") {
  const paragon_test::scratch_folder here;
  const auto check = [&]<class T>(T) {
    const auto written = model<T>(1);
    nn::save_weights(here / "w.safetensors", written, {{"sigma_max", "5"}, {"about", "a test"}});
    auto read = model<T>(2);
    CHECK(read.values().to_vector() != written.values().to_vector());
    const safetensors_file file(here / "w.safetensors");
    nn::load_weights(file, read);
    CHECK(read.values().to_vector() == written.values().to_vector());
    CHECK(file.metadata().at("sigma_max") == "5");
    CHECK(file.names().size() == 4);
    CHECK(file.shape("first.weight") == paragon::shape{3, 4});
  };
  check(1.0);
  check(1.0F);
}

TEST_CASE("nn: weights are converted between float and double") {
  const paragon_test::scratch_folder here;
  const auto exact = model<double>(3);
  nn::save_weights(here / "double.safetensors", exact);
  auto rough = model<float>(4);
  nn::load_weights(safetensors_file(here / "double.safetensors"), rough);
  for (std::size_t i = 0; i < exact.size(); ++i) CHECK(rough.data()[i] == static_cast<float>(exact.data()[i]));
  nn::save_weights(here / "float.safetensors", rough);
  auto back = model<double>(5);
  nn::load_weights(safetensors_file(here / "float.safetensors"), back);
  for (std::size_t i = 0; i < exact.size(); ++i) CHECK(back.data()[i] == static_cast<double>(rough.data()[i]));
}

TEST_CASE("nn: a prefix keeps two models apart, and other tensors are ignored") {
  const paragon_test::scratch_folder here;
  const auto store = model<float>(6);
  nn::save_weights(here / "w.safetensors", store, {}, "score.");
  const safetensors_file file(here / "w.safetensors");
  CHECK(file.contains("score.second.bias"));
  auto read = model<float>(7);
  nn::load_weights(file, read, "score.");
  CHECK(read.values().to_vector() == store.values().to_vector());
  nn::parameters<float> part;
  static_cast<void>(nn::linear(part, "second", 3, 2, {.seed = 8}));
  nn::load_weights(file, part, "score.");
  const auto* where = store.find("second.weight");
  CHECK(part.data()[0] == store.data()[where->where.offset]);
}

TEST_CASE("nn: a missing tensor and a wrong shape are named, and the store stays as it was") {
  const paragon_test::scratch_folder here;
  const std::string path = here / "w.safetensors";
  paragon::save_safetensors<double>(path, {{"first.weight", normal({3, 4}, 800)},
                                           {"first.bias", normal({3}, 801)},
                                           {"second.weight", normal({2, 4}, 802)},
                                           {"second.bias", normal({2}, 803)}});
  auto store = model<double>(9);
  const auto before = store.values().to_vector();
  CHECK_THROWS_WITH_AS(nn::load_weights(safetensors_file(path), store),
                       (path + ": tensor \"second.weight\": shape (2, 4); expected (2, 3)").c_str(), paragon::error);
  CHECK(store.values().to_vector() == before);

  paragon::save_safetensors<double>(path, {{"first.weight", normal({3, 4}, 804)}});
  CHECK_THROWS_WITH_AS(nn::load_weights(safetensors_file(path), store),
                       (path + ": no tensor \"first.bias\"; expected one of first.weight").c_str(), paragon::error);
  CHECK(store.values().to_vector() == before);
}

TEST_CASE("nn: weights are not written where they can't be, and no older file is lost") {
  const paragon_test::scratch_folder here;
  const auto store = model<float>(10);
  const std::string nowhere = here / "no such folder/w.safetensors";
  CHECK_THROWS_AS(nn::save_weights(nowhere, store), paragon::error);
  CHECK_FALSE(std::filesystem::exists(nowhere));
  CHECK_THROWS_AS(safetensors_file(here / "absent.safetensors"), paragon::error);
  CHECK_THROWS_AS(nn::save_weights(here / "", store), paragon::error);  // a folder
  nn::save_weights(here / "w.safetensors", store);
  CHECK(here.entries() == 1);  // no temporary file is left
}

TEST_CASE("nn: an empty store makes an empty file") {
  const paragon_test::scratch_folder here;
  nn::parameters<float> store;
  nn::save_weights(here / "w.safetensors", store);
  CHECK(safetensors_file(here / "w.safetensors").names().empty());
  CHECK_NOTHROW(nn::load_weights(safetensors_file(here / "w.safetensors"), store));
}
