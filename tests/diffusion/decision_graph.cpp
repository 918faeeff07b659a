// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <paragon/core/json.hpp>
#include <paragon/diffusion/decision_score_graph.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/diffusion/noisy_batch.hpp>
#include <paragon/diffusion/score_model.hpp>
#include <paragon/space/decision_graph.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/sample.hpp>

namespace {

paragon::space::described two_layers() {
  return paragon::space::described(paragon::json::parse(R"({"name": "layers", "decisions": [
    {"name": "depth", "choices": [1, 2]}, {"name": "k1", "group": "k", "choices": [3, 5, 7]},
    {"name": "k2", "group": "k", "choices": [3, 5, 7], "active_if": {"depth": [2]}}]})"));
}

}  // namespace

TEST_CASE("diffusion: a described space has a score network's rows, and classes with absent ones") {
  const auto space = two_layers();
  const paragon::space::decision_graph graph(space);
  const auto names = paragon::diffusion::decision_score_graph(graph);
  CHECK(names.nodes == std::vector<std::string>{"depth", "k1", "k2"});
  CHECK(names.operators == std::vector<std::string>{"depth 1", "depth 2", "k1 3", "k1 5", "k1 7"});
  const paragon::diffusion::score_model<float> model(
      names, paragon::diffusion::light_score_network(graph.nodes(), graph.features()),
      paragon::diffusion::variance_exploding{}, {.seed = 1});
  CHECK(model.graph() == names);

  const std::vector<paragon::space::described::architecture> some{space.parse(R"({"depth":1,"k1":7})"),
                                                                  space.parse(R"({"depth":2,"k1":3,"k2":5})")};
  const paragon::space::decision_graph<paragon::space::described, paragon::space::inactive_absent> absent(space);
  CHECK(paragon::diffusion::row_classes::of(absent, some).classes == std::vector<std::uint16_t>{0, 4, 5, 1, 2, 3});
  CHECK(paragon::diffusion::row_classes::of(graph, some).classes == std::vector<std::uint16_t>{0, 4, 2, 1, 2, 3});
}

TEST_CASE("diffusion: the exact score of independent choices is at hand for any space") {
  const auto space = two_layers();
  const paragon::space::decision_graph graph(space);
  paragon::diffusion::independent_choices<paragon::space::decision_graph<paragon::space::described>, double> score(
      space, graph);
  const std::vector<paragon::diffusion::moment> way{{.time = 0.5, .scale = 1, .deviation = 0.5, .noise_level = 0.5}};
  score.prepare(way);
  std::vector<double> x(graph.nodes() * graph.features());
  const auto a = space.parse(R"({"depth":2,"k1":7,"k2":5})");
  graph.encode(a, std::span<double>(x));
  for (double& entry : x) entry = 2 * entry - 1;
  std::vector<double> p(8);
  score.probabilities(x, 0, {}, 0, p);
  for (const std::size_t taken : {1U, 4U, 6U}) CHECK(p[taken] > 0.99);
}
