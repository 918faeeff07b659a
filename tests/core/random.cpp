// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <paragon/core/parallel.hpp>
#include <paragon/core/random.hpp>
#include <vector>

using block = std::array<std::uint32_t, 4>;

namespace {

// Each statistic below is a mean of n independent terms: it lies within five of its standard deviations but for one seed in
// two million. The seeds are fixed, so a failure is a fault, not bad luck.
constexpr std::uint64_t seed = 20111112;
constexpr std::size_t n = 200000;

template <class Draw>
double mean(Draw draw) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += draw(i);
  return sum / static_cast<double>(n);
}

double bound(double variance) { return 5 * std::sqrt(variance / static_cast<double>(n)); }

}  // namespace

// The vectors that Salmon et al. publish with Random123 for philox4x32-10.
TEST_CASE("core: philox has the published known answers") {
  CHECK(paragon::philox({0, 0, 0, 0}, {0, 0}) == block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(paragon::philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(paragon::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("core: random numbers are functions of seed, stream, step and element") {
  constexpr paragon::random r{.seed = 0x0123456789abcdef, .stream = 7, .step = 3};
  CHECK(r.bits(0x1122334455667788) == paragon::philox({0x55667788, 0x11223344, 3, 7}, {0x89abcdef, 0x01234567}));
  static_assert(r.uniform(5) == paragon::random{0x0123456789abcdef, 7, 3}.uniform(5));
  CHECK(r.at_step(4).in_stream(8) == paragon::random{0x0123456789abcdef, 8, 4});
  CHECK(r.uniform(0) != r.uniform(1));
  CHECK(r.uniform(0) != r.at_step(4).uniform(0));
  CHECK(r.uniform(0) != r.in_stream(8).uniform(0));
  CHECK(r.uniform(0) != paragon::random{1, 7, 3}.uniform(0));
}

TEST_CASE("core: random numbers do not depend on threads") {
  const paragon::random r{.seed = seed};
  const auto fill = [&](std::size_t threads) {
    std::vector<double> values(10000);
    paragon::thread_pool pool(threads);
    pool.for_blocks(values.size(), 64, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) values[i] = r.normal(i);
    });
    return values;
  };
  CHECK(fill(1) == fill(2));
  CHECK(fill(1) == fill(5));
}

TEST_CASE("core: uniform numbers have the moments of the uniform distribution") {
  const paragon::random r{.seed = seed, .stream = 1};
  INFO("seed ", seed);
  double low = 1;
  double high = 0;
  for (std::size_t i = 0; i < n; ++i) {
    low = std::min(low, r.uniform(i));
    high = std::max(high, r.uniform(i));
  }
  CHECK(low >= 0);
  CHECK(high < 1);
  CHECK(std::abs(mean([&](std::size_t i) { return r.uniform(i); }) - 0.5) < bound(1.0 / 12));
  // Var(u^2) = 1/5 - 1/9.
  CHECK(std::abs(mean([&](std::size_t i) { return r.uniform(i) * r.uniform(i); }) - 1.0 / 3) < bound(4.0 / 45));
  // Neighbours are independent: E(u v) = 1/4, Var(u v) = 1/9 - 1/16.
  CHECK(std::abs(mean([&](std::size_t i) { return r.uniform(2 * i) * r.uniform(2 * i + 1); }) - 0.25) <
        bound(7.0 / 144));
}

TEST_CASE("core: normal numbers have the moments of the normal distribution") {
  const paragon::random r{.seed = seed, .stream = 2};
  INFO("seed ", seed);
  CHECK(std::abs(mean([&](std::size_t i) { return r.normal(i); })) < bound(1));
  CHECK(std::abs(mean([&](std::size_t i) { return std::pow(r.normal(i), 2); }) - 1) < bound(2));
  CHECK(std::abs(mean([&](std::size_t i) { return std::pow(r.normal(i), 3); })) < bound(15));
  CHECK(std::abs(mean([&](std::size_t i) { return std::pow(r.normal(i), 4); }) - 3) < bound(96));
}

TEST_CASE("core: exponential and Gumbel numbers have their distributions") {
  const paragon::random r{.seed = seed, .stream = 3};
  INFO("seed ", seed);
  CHECK(std::abs(mean([&](std::size_t i) { return r.exponential(i); }) - 1) < bound(1));
  // P(X < x) at a few x, as means of indicators.
  for (const double x : {0.1, 1.0, 3.0}) {
    const double p = 1 - std::exp(-x);
    CHECK(std::abs(mean([&](std::size_t i) { return r.exponential(i) < x ? 1.0 : 0.0; }) - p) < bound(p * (1 - p)));
  }
  for (const double x : {-1.0, 0.0, 2.0}) {
    const double p = std::exp(-std::exp(-x));
    CHECK(std::abs(mean([&](std::size_t i) { return r.gumbel(i) < x ? 1.0 : 0.0; }) - p) < bound(p * (1 - p)));
  }
}

TEST_CASE("core: integers below n are all equally likely") {
  const paragon::random r{.seed = seed, .stream = 4};
  INFO("seed ", seed);
  std::array<std::size_t, 7> counts{};
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t k = r.below(7, i);
    REQUIRE(k < 7);
    ++counts[k];
  }
  for (const std::size_t c : counts) {
    CHECK(std::abs(static_cast<double>(c) / static_cast<double>(n) - 1.0 / 7) < bound(6.0 / 49));
  }
  CHECK(r.below(1, 5) == 0);
}

TEST_CASE("core: shuffle gives a permutation that its key alone decides") {
  std::vector<int> sorted(1000);
  std::iota(sorted.begin(), sorted.end(), 0);
  auto a = sorted;
  auto b = sorted;
  auto c = sorted;
  paragon::random{.seed = 1}.shuffle(a);
  paragon::random{.seed = 1}.shuffle(b);
  paragon::random{.seed = 2}.shuffle(c);
  CHECK(a == b);
  CHECK(a != c);
  CHECK(a != sorted);
  std::sort(a.begin(), a.end());
  CHECK(a == sorted);
}

TEST_CASE("core: shuffle makes every order of three equally likely") {
  std::array<std::size_t, 6> counts{};
  constexpr std::uint64_t trials = 60000;
  for (std::uint64_t s = 0; s < trials; ++s) {
    std::array<std::size_t, 3> order{0, 1, 2};
    paragon::random{.seed = seed, .stream = 5}.at_step(s).shuffle(order);
    ++counts[order[0] * 2 + (order[1] > order[2] ? 1 : 0)];
  }
  INFO("seed ", seed);
  for (const std::size_t c : counts) {
    CHECK(std::abs(static_cast<double>(c) / trials - 1.0 / 6) < 5 * std::sqrt(5.0 / 36 / trials));
  }
}
