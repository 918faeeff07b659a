// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/evaluate/here.hpp>
#include <paragon/evaluate/threads.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/problem/definition.hpp>
#include <paragon/problem/evaluation_store.hpp>
#include <paragon/search/any_solver.hpp>
#include <paragon/search/bayesian.hpp>
#include <paragon/search/each_condition.hpp>
#include <paragon/search/evolution.hpp>
#include <paragon/search/local_search.hpp>
#include <paragon/search/nsga2.hpp>
#include <paragon/search/random_search.hpp>
#include <paragon/search/run.hpp>
#include <paragon/search/tpe.hpp>
#include <paragon/search/variation.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/hash.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scratch.hpp"

namespace {

using paragon::json;
using paragon::random_key;
using paragon::objective::failed;
using paragon::objective::outcome;
using paragon::space::described;
namespace evaluate = paragon::evaluate;
namespace problem = paragon::problem;
namespace search = paragon::search;

using architecture = described::architecture;
using definition = problem::definition<described>;
using evaluation = problem::evaluation<architecture>;
using solver = search::any_solver<architecture>;
using store = problem::evaluation_store<described>;

/// 3 to 5 decisions of all kinds: ordered, unordered, conditional; 132 architectures.
described small_space() {
  return described(json::parse(R"({"name": "small", "decisions": [
    {"name": "width", "range": [8, 32, 8]}, {"name": "depth", "choices": [1, 2, 3], "ordered": true},
    {"name": "pool", "choices": ["max", "mean", "none"]},
    {"name": "kernel", "choices": [3, 5, 7], "ordered": true, "active_if": {"depth": [2, 3]}},
    {"name": "skip", "choices": [true, false], "active_if": {"depth": [3], "pool": ["max", "mean"]}}]})"));
}

/// Towers of n stages of width, kernel and depth, all ordered.
described towers(int n) {
  std::string text = R"({"name": "towers", "decisions": [{"name": "resolution", "range": [128, 256, 32]})";
  for (int s = 0; s < n; ++s) {
    const std::string i = std::to_string(s);
    text += R"(,{"name":"depth)" + i + R"(","group":"depth","range":[1,4,1]},{"name":"width)" + i +
            R"(","group":"width","range":[1,8,1]},{"name":"kernel)" + i + R"(","group":"kernel","range":[3,7,2]})";
  }
  return described(json::parse(text + "]}"));
}

/// Error and latency, which contradict each other.
std::vector<double> tower_values(const described& space, const architecture& a) {
  double capacity = 0;
  double latency = 1;
  const auto value = [&](std::size_t d) { return space.choice_value(d, space.choice(a, d)); };
  for (std::size_t d = 1; d + 2 < space.decisions(); d += 3) {
    const double depth = value(d);
    const double width = value(d + 1);
    const double kernel = value(d + 2);
    capacity += std::log1p(width) * (0.7 + 0.3 * std::sqrt(depth)) + 0.1 * std::log(kernel);
    latency += depth * width * width * (1 + 0.1 * kernel) * (1 + 0.1 * static_cast<double>(d));
  }
  const double size = value(0) / 256;
  return {10 + 60 * std::exp(-0.25 * capacity * (0.5 + 0.5 * size)), latency * size * size};
}

/// Numbers that depend on every choice, and that no two architectures share by chance: from a hash.
std::vector<double> random_values(const described& space, const architecture& a, std::size_t objectives) {
  std::vector<double> v;
  for (std::size_t m = 0; m < objectives; ++m)
    v.push_back(random_key{.seed = m}.uniform(paragon::space::hash(space, a)));
  return v;
}

constexpr std::array names{"random", "local", "evolution", "nsga2", "tpe", "bayesian"};

