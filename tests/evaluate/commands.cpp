// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/evaluate/commands.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/read_file.hpp>
#include <paragon/space/described.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../scratch.hpp"

namespace {

using namespace std::chrono_literals;
using paragon::space::described;
using command_executor = paragon::evaluate::commands<described>;
using command_settings = paragon::evaluate::commands_settings;
using results_of_commands = std::vector<paragon::evaluate::completion>;
using paragon_test::scratch_folder;

/// One decision, whose value tells a script what to do.
const described& one_number() {
  static const described space(
      paragon::json::parse(R"({"name":"line","decisions":[{"name":"n","range":[0,1000,1]}]})"));
  return space;
}
described::architecture number(std::size_t n) { return one_number().from_json(paragon::json::object{{"n", n}}); }

/// A worker of two objectives. `$n` is the number asked, `$id` the request's; `each` is done for every line.
std::string worker_script(const std::string& each) {
  return "while read -r line; do\n"
         "  id=${line#*:}; id=${id%%,*}\n"
         "  n=${line##*\\\"n\\\":}; n=${n%%\\}*}\n" +
         each + "\ndone\n";
}
const std::string good_answer = R"(printf '{"id":%s,"values":{"a":%s,"b":2.5}}\n' "$id" "$n")";

/// A script that runs in its own folder.
struct scripted {
  explicit scripted(const std::string& text)
      : command("cd " + folder / "" + " && exec sh " + folder.write("worker.sh", text)) {}
  scratch_folder folder;
  std::string command;
};

command_settings quiet(command_settings settings = {}) {
  settings.errors_to = -1;
  return settings;
}
const std::vector<paragon::metric> a_and_b{{"a", ""}, {"b", ""}};

template <class E>
results_of_commands collect_commands(E& executor) {
  results_of_commands all;
  while (executor.pending() > 0) {
    auto some = executor.collect(60s);
    REQUIRE(!some.empty());
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end(), [](const auto& x, const auto& y) { return x.id < y.id; });
  return all;
}

/// What comes of one request.
paragon::evaluate::completion ask_command(command_executor& executor, std::size_t n, std::uint64_t id = 1) {
  executor.submit({id, number(n)});
  return collect_commands(executor).at(0);
}
/// Why the request for `n` failed.
std::string command_reason(command_executor& executor, std::size_t n) {
  const auto done = ask_command(executor, n);
  REQUIRE(!done.result.complete());
  return done.result.reason();
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string command_problem(auto&& action) {
  try {
    action();
  } catch (const paragon::error& bad) {
    return bad.what();
  }
  return "";
}

std::vector<int> open_descriptors() {
  std::vector<int> open;
  for (int fd = 0; fd < 256; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) open.push_back(fd);
  }
  return open;
}
/// Whether this process has a child, a zombie included.
bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

std::string text_of(const std::string& path) { return std::filesystem::exists(path) ? paragon::read_file(path) : ""; }

/// Whether a process is there and no zombie.
bool lives(const std::string& id) {
  std::ifstream status("/proc/" + id + "/stat");
  std::string text((std::istreambuf_iterator<char>(status)), {});
  const auto end = text.rfind(')');
  return end != std::string::npos && end + 2 < text.size() && text[end + 2] != 'Z' && text[end + 2] != 'X';
}
bool soon(auto&& condition) {
  for (int i = 0; i < 2000 && !condition(); ++i) std::this_thread::sleep_for(5ms);
  return condition();
}
/// The process number that a script wrote, once it has.
std::string process_in(const std::string& path) {
  (void)soon([&] { return holds(text_of(path), "\n"); });
  const std::string text = text_of(path);
  return text.substr(0, text.find('\n'));
}

static_assert(paragon::evaluate::executor<command_executor>);

}  // namespace

