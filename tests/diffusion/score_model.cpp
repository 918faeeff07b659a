// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/score_graph.hpp>
#include <paragon/diffusion/score_model.hpp>

#include "scratch.hpp"

namespace benchmark = paragon::benchmark;
namespace df = paragon::diffusion;

TEST_CASE("diffusion: a score model comes back from its file with all that it means") {
  const paragon_test::scratch_folder here;
  const std::string path = here / "score.safetensors";
  auto settings = df::light_score_network(8, 7);
  settings.layers = 1;
  settings.head = 16;
  const auto graph = benchmark::nasbench201_score_graph<paragon::benchmark::mask_published>();
  const df::score_model<float> written(graph, settings, df::variance_exploding(0.2, 7), {.seed = 4});
  written.save(path, {{"data", "all cells"}});
  const auto read = df::score_model<float>::load(path);
  CHECK(read.graph() == graph);
  CHECK(read.network().settings() == settings);
  CHECK(read.process() == df::variance_exploding(0.2, 7));
  CHECK(read.weights().values().to_vector() == written.weights().values().to_vector());
  CHECK(paragon::safetensors_file(path).metadata().at("data") == "all cells");
  CHECK_NOTHROW(read.require(graph));
  CHECK_NOTHROW(read.require(df::variance_exploding(0.2, 7)));
  CHECK_THROWS_AS(read.require(benchmark::nasbench201_score_graph()), paragon::error);
  CHECK_THROWS_WITH_AS(read.require(df::variance_exploding(0.2, 20)),
                       "diffusion::score_model: trained for "
                       "{\"name\":\"variance_exploding\",\"sigma_min\":0.2,\"sigma_max\":7}; expected "
                       "{\"name\":\"variance_exploding\",\"sigma_min\":0.2,\"sigma_max\":20}",
                       paragon::error);
  // As doubles, and back.
  const auto exact = df::score_model<double>::load(path);
  CHECK(exact.weights().data()[5] == static_cast<double>(written.weights().data()[5]));
}

TEST_CASE("diffusion: other processes are stored as well") {
  const paragon_test::scratch_folder here;
  auto settings = df::light_score_network(8, 7);
  settings.layers = 1;
  settings.head = 16;
  using preserving = df::score_model<float, df::raw_score, df::variance_preserving>;
  using sub = df::score_model<float, df::raw_score, df::sub_variance_preserving>;
  const preserving a(benchmark::nasbench201_score_graph(), settings, {df::linear_rate(0.1, 5)}, {});
  const sub b(benchmark::nasbench201_score_graph(), settings, {df::linear_rate(0.1, 20)}, {});
  a.save(here / "a");
  b.save(here / "b");
  CHECK(preserving::load(here / "a").process() == a.process());
  CHECK(sub::load(here / "b").process() == b.process());
  CHECK_THROWS_AS(static_cast<void>(sub::load(here / "a")), paragon::error);
  CHECK_THROWS_AS((static_cast<void>(df::score_model<float, df::raw_score>::load(here / "a"))), paragon::error);
}

TEST_CASE("diffusion: files that are no score model, or another one, are refused") {
  const paragon_test::scratch_folder here;
  const std::string path = here / "score.safetensors";
  auto settings = df::light_score_network(8, 7);
  settings.layers = 1;
  settings.head = 16;
  df::score_model<float>(benchmark::nasbench201_score_graph(), settings, df::variance_exploding(), {}).save(path);
  CHECK_THROWS_WITH_AS((static_cast<void>(df::score_model<float, df::raw_score>::load(path))),
                       (path + ": trained as one_hot_rows; expected raw_score").c_str(), paragon::error);
  CHECK_THROWS_AS((static_cast<void>(df::score_model<float, df::one_hot_or_absent_rows>::load(path))), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(df::score_model<float>::load(here / "absent")), paragon::error);
  paragon::save_safetensors<float>(path, {{"w", paragon::tensor<float>(paragon::shape{2})}});
  CHECK_THROWS_WITH_AS(static_cast<void>(df::score_model<float>::load(path)),
                       (path + ": no \"kind\" in its header; expected a score network").c_str(), paragon::error);
  paragon::save_safetensors<float>(path, {{"w", paragon::tensor<float>(paragon::shape{2})}}, {{"kind", "other"}});
  CHECK_THROWS_AS(static_cast<void>(df::score_model<float>::load(path)), paragon::error);
}

TEST_CASE("diffusion: a file that claims a network of any size asks for no memory") {
  const paragon_test::scratch_folder here;
  const std::string path = here / "score.safetensors";
  auto settings = df::light_score_network(8, 7);
  settings.layers = 1;
  const df::score_model<float> model(benchmark::nasbench201_score_graph(), settings, df::variance_exploding(), {});
  const auto metadata = [&] {
    model.save(path);
    return paragon::safetensors_file(path).metadata();
  }();
  for (const char* member : {"\"width\":", "\"inner\":", "\"layers\":", "\"head\":"}) {
    CAPTURE(member);
    auto huge = metadata;
    std::string& text = huge.at("settings");
    const std::size_t at = text.find(member);
    REQUIRE(at != text.npos);
    text.insert(at + std::string(member).size(), "18446744073700000");  // digits before those that are there
    paragon::save_safetensors<float>(path, {{"w", paragon::tensor<float>(paragon::shape{2})}}, huge);
    CHECK_THROWS_AS(static_cast<void>(df::score_model<float>::load(path)), paragon::error);
  }
}

TEST_CASE("diffusion: a network of another size than its graph is refused") {
  const auto graph = benchmark::nasbench201_score_graph();
  CHECK_THROWS_AS((df::score_model<float>(graph, df::light_score_network(20, 9), df::variance_exploding(), {})),
                  paragon::error);
  auto broken = graph;
  broken.mask.clear();
  CHECK_THROWS_AS((df::score_model<float>(broken, df::light_score_network(8, 7), df::variance_exploding(), {})),
                  paragon::error);
}
