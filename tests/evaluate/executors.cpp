// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/evaluate/here.hpp>
#include <paragon/evaluate/threads.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <limits>
#include <memory>
#include <paragon/core/interruption.hpp>
#include <paragon/core/random_key.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using paragon::evaluate::completion;
using paragon::evaluate::stop_sign;
using paragon::objective::failed;
using paragon::objective::outcome;
namespace evaluate = paragon::evaluate;

/// What is evaluated here is a number; nothing more is asked of a space.
struct numbers {
  using architecture = int;
};

std::string executor_problem(auto&& action) {
  try {
    action();
  } catch (const std::exception& bad) {
    return bad.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

template <class E>
std::vector<completion> collect_all(E& executor) {
  std::vector<completion> all;
  while (executor.pending() > 0) {
    auto some = executor.collect(evaluate::no_limit);
    if (some.empty()) break;
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::vector<std::uint64_t> ids(const std::vector<completion>& all) {
  std::vector<std::uint64_t> list;
  for (const completion& c : all) list.push_back(c.id);
  return list;
}

/// All that a user's function may do.
outcome moody(int a, std::size_t condition) {
  switch (a % 8) {
    case 1: throw std::runtime_error("crashed at " + std::to_string(a));
    case 2: throw 7;
    case 3: return failed{"does not fit"};
    case 4: return {1, std::numeric_limits<double>::quiet_NaN()};
    case 5: throw std::runtime_error("");
    default: return {1.0 * a, 10.0 * static_cast<double>(condition)};
  }
}

template <class E>
void check_moods(E executor) {
  for (int a = 0; a < 64; ++a) executor->submit({static_cast<std::uint64_t>(1000 - a), a, 3});
  CHECK(executor->pending() == 64);
  auto all = collect_all(*executor);
  CHECK(executor->pending() == 0);
  REQUIRE(all.size() == 64);
  std::sort(all.begin(), all.end(), [](const completion& x, const completion& y) { return x.id > y.id; });
  for (int a = 0; a < 64; ++a) {
    const completion& c = all[static_cast<std::size_t>(a)];
    CAPTURE(a);
    CHECK(c.id == static_cast<std::uint64_t>(1000 - a));
    CHECK(c.attempts == 1);
    CHECK(c.seconds >= 0);
    const std::vector<outcome> expected{{1.0 * a, 30.0},
                                        failed{"crashed at " + std::to_string(a)},
                                        failed{"an exception that is not a std::exception"},
                                        failed{"does not fit"},
                                        failed{"the value of objective 1 is nan"},
                                        failed{"an exception without a message"},
                                        {1.0 * a, 30.0},
                                        {1.0 * a, 30.0}};
    CHECK(c.result == expected[static_cast<std::size_t>(a % 8)]);
  }
  CHECK(executor->collect(1h).empty());  // nothing is pending
}

}  // namespace

TEST_CASE("executors: every request has its completion, whatever the evaluation does") {
  check_moods(std::make_unique<evaluate::here<int, outcome (*)(int, std::size_t)>>(numbers(), &moody));
  for (const std::size_t workers : {1U, 2U, 7U}) {
    for (const auto order : {evaluate::order::finished, evaluate::order::submitted}) {
      const evaluate::threads_settings settings{.workers = workers, .time_limit = 1h, .results = order};
      check_moods(std::make_unique<evaluate::threads<int, outcome (*)(int, std::size_t)>>(numbers(), &moody, settings));
    }
  }
}

TEST_CASE("executors: numbers, arrays and functions of one, two or three arguments") {
  const auto value_of = [](auto f) {
    evaluate::here executor(numbers(), f);
    executor.submit({0, 5, 2});
    return executor.collect().at(0).result;
  };
  CHECK(value_of([](int a) { return a * 0.5; }) == outcome(2.5));
  CHECK(value_of([](int a) { return a; }) == outcome(5.0));
  CHECK(value_of([](int a, std::size_t c) {
          return std::array{1.0 * a, 1.0 * static_cast<double>(c)};
        }) == outcome{5, 2});
  CHECK(value_of([](int a, std::size_t, stop_sign s) {
          return std::vector{1.0 * a, s.requested() ? 1.0 : 0.0};
        }) == outcome{5, 0});
  CHECK(value_of([n = 0](int) mutable { return ++n; }) == outcome(1.0));  // one thread: it may change
}

TEST_CASE("here: one at a time, in the order of the requests") {
  std::vector<int> calls;
  evaluate::here executor(numbers(), [&](int a) {
    calls.push_back(a);
    return 1.0 * a;
  });
  CHECK(executor.capacity() == 1);
  for (int a = 0; a < 3; ++a) executor.submit({7, a});
  CHECK(calls.empty());
  CHECK(executor.collect().size() == 1);
  CHECK(calls == std::vector<int>{0});
  CHECK(executor.pending() == 2);
  (void)collect_all(executor);
  CHECK(calls == std::vector<int>{0, 1, 2});
}

TEST_CASE("executors: what failed is tried again as often as is said") {
  std::atomic<int> calls = 0;
  const auto third_time = [&](int a) -> outcome {
    if (a == 0 && calls++ % 3 < 2) return failed{"not yet"};
    if (a == 1) throw std::runtime_error("never");
    return 4;
  };
  const auto run = [&](auto& executor) {
    for (int a = 0; a < 3; ++a) executor.submit({static_cast<std::uint64_t>(a), a});
    auto all = collect_all(executor);
    std::sort(all.begin(), all.end(), [](const completion& x, const completion& y) { return x.id < y.id; });
    REQUIRE(all.size() == 3);
    return std::pair(std::vector{all[0].result, all[1].result, all[2].result},
                     std::vector{all[0].attempts, all[1].attempts, all[2].attempts});
  };
  const std::pair patient(std::vector<outcome>{4, failed{"never"}, 4}, std::vector<std::size_t>{3, 3, 1});
  const std::pair hasty(std::vector<outcome>{failed{"not yet"}, failed{"never"}, 4}, std::vector<std::size_t>{2, 2, 1});
  {
    evaluate::here executor(numbers(), third_time, {.retries = 2});
    CHECK(run(executor) == patient);
  }
  {
    evaluate::threads executor(numbers(), third_time, {.workers = 3, .retries = 2});
    CHECK(run(executor) == patient);
  }
  {
    evaluate::here executor(numbers(), third_time, {.retries = 1});
    CHECK(run(executor) == hasty);
  }
}

TEST_CASE("threads: results in the order of the requests where that is wanted") {
  const std::uint64_t seed = 4;
  MESSAGE("seed " << seed);
  const auto slow = [](int a) {
    std::this_thread::sleep_for(
        std::chrono::microseconds(paragon::random_key{.seed = seed}.below(800, static_cast<std::uint64_t>(a))));
    return 1.0 * a;
  };
  std::vector<std::uint64_t> expected(100);
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = i;
  for (const auto order : {evaluate::order::submitted, evaluate::order::finished}) {
    evaluate::threads executor(numbers(), slow, {.workers = 8, .results = order});
    for (int a = 0; a < 100; ++a) executor.submit({static_cast<std::uint64_t>(a), a});
    std::vector<std::uint64_t> got;
    while (executor.pending() > 0) {
      const auto some = ids(executor.collect());
      CHECK(std::is_sorted(some.begin(), some.end()));
      got.insert(got.end(), some.begin(), some.end());
    }
    if (order == evaluate::order::finished) std::sort(got.begin(), got.end());
    CHECK(got == expected);
  }
}

TEST_CASE("threads: a collect that may wait for so long returns then") {
  std::atomic<bool> go = false;
  evaluate::threads executor(numbers(),
                             [&](int) {
                               go.wait(false);
                               return 1;
                             },
                             {.workers = 2});
  CHECK(executor.capacity() == 2);
  CHECK(executor.collect(1h).empty());
  executor.submit({0, 0});
  CHECK(executor.collect(0ns).empty());
  CHECK(executor.collect(20ms).empty());
  CHECK(executor.pending() == 1);
  go = true;
  go.notify_all();
  CHECK(ids(executor.collect()) == std::vector<std::uint64_t>{0});
}

TEST_CASE("threads: an evaluation past its time fails, and what it returns one day is dropped") {
  struct shared_things {
    std::atomic<bool> go = false;
    std::atomic<int> returned = 0;
  };
  const auto things = std::make_shared<shared_things>();  // outlives the test: threads that hang own it
  {
    evaluate::threads executor(numbers(),
                               [things](int a, std::size_t, stop_sign sign) {
                                 if (a % 3 == 0) {  // hangs, but can be asked to end
                                   while (!things->go && !(a % 2 == 0 && sign.requested()))
                                     std::this_thread::sleep_for(1ms);
                                   ++things->returned;
                                 }
                                 return 1.0 * a;
                               },
                               {.workers = 2, .time_limit = 30ms, .retries = 3});
    for (int a = 0; a < 12; ++a) executor.submit({static_cast<std::uint64_t>(a), a});
    auto all = collect_all(executor);
    REQUIRE(all.size() == 12);
    for (const completion& c : all) {
      CAPTURE(c.id);
      if (c.id % 3 == 0) {
        CHECK(c.result == outcome(failed{"took longer than 0.03 s"}));
        CHECK(c.attempts == 1);
      } else if (c.result.complete()) {  // else the machine was too busy
        CHECK(c.result == outcome(static_cast<double>(c.id)));
      }
    }
    CHECK(executor.capacity() == 2);
    for (int i = 0; i < 5000 && executor.hanging() > 2; ++i) std::this_thread::sleep_for(1ms);
    CHECK(executor.hanging() >= 2);  // 3 and 9, which do not look at the sign
    things->go = true;
    for (int i = 0; i < 5000 && executor.hanging() > 0; ++i) std::this_thread::sleep_for(1ms);
    CHECK(executor.hanging() == 0);
    CHECK(things->returned == 4);
    CHECK(executor.collect(1ms).empty());  // nothing of what came late
  }
}

TEST_CASE("threads: the end does not wait for what hangs, and nothing that it uses is gone") {
  struct owner {
    std::shared_ptr<std::atomic<int>> alive;
    std::shared_ptr<std::atomic<bool>> go;
    double operator()(int a) const {
      if (a == 1) go->wait(false);
      return 1.0 * *alive;
    }
  };
  const auto alive = std::make_shared<std::atomic<int>>(1);
  const auto go = std::make_shared<std::atomic<bool>>(false);
  {
    evaluate::threads executor(numbers(), owner{alive, go}, {.workers = 3, .time_limit = 20ms});
    executor.submit({0, 1});
    executor.submit({1, 1});
    executor.submit({2, 1});
    executor.submit({3, 0});
    CHECK(ids(executor.collect(10s)).size() >= 1);
    executor.submit({4, 1});  // runs when the executor ends
  }
  CHECK(alive.use_count() == 2);  // the threads have it still
  *go = true;
  go->notify_all();
  for (int i = 0; i < 5000 && alive.use_count() > 1; ++i) std::this_thread::sleep_for(1ms);
  CHECK(alive.use_count() == 1);
}

TEST_CASE("threads: where all hang there is an error, and no waiting for ever") {
  const auto go = std::make_shared<std::atomic<bool>>(false);
  evaluate::threads executor(numbers(),
                             [go](int) {
                               go->wait(false);
                               return 1;
                             },
                             {.workers = 2, .time_limit = 10ms, .most_hanging = 1});
  for (int a = 0; a < 10; ++a) executor.submit({static_cast<std::uint64_t>(a), a});
  std::size_t told = 0;
  const std::string problem = executor_problem([&] {
    while (executor.pending() > 0) told += executor.collect().size();
  });
  CHECK(told >= 2);
  CHECK(told <= 4);
  CHECK(mentions(problem, "hang past the time limit"));
  CHECK(executor.capacity() == 0);
  CHECK(mentions(executor_problem([&] { executor.submit({99, 0}); }), "hang past the time limit"));
  *go = true;
  go->notify_all();
  for (int i = 0; i < 5000 && executor.hanging() > 1; ++i) std::this_thread::sleep_for(1ms);
  CHECK(collect_all(executor).size() == 10 - told);  // they came back: it goes on
}

TEST_CASE("executors: after an interruption nothing is begun, and what runs is waited for") {
  const auto interrupts = [](int a) {
    if (a == 2) std::raise(SIGTERM);
    if (a == 2) std::this_thread::sleep_for(20ms);
    return 1.0 * a;
  };
  const auto check = [](auto& executor, auto start) {
    for (int a = 0; a < 6; ++a) executor.submit({static_cast<std::uint64_t>(a), a});
    CHECK_THROWS_AS(paragon::interruption::hold([&] {
                      start();
                      CHECK(ids(collect_all(executor)) == std::vector<std::uint64_t>{0, 1, 2});
                      CHECK(executor.pending() == 3);
                      CHECK(executor.collect(1h).empty());
                    }),
                    paragon::interrupted);
  };
  {
    const paragon::interruption signals;
    evaluate::here executor(numbers(), interrupts);
    check(executor, [] {});
  }
  const struct afterwards {
    ~afterwards() { const paragon::interruption forgets_the_signal; }
  } last;
  const paragon::interruption signals;
  // The signal may only come within `hold`.
  std::atomic<bool> holding = false;
  evaluate::threads executor(numbers(),
                             [&](int a) {
                               holding.wait(false);
                               return interrupts(a);
                             },
                             {.workers = 1});
  check(executor, [&] {
    holding = true;
    holding.notify_all();
  });
}

TEST_CASE("executors: an evaluation that throws `interrupted` is asked again another day") {
  const auto check = [](auto& executor) {
    executor.submit({0, 0});
    executor.submit({1, 1});
    std::vector<completion> all;
    CHECK_THROWS_AS(
        while (executor.pending() > 0) {
          for (auto& c : executor.collect(1h)) all.push_back(c);
        },
        paragon::interrupted);
    CHECK(executor.pending() + all.size() == 2);
    for (auto& c : collect_all(executor)) all.push_back(c);
    CHECK(all.size() == 2);
  };
  std::atomic<bool> again = false;
  const auto once = [&again](int a) {
    if (a == 1 && !again.exchange(true)) throw paragon::interrupted(SIGINT, "");
    return 1.0 * a;
  };
  {
    evaluate::here executor(numbers(), once, {.retries = 5});
    check(executor);
  }
  again = false;
  evaluate::threads executor(numbers(), once, {.workers = 2, .retries = 5});
  check(executor);
}

TEST_CASE("threads: many requests from random places of a search") {
  const std::uint64_t seed = 23;
  MESSAGE("seed " << seed);
  const paragon::random_key key{.seed = seed};
  for (std::uint64_t round = 0; round < 20; ++round) {
    const auto order = round % 2 == 0 ? evaluate::order::finished : evaluate::order::submitted;
    evaluate::threads executor(numbers(), [](int a) { return a % 5 == 0 ? outcome(failed{"no"}) : outcome(1.0 * a); },
                               {.workers = 1 + key.below(6, 2 * round),
                                .time_limit = 10s,
                                .retries = key.below(3, 2 * round + 1),
                                .results = order});
    std::vector<int> told(2000);
    std::uint64_t next = 0;
    std::size_t count = 0;
    for (std::uint64_t step = 0; count < told.size(); ++step) {
      const std::uint64_t more = key.fork(round).below(12, step);
      for (std::uint64_t i = 0; i < more && next < told.size(); ++i, ++next) {
        executor.submit({next, static_cast<int>(next)});
      }
      for (const completion& c : executor.collect(1ms)) {
        ++told[c.id];
        ++count;
        CHECK(c.result.complete() == (c.id % 5 != 0));
      }
      CHECK(executor.pending() == next - count);
    }
    CHECK(std::count(told.begin(), told.end(), 1) == 2000);
  }  // a few of the executors end with nothing left, below some do with much
  for (int round = 0; round < 20; ++round) {
    evaluate::threads executor(numbers(), [](int a) { return 1.0 * a; }, {.workers = 3});
    for (int a = 0; a < 50; ++a) executor.submit({static_cast<std::uint64_t>(a), a});
    if (round % 2 == 0) (void)executor.collect();
  }
}

TEST_CASE("threads: bad settings are errors") {
  const auto f = [](int) { return 1; };
  CHECK(mentions(executor_problem([&] { evaluate::threads e(numbers(), f, {.time_limit = 0s}); }), "time limit of 0"));
  CHECK(evaluate::threads(numbers(), f).capacity() >= 1);
}
