// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/problem/evaluation_store.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <paragon/core/random_key.hpp>
#include <paragon/core/read_file.hpp>
#include <paragon/space/choice_notation.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/sample.hpp>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "../scratch.hpp"

namespace {

using paragon::objective::failed;
using paragon::objective::outcome;
using paragon::problem::evaluation_store;
using paragon::space::described;
using paragon_test::scratch_folder;

/// A space without names and JSON: three digits.
struct digits {
  struct architecture {
    std::vector<unsigned> digit = {0, 0, 0};
    bool operator==(const architecture&) const = default;
  };
  std::string_view name() const { return "digits"; }
  std::size_t decisions() const { return 3; }
  std::size_t choices(std::size_t) const { return 10; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a.digit[d]; }
  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    paragon::space::require_choices(*this, row);
    return {{row[0], row[1], row[2]}};
  }
  std::string to_string(const architecture& a) const { return paragon::space::write_choices(*this, a); }
  architecture parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }
};

described store_space(const std::string& name = "towers", const char* depths = "[1,2,3]") {
  return described(paragon::json::parse(R"({"name":")" + name + R"(","decisions":[{"name":"depth","choices":)" +
                                        depths + R"(,"ordered":true},
         {"name":"width1","range":[8,512,8]},{"name":"width2","range":[8,512,8],"active_if":{"depth":[2,3]}},
         {"name":"width3","range":[8,512,8],"active_if":{"depth":[3]}},{"name":"pool","choices":["max","mean"]}]})"));
}

std::vector<paragon::metric> two_objectives() {
  return {{"error", "%", paragon::direction::minimise}, {"throughput", "1/s", paragon::direction::maximise}};
}

evaluation_store<described>::value_type random_evaluation(const described& space, std::uint64_t i) {
  const paragon::random_key key = paragon::random_key{.seed = 3}.fork("evaluation").fork(i);
  evaluation_store<described>::value_type e{i, paragon::space::uniform(space, key, 0), key.below(2, 1), {}};
  if (key.below(13, 2) == 0) {
    e.result = failed{"crashed \"\n\x01 " + std::to_string(i)};
  } else {
    e.result = {key.normal(3) * 1e-3, key.normal(4) * 1e300};
  }
  return e;
}

std::string store_problem(auto&& action) {
  try {
    action();
  } catch (const paragon::error& bad) {
    return bad.what();
  }
  return "";
}

