// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#if defined(__linux__)
#include <sched.h>
#endif

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/core/pinned_thread.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/core/thread_clock.hpp>
#include <paragon/objective/latency_meter.hpp>
#include <paragon/objective/measured_latency.hpp>
#include <paragon/space/choice_notation.hpp>

namespace objective = paragon::objective;

namespace {

//! [measuring_clock]
/// Time that passes only when a test says so.
struct fake_clock {
  using duration = std::chrono::duration<double>;
  using time_point = std::chrono::time_point<fake_clock, duration>;
  inline static double seconds = 0;
  static time_point now() { return time_point(duration(seconds)); }
};
static_assert(objective::measuring_clock<fake_clock>);
//! [measuring_clock]
static_assert(objective::measuring_clock<std::chrono::steady_clock> &&
              objective::measuring_clock<paragon::thread_clock>);

struct no_clock {
  static std::string now() { return "noon"; }
};
static_assert(!objective::measuring_clock<no_clock> && !objective::measuring_clock<int>);

using meter = objective::latency_meter<fake_clock>;
using network = std::function<void()>;

void pass(double ms) { fake_clock::seconds += 1e-3 * ms; }

struct depth_space {
  using architecture = int;
  static std::string_view name() { return "depth"; }
  static std::string to_string(int a) { return std::to_string(a); }
  static int parse(std::string_view text) { return std::stoi(std::string(text)); }
};

}  // namespace

TEST_CASE("objective: the latency of a steady network") {
  const std::vector<network> networks{[] { pass(4); }, [] { pass(2.5); }};
  const auto found = meter{}(networks);
  CHECK(found[0].median_ms == doctest::Approx(4));
  CHECK(found[1].median_ms == doctest::Approx(2.5));
  for (const auto& l : found) {
    CHECK(l.spread_ms == doctest::Approx(0));
    CHECK(l.samples == 11);
    CHECK(l.tries == 1);
    CHECK_FALSE(l.noisy);
  }
  CHECK(meter{}(std::vector<network>{}).empty());
}

TEST_CASE("objective: networks take turns, forwards and backwards, after all are warm") {
  std::string order;
  const std::vector<network> networks{[&] { order += 'a', pass(2); }, [&] { order += 'b', pass(2); },
                                      [&] { order += 'c', pass(2); }};
  (void)meter{{.warm_up = 1, .rounds = 3, .repetitions = 2}}(networks);
  CHECK(order == "abcaabbccccbbaaaabbcc");
}

TEST_CASE("objective: a machine that becomes slower does not change the order of equal networks") {
  // All networks take the same number of steps; a step becomes slower by and by.
  double step = 1;
  const auto work = [&step](double steps) {
    return [&step, steps] {
      pass(steps * step);
      step *= 1.001;
    };
  };
  std::vector<network> networks;
  for (int i = 0; i < 10; ++i) networks.emplace_back(work(4));
  const auto found = meter{{.rounds = 6, .spread = 1}}(networks);
  for (const auto& l : found) CHECK(l.median_ms == doctest::Approx(found[0].median_ms).epsilon(0.005));
}

TEST_CASE("objective: a rare disturbance does not count") {
  std::size_t calls = 0;
  const std::vector<network> networks{[&] { pass(++calls % 7 == 0 ? 40 : 3); }};
  const auto l = meter{}(networks).front();
  CHECK(l.median_ms == doctest::Approx(3));
  CHECK_FALSE(l.noisy);
}

TEST_CASE("objective: what is noisy is measured again, and says so if it stays so") {
  std::size_t calm = 0;
  std::size_t wild = 0;
  std::size_t soon = 0;
  const paragon::random_key key{.seed = 1};
  const objective::latency_settings settings{.warm_up = 2, .rounds = 4, .repetitions = 5, .tries = 3};
  const std::vector<network> networks{[&] { ++calm, pass(5); }, [&] { pass(2 + 4 * key.uniform(wild++)); },
                                      // Wild during warm-up and the first try alone.
                                      [&] { pass(++soon > 22 ? 3 : 2 + 4 * key.uniform(soon)); }};
  const auto found = meter{settings}(networks);
  CHECK(calm == 22);
  CHECK(found[0].tries == 1);
  CHECK_FALSE(found[0].noisy);
  CHECK(wild == 2 + 3 * 20);
  CHECK(found[1].tries == 3);
  CHECK(found[1].noisy);
  CHECK(found[1].spread_ms > 0.1 * found[1].median_ms);
  CHECK(soon == 2 + 2 * 20);
  CHECK(found[2].tries == 2);
  CHECK_FALSE(found[2].noisy);
  CHECK(found[2].median_ms == doctest::Approx(3));
}