TEST_CASE("commands: requests go out and answers come back, in one process") {
  const scripted worker("echo started >> starts\n" + worker_script("echo \"$line\" >> lines\necho\n" + good_answer));
  {
    paragon::evaluate::commands executor(one_number(), a_and_b, {"board", "phone"}, worker.command, quiet());
    CHECK(executor.capacity() == 1);
    CHECK(executor.collect(1h).empty());
    CHECK(!std::filesystem::exists(worker.folder / "starts"));  // nothing was asked
    executor.submit({7, number(3), 1});
    executor.submit({9, number(12), 0});
    CHECK(executor.pending() == 2);
    const auto all = collect_commands(executor);
    REQUIRE(all.size() == 2);
    CHECK(all[0].id == 7);
    CHECK(all[0].result == paragon::objective::outcome{3, 2.5});
    CHECK(all[1].id == 9);
    CHECK(all[1].result == paragon::objective::outcome{12, 2.5});
    CHECK(all[1].attempts == 1);
    CHECK(all[1].seconds > 0);
    CHECK(executor.collect(1h).empty());
    CHECK(holds(command_problem([&] { executor.submit({1, number(0), 2}); }), "condition 2; expected below 2"));
    CHECK(executor.pending() == 0);
  }
  CHECK(text_of(worker.folder / "starts") == "started\n");
  CHECK(text_of(worker.folder / "lines") ==
        "{\"id\":7,\"architecture\":{\"n\":3},\"device\":\"phone\"}\n"
        "{\"id\":9,\"architecture\":{\"n\":12},\"device\":\"board\"}\n");
  CHECK(!has_children());
}

TEST_CASE("commands: the condition has the name that is wanted, or none") {
  const scripted worker(worker_script("echo \"$line\" >> lines\n" + good_answer));
  {
    command_executor executor(one_number(), a_and_b, {}, worker.command, quiet());
    CHECK(ask_command(executor, 1).result.complete());
  }
  {
    const paragon::problem::definition<described> problem{one_number(), a_and_b, {"x"}};
    paragon::evaluate::commands executor(problem, worker.command, quiet({.condition_member = "condition"}));
    CHECK(ask_command(executor, 1).result.complete());
  }
  CHECK(text_of(worker.folder / "lines") ==
        "{\"id\":1,\"architecture\":{\"n\":1}}\n{\"id\":1,\"architecture\":{\"n\":1},\"condition\":\"x\"}\n");
}

TEST_CASE("commands: answers that say less than is asked fail, with what they say") {
  const scripted worker("echo started >> starts\n" + worker_script(R"(case $n in
    0) printf '{"seconds":3,"id":%s,"values":{"b":1e-3,"c":"x","a":-4},"log":[{}]}\n' "$id" ;;
    1) printf '{"id":%s,"failed":"does not fit"}\n' "$id" ;;
    2) printf '{"id":%s,"failed":""}\n' "$id" ;;
    3) printf '{"id":%s,"values":{"a":1}}\n' "$id" ;;
    4) printf '{"id":%s,"values":{"a":1,"b":null}}\n' "$id" ;;
    5) printf '{"id":%s,"values":{"a":1,"b":"2"}}\n' "$id" ;;
    6) printf '{"id":%s,"values":{"a":NaN,"b":-Infinity,"note \\"NaN":"NaN"}}\n' "$id" ;;
    7) printf '{"id":%s}\n' "$id" ;;
    8) printf '{"id":%s,"values":[1,2]}\n' "$id" ;;
    9) printf '{"id":%s,"values":{"a":1,"b":2},"failed":"x"}\n' "$id" ;;
    10) printf '{"id":%s,"failed":7}\n' "$id" ;;
    11) printf '{"id":%s.0,"values":{"a":1,"b":2}}\r\n' "$id" ;;
    12) printf '{"id":%s,"values":{"a":1,"b":18446744073709551615}}\n' "$id" ;;
  esac)"));
  command_executor executor(one_number(), a_and_b, {}, worker.command, quiet());
  const auto reason = [&](std::size_t n) { return command_reason(executor, n); };
  CHECK(ask_command(executor, 0).result == paragon::objective::outcome{-4, 1e-3});
  CHECK(reason(1) == "does not fit");
  CHECK(reason(2) == "no reason given");
  CHECK(reason(3) == R"(no value for objective "b"; it printed "{"id":1,"values":{"a":1}}")");
  CHECK(reason(4) ==
        R"(the value of objective "b" is not a finite number; it printed "{"id":1,"values":{"a":1,"b":null}}")");
  CHECK(holds(reason(5), R"(the value of objective "b" is no number; it printed)"));
  CHECK(
      holds(reason(6), R"(the value of objective "a" is not a finite number; it printed "{"id":1,"values":{"a":NaN,)"));
  CHECK(holds(reason(7), "neither \"values\" nor \"failed\""));
  CHECK(holds(reason(8), "\"values\" is no object"));
  CHECK(holds(reason(9), "\"values\" and \"failed\""));
  CHECK(holds(reason(10), "\"failed\" is no text"));
  CHECK(ask_command(executor, 11).result == paragon::objective::outcome{1, 2});
  CHECK(holds(reason(12), "\"b\" is an integer that a double cannot hold"));
  CHECK(text_of(worker.folder / "starts") == "started\n");
}

TEST_CASE("commands: nonsense costs its evaluation, and the copy that printed it") {
  const scripted worker("echo started >> starts\n" + worker_script(R"(case $n in
    1) echo 'Epoch 1/10' ;;
    2) printf '{"id":%s,"values":{"a":1,"b":2}}\n' 77 ;;
    3) printf '{"values":{"a":1,"b":2}}\n' ;;
    4) printf '\377\033[31m%01000d\n' 5 ;;
    5) echo '[1,2]' ;;
    6) printf '{"id":%s,"values":{"a":1,"b":2}}\nnoise\n' "$id" ;;
    *) )" + good_answer + "\n  esac"));
  command_executor executor(one_number(), a_and_b, {}, worker.command, quiet());
  CHECK(ask_command(executor, 0).result.complete());
  CHECK(command_reason(executor, 1) == "the answer is no JSON object; it printed \"Epoch 1/10\"");
  CHECK(holds(command_reason(executor, 2), "the answer is not to \"id\" 1, which was asked; it printed \"{\"id\":77,"));
  CHECK(holds(command_reason(executor, 3), "the answer has no \"id\""));
  const std::string shown = command_reason(executor, 4);
  CHECK(holds(shown, "printed \"\\xff\\x1b[31m000"));
  CHECK(shown.size() < 300);
  CHECK(holds(command_reason(executor, 5), "no JSON object"));
  CHECK(ask_command(executor, 6).result.complete());  // what follows an answer costs the copy only
  CHECK(ask_command(executor, 0).result.complete());
  CHECK(text_of(worker.folder / "starts").size() == 7 * std::string("started\n").size());
}