bool tells(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("evaluation_store: finds by architecture and condition, in memory alone") {
  const described space = store_space();
  evaluation_store store(space, two_objectives(), {"board", "phone"});
  CHECK(store.size() == 0);
  CHECK(store.next_id() == 0);
  const auto a = paragon::space::uniform(space, {.seed = 1}, 0);
  const auto b = paragon::space::uniform(space, {.seed = 1}, 1);
  store.add({7, a, 1, {1, 2}});
  CHECK(store.find(a, 0) == nullptr);
  CHECK(store.find(b, 1) == nullptr);
  REQUIRE(store.find(a, 1) != nullptr);
  CHECK(store.find(a, 1)->result == outcome{1, 2});
  REQUIRE(store.find_id(7) != nullptr);
  CHECK(store.find_id(7)->condition == 1);
  CHECK(store.find_id(6) == nullptr);
  CHECK(store.next_id() == 8);
  store.add({2, b, 0, failed{"crashed"}});
  CHECK(store.next_id() == 8);
  CHECK(store.evaluations()[1].id == 2);
  CHECK_NOTHROW(store.force());
}

TEST_CASE("evaluation_store: what failed may be evaluated again, what has values may not") {
  evaluation_store store(digits(), two_objectives());
  const digits::architecture a{{1, 2, 3}};
  store.add({0, a, 0, failed{"crashed"}});
  store.add({1, a, 0, failed{"crashed again"}});
  store.add({2, a, 0, {1, 2}});
  CHECK(store.find(a)->id == 2);
  CHECK(store.size() == 3);
  CHECK(tells(store_problem([&] {
                store.add({3, a, 0, {1, 2}});
              }),
              "evaluation 3: its architecture has values already"));
  CHECK(tells(store_problem([&] { store.add({3, a, 0, failed{"late"}}); }), "of evaluation 2"));
  CHECK(tells(store_problem([&] { store.add({2, {{0, 0, 0}}, 0, {1, 2}}); }), "evaluation 2: is there already"));
  CHECK(tells(store_problem([&] { store.add({3, {{0, 0, 0}}, 0, 1.0}); }), "evaluation 3: 1 values; expected 2"));
  CHECK(tells(store_problem([&] { store.add({3, {{0, 0, 0}}, 1, {1, 2}}); }), "condition 1; expected below 1"));
  CHECK(tells(store_problem([&] { (void)store.find(a, 1); }), "condition 1; expected below 1"));
  CHECK(store.size() == 3);
}

TEST_CASE("evaluation_store: bad names are errors") {
  using store = evaluation_store<digits>;
  CHECK(tells(store_problem([] { store s(digits(), {}); }), "no objective"));
  CHECK(tells(store_problem([] { store s(digits(), {{"", "%"}}); }), "objective \"\"; expected a name"));
  CHECK(tells(store_problem([] { store s(digits(), {{"e", "%"}, {"e", ""}}); }), "objective \"e\" twice"));
  CHECK(tells(store_problem([] { store s(digits(), {{"e", "%"}}, {"a", "b", "a"}); }), "condition \"a\" twice"));
  CHECK(tells(store_problem([] { store s(digits(), {{"e", "", paragon::direction::ignore}}); }), "to be ignored"));
}

TEST_CASE("evaluation_store: the file has a line an evaluation that anybody can read") {
  const scratch_folder folder;
  const described space = store_space();
  {
    evaluation_store store(space, two_objectives(), {"board"});
    store.keep_in(folder / "log");
    const auto a = space.from_json(paragon::json::parse(R"({"depth":2,"width1":64,"width2":8,"pool":"max"})"));
    store.add({{0, a, 0, failed{"no\nmemory"}}, {5, a, 0, {7.25, 1e30}}});
  }
  const std::string text = paragon::read_file(folder / "log");
  const std::size_t head = text.find('\n');
  CHECK(tells(text.substr(0, head), R"({"format":"paragon evaluations 1","space":{"name":"towers","decisions":[)"));
  CHECK(tells(text.substr(0, head),
              R"({"name":"throughput","unit":"1/s","direction":"maximise"}],"conditions":["board"])"));
  CHECK(
      text.substr(head + 1) ==
      R"({"id":0,"architecture":{"depth":2,"width1":64,"width2":8,"pool":"max"},"condition":"board","failed":"no\nmemory"}
{"id":5,"architecture":{"depth":2,"width1":64,"width2":8,"pool":"max"},"condition":"board","values":{"error":7.25,"throughput":1e+30}}
)");
  {
    evaluation_store store(digits(), {{"error", "%"}});
    store.keep_in(folder / "plain");
    store.add({0, {{1, 2, 3}}, 0, 0.5});
  }
  CHECK(paragon::read_file(folder / "plain") ==
        R"({"format":"paragon evaluations 1","space":{"name":"digits","choices":[10,10,10]},)"
        R"("objectives":[{"name":"error","unit":"%","direction":"minimise"}],"conditions":[]})"
        "\n"
        R"({"id":0,"architecture":")" +
            digits().to_string({{1, 2, 3}}) + R"(","values":{"error":0.5}})" + "\n");
}

