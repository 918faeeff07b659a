// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include <paragon/core/interruption.hpp>
#include <paragon/tune/study.hpp>

using paragon::interrupted;
using paragon::interruption;

namespace {

constexpr auto more_than_a_tenth = std::chrono::milliseconds(150);

/// What a program returns that does `work`; -1 where a signal ended it without a status.
template <class Work>
int status_of(Work work) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    (void)::close(STDERR_FILENO);
    int status = 99;
    try {
      const interruption signals;
      work();
      status = 0;
    } catch (const interrupted& e) {
      status = e.exit_status();
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

static_assert(paragon::progress_observer<paragon::until_interrupted>);

TEST_CASE("core: a program returns 128 and the number of the signal, whether it has to save something or not") {
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
    CAPTURE(signal);
    CHECK(status_of([s = signal] { ::raise(s); }) == status);
    CHECK(status_of([s = signal] { interruption::hold([&] { ::raise(s); }); }) == status);
  }
  CHECK(status_of([] {}) == 0);
}

TEST_CASE("core: work that is held sees the first signal, goes on to its safe point, and is left by an exception") {
  int steps = 0;
  bool saved = false;
  const int status = status_of([&] {
    interruption::hold(
        [&] {
          paragon::until_interrupted observe;
          while (observe("steps", 1, 100, 0.0)) {
            if (++steps == 3) ::raise(SIGTERM);
          }
          saved = true;
        },
        "the rest later");
    ::_exit(1);  // must not come here
  });
  CHECK(status == 143);

  const interruption signals;
  CHECK_FALSE(interruption::requested());
  CHECK(interruption::hold([] { return 7; }) == 7);
  int value = 5;
  CHECK(&interruption::hold([&]() -> int& { return value; }) == &value);
  try {
    interruption::hold(
        [&] {
          while (!interruption::requested()) {
            if (++steps == 3) ::raise(SIGINT);
          }
          saved = true;
        },
        "the same command goes on");
    FAIL("held work that was interrupted ended as if it were not");
  } catch (const interrupted& e) {
    CHECK(e.signal() == SIGINT);
    CHECK(e.exit_status() == 130);
    CHECK(e.what() == doctest::String("interrupted; the same command goes on"));
  }
  CHECK(steps == 3);
  CHECK(saved);
}

TEST_CASE("core: an error of held work is not hidden by a signal") {
  CHECK(status_of([] {
          try {
            interruption::hold([] {
              ::raise(SIGINT);
              throw std::runtime_error("disk full");
            });
          } catch (const std::runtime_error& e) {
            ::_exit(e.what() == doctest::String("disk full") ? 55 : 56);
          }
        }) == 55);
}

TEST_CASE("core: a second signal ends held work at once, but not the same one sent twice") {
  // As timeout(1) does: to the program, and to its group.
  CHECK(status_of([] {
          interruption::hold([] {
            ::raise(SIGTERM);
            ::raise(SIGTERM);
          });
        }) == 143);
  const auto begin = std::chrono::steady_clock::now();
  const int status = status_of([] {
    interruption::hold([] {
      ::raise(SIGINT);
      std::this_thread::sleep_for(more_than_a_tenth);
      ::raise(SIGTERM);
      std::this_thread::sleep_for(std::chrono::seconds(60));
    });
  });
  CHECK(status == 143);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}

TEST_CASE("core: an evaluation that is interrupted is no failed trial") {
  const interruption signals;
  namespace tune = paragon::tune;
  tune::study study(tune::parameter_space(tune::uniform{"x", 0, 1}), {.trials = 5, .seed = 1});
  const auto evaluate = [&](const tune::candidate& c) {
    return interruption::hold([&] {
      if (c.number() == 2) ::raise(SIGINT);
      return c["x"];
    });
  };
  CHECK_THROWS_AS(study.run(evaluate), interrupted);
  const auto states = [&] {
    std::size_t complete = 0;
    for (const auto& t : study.trials()) {
      CHECK(t.state != tune::trial_state::failed);
      complete += t.state == tune::trial_state::complete ? 1U : 0U;
    }
    return complete;
  };
  CHECK(states() == 2);
  study.run([](const tune::candidate& c) { return c["x"]; });
  CHECK(states() == 5);
}

TEST_CASE("core: a program under nohup goes on without its terminal") {
  (void)::signal(SIGHUP, SIG_IGN);
  CHECK(status_of([] { ::raise(SIGHUP); }) == 0);
  (void)::signal(SIGHUP, SIG_DFL);
  CHECK(status_of([] { ::raise(SIGHUP); }) == 129);
}

TEST_CASE("core: handlers are put back, and there is one of them") {
  struct ::sigaction before {};
  ::sigaction(SIGTERM, nullptr, &before);
  {
    const interruption signals;
    CHECK_THROWS_AS(interruption{}, paragon::error);
    struct ::sigaction during {};
    ::sigaction(SIGTERM, nullptr, &during);
    CHECK((during.sa_handler != before.sa_handler));
  }
  struct ::sigaction after {};
  ::sigaction(SIGTERM, nullptr, &after);
  CHECK((after.sa_handler == before.sa_handler));
  const interruption again;
}