solver make(std::string_view name, const definition& p, std::uint64_t seed = 1, std::size_t condition = 0) {
  const random_key key{.seed = seed};
  if (name == "random") return search::random_search(p, {}, key, condition);
  if (name == "local") return search::local_search(p, {}, key, condition);
  if (name == "evolution") return search::evolution(p, {.population = 20}, key, condition);
  if (name == "nsga2") return search::nsga2(p, {.population = 12}, key, condition);
  if (name == "tpe") return search::tpe(p, {}, key, condition);
  return search::bayesian(p, {.population = 20, .generations = 6, .model = {.first_steps = 20, .next_steps = 4}}, key,
                          condition);
}

std::vector<paragon::metric> metrics(std::size_t n) {
  std::vector<paragon::metric> all;
  for (std::size_t m = 0; m < n; ++m) all.push_back({"objective " + std::to_string(m), ""});
  return all;
}

std::string search_problem(auto&& action) {
  try {
    action();
  } catch (const std::exception& bad) {
    return bad.what();
  }
  return "";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// All architectures of a small space, by all rows of choices.
std::vector<architecture> all_of(const described& space) {
  std::vector<architecture> all;
  std::vector<paragon::space::choice_index> row(space.decisions());
  for (;;) {
    all.push_back(space.from_choices(row));
    std::size_t d = 0;
    while (d < row.size() && ++row[d] == space.choices(d)) row[d++] = 0;
    if (d == row.size()) break;
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

double front_volume(const described& space, const std::vector<architecture>& front, std::vector<double> reference) {
  std::vector<std::vector<double>> points;
  for (const architecture& a : front) points.push_back(tower_values(space, a));
  return paragon::pareto::hypervolume(points, reference).value;
}

}  // namespace

TEST_CASE("search: every solver asks every architecture of a small space once, and finds its front") {
  const described space = small_space();
  const std::vector<architecture> all = all_of(space);
  for (const char* name : names) {
    CAPTURE(name);
    definition p{space, metrics(2)};
    p.objectives[1].sense = paragon::direction::maximise;
    solver s = make(name, p);
    store known(p);
    std::vector<architecture> asked;
    evaluate::here executor(space, [&](const architecture& a) {
      asked.push_back(a);
      return random_values(space, a, 2);
    });
    const search::run_report report = search::run(known, s, executor, {.evaluations = 1000});
    CHECK(report.end == search::run_end::exhausted);
    CHECK(report.evaluations == all.size());
    std::sort(asked.begin(), asked.end());
    CHECK(asked == all);

    std::vector<std::array<double, 2>> points;
    for (const architecture& a : all) {
      const auto v = random_values(space, a, 2);
      points.push_back({v[0], -v[1]});
    }
    std::vector<architecture> truth;
    for (const std::size_t i : paragon::pareto::filter(points)) truth.push_back(all[i]);
    std::vector<architecture> front = s.front(0);
    std::sort(front.begin(), front.end());
    CHECK(front == truth);
    CHECK(s.front(1).empty());
  }
}

TEST_CASE("search: in batches the result does not depend on the number of workers") {
  const described space = towers(2);
  const definition p{space, metrics(2)};
  for (const char* name : names) {
    CAPTURE(name);
    std::vector<std::vector<double>> found[2];
    for (const std::size_t workers : {std::size_t{1}, std::size_t{4}}) {
      solver s = make(name, p, 3);
      store known(p);
      evaluate::threads executor(space, [&](const architecture& a) { return tower_values(space, a); },
                                 {.workers = workers});
      (void)search::run(known, s, executor, {.evaluations = 60});
      std::vector<evaluation> sorted(known.evaluations().begin(), known.evaluations().end());
      std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
      for (const evaluation& e : sorted) {
        found[workers == 1 ? 0 : 1].push_back({e.result.values().begin(), e.result.values().end()});
      }
    }
    CHECK(found[0].size() == 60);
    CHECK(found[0] == found[1]);
  }
}

TEST_CASE(
    "search: broken off anywhere and run again with its file, it asks nothing twice and ends as the undisturbed run") {
  const described space = towers(2);
  const definition p{space, metrics(2)};
  const paragon_test::scratch_folder folder;
  struct lights_out {};
  for (const char* name : names) {
    for (const bool asynchronous : {false, true}) {
      CAPTURE(name);
      CAPTURE(asynchronous);
      const search::run_settings settings{.evaluations = 50, .asynchronous = asynchronous};
      const auto values = [&](const architecture& a) -> outcome {
        if (paragon::space::hash(space, a) % 5 == 0) return failed{"by chance"};
        return tower_values(space, a);
      };
      store undisturbed(p);
      {
        solver s = make(name, p, 2);
        evaluate::here executor(space, values);
        (void)search::run(undisturbed, s, executor, settings);
      }
      const std::string file = folder / (std::string(name) + (asynchronous ? "-a" : "-b") + ".jsonl");
      std::size_t evaluated = 0;
      for (std::size_t turn = 0; turn < 40; ++turn) {
        store known(p);
        known.keep_in(file);
        solver s = make(name, p, 2);
        // Breaks off after 1 to 7 new evaluations, of a batch or not.
        std::size_t left = 1 + static_cast<std::size_t>(random_key{.seed = 5}.below(7, turn));
        bool broken = false;
        evaluate::here executor(space, [&](const architecture& a) -> outcome {
          if (left-- == 0) {
            broken = true;
            throw paragon::interrupted(2, "");
          }
          ++evaluated;
          return values(a);
        });
        try {
          (void)search::run(known, s, executor, settings);
        } catch (const paragon::interrupted&) {
          CHECK(broken);
          continue;
        }
        CHECK(std::vector<evaluation>(known.evaluations().begin(), known.evaluations().end()) ==
              std::vector<evaluation>(undisturbed.evaluations().begin(), undisturbed.evaluations().end()));
        break;
      }
      CHECK(evaluated == 50);
    }
  }
}

TEST_CASE("search: a solver that is saved and restored goes on as the other one") {
  const described space = towers(2);
  const definition p{space, metrics(2)};
  for (const char* name : names) {
    CAPTURE(name);
    solver a = make(name, p, 4);
    std::uint64_t id = 0;
    const auto step = [&](solver& s) {
      std::vector<evaluation> told;
      for (const auto& c : s.ask(7)) told.push_back({id++, c.architecture, 0, tower_values(space, c.architecture)});
      return told;
    };
    for (int k = 0; k < 8; ++k) a.tell(step(a));
    (void)a.ask(3);  // these are never told
    solver b = make(name, p, 4);
    b.restore(json::parse(a.save().dump()));
    CHECK(b.save() == a.save());
    for (int k = 0; k < 3; ++k) {
      const auto told = step(a);
      const auto same = step(b);
      REQUIRE(told.size() == same.size());
      for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i].architecture == same[i].architecture);
      a.tell(told);
      b.tell(told);
    }
    CHECK(a.front(0) == b.front(0));

    const definition other{small_space(), metrics(2)};
    solver c = make(name, other);
    CHECK(search_problem([&] { c.restore(a.save()); }) != "");
    // A number that was changed by hand is an error, or at least no fault.
    const std::string state = a.save().dump();
    for (const char* member :
         {"\"parents\":[", "\"selected\":", "\"good\":[", "\"seen\":", "\"learned\":", "\"explored\":["}) {
      const std::size_t at = state.find(member);
      if (at == std::string::npos) continue;
      CAPTURE(member);
      std::string bad = state;
      bad.insert(at + std::string_view(member).size(), "9999");
      solver d = make(name, p, 4);
      if (search_problem([&] { d.restore(json::parse(bad)); }) != "") continue;
      CHECK(std::string_view(name) == "local");
      CHECK(d.ask(3).size() == 3);
    }
  }
}