TEST_CASE("commands: exits and signals cost their evaluation, with the end of standard error") {
  const scripted worker(worker_script(R"(case $n in
    1) echo 'loading' >&2; echo 'ValueError: no such kernel' >&2; exit 3 ;;
    2) kill -SEGV $$ ;;
    3) i=0; while [ $i -lt 3000 ]; do echo "step $i" >&2; i=$((i + 1)); done; printf 'last \377\n' >&2; exit 1 ;;
    4) sh -c 'kill -KILL $$'; exit $? ;;
    5) exec >&-; sleep 1000 ;;
    6) printf '{"id":%s,"values":{"a":6,"b":' "$id"; exit 0 ;;
    7) printf '{"id":%s,"values":{"a":7,"b":1}}' "$id"; exit 9 ;;
    8) exit 0 ;;
    *) )" + good_answer + "\n  esac"));
  command_executor executor(one_number(), a_and_b, {}, worker.command, quiet({.grace = 50ms}));
  const auto reason = [&](std::size_t n) { return command_reason(executor, n); };
  CHECK(ask_command(executor, 0).result.complete());
  CHECK(reason(1) == "exited with status 3: loading\\nValueError: no such kernel");
  CHECK(ask_command(executor, 0).result.complete());
  CHECK(reason(2) == "was killed by SIGSEGV");
  const std::string long_one = reason(3);
  CHECK(long_one.starts_with("exited with status 1: step 29"));
  CHECK(long_one.ends_with("\\nstep 2999\\nlast \\xff"));
  CHECK(long_one.size() < 700);
  CHECK(reason(4).starts_with("exited with status 137 (128 and SIGKILL)"));
  CHECK(reason(5) == "it closed its standard output");
  CHECK(reason(6) == R"(exited with status 0 after it printed "{"id":1,"values":{"a":6,"b":")");
  CHECK(ask_command(executor, 7).result == paragon::objective::outcome{7, 1});
  CHECK(reason(8) == "exited with status 0");
  CHECK(ask_command(executor, 0).result.complete());
}

TEST_CASE("commands: standard error goes where it is wanted") {
  const scripted worker(worker_script("echo \"about $n\" >&2\n" + good_answer));
  const std::string log = worker.folder / "log";
  const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  REQUIRE(fd >= 0);
  {
    command_executor executor(one_number(), a_and_b, {}, worker.command, {.errors_to = fd});
    CHECK(ask_command(executor, 5).result.complete());
    CHECK(ask_command(executor, 6).result.complete());
  }
  ::close(fd);
  CHECK(text_of(log) == "about 5\nabout 6\n");
}

TEST_CASE("commands: past its time an evaluation fails, and nothing of it is left") {
  const scripted worker(worker_script(R"(case $n in
    1) sleep 1000 & echo $! > grandchild; echo 'epoch 3' >&2; trap '' TERM; wait; sleep 1000 ;;
    *) )" + good_answer + "\n  esac"));
  command_executor executor(one_number(), a_and_b, {}, worker.command, quiet({.time_limit = 700ms, .retries = 3}));
  CHECK(ask_command(executor, 0).result.complete());
  const auto done = ask_command(executor, 1);
  CHECK(done.result == paragon::objective::outcome(paragon::objective::failed{"took longer than 0.7 s: epoch 3"}));
  CHECK(done.attempts == 1);
  CHECK(done.seconds >= 0.7);
  CHECK(soon([&] { return !lives(process_in(worker.folder / "grandchild")); }));
  CHECK(ask_command(executor, 0).result.complete());
}