TEST_CASE("evaluation_store: replayed, every evaluation is as it was, wherever the last line is torn") {
  const scratch_folder folder;
  const described space = store_space();
  std::vector<evaluation_store<described>::value_type> all;
  std::string text;
  {
    evaluation_store store(space, two_objectives(), {"a", "b"});
    store.keep_in(folder / "log", std::chrono::seconds(1));
    for (std::uint64_t i = 0; all.size() < 300; ++i) {
      auto e = random_evaluation(space, i);
      const auto* before = store.find(e.architecture, e.condition);
      if (before != nullptr && before->result.complete()) continue;
      all.push_back(e);
      store.add(e);
    }
    text = paragon::read_file(folder / "log");
  }
  const auto replayed = [&](const std::string& from) {
    folder.write("log", from);
    evaluation_store store(space, two_objectives(), {"a", "b"});
    store.keep_in(folder / "log");
    return std::vector(store.evaluations().begin(), store.evaluations().end());
  };
  CHECK(replayed(text) == all);
  CHECK(replayed(text.substr(0, text.size() - 1)) == all);  // no line feed: an editor's, or a kill's
  CHECK(paragon::read_file(folder / "log") == text);
  for (std::uint64_t round = 0; round < 200; ++round) {
    const std::size_t cut = paragon::random_key{.seed = 8}.below(text.size(), round);
    CAPTURE(cut);
    const std::string part = text.substr(0, cut);
    const auto lines = static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    const std::size_t whole = lines + (text[cut] == '\n' ? 1U : 0U);  // of it only the line feed is missing
    const std::size_t kept = whole > 0 ? whole - 1 : 0;
    CHECK(replayed(part) == std::vector(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept)));
    // And it goes on as if nothing had been.
    evaluation_store store(space, two_objectives(), {"a", "b"});
    store.keep_in(folder / "log");
    store.add(std::vector(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end()));
    CHECK(paragon::read_file(folder / "log") == text);
  }
  CHECK(replayed(text + std::string(100, '\0')) == all);  // what a power cut may leave
}

TEST_CASE("evaluation_store: a damaged line is an error that names it, and the file stays as it is") {
  const scratch_folder folder;
  const auto refused = [&](const std::string& text) {
    folder.write("log", text);
    evaluation_store store(digits(), {{"e", ""}}, {"a"});
    const std::string message = store_problem([&] { store.keep_in(folder / "log"); });
    CHECK(store.size() == 0);
    CHECK(paragon::read_file(folder / "log") == text);
    return message;
  };
  const auto write = [&] {
    std::remove((folder / "log").c_str());
    evaluation_store store(digits(), {{"e", ""}}, {"a"});
    store.keep_in(folder / "log");
    for (unsigned i = 0; i < 5; ++i) store.add({i, {{0, 0, i}}, 0, 1.0 * i});
    return paragon::read_file(folder / "log");
  };
  const std::string text = write();
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    return other.replace(other.find(from), from.size(), to);
  };
  CHECK(tells(refused(changed("\"id\":2", "\"id\"2")), "log: line 4: byte:1:6: "));
  CHECK(tells(refused(changed("\"id\":2", "\"id\":1")),
              "log: line 4: problem::evaluation_store: evaluation 1: is there"));
  CHECK(tells(refused(changed("\"id\":2", "\"no\":2")), "log: line 4: json: no member \"id\""));
  CHECK(tells(refused(changed("{\"e\":3}", "{\"x\":3}")), "log: line 5: json: no member \"e\""));
  CHECK(tells(refused(changed("{\"e\":3}", "{}")), "log: line 5: \"values\": 0 members; expected 1"));
  CHECK(tells(refused(changed("{\"e\":3}", "{\"e\":null}")), "log: line 5: "));
  CHECK(tells(refused(changed("\"values\":{\"e\":3}", "\"values\":{\"e\":3},\"failed\":\"x\"")), "log: line 5: "));
  CHECK(tells(refused(changed("\"condition\":\"a\",\"values\":{\"e\":2}", "\"condition\":\"b\",\"values\":{\"e\":2}")),
              "log: line 4: condition: \"b\""));
  CHECK(tells(refused(changed(digits().to_string({{0, 0, 1}}), "nonsense")), "log: line 3: "));
  CHECK(tells(refused(changed(digits().to_string({{0, 0, 2}}), digits().to_string({{0, 0, 1}}))), "log: line 4: "));
  CHECK(tells(refused(changed("\n{\"id\":3", "\n\n{\"id\":3")), "log: line 5: "));
  CHECK(tells(refused("hello\n"), "log: line 1: "));
  CHECK(tells(refused("{\"format\":\"another\"}\n"), "log: is no file of evaluations"));
  CHECK(tells(refused("{}"), "log: is no file of evaluations"));
  CHECK(tells(refused("important notes"), "log: line 1: "));
}