TEST_CASE("search: what fails is never on the front, and a penalty stands for it where there is one") {
  const described space = towers(2);
  const definition p{space, metrics(2)};
  for (const char* name : names) {
    CAPTURE(name);
    for (const bool penalised : {false, true}) {
      solver s = make(name, p);
      store known(p);
      evaluate::here executor(space, [&](const architecture& a) -> outcome {
        if (space.choice(a, 1) == 3) return failed{"too deep"};
        return tower_values(space, a);
      });
      search::run_settings settings{.evaluations = 80};
      if (penalised) settings.penalty = {1000, 1e9};
      const search::run_report report = search::run(known, s, executor, settings);
      CHECK(report.evaluations == 80);
      CHECK(report.failures > 0);
      REQUIRE(!s.front(0).empty());
      for (const architecture& a : s.front(0)) CHECK(known.find(a)->result.complete());
    }
    solver s = make(name, p);
    store known(p);
    evaluate::here executor(space, [](const architecture&) -> outcome { return failed{"always"}; });
    const search::run_report report = search::run(known, s, executor, {.evaluations = 60});
    CHECK(report.failures == 60);
    CHECK(s.front(0).empty());
  }
}

TEST_CASE("search: the front keeps the limits") {
  const described space = towers(3);
  definition p{space, metrics(2)};
  p.limits = {{1, 300}};
  for (const char* name : names) {
    CAPTURE(name);
    solver s = make(name, p);
    store known(p);
    evaluate::here executor(space, [&](const architecture& a) { return tower_values(space, a); });
    (void)search::run(known, s, executor, {.evaluations = 100});
    for (const architecture& a : s.front(0)) CHECK(tower_values(space, a)[1] <= 300);
    // Uniform draws keep it 1 time in 60 or less.
    if (name != std::string_view("random") && name != std::string_view("tpe")) CHECK(!s.front(0).empty());
  }
}