TEST_CASE("commands: what failed is tried again as often as is said") {
  const scripted worker(worker_script(R"(echo $n >> tries
  tries=$(grep -c "^$n\$" tries)
  case $n in
    1) [ $tries -ge 3 ] || exit 1 ;;
    2) [ $tries -ge 2 ] || { printf '{"id":%s,"failed":"not yet"}\n' "$id"; continue; } ;;
    3) echo nonsense; continue ;;
  esac
  )" + good_answer));
  command_executor executor(one_number(), a_and_b, {}, worker.command, quiet({.retries = 2}));
  for (const std::size_t n : {0U, 1U, 2U, 3U}) executor.submit({n, number(n)});
  const auto all = collect_commands(executor);
  REQUIRE(all.size() == 4);
  CHECK(all[0].attempts == 1);
  CHECK(all[1].result == paragon::objective::outcome{1, 2.5});
  CHECK(all[1].attempts == 3);
  CHECK(all[2].result == paragon::objective::outcome{2, 2.5});
  CHECK(all[2].attempts == 2);
  CHECK(holds(all[3].result.reason(), "printed \"nonsense\""));
  CHECK(all[3].attempts == 3);
}

TEST_CASE("commands: one process an evaluation is enough") {
  // Each end comes at another time after the answer.
  for (const std::string end :
       {"exit 0", "sleep 0.05; exit 0", "exec >&- 2>&-; sleep 0.02; exit 0", "exec <&-; sleep 0.02"}) {
    CAPTURE(end);
    const scripted worker("read -r line; id=${line#*:}; id=${id%%,*}; n=7\n" + good_answer + "\n" + end + "\n");
    command_executor executor(one_number(), a_and_b, {}, worker.command, quiet({.workers = 2}));
    for (std::uint64_t id = 0; id < 12; ++id) executor.submit({id, number(id)});
    const auto all = collect_commands(executor);
    REQUIRE(all.size() == 12);
    for (const auto& done : all) {
      CAPTURE(done.id);
      CHECK(done.result == paragon::objective::outcome{7, 2.5});
      CHECK(done.attempts == 1);
    }
    executor.submit({12, number(0)});  // long after the last
    CHECK(collect_commands(executor).at(0).result.complete());
  }
}

