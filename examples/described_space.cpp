// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A search space that is read from JSON, a function of its architectures that is dear to ask, and a surrogate that needs
// no encoding: what a program needs that knows nothing of the space it will be given.
//! [program]
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <paragon/core/json.hpp>
#include <paragon/predictor/gaussian_process.hpp>
#include <paragon/space/decision_descriptor.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/sample.hpp>

using namespace paragon;

constexpr const char* description = R"({"name": "tower", "decisions": [
  {"name": "stem",   "range": [8, 512, 8]},
  {"name": "depth",  "choices": [1, 2, 3], "ordered": true},
  {"name": "width1", "group": "width", "range": [8, 512, 8]},
  {"name": "width2", "group": "width", "range": [8, 512, 8], "active_if": {"depth": [2, 3]}},
  {"name": "width3", "group": "width", "range": [8, 512, 8], "active_if": {"depth": [3]}},
  {"name": "pool",   "choices": ["max", "mean", "none"]}]})";

/// Stands for hours of training: reads the object that an evaluator would be sent.
double error_of(const json& architecture) {
  double capacity = std::log(architecture.at("stem").number());
  for (const char* layer : {"width1", "width2", "width3"}) {
    if (const json* width = architecture.find(layer)) capacity += std::log(width->number());
  }
  const bool mean = architecture.at("pool").text() == "mean";
  return 5 + 40 * std::exp(-0.2 * capacity) + std::pow(capacity / 12, 4) - (mean ? 0.3 : 0);
}

int main() {
  const space::described towers(json::parse(description));
  std::vector<space::described::architecture> asked;
  std::vector<double> errors;
  const auto ask = [&](const space::described::architecture& a) {
    asked.push_back(a);
    errors.push_back(error_of(towers.to_json(a)));
  };
  for (std::uint64_t i = 0; i < 30; ++i) ask(space::uniform(towers, {.seed = 1}, i));

  predictor::gaussian_process surrogate{space::decision_descriptor(towers)};
  for (int round = 0; round < 6; ++round) {  // ask what promises most among the neighbours of the best
    surrogate.train(asked, errors);
    const auto best = std::min_element(errors.begin(), errors.end()) - errors.begin();
    const auto near = space::neighbours(towers, asked[static_cast<std::size_t>(best)]);
    const auto promise = surrogate.predict(near);
    ask(near[static_cast<std::size_t>(std::min_element(promise.begin(), promise.end()) - promise.begin())]);
  }
  const auto best = static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin());
  std::printf("%llu architectures; after %zu the best has an error of %.2f: %s\n",
              static_cast<unsigned long long>(towers.size().value_or(0)), asked.size(), errors[best],
              towers.to_string(asked[best]).c_str());
}
//! [program]