TEST_CASE("evaluation_store: the file of another problem is an error that names both") {
  const scratch_folder folder;
  const auto write = [&](described space, std::vector<paragon::metric> objectives,
                         std::vector<std::string> conditions) {
    evaluation_store store(std::move(space), std::move(objectives), std::move(conditions));
    store.keep_in(folder / "log");
  };
  write(store_space(), two_objectives(), {"a", "b"});
  const auto refused = [&](auto... arguments) { return store_problem([&] { write(arguments...); }); };
  const std::vector<std::string> ab{"a", "b"};
  CHECK(refused(store_space(), two_objectives(), ab) == "");
  CHECK(tells(refused(store_space("bridges"), two_objectives(), ab),
              "log: has evaluations of the space \"towers\"; expected the space \"bridges\""));
  const std::string decisions = refused(store_space("towers", "[1,2,3,4]"), two_objectives(), ab);
  CHECK(tells(decisions, "log: has evaluations with other decisions: "));
  CHECK(tells(decisions, "[1,2,3]"));
  CHECK(tells(decisions, "[1,2,3,4]"));
  auto objectives = two_objectives();
  objectives[1].name = "latency";
  const std::string names = refused(store_space(), objectives, ab);
  CHECK(tells(names, "log: has evaluations with other objectives: "));
  CHECK(tells(names, "throughput"));
  CHECK(tells(names, "latency"));
  CHECK(tells(refused(store_space(), two_objectives(), std::vector<std::string>{"a"}),
              "log: has evaluations with other conditions: [\"a\",\"b\"]; expected [\"a\"]"));
}

TEST_CASE("evaluation_store: a file has one store, a store one file") {
  const scratch_folder folder;
  evaluation_store first(digits(), two_objectives());
  first.keep_in(folder / "log");
  evaluation_store second(digits(), two_objectives());
  CHECK(tells(store_problem([&] { second.keep_in(folder / "log"); }), "log: is in use"));
  CHECK(tells(store_problem([&] { second.keep_in(folder / "absent/log"); }), "cannot be opened"));
  second.add({0, {}, 0, {1, 2}});
  CHECK(tells(store_problem([&] { second.keep_in(folder / "other"); }), "the store has evaluations already"));
}

TEST_CASE("evaluation_store: what cannot be written is known and written later") {
  const scratch_folder folder;
  evaluation_store store(digits(), two_objectives());
  store.keep_in(folder / "log");
  store.add({0, {{0, 0, 0}}, 0, {1, 2}});
  const std::string before = paragon::read_file(folder / "log");
  struct ::rlimit limit {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct ::rlimit small {
    before.size() + 20, limit.rlim_max
  };
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string problem = store_problem([&] { store.add({1, {{0, 0, 1}}, 0, {3, 4}}); });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(tells(problem, "log: cannot be written"));
  CHECK(paragon::read_file(folder / "log") == before);
  CHECK(store.find({{0, 0, 1}}) != nullptr);
  store.force();
  store.add({2, {{0, 0, 2}}, 0, {5, 6}});
  const std::string after = paragon::read_file(folder / "log");
  CHECK(std::count(after.begin(), after.end(), '\n') == 4);
}

TEST_CASE("evaluation_store: many are found as a map finds them") {
  const described space = store_space();
  evaluation_store store(space, two_objectives(), {"a", "b"});
  std::map<std::pair<described::architecture, std::size_t>, std::uint64_t> expected;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    auto e = random_evaluation(space, i);
    const auto* before = store.find(e.architecture, e.condition);
    if (before != nullptr && before->result.complete()) continue;
    expected[{e.architecture, e.condition}] = i;
    store.add(std::move(e));
  }
  for (const auto& [key, id] : expected) {
    const auto* found = store.find(key.first, key.second);
    REQUIRE(found != nullptr);
    CHECK(found->id == id);
  }
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const auto a = paragon::space::uniform(space, {.seed = 99}, i);
    CHECK((store.find(a, 0) != nullptr) == expected.contains({a, 0}));
  }
}