TEST_CASE("objective: short calls are timed several at a time") {
  std::size_t calls = 0;
  const std::vector<network> networks{[&] { ++calls, pass(0.03); }};
  const auto l = meter{{.warm_up = 1, .rounds = 1, .repetitions = 3}}(networks).front();
  CHECK(l.median_ms == doctest::Approx(0.03));
  CHECK(calls == 1 + 3 * 34);

  // A clock too coarse to see a call at all.
  const std::vector<network> unseen{[] {}};
  const auto none = meter{{.warm_up = 1, .rounds = 1, .repetitions = 1}}(unseen).front();
  CHECK(none.median_ms == 0);
  CHECK_FALSE(none.noisy);
}

TEST_CASE("objective: settings that measure nothing are refused") {
  CHECK_THROWS_AS(meter({.rounds = 0}), paragon::error);
  CHECK_THROWS_AS(meter({.repetitions = 0}), paragon::error);
  CHECK_THROWS_AS(meter({.tries = 0}), paragon::error);
  CHECK_THROWS_AS(meter({.spread = 0}), paragon::error);
  CHECK_THROWS_AS(meter({.least_ms = -1}), paragon::error);
  const std::vector<network> networks{[] { pass(1); }};
  CHECK_THROWS_WITH_AS((void)meter({.core = 1 << 20})(networks), doctest::Contains("core 1048576"), paragon::error);
  CHECK(meter({.pin = false, .core = 1 << 20})(networks).front().median_ms == doctest::Approx(1));
}

#if defined(__linux__)
TEST_CASE("core: a pinned thread stays on its core and gets its cores back") {
  ::cpu_set_t before;
  REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
  {
    const paragon::pinned_thread pinned;
    REQUIRE(pinned.core().has_value());
    CHECK(::sched_getcpu() == *pinned.core());
    ::cpu_set_t inside;
    REQUIRE(::sched_getaffinity(0, sizeof inside, &inside) == 0);
    CHECK(CPU_COUNT(&inside) == 1);
  }
  ::cpu_set_t after;
  REQUIRE(::sched_getaffinity(0, sizeof after, &after) == 0);
  CHECK(CPU_EQUAL(&before, &after));
  const paragon::pinned_thread nowhere(1 << 20);
  CHECK_FALSE(nowhere.core().has_value());
}
#endif

TEST_CASE("core: the clock of a thread never goes back, and goes on while the thread works") {
  const auto start = paragon::thread_clock::now();
  auto last = start;
  double sum = 0;
  const paragon::random_key key{.seed = 3};
  for (std::size_t i = 0; last - start < std::chrono::milliseconds(1) && i < 100000000; ++i) {
    sum += key.uniform(i);
    const auto now = paragon::thread_clock::now();
    REQUIRE(now >= last);
    last = now;
  }
  CHECK(last > start);
  CHECK(sum > 0);
}

TEST_CASE("objective: measured latency is an objective that remembers") {
  std::size_t calls = 0;
  const auto build = [&](int depth) {
    return [&calls, depth] {
      ++calls;
      pass(2 * depth);
    };
  };
  const objective::measured_latency here(depth_space{}, build, meter{});
  using measured = std::remove_const_t<decltype(here)>;
  static_assert(objective::objective<measured, int> && objective::objective<measured, int, std::size_t>);
  CHECK(measured::describe().unit == "ms");
  const std::array<int, 4> depths{3, 1, 2, 3};
  const auto found = here.measure(depths);
  for (std::size_t i = 0; i < 4; ++i) CHECK(found[i].median_ms == doctest::Approx(2 * depths[i]));
  CHECK(calls == 3 * 58);  // the second 3 is the first
  CHECK(here.value(2) == doctest::Approx(4));
  CHECK(here.value(2, std::size_t{7}) == here.value(2));
  const auto copy = here;
  CHECK(copy.value(1) == doctest::Approx(2));
  CHECK(calls == 3 * 58);
  CHECK(here.value(5) == doctest::Approx(10));
  CHECK(calls == 4 * 58);
}

TEST_CASE("objective: a noisy measured latency is an error, and is tried anew the next time") {
  std::size_t calls = 0;
  const paragon::random_key key{.seed = 2};
  bool wild = true;
  const auto build = [&](int) { return [&] { pass(wild ? 2 + 4 * key.uniform(calls++) : 3); }; };
  const objective::measured_latency here(depth_space{}, build, meter{});
  CHECK_THROWS_WITH_AS((void)here.value(1), doctest::Contains("a quieter machine"), paragon::error);
  const std::array<int, 1> one{1};
  CHECK(here.measure(one).front().noisy);
  wild = false;
  CHECK(here.value(1) == doctest::Approx(3));
}
