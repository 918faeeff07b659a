// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <paragon/core/error.hpp>
#include <paragon/core/parallel.hpp>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

TEST_CASE("core: a pool visits every index once, in blocks of the size asked for") {
  for (const std::size_t threads : {1U, 2U, 4U}) {
    paragon::thread_pool pool(threads);
    CHECK(pool.size() == threads);
    for (const std::size_t n : {0U, 1U, 7U, 64U, 65U, 1000U}) {
      std::vector<int> visits(n);
      std::atomic<bool> aligned = true;
      pool.for_blocks(n, 16, [&](std::size_t begin, std::size_t end) {
        if (begin % 16 != 0 || end - begin > 16 || (end - begin < 16 && end != n)) aligned = false;
        for (std::size_t i = begin; i < end; ++i) ++visits[i];
      });
      CHECK(aligned);
      CHECK(visits == std::vector<int>(n, 1));
    }
  }
}

TEST_CASE("core: a pool of the machine's size has at least one thread") { CHECK(paragon::thread_pool(0).size() >= 1); }

TEST_CASE("core: sums kept per block do not depend on threads") {
  const auto sum = [](std::size_t threads) {
    paragon::thread_pool pool(threads);
    std::vector<float> parts(100);
    pool.for_blocks(10000, 100, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) parts[begin / 100] += 1.0F / static_cast<float>(i + 1);
    });
    float total = 0;
    for (const float p : parts) total += p;
    return total;
  };
  CHECK(sum(1) == sum(2));
  CHECK(sum(1) == sum(3));
}

TEST_CASE("core: an exception in a block reaches the caller and the pool still works") {
  for (const std::size_t threads : {1U, 3U}) {
    paragon::thread_pool pool(threads);
    for (int again = 0; again < 20; ++again) {
      CHECK_THROWS_WITH_AS(pool.for_blocks(100, 1,
                                           [](std::size_t begin, std::size_t) {
                                             if (begin == 37) throw paragon::error("block 37", "broken");
                                           }),
                           "block 37: broken", paragon::error);
      std::atomic<std::size_t> visits = 0;
      pool.for_blocks(100, 1, [&](std::size_t, std::size_t) { ++visits; });
      CHECK(visits == 100);
    }
  }
}

TEST_CASE("core: calls from inside a block run inline") {
  paragon::thread_pool pool(3);
  std::atomic<std::size_t> visits = 0;
  pool.for_blocks(
      10, 1, [&](std::size_t, std::size_t) { pool.for_blocks(10, 1, [&](std::size_t, std::size_t) { ++visits; }); });
  CHECK(visits == 100);
}

TEST_CASE("core: threads that fell asleep between calls are woken") {
  paragon::thread_pool pool(2);
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // far longer than they look for work
    std::array<std::thread::id, 2> ran;
    std::atomic<int> arrived = 0;
    pool.for_blocks(2, 1, [&](std::size_t begin, std::size_t) {
      ran[begin] = std::this_thread::get_id();
      ++arrived;
      while (arrived < 2) std::this_thread::yield();  // until another thread has begun the other block
    });
    CHECK(ran[0] != ran[1]);
  }
}

TEST_CASE("core: of two threads that call at once, each gets all its blocks done") {
  paragon::thread_pool pool(2);
  std::array<std::size_t, 2> totals{};
  const auto work = [&](std::size_t& total) {
    for (int round = 0; round < 500; ++round) {
      std::atomic<std::size_t> visits = 0;
      pool.for_blocks(7, 1, [&](std::size_t, std::size_t) { ++visits; });
      total += visits;
    }
  };
  std::thread other([&] { work(totals[1]); });
  work(totals[0]);
  other.join();
  CHECK(totals == std::array<std::size_t, 2>{3500, 3500});
}

TEST_CASE("core: many short calls in a row all finish") {
  paragon::thread_pool pool(4);
  std::size_t total = 0;
  for (std::size_t round = 0; round < 20000; ++round) {
    std::atomic<std::size_t> visits = 0;
    pool.for_blocks(5, 1, [&](std::size_t, std::size_t) { ++visits; });
    total += visits;
  }
  CHECK(total == 100000);
}

#if defined(__linux__)

namespace {

/// What `body` returns in a process of its own, which may take at most `bytes` of memory.
template <class Body>
std::string within(rlim_t bytes, Body body) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit limit{bytes, bytes};
    const std::string text = setrlimit(RLIMIT_AS, &limit) == 0 ? body() : std::string("no limit");
    _exit(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 256> piece{};
  for (ssize_t n = 0; (n = read(ends[0], piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "ended with " + std::to_string(status);
}

}  // namespace

#if defined(PARAGON_SANITIZED)
TEST_CASE("core: threads that the system refuses" * doctest::skip()) {}  // a sanitizer needs terabytes of addresses
#else
TEST_CASE("core: threads that the system refuses are an error that says how many there could be, and all end") {
  // A thread's stack takes 8 MB of addresses or more, so that 400 MB hold some of 200, and not all.
  const std::string found = within(400'000'000, [] {
    std::string text;
    for (int again = 0; again < 2; ++again) {
      try {
        paragon::thread_pool pool(200);
        text += "a pool of 200 threads";
      } catch (const paragon::error& e) {
        text += e.what();
        text += '\n';
      }
    }
    // The threads that had started are gone, so that there is room for a few.
    paragon::thread_pool few(3);
    std::atomic<int> visits = 0;
    few.for_blocks(10, 1, [&](std::size_t, std::size_t) { ++visits; });
    return text + std::to_string(visits);
  });
  CAPTURE(found);
  CHECK(found.find("thread_pool: of 200 threads the system allows ") == 0);
  CHECK(found.find("expected fewer threads") != std::string::npos);
  CHECK(found.ends_with("\n10"));
}
#endif

TEST_CASE("core: a number of threads beyond all memory is an error") {
  CHECK_THROWS_WITH_AS(paragon::thread_pool(std::size_t{1} << 61U), doctest::Contains("of 2305843009213693952 threads"),
                       paragon::error);
}

#endif