TEST_CASE(
    "evaluation_store: killed at random moments, it asks nothing twice and loses at most the line being written") {
  const scratch_folder folder;
  constexpr std::uint64_t wanted = 1000;
  const std::string path = folder / "log";
  // Goes through the same questions each time, and answers those that have no answer; each is noted when it is asked.
  const auto work = [&] {
    const described space = store_space();
    evaluation_store store(space, two_objectives(), {"a", "b"});
    store.keep_in(path, std::chrono::hours(1));
    paragon::line_file asked(folder / "asked");
    for (std::uint64_t i = 0; i < wanted; ++i) {
      auto e = random_evaluation(space, i);
      if (store.find_id(i) != nullptr || store.find(e.architecture, e.condition) != nullptr) continue;
      asked.append(std::to_string(i) + "\n");
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      store.add(std::move(e));
    }
  };
  const std::uint64_t seed = 17;
  MESSAGE("seed " << seed);
  std::string before;
  int kills = 0;
  int within = 0;  // while it wrote
  int torn = 0;
  for (std::uint64_t round = 0;; ++round) {
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        work();
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    if (round < 40) {  // at a random moment after a random number of lines
      const paragon::random_key key{.seed = seed};
      const auto size = before.size() + key.below(2500, 2 * round);
      const auto enough = [&] {
        ::siginfo_t ended{};
        return (std::filesystem::exists(path) && std::filesystem::file_size(path) >= size) ||
               (::waitid(P_PID, static_cast<::id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                ended.si_pid == child);
      };
      while (!enough()) std::this_thread::sleep_for(std::chrono::microseconds(50));
      std::this_thread::sleep_for(std::chrono::microseconds(key.below(2000, 2 * round + 1)));
      REQUIRE(::kill(child, SIGKILL) == 0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    const std::string now = std::filesystem::exists(path) ? paragon::read_file(path) : "";
    CHECK(now.starts_with(before));  // every whole line stays
    before = now.substr(0, now.rfind('\n') + 1);
    if (WIFEXITED(status)) {
      REQUIRE(WEXITSTATUS(status) == 0);
      if (round >= 40) break;
    } else {
      ++kills;
      within += before.size() > 1000 && before.size() < 200'000 ? 1 : 0;
      torn += before.size() < now.size() ? 1 : 0;
    }
  }
  evaluation_store undisturbed(store_space(), two_objectives(), {"a", "b"});
  for (std::uint64_t i = 0; i < wanted; ++i) {
    auto e = random_evaluation(store_space(), i);
    if (undisturbed.find(e.architecture, e.condition) == nullptr) undisturbed.add(std::move(e));
  }
  evaluation_store store(store_space(), two_objectives(), {"a", "b"});
  store.keep_in(path);
  CHECK(std::vector(store.evaluations().begin(), store.evaluations().end()) ==
        std::vector(undisturbed.evaluations().begin(), undisturbed.evaluations().end()));
  const std::string asked = paragon::read_file(folder / "asked");
  const auto questions = std::count(asked.begin(), asked.end(), '\n');
  CHECK(questions >= static_cast<std::ptrdiff_t>(store.size()));
  CHECK(questions <= static_cast<std::ptrdiff_t>(store.size()) + kills);
  CHECK(within >= 20);
  MESSAGE(kills << " kills, " << torn << " torn lines, " << questions << " questions for " << store.size()
                << " answers");
}
