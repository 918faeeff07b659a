// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program that docs/reference/search.md shows.
#include <doctest/doctest.h>

#include <sstream>

#include "../scratch.hpp"

//! [program]
#include <cmath>
#include <ostream>
#include <span>
#include <string>

#include <paragon/core/json.hpp>
#include <paragon/evaluate/threads.hpp>
#include <paragon/problem/definition.hpp>
#include <paragon/problem/evaluation_store.hpp>
#include <paragon/search/nsga2.hpp>
#include <paragon/search/run.hpp>
#include <paragon/space/described.hpp>

namespace {

using namespace paragon;

constexpr const char* description = R"({"name": "tower", "decisions": [
  {"name": "stem",   "range": [8, 512, 8]},
  {"name": "depth",  "choices": [1, 2, 3], "ordered": true},
  {"name": "width2", "group": "width", "range": [8, 512, 8], "active_if": {"depth": [2, 3]}},
  {"name": "width3", "group": "width", "range": [8, 512, 8], "active_if": {"depth": [3]}},
  {"name": "pool",   "choices": ["max", "mean", "none"]}]})";

/// Stands for hours of training and measuring: error and latency.
objective::outcome train(const json& architecture) {
  double below = 3;
  double capacity = 0;
  double latency = 1;
  for (const char* layer : {"stem", "width2", "width3"}) {
    const json* width = architecture.find(layer);
    if (width == nullptr) continue;
    latency += below * width->number() / 4000;
    capacity += std::log(width->number());
    below = width->number();
  }
  if (latency > 80) return objective::failed{"out of memory"};
  const bool mean = architecture.at("pool").text() == "mean";
  return {5 + 90 * std::exp(-0.2 * capacity) - (mean ? 0.3 : 0), latency};
}

void search_towers(const std::string& file, std::ostream& out) {
  const problem::definition<space::described> towers{.space = space::described(json::parse(description)),
                                                     .objectives = {{"error", "%"}, {"latency_ms", "ms"}},
                                                     .limits = {{.objective = 1, .bound = 30}}};  // at most 30 ms

  problem::evaluation_store<space::described> known(towers);
  known.keep_in(file);  // what an earlier run evaluated is there again
  search::nsga2 solver(towers, {.population = 20});
  evaluate::threads executor(towers.space, [&](const auto& a) { return train(towers.space.to_json(a)); },
                             {.workers = 4});

  const search::run_report report = search::run(known, solver, executor, {.evaluations = 200});

  out << report.evaluations << " evaluations, " << report.failures << " failed; the front:\n";
  for (const auto& a : solver.front(0)) {
    const std::span<const double> values = known.find(a)->result.values();
    out << values[0] << " % in " << values[1] << " ms: " << towers.space.to_json(a).dump() << '\n';
  }
}

}  // namespace
//! [program]

TEST_CASE("concepts: the program of the page of searches gives a front, and the same one of its file") {
  const paragon_test::scratch_folder folder;
  std::ostringstream first;
  search_towers(folder / "evaluations.jsonl", first);
  INFO(first.str());
  CHECK(first.str().starts_with("200 evaluations, "));
  CHECK(first.str().find("\"pool\"") != std::string::npos);
  std::ostringstream second;
  search_towers(folder / "evaluations.jsonl", second);
  CHECK(first.str() == second.str());
}