TEST_CASE("commands: a command that never works is an error, not many failures") {
  const auto check = [](const std::string& command, const std::string& expected) {
    CAPTURE(command);
    command_executor executor(one_number(), a_and_b, {}, command, quiet({.workers = 2}));
    for (std::uint64_t id = 0; id < 100; ++id) executor.submit({id, number(id)});
    std::size_t failed = 0;
    const std::string problem = command_problem([&] {
      while (executor.pending() > 0) failed += executor.collect().size();
    });
    CHECK(failed == 5);
    CHECK(executor.pending() == 95);
    CHECK(holds(problem, "evaluate::commands: the command "));
    CHECK(holds(problem, "has not answered in 6 attempts; the last: "));
    CHECK(holds(problem, expected));
  };
  check("no-such-program --data x", "no-such-program: not found");
  check("echo Welcome", "printed \"Welcome\"");
  check("exit 0", "exited with status 0");
  check(
      "while read -r l; do printf '{\"id\":%s,\"values\":{\"accuracy\":1}}\\n' $(echo $l | tr -dc 0-9: | cut -d: -f2); "
      "done",
      "no value for objective \"a\"");
}

TEST_CASE("commands: after an answer, and where it is so wanted, a failure is only a failure") {
  const scripted worker(worker_script("[ $n -lt 900 ] || exit 4\n" + good_answer));
  const auto failures = [&](std::size_t most, bool good_first) {
    command_executor executor(one_number(), a_and_b, {}, worker.command, quiet({.most_failed_starts = most}));
    if (good_first) executor.submit({0, number(0)});
    for (std::uint64_t id = 1; id <= 8; ++id) executor.submit({id, number(900)});
    std::size_t failed = 0;
    for (const auto& done : collect_commands(executor)) failed += done.result.complete() ? 0U : 1U;
    return failed;
  };
  CHECK(failures(3, true) == 8);
  CHECK(failures(0, false) == 8);

  // Whoever corrects the script can go on.
  const scripted wrong("exit 1\n");
  command_executor executor(one_number(), a_and_b, {}, wrong.command, quiet({.most_failed_starts = 1}));
  executor.submit({3, number(3)});
  CHECK(holds(command_problem([&] { (void)executor.collect(); }), "in 1 attempts"));
  CHECK(executor.pending() == 1);
  (void)wrong.folder.write("worker.sh", worker_script(good_answer));
  const auto done = collect_commands(executor).at(0);
  CHECK(done.result == paragon::objective::outcome{3, 2.5});
  CHECK(done.attempts == 1);
}

TEST_CASE("commands: lines of megabytes go both ways at once") {
  // The name of the condition makes the request long. Most of the answer is there before most of the request is read.
  const scripted worker(R"(while start=$(head -c 8) && [ -n "$start" ]; do
    echo "begins with $start" >&2
    printf '%s,"note":"' "$start"
    head -c 3000000 /dev/zero | tr '\0' y
    printf '","values":{"a":%d,"b":2}}\n' $(head -n 1 | wc -c)
  done)");
  command_executor executor(one_number(), a_and_b, {std::string(3'000'000, 'x')}, worker.command,
                            quiet({.workers = 2}));
  for (std::uint64_t id = 10; id < 16; ++id) executor.submit({id, number(0)});
  const auto all = collect_commands(executor);
  REQUIRE(all.size() == 6);
  for (const auto& done : all) {
    REQUIRE_MESSAGE(done.result.complete(), done.result.reason());
    CHECK(done.attempts == 1);
    CHECK(done.result.value(0) ==
          3'000'001 + static_cast<double>(std::string(R"(,"architecture":{"n":0},"device":""})").size()));
  }
  // One that does not read must not stop anything.
  command_executor deaf(one_number(), a_and_b, {std::string(3'000'000, 'x')}, "sleep 1000",
                        quiet({.time_limit = 300ms}));
  deaf.submit({1, number(0)});
  CHECK(holds(collect_commands(deaf).at(0).result.reason(), "took longer than 0.3 s"));
  command_executor gone(one_number(), a_and_b, {std::string(3'000'000, 'x')}, "exec <&-; sleep 1000",
                        quiet({.grace = 20ms}));
  gone.submit({1, number(0)});
  CHECK(collect_commands(gone).at(0).result ==
        paragon::objective::outcome(paragon::objective::failed{"it closed its standard input"}));
}