TEST_CASE("search: sixty decisions of up to 64 choices, conditional ones too, five objectives") {
  std::string text = R"({"name": "wide", "decisions": [{"name": "depth", "range": [1, 4, 1]})";
  for (int d = 1; d < 60; ++d) {
    const std::string n = std::to_string(d);
    text += R"(,{"name":"d)" + n + R"(",)" + (d % 2 == 0 ? R"("range":[8,512,8])" : R"("choices":["a","b","c"])") +
            (d % 3 == 0 ? R"(,"active_if":{"depth":[3,4]}})" : "}");
  }
  const described space(json::parse(text + "]}"));
  const definition p{space, metrics(5)};
  for (const char* name : names) {
    CAPTURE(name);
    solver s = make(name, p);
    store known(p);
    evaluate::here executor(space, [&](const architecture& a) { return random_values(space, a, 5); });
    CHECK(search::run(known, s, executor, {.evaluations = 90}).evaluations == 90);
    CHECK(s.front(0).size() > 1);
  }
}

TEST_CASE("search: all beat random search, and a model beats evolution") {
  const described space = towers(5);
  const definition p{space, metrics(2)};
  const auto mean_volume = [&](std::string_view name, std::size_t evaluations) {
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      solver s = name == "bayesian" ? solver(search::bayesian(p, {}, {.seed = seed})) : make(name, p, seed);
      store known(p);
      evaluate::here executor(space, [&](const architecture& a) { return tower_values(space, a); });
      (void)search::run(known, s, executor, {.evaluations = evaluations});
      sum += front_volume(space, s.front(0), {70, 4000});
    }
    return sum / 3;
  };
  const double random = mean_volume("random", 300);
  CHECK(mean_volume("nsga2", 300) > random);
  CHECK(mean_volume("local", 300) > random);
  CHECK(mean_volume("evolution", 300) > random);
  CHECK(mean_volume("tpe", 300) > random);
  CHECK(mean_volume("bayesian", 120) > mean_volume("nsga2", 120));
}

