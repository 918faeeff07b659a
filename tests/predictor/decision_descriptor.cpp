// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <paragon/core/json.hpp>
#include <paragon/predictor/gaussian_process.hpp>
#include <paragon/space/decision_descriptor.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/sample.hpp>

namespace {

/// Up to twelve layers of 8 to 512 channels, and what they end in.
paragon::space::described layered_space() {
  std::string text = R"({"name": "layers", "decisions": [{"name": "depth", "range": [6, 12, 1]},
    {"name": "end", "choices": ["max", "mean", "none"]})";
  for (int layer = 1; layer <= 12; ++layer) {
    text += R"(, {"name": "w)" + std::to_string(layer) + R"(", "group": "w", "range": [8, 512, 8])";
    if (layer > 6) {
      text += R"(, "active_if": {"depth": [)";
      for (int depth = layer; depth <= 12; ++depth) text += std::to_string(depth) + (depth < 12 ? "," : "]}");
    }
    text += "}";
  }
  return paragon::space::described(paragon::json::parse(text + "]}"));
}

double capacity_of(const paragon::json& a) {
  double sum = a.at("end").text() == "mean" ? 1 : 0;
  for (const auto& [name, value] : a.members()) {
    if (name[0] == 'w') sum += std::log(value.number()) / 8;
  }
  return 1 - std::exp(-0.3 * sum);
}

/// The share of the variance of 300 architectures that a process explains after 60 labels.
template <class Descriptor>
double explained(const paragon::space::described& space) {
  std::vector<paragon::space::described::architecture> known;
  std::vector<paragon::space::described::architecture> others;
  std::vector<double> labels;
  for (std::uint64_t i = 0; i < 360; ++i) {
    const auto a = paragon::space::uniform(space, {.seed = 41}, i);
    (i < 60 ? known : others).push_back(a);
    if (i < 60) labels.push_back(capacity_of(space.to_json(a)));
  }
  paragon::predictor::gaussian_process<Descriptor> process{Descriptor(space)};
  process.train(known, labels);
  const auto predicted = process.predict(others);
  double mean = 0;
  double square = 0;
  double residual = 0;
  for (std::size_t i = 0; i < others.size(); ++i) {
    const double value = capacity_of(space.to_json(others[i]));
    mean += value / 300;
    square += value * value / 300;
    residual += (value - predicted[i]) * (value - predicted[i]) / 300;
  }
  return 1 - residual / (square - mean * mean);
}

}  // namespace

TEST_CASE("predictor: a Gaussian process learns a space of wide ranges from what its decisions say") {
  const auto space = layered_space();
  const double by_decisions = explained<paragon::space::decision_descriptor<paragon::space::described>>(space);
  const double by_choices = explained<paragon::space::choice_descriptor<paragon::space::described>>(space);
  INFO(by_decisions << " against " << by_choices << " by choices alone");
  CHECK(by_decisions > 0.95);
  CHECK(1 - by_decisions < 0.5 * (1 - by_choices));
}