TEST_CASE("commands: several at a time, and results in the order of the requests where that is wanted") {
  const scripted worker("touch copy.$$\n" + worker_script("sleep 0.0$((n * 7 % 5))\n" + good_answer));
  for (const auto order : {paragon::evaluate::order::submitted, paragon::evaluate::order::finished}) {
    command_executor executor(one_number(), a_and_b, {}, worker.command, quiet({.workers = 4, .results = order}));
    CHECK(executor.capacity() == 4);
    std::vector<std::uint64_t> got;
    std::uint64_t next = 0;
    while (got.size() < 40) {
      while (next < 40 && executor.pending() < executor.capacity()) {
        executor.submit({next, number(next)});
        ++next;
      }
      std::vector<std::uint64_t> some;
      for (const auto& done : executor.collect(60s)) {
        CHECK(done.result == paragon::objective::outcome{static_cast<double>(done.id), 2.5});
        some.push_back(done.id);
      }
      REQUIRE(!some.empty());
      CHECK(std::is_sorted(some.begin(), some.end()));
      got.insert(got.end(), some.begin(), some.end());
    }
    if (order == paragon::evaluate::order::finished) std::sort(got.begin(), got.end());
    for (std::uint64_t i = 0; i < got.size(); ++i) CHECK(got[i] == i);
  }
  CHECK(worker.folder.entries() == 1 + 8);
  CHECK(!has_children());
}

TEST_CASE("commands: a collect that may wait for so long returns then, and the copy works on") {
  const scripted worker(worker_script("while [ ! -e go ]; do sleep 0.01; done\n" + good_answer));
  command_executor executor(one_number(), a_and_b, {}, worker.command, quiet());
  executor.submit({0, number(0)});
  CHECK(executor.collect(0ns).empty());
  CHECK(executor.collect(20ms).empty());
  CHECK(executor.pending() == 1);
  (void)worker.folder.write("go", "");
  CHECK(executor.collect().size() == 1);
}

TEST_CASE("commands: an interruption breaks off what runs, and it is pending") {
  const struct afterwards {
    ~afterwards() { const paragon::interruption forgets_the_signal; }
  } last;
  const scripted worker(worker_script("echo $$ > running.$n\n[ $n -lt 2 ] || sleep 1000\n" + good_answer));
  const paragon::interruption signals;
  command_executor executor(one_number(), a_and_b, {}, worker.command, quiet({.workers = 2}));
  for (std::uint64_t id = 0; id < 6; ++id) executor.submit({id, number(id)});
  results_of_commands all;
  std::chrono::steady_clock::time_point sent;
  const auto work = [&] {
    while (all.size() < 2) {
      for (auto& done : executor.collect(60s)) all.push_back(done);
    }
    std::thread later([&] {
      (void)process_in(worker.folder / "running.3");
      sent = std::chrono::steady_clock::now();
      ::kill(::getpid(), SIGTERM);
    });
    const auto none = executor.collect();
    later.join();
    CHECK(none.empty());
    CHECK(std::chrono::steady_clock::now() - sent < 10s);
    CHECK(executor.pending() == 4);
    CHECK(!lives(process_in(worker.folder / "running.2")));
    CHECK(!lives(process_in(worker.folder / "running.3")));
    CHECK(!has_children());
    CHECK(executor.collect(1h).empty());
    executor.submit({6, number(0)});
    CHECK(executor.collect(1h).empty());
    CHECK(!has_children());
  };
  CHECK_THROWS_AS(paragon::interruption::hold(work), paragon::interrupted);
  CHECK(executor.pending() == 5);
}

