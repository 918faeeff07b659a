// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/tune/study.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <paragon/core/parallel.hpp>
#include <paragon/core/read_file.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "../scratch.hpp"
#include "../special_values.hpp"

namespace tune = paragon::tune;
using paragon_test::scratch_folder;

namespace {

using paragon_test::inf;
using paragon_test::not_a_number;

struct no_evaluation {
  std::string operator()(const tune::candidate&) const { return ""; }
};
struct wants_a_vector {
  double operator()(const std::vector<double>&) const { return 0; }
};

const tune::parameter_space space(tune::uniform{"x", -5, 5}, tune::log_uniform{"r", 1e-4, 1}, tune::integer{"n", 1, 9},
                                  tune::categorical{"c", {"p", "q", "r"}});

double value(const tune::candidate& x) {
  return x["x"] * x["x"] + std::abs(std::log(x["r"] / 0.01)) + x["n"] + (x.label("c") == "q" ? 0 : 2);
}

/// With extras, some infinite results and some failures, all decided by the candidate alone.
tune::outcome rich(const tune::candidate& x) {
  if (x.number() % 7 == 3) throw std::runtime_error("no memory for " + x.label("c"));
  if (x.number() % 11 == 5) return {not_a_number, {{"steps", 3}}};
  if (x.number() % 13 == 6) return {inf, {}};
  return {value(x), {{"x again", x[0]}, {"nan", x.number() % 2 == 0 ? 1.0 : 2.0}, {"far", -inf}}};
}

tune::study_settings batches_of(std::size_t batch, std::size_t trials = 40) {
  return {.trials = trials, .batch = batch, .seed = 12};
}

std::vector<tune::trial> uninterrupted(std::size_t batch, std::size_t trials = 40) {
  tune::study search(space, batches_of(batch, trials));
  search.run(rich);
  return search.trials();
}

std::string message(auto&& action) {
  try {
    action();
  } catch (const paragon::error& bad) {
    return bad.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

static_assert(tune::evaluation<double (*)(const tune::candidate&)>);
static_assert(tune::evaluation<int (*)(const tune::candidate&)>);
static_assert(tune::evaluation<tune::outcome (*)(const tune::candidate&)>);
static_assert(!tune::evaluation<no_evaluation>);
static_assert(!tune::evaluation<wants_a_vector>);
static_assert(!tune::evaluation<int>);

TEST_CASE("tune: a study evaluates a hundred trials by default and knows the best") {
  tune::study search(space);
  std::atomic<std::size_t> calls = 0;
  const auto report = search.run([&](const tune::candidate& x) {
    ++calls;
    return value(x);
  });
  CHECK(report == tune::run_report{.evaluated = 100, .failed = 0, .stopped = false});
  CHECK(calls == 100);
  REQUIRE(search.trials().size() == 100);
  double best = inf;
  for (std::size_t i = 0; i < 100; ++i) {
    const tune::trial& t = search.trials()[i];
    CHECK(t.number == i);
    CHECK(t.state == tune::trial_state::complete);
    CHECK(space.contains(t.values));
    CHECK(t.value == value(tune::candidate(space, i, t.values)));
    best = std::min(best, t.value);
  }
  CHECK(search.best().value == best);
  CHECK(search.run(value) == tune::run_report{});  // nothing left to do
}

TEST_CASE("tune: the same seed gives the same trials, another seed others") {
  const auto run = [](std::uint64_t seed) {
    tune::study search(space, {.trials = 40, .seed = seed});
    search.run(value);
    return search.trials();
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

TEST_CASE("tune: trials do not depend on the number of threads") {
  for (const std::size_t batch : {1U, 4U, 7U, 40U, 1000U}) {
    CAPTURE(batch);
    const auto expected = uninterrupted(batch);
    REQUIRE(expected.size() == 40);
    for (const std::size_t threads : {1U, 2U, 5U}) {
      paragon::thread_pool pool(threads);
      tune::study search(space, batches_of(batch));
      search.run(rich, pool);
      CHECK(search.trials() == expected);
    }
  }
  CHECK(uninterrupted(1) != uninterrupted(4));
}

TEST_CASE("tune: the proposals of one batch differ") {
  tune::study search(space, {.trials = 60, .batch = 10});
  search.run(value);
  for (std::size_t begin = 0; begin < 60; begin += 10) {
    for (std::size_t i = begin; i < begin + 10; ++i) {
      for (std::size_t j = begin; j < i; ++j) CHECK(search.trials()[i].values != search.trials()[j].values);
    }
  }
}

TEST_CASE("tune: failures are recorded and the run goes on") {
  tune::study search(space, {.trials = 40});
  const auto report = search.run(rich);
  CHECK(report.evaluated == 40);
  std::size_t failed = 0;
  for (const tune::trial& t : search.trials()) {
    if (t.number % 7 == 3) {
      CHECK(t.state == tune::trial_state::failed);
      CHECK(has(t.failure, "no memory for "));
    } else if (t.number % 11 == 5) {
      CHECK(t.state == tune::trial_state::failed);
      CHECK(t.failure == "the value is NaN");
      CHECK(t.extras == tune::named_numbers{{"steps", 3}});
    } else {
      CHECK(t.state == tune::trial_state::complete);
    }
    failed += t.state == tune::trial_state::failed ? 1U : 0U;
  }
  CHECK(report.failed == failed);
  CHECK(search.best().state == tune::trial_state::complete);
}

TEST_CASE("tune: anything may be thrown") {
  tune::study search(space, {.trials = 4});
  search.run([](const tune::candidate& x) -> tune::outcome {
    if (x.number() == 0) throw 7;
    if (x.number() == 1) throw std::runtime_error("");
    if (x.number() == 2) throw std::runtime_error("caf\xe9");  // Latin-1
    return {1, {{"twice", 1}, {"twice", 2}}};
  });
  CHECK(search.trials()[0].failure == "an exception that is not a std::exception");
  CHECK(search.trials()[1].failure == "an exception");
  CHECK(search.trials()[2].failure == "caf?");
  CHECK(has(search.trials()[3].failure, "\"twice\" twice"));
  const std::string problem = message([&] { (void)search.best(); });
  CHECK(has(problem, "no complete trial"));
  CHECK(has(problem, "trial 0 failed"));
  CHECK_NOTHROW((void)search.to_json().dump());
}

TEST_CASE("tune: there is no best of nothing") {
  CHECK(has(message([] { (void)tune::study(space).best(); }), "no complete trial"));
}

TEST_CASE("tune: of equal trials the first is best, in both directions") {
  for (const auto sense : {paragon::direction::minimise, paragon::direction::maximise}) {
    tune::study search(space, {.trials = 30, .sense = sense}, tune::random_search{});
    search.run([](const tune::candidate& x) { return static_cast<double>(x.number() % 3); });
    CHECK(search.best().number == (sense == paragon::direction::minimise ? 0 : 2));
  }
}

TEST_CASE("tune: bad settings are errors") {
  CHECK_THROWS_AS(tune::study(space, {.batch = 0}), paragon::error);
  CHECK_THROWS_AS(tune::study(space, {.sense = paragon::direction::ignore}), paragon::error);
}

TEST_CASE("tune: a sampler that leaves the space is found out") {
  struct outside {
    std::vector<double> suggest(const tune::parameter_space&, const tune::history&, paragon::random_key) const {
      return {99};
    }
    paragon::json describe() const { return "outside"; }
  };
  tune::study search(tune::parameter_space(tune::uniform{"x", 0, 1}), {}, outside{});
  CHECK(has(message([&] { search.run([](const tune::candidate&) { return 1.0; }); }), "not in the space"));
}

TEST_CASE("tune: ask and tell by hand make the trials of a run") {
  tune::study by_hand(space, batches_of(1));
  for (std::size_t i = 0; i < 40; ++i) {
    const auto x = by_hand.ask();
    CHECK(x.number() == i);
    CHECK(by_hand.trials()[i].state == tune::trial_state::pending);
    by_hand.tell(x.number(), value(x));
  }
  tune::study run(space, batches_of(1));
  run.run(value);
  CHECK(by_hand.trials() == run.trials());
}

TEST_CASE("tune: trials may be told in any order, each once") {
  tune::study search(space);
  const auto a = search.ask();
  const auto b = search.ask();
  const auto c = search.ask();
  const std::vector<double> before(a.values().begin(), a.values().end());
  for (int i = 0; i < 100; ++i) (void)search.ask();  // earlier candidates stay valid
  CHECK(std::vector<double>(a.values().begin(), a.values().end()) == before);
  search.tell(c.number(), 3.0);
  search.tell(a.number(), {1.0, {{"seconds", 2.5}}});
  search.tell_failure(b.number(), "out of memory");
  CHECK(search.best().number == 0);
  CHECK(search.trials()[1].failure == "out of memory");
  CHECK_THROWS_AS(search.tell(0, 1.0), paragon::error);
  CHECK_THROWS_AS(search.tell_failure(1, ""), paragon::error);
  CHECK_THROWS_AS(search.tell(103, 1.0), paragon::error);
  CHECK_THROWS_AS(search.tell(3, {1.0, {{"a", 1}, {"a", 2}}}), paragon::error);
  CHECK(search.trials()[3].state == tune::trial_state::pending);
  CHECK(search.run(value).evaluated == 97);  // those of the first hundred that are left
}

TEST_CASE("tune: an observer sees every evaluation and can stop the run") {
  std::vector<std::size_t> steps;
  std::vector<double> best;
  tune::study search(space, {.trials = 20, .batch = 4});
  const auto observe = [&](std::string_view phase, std::size_t done, std::size_t total, double x) {
    CHECK(phase == "tune");
    CHECK(total == 20);
    steps.push_back(done);
    best.push_back(x);
    return done != 7;
  };
  const auto first = search.run(value, observe);
  CHECK(first == tune::run_report{.evaluated = 7, .failed = 0, .stopped = true});
  const auto second = search.run(value, observe);
  CHECK(second == tune::run_report{.evaluated = 13, .failed = 0, .stopped = false});
  REQUIRE(steps.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) CHECK(steps[i] == i + 1);
  CHECK(std::is_sorted(best.rbegin(), best.rend()));
  CHECK(best.back() == search.best().value);
}

TEST_CASE("tune: a run that was stopped anywhere and resumed makes the same trials") {
  for (const std::size_t batch : {1U, 4U, 7U}) {
    const auto expected = uninterrupted(batch);
    for (const std::size_t stop : {1U, 3U, 4U, 9U, 10U, 11U, 26U, 39U, 40U}) {
      for (const std::size_t threads : {1U, 3U}) {
        CAPTURE(batch);
        CAPTURE(stop);
        CAPTURE(threads);
        const scratch_folder folder;
        paragon::thread_pool pool(threads);
        {
          tune::study search(space, batches_of(batch));
          search.keep_in(folder / "history.json");
          search.run(rich, pool, [&](auto, std::size_t done, auto, double) { return done < stop; });
        }
        tune::study search(space, batches_of(batch));
        search.keep_in(folder / "history.json");
        search.run(rich, pool);
        CHECK(search.trials() == expected);
        CHECK(folder.entries() == 1);
      }
    }
  }
}

TEST_CASE("tune: whatever part of a batch was finished, the rest comes out the same") {
  const auto expected = uninterrupted(4);
  for (std::size_t finished = 0; finished < 16; ++finished) {  // which of the trials 20 to 23
    const scratch_folder folder;
    std::vector<tune::trial> part(expected.begin(), expected.begin() + 24);
    for (std::size_t i = 0; i < 4; ++i) {
      if ((finished >> i & 1U) != 0) continue;
      const auto values = part[20 + i].values;
      part[20 + i] = {};
      part[20 + i].number = 20 + i;
      part[20 + i].values = values;
    }
    tune::study search(space, batches_of(4));
    paragon::json::object all = search.to_json().members();
    all.back().second = tune::to_json(space, part);
    search.keep_in(folder.write("history.json", paragon::json(all).dump()));
    search.run(rich);
    CHECK(search.trials() == expected);
  }
}

TEST_CASE("tune: a finished study can be prolonged") {
  const scratch_folder folder;
  for (const std::size_t trials : {10U, 11U, 25U, 40U}) {
    tune::study search(space, batches_of(7, trials));
    search.keep_in(folder / "history.json");
    search.run(rich);
    CHECK(search.trials().size() == trials);
    if (trials == 40) CHECK(search.trials() == uninterrupted(7));
  }
}

TEST_CASE("tune: the file holds every evaluation as soon as it is done") {
  const scratch_folder folder;
  tune::study search(space, {.trials = 12, .batch = 3});
  search.keep_in(folder / "history.json");
  std::size_t seen = 0;
  search.run(value, [&](auto, std::size_t done, auto, double) {
    const std::string text = paragon::read_file(folder / "history.json");
    std::size_t complete = 0;
    for (const auto& t : tune::trials_from_lines(space, text.substr(text.find('\n') + 1), "history.json", 2))
      complete += t.state == tune::trial_state::complete;
    CHECK(complete == done);
    ++seen;
    return true;
  });
  CHECK(seen == 12);
}

TEST_CASE("tune: a history of another study is refused") {
  const scratch_folder folder;
  const std::string file = folder / "history.json";
  {
    tune::study search(space, {.trials = 3, .seed = 1});
    search.keep_in(file);
    search.run(value);
    CHECK(has(message([&] { search.keep_in(file); }), "has trials already"));
  }
  const auto problem = [&](auto&& other) { return message([&] { other.keep_in(file); }); };
  CHECK(problem(tune::study(space, {.trials = 99, .seed = 1})) == "");
  CHECK(has(problem(tune::study(space, {.seed = 2})), "another seed"));
  CHECK(has(problem(tune::study(space, {.batch = 2, .seed = 1})), "another batch"));
  CHECK(has(problem(tune::study(space, {.seed = 1, .sense = paragon::direction::maximise})), "another direction"));
  CHECK(has(problem(tune::study(space, {.seed = 1}, tune::random_search{})), "another sampler"));
  CHECK(has(problem(tune::study(space, {.seed = 1}, tune::tpe({.startup = 3}))), "another sampler"));
  CHECK(has(problem(tune::study(tune::parameter_space(tune::uniform{"x"}), {.seed = 1})), "another parameters"));
  CHECK(has(problem(tune::study(space, {.seed = 1})), ""));
  for (const char* text : {"\n", "[1]", "{}", "{\n", "{\"format\":\"paragon tune 1\"}", "nonsense"}) {
    folder.write("history.json", text);
    CHECK(has(problem(tune::study(space, {.seed = 1})), "history.json"));
    CHECK(paragon::read_file(file) == text);  // not written over
  }
}

TEST_CASE("tune: a file that cannot be written is an error that names it, before and during the run") {
  const scratch_folder folder;
  CHECK(has(message([&] { tune::study(space).keep_in(folder / "absent/history.json"); }), "absent/history.json"));
  const auto inner = std::make_unique<scratch_folder>();
  tune::study search(space, {.trials = 8, .batch = 2});
  search.keep_in(*inner / "history.json");
  std::atomic<std::size_t> calls = 0;
  paragon::thread_pool pool(2);
  std::unique_ptr<scratch_folder> gone(new scratch_folder);
  const std::string problem = message([&] {
    search.run(
        [&](const tune::candidate& x) {
          ++calls;
          return value(x);
        },
        pool,
        [&](auto, std::size_t done, auto, double) {
          if (done == 3) std::filesystem::remove_all(std::filesystem::path(*inner / "history.json").parent_path());
          return true;
        });
  });
  CHECK(has(problem, "history.json"));
  CHECK(calls < 8);
}

TEST_CASE("tune: an earlier version's history goes on") {
  const scratch_folder folder;
  const auto expected = uninterrupted(4);
  for (const std::size_t spaces : {0U, 1U, 2U}) {
    for (const char* end : {"", "\n"}) {
      CAPTURE(spaces);
      tune::study search(space, batches_of(4));
      paragon::json::object all = search.to_json().members();
      all.back().second = tune::to_json(space, {expected.begin(), expected.begin() + 12});
      const std::string old = paragon::json(all).dump(spaces) + end;
      search.keep_in(folder.write("history.json", old));
      search.run(rich);
      CHECK(search.trials() == expected);
      CHECK(paragon::read_file(folder / "history.json").starts_with(old));
      CHECK(has(message([&] { tune::study(space, batches_of(4)).keep_in(folder / "history.json"); }), "in use"));
    }
  }
  tune::study again(space, batches_of(4));
  again.keep_in(folder / "history.json");
  CHECK(again.trials() == expected);
}

TEST_CASE("tune: a history that was cut anywhere goes on, and the trials are the same") {
  const scratch_folder folder;
  const auto expected = uninterrupted(4, 12);
  {
    tune::study search(space, batches_of(4, 12));
    search.keep_in(folder / "history.json");
    search.run(rich);
  }
  const std::string whole = paragon::read_file(folder / "history.json");
  for (std::size_t bytes = 0; bytes <= whole.size(); bytes += bytes + 20 < whole.size() ? 7U : 1U) {
    CAPTURE(bytes);
    folder.write("history.json", whole.substr(0, bytes));
    tune::study search(space, batches_of(4, 12));
    search.keep_in(folder / "history.json");
    search.run(rich);
    REQUIRE(search.trials() == expected);
  }
  tune::study again(space, batches_of(4, 12));
  again.keep_in(folder / "history.json");
  CHECK(again.trials() == expected);
}

TEST_CASE("tune: a damaged history is an error that names the line, and stays as it is") {
  const scratch_folder folder;
  {
    tune::study search(space, batches_of(4, 12));
    search.keep_in(folder / "history.json");
    search.run(rich);
  }
  std::string text = paragon::read_file(folder / "history.json");
  std::size_t line_5 = 0;
  for (int line = 1; line < 5; ++line) line_5 = text.find('\n', line_5) + 1;
  text.replace(line_5 + 10, 5, 5, '\0');
  folder.write("history.json", text);
  tune::study search(space, batches_of(4, 12));
  CHECK(has(message([&] { search.keep_in(folder / "history.json"); }), "history.json: line 5: "));
  CHECK(search.trials().empty());
  CHECK(paragon::read_file(folder / "history.json") == text);
}

TEST_CASE("tune: a history grows by a line for each proposal and each result") {
  // Were the file written anew each time, the bytes written would grow with the square of the trials.
  const scratch_folder folder;
  tune::study search(space, {.trials = 200}, tune::random_search());
  search.keep_in(folder / "history.json");
  std::string before = paragon::read_file(folder / "history.json");
  search.run(value, [&](auto, auto, auto, double) {
    const std::string now = paragon::read_file(folder / "history.json");
    CHECK(now.starts_with(before));
    CHECK(std::count(now.begin() + static_cast<std::ptrdiff_t>(before.size()), now.end(), '\n') == 2);
    before = now;
    return true;
  });
}

TEST_CASE("tune: an exception of the observer ends the run") {
  tune::study search(space, {.trials = 20, .batch = 4});
  paragon::thread_pool pool(3);
  CHECK_THROWS_AS(search.run(value, pool,
                             [](auto, std::size_t done, auto, double) -> bool {
                               if (done == 6) throw std::logic_error("enough");
                               return true;
                             }),
                  std::logic_error);
  CHECK(search.trials().size() == 8);
}
