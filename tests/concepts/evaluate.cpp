// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of evaluations, as docs/concepts.md quotes them, and the loop that
// docs/reference/evaluate.md shows.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <paragon/core/json.hpp>
#include <paragon/evaluate/commands.hpp>
#include <paragon/evaluate/here.hpp>
#include <paragon/evaluate/threads.hpp>
#include <paragon/problem/definition.hpp>
#include <paragon/problem/evaluation_store.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/sample.hpp>

#include "../scratch.hpp"

namespace {

using namespace paragon;

//! [evaluator]
struct depth_and_width {
  int depth = 1, width = 8;
  bool operator==(const depth_and_width&) const = default;
};
struct cost {
  double operator()(depth_and_width a) const { return 1.0 * a.depth * a.width * a.width; }
};
static_assert(paragon::evaluate::evaluator<cost, depth_and_width>);
//! [evaluator]

//! [executor]
struct always_one {  // says 1 of everything
  using architecture = depth_and_width;
  std::vector<std::uint64_t> asked;

  void submit(paragon::evaluate::request<depth_and_width> r) { asked.push_back(r.id); }
  std::vector<paragon::evaluate::completion> collect(std::chrono::nanoseconds) {
    std::vector<paragon::evaluate::completion> all;
    for (const std::uint64_t id : std::exchange(asked, {})) all.push_back({id, 1.0, 1, 0});
    return all;
  }
  std::size_t pending() const { return asked.size(); }
  std::size_t capacity() const { return 8; }
};
static_assert(paragon::evaluate::executor<always_one>);
//! [executor]

struct only_collects {
  using architecture = depth_and_width;
};
static_assert(!evaluate::executor<only_collects>);
static_assert(!evaluate::executor<int>);
static_assert(evaluate::executor<evaluate::here<depth_and_width, cost>>);
static_assert(evaluate::executor<evaluate::threads<depth_and_width, cost>>);
static_assert(evaluate::executor<evaluate::commands<space::described>>);
static_assert(!evaluate::evaluator<cost, std::string>);
static_assert(evaluate::require_executor<always_one>());

//! [outcome]
objective::outcome train(const json& architecture) {
  const double width = architecture.at("width").number();
  if (width > 400) return objective::failed{"needs more than 24 GB"};
  return {100 / width, 0.02 * width};  // error, latency
}
//! [outcome]

//! [loop]
/// Random search: the loop that every solver stands in.
std::size_t random_search(const space::described& space, const std::string& file, std::uint64_t evaluations) {
  problem::evaluation_store store(space, {{"error", "%"}, {"latency_ms", "ms"}}, {"board"});
  store.keep_in(file);  // an earlier run's evaluations are there again

  evaluate::threads executor(space, [&space](const auto& a, std::size_t) { return train(space.to_json(a)); },
                             {.workers = 4, .retries = 1});

  std::deque<space::described::architecture> asked;
  std::size_t evaluated = 0;
  for (std::uint64_t next = 0; next < evaluations || executor.pending() > 0;) {
    while (next < evaluations && executor.pending() < executor.capacity()) {
      asked.push_back(space::uniform(space, {.seed = 1}, next));
      if (store.find(asked.back(), 0) == nullptr) executor.submit({next, asked.back(), 0});
      ++next;
    }
    for (const evaluate::completion& done : executor.collect()) {
      const auto& a = asked[done.id];
      ++evaluated;
      if (store.find(a, 0) != nullptr) continue;  // drawn twice
      store.add({done.id, a, 0, complete_or_failed(done.result, store.objectives())});
    }
  }
  return evaluated;
}
//! [loop]

//! [commands]
/// Evaluates a few architectures with a training script, and gives the errors of those that could be trained.
std::vector<double> train_some(const problem::definition<space::described>& problem, const std::string& command) {
  evaluate::commands executor(problem, command, {.workers = 4, .time_limit = std::chrono::hours(2), .retries = 1});
  for (std::uint64_t id = 0; id < 8; ++id) executor.submit({id, space::uniform(problem.space, {.seed = 1}, id), 0});

  std::vector<double> errors;
  while (executor.pending() > 0) {
    for (const evaluate::completion& done : executor.collect()) {
      if (done.result.complete()) errors.push_back(done.result.value(0));
    }
  }
  return errors;
}
//! [commands]

}  // namespace

TEST_CASE("concepts: the smallest executor works, and so does the loop of the documentation") {
  always_one executor;
  executor.submit({5, {}, 0});
  CHECK(executor.collect(evaluate::no_limit).at(0).id == 5);
  evaluate::here here(executor, cost());
  here.submit({1, {2, 4}, 0});
  CHECK(here.collect().at(0).result == objective::outcome(32.0));

  const paragon_test::scratch_folder folder;
  const space::described space(json::parse(
      R"({"name":"tower","decisions":[{"name":"width","range":[8,512,8]},{"name":"depth","range":[1,60000,1]}]})"));
  CHECK(random_search(space, folder / "evaluations.jsonl", 50) == 50);
  CHECK(random_search(space, folder / "evaluations.jsonl", 50) == 0);
  CHECK(random_search(space, folder / "evaluations.jsonl", 80) == 30);

  const std::string script =
      folder.write("train.sh",
                   "while read -r line; do\n"
                   "  id=${line#*:}\n"
                   "  printf '{\"id\":%s,\"values\":{\"error\":7.5,\"latency_ms\":3}}\\n' \"${id%%,*}\"\n"
                   "done\n");
  CHECK(train_some({space, {{"error", "%"}, {"latency_ms", "ms"}}, {"board"}}, "exec sh " + script) ==
        std::vector<double>(8, 7.5));
}