TEST_CASE("commands: copies are asked to end, given a moment, and killed") {
  const scripted polite("trap 'echo bye > last; exit 0' TERM\n" +
                        worker_script("echo $$ > running\nsleep 1000 & wait"));
  {
    command_executor executor(one_number(), a_and_b, {}, polite.command, quiet({.grace = 20s}));
    executor.submit({0, number(0)});
    CHECK(executor.collect(0ns).empty());
    CHECK(lives(process_in(polite.folder / "running")));
  }
  CHECK(text_of(polite.folder / "last") == "bye\n");
  const scripted deaf("trap '' TERM\n" + worker_script("sleep 1000 & echo $! > grandchild; wait"));
  const auto begin = std::chrono::steady_clock::now();
  {
    command_executor executor(one_number(), a_and_b, {}, deaf.command, quiet({.grace = 30ms}));
    executor.submit({0, number(0)});
    CHECK(lives(process_in(deaf.folder / "grandchild")));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
  CHECK(soon([&] { return !lives(process_in(deaf.folder / "grandchild")); }));
  CHECK(!has_children());
}

TEST_CASE("commands: copies die with the program") {
  const scripted worker(worker_script("echo $$ > running\nexec sleep 1000"));
  const ::pid_t program = ::fork();
  if (program == 0) {
    command_executor executor(one_number(), a_and_b, {}, worker.command, quiet());
    executor.submit({0, number(0)});
    (void)executor.collect();
    ::_exit(0);
  }
  REQUIRE(program > 0);
  const std::string copy = process_in(worker.folder / "running");
  CHECK(lives(copy));
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  CHECK(soon([&] { return !lives(copy); }));
}

TEST_CASE("commands: no descriptor and no process is left, and a copy inherits none of another's") {
  const auto before = open_descriptors();
  {
    const scripted worker("ls /proc/$$/fd > descriptors.$$\n" +
                          worker_script("sleep 0.05; [ $n -gt 0 ] || exit 1\n" + good_answer));
    command_executor executor(one_number(), a_and_b, {}, worker.command, quiet({.workers = 3}));
    for (std::uint64_t id = 0; id < 12; ++id) executor.submit({id, number((id + 1) % 4)});
    CHECK(collect_commands(executor).size() == 12);
    std::size_t seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator(worker.folder / "")) {
      if (!entry.path().filename().string().starts_with("descriptors")) continue;
      ++seen;
      std::size_t standard = 0;
      std::ifstream list(entry.path());
      for (int fd = 0; list >> fd;) {
        standard += fd <= 2 ? 1 : 0;
        const bool ours = std::find(before.begin(), before.end(), fd) == before.end() && fd > 2 && fd < 10;
        CHECK_MESSAGE(!ours, "descriptor " << fd);  // from 10 on: the shell's own, the script
      }
      CHECK(standard == 3);
    }
    CHECK(seen >= 4);
  }
  CHECK(open_descriptors() == before);
  CHECK(!has_children());
}

TEST_CASE("commands: a closed pipe does not end this program, whatever it does about SIGPIPE") {
  struct ::sigaction before {};
  ::sigaction(SIGPIPE, nullptr, &before);
  CHECK((before.sa_handler == SIG_DFL));
  // It reads a line, and exits while the next, a long one, is on its way.
  const scripted worker(
      "read -r line; id=${line#*:}; id=${id%%,*}\nprintf '{\"id\":%s,\"values\":{\"a\":1,\"b\":2}}\\n' \"$id\"\nsleep "
      "0.02\n");
  command_executor executor(one_number(), a_and_b, {std::string(200'000, 'x')}, worker.command, quiet());
  for (std::uint64_t id = 0; id < 5; ++id) executor.submit({id, number(0)});
  for (const auto& done : collect_commands(executor)) CHECK(done.result == paragon::objective::outcome{1, 2});
  struct ::sigaction after {};
  ::sigaction(SIGPIPE, nullptr, &after);
  CHECK((after.sa_handler == SIG_DFL));
  ::sigset_t pending;
  ::sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("commands: bad input") {
  const auto problem = [](std::string command, command_settings settings,
                          std::vector<paragon::metric> objectives = a_and_b, std::vector<std::string> conditions = {}) {
    return command_problem([&] { command_executor(one_number(), objectives, conditions, command, settings); });
  };
  CHECK(holds(problem("  ", {}), "an empty command"));
  CHECK(holds(problem(std::string("a\0b", 3), {}), "null byte"));
  CHECK(holds(problem("true", {.workers = 0}), "no worker"));
  CHECK(holds(problem("true", {.time_limit = 0s}), "a time limit of 0 or less"));
  CHECK(holds(problem("true", {.grace = -1s}), "a negative grace"));
  CHECK(holds(problem("true", {.condition_member = "id"}), "\"id\" as the name of the condition"));
  CHECK(holds(problem("true", {.condition_member = ""}), "\"\" as the name of the condition"));
  CHECK(holds(problem("true", {.condition_member = "\xff"}), "not UTF-8"));
  CHECK(holds(problem("true", {}, {}), "no objective"));
  CHECK(holds(problem("true", {}, a_and_b, {"x", "x"}), "condition \"x\" twice"));
  CHECK(problem("true", {}).empty());
}