TEST_CASE("search: each condition has a solver and an equal share") {
  const described space = towers(2);
  const definition p{space, metrics(2), {"a", "b", "c"}};
  search::each_condition s(p.condition_count(), [&](std::size_t c) { return make("nsga2", p, 1 + c, c); });
  CHECK(s.batch() == 36);
  store known(p);
  evaluate::here executor(space, [&](const architecture& a, std::size_t condition) {
    std::vector<double> v = tower_values(space, a);
    v[1] *= static_cast<double>(condition + 1);
    return v;
  });
  (void)search::run(known, s, executor, {.evaluations = 99});
  std::array<std::size_t, 3> count{};
  for (const evaluation& e : known.evaluations()) ++count[e.condition];
  CHECK(count == std::array<std::size_t, 3>{33, 33, 33});
  for (std::size_t c = 0; c < 3; ++c) {
    REQUIRE(!s.front(c).empty());
    for (const architecture& a : s.front(c)) CHECK(known.find(a, c) != nullptr);
  }
  search::each_condition other(p.condition_count(), [&](std::size_t c) { return make("nsga2", p, 1 + c, c); });
  other.restore(json::parse(s.save().dump()));
  CHECK(other.ask(5) == s.ask(5));
}

TEST_CASE("search: variations give choices that exist, and mutation another one") {
  const described space = towers(4);
  const random_key key{.seed = 9};
  for (std::uint64_t k = 0; k < 500; ++k) {
    const search::history<described> h(definition{space, metrics(1)}, 0);
    auto a = h.uniform(key.fork(2 * k));
    auto b = h.uniform(key.fork(2 * k + 1));
    search::uniform_variation{.mutations = 5}(space, std::span(a), std::span(b), key.fork("u").fork(k));
    search::simulated_binary_variation{.mutations = 5}(space, std::span(a), std::span(b), key.fork("s").fork(k));
    for (std::size_t d = 0; d < a.size(); ++d) {
      REQUIRE(a[d] < space.choices(d));
      REQUIRE(b[d] < space.choices(d));
    }
    const auto before = a;
    search::uniform_variation{.mutations = 1e9}.mutate(space, std::span(a), key.fork("m").fork(k));
    for (std::size_t d = 0; d < a.size(); ++d) CHECK(a[d] != before[d]);
  }
}

TEST_CASE("search: run says what is wrong with what it is given") {
  const described space = small_space();
  const definition p{space, metrics(2)};
  store known(p);
  solver s = make("random", p);
  evaluate::here executor(space, [](const architecture&) { return std::array{1.0, 2.0}; });
  CHECK(says(search_problem([&] { (void)search::run(known, s, executor, {.penalty = {1}}); }), "1 penalties"));
  executor.submit({7, s.ask(1)[0].architecture, 0});
  CHECK(says(search_problem([&] { (void)search::run(known, s, executor); }), "requests pending"));

  CHECK(says(search_problem([&] { search::nsga2(p, {.population = 1}); }), "a population of 1"));
  CHECK(says(search_problem([&] { search::random_search(p, {}, {.seed = 1}, 3); }), "condition 3"));
  CHECK(says(search_problem([&] { search::random_search(definition{space, {}}); }), "no objective"));
  definition limited = p;
  limited.limits = {{2, 1.0}};
  CHECK(says(search_problem([&] { search::random_search{limited}; }), "a limit on objective 2"));
}

TEST_CASE("search: the observer sees every evaluation and can end the run") {
  const described space = small_space();
  const definition p{space, metrics(2)};
  store known(p);
  solver s = make("random", p);
  evaluate::here executor(space, [&](const architecture& a) { return random_values(space, a, 2); });
  std::size_t last = 0;
  const search::run_report report = search::run(known, s, executor, {.evaluations = 40, .batch = 5},
                                                [&](std::string_view, std::size_t done, std::size_t, double) {
                                                  CHECK(done == last + 1);
                                                  last = done;
                                                  return done < 13;
                                                });
  CHECK(report.end == search::run_end::stopped);
  CHECK(known.size() == 13);
}
