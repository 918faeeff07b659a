// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <paragon/core/parallel.hpp>
#include <paragon/core/random_key.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
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

template <class Name>
concept forks = requires(const paragon::random_key& key, const Name& name) { key.fork(name); };

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

TEST_CASE("core: random numbers are functions of seed, path and element") {
  constexpr paragon::random_key r{.seed = 0x0123456789abcdef, .path = 0x0000000700000003};
  CHECK(r.bits(0x1122334455667788) == paragon::philox({0x55667788, 0x11223344, 3, 7}, {0x89abcdef, 0x01234567}));
  CHECK(paragon::random_key{.seed = 5}.bits(9) == paragon::philox({9, 0, 0, 0}, {5, 0}));
  static_assert(r.uniform(5) == paragon::random_key{0x0123456789abcdef, 0x0000000700000003}.uniform(5));
  static_assert(r.fork("labels").fork(3).below(10, 1) == r.fork("labels").fork(3).below(10, 1));
  CHECK(r.uniform(0) != r.uniform(1));
  CHECK(r.uniform(0) != r.fork(4).uniform(0));
  CHECK(r.uniform(0) != r.fork("labels").uniform(0));
  CHECK(r.uniform(0) != paragon::random_key{1, 7}.uniform(0));
}

// <cstdlib> of POSIX declares ::random.
TEST_CASE("core: the key's name is no other's after using namespace paragon") {
  using namespace paragon;
  constexpr random_key r{.seed = 2};
  CHECK(r == paragon::random_key{.seed = 2});
}

TEST_CASE("core: every kind of integer and of text forks a key") {
  constexpr paragon::random_key r{.seed = 3};
  static_assert(sizeof(r) == 16 && std::is_aggregate_v<paragon::random_key>);
  static_assert(std::is_trivially_copyable_v<paragon::random_key>);
  const paragon::random_key seven = r.fork(std::uint64_t{7});
  CHECK(r.fork(7) == seven);
  CHECK(r.fork(7U) == seven);
  CHECK(r.fork(7L) == seven);
  CHECK(r.fork(7ULL) == seven);
  CHECK(r.fork(std::int8_t{7}) == seven);
  CHECK(r.fork(std::uint8_t{7}) == seven);
  CHECK(r.fork(std::int16_t{7}) == seven);
  CHECK(r.fork(std::uint16_t{7}) == seven);
  CHECK(r.fork(std::size_t{7}) == seven);
  CHECK(r.fork(-1) == r.fork(~std::uint64_t{0}));
  CHECK(r.fork(std::int8_t{-1}) == r.fork(std::int64_t{-1}));
  CHECK(r.fork(-1) != r.fork(~std::uint32_t{0}));
  CHECK(r.fork(std::uint64_t{1} << 32) != r.fork(0));  // all 64 bits count

  const std::string text = "labels";
  const char* pointer = "labels";
  CHECK(r.fork(text) == r.fork("labels"));
  CHECK(r.fork(pointer) == r.fork("labels"));
  CHECK(r.fork(std::string_view(text)) == r.fork("labels"));
  CHECK(r.fork("a\0b") == r.fork("a"));  // the literal's first zero ends it; those of a string count
  CHECK(r.fork(std::string("a\0b", 3)) != r.fork("a"));
  CHECK(r.fork(std::string("a") + "b") == r.fork("ab"));

  static_assert(forks<int> && forks<unsigned char> && forks<const char*> && forks<std::string> && forks<char[4]>);
  static_assert(!forks<double> && !forks<float> && !forks<bool>);
}

// By the definition of a fork: Philox of (what is absorbed, path), keyed by the seed and the domain.
TEST_CASE("core: a fork is made of the blocks that its number or name is absorbed in") {
  const auto step = [](paragon::random_key key, std::uint64_t value, std::uint64_t domain) {
    const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    const std::uint64_t k = key.seed ^ domain;
    const block b =
        paragon::philox({low(value), low(value >> 32), low(key.path), low(key.path >> 32)}, {low(k), low(k >> 32)});
    return paragon::random_key{b[0] + (std::uint64_t{b[1]} << 32), b[2] + (std::uint64_t{b[3]} << 32)};
  };
  constexpr std::uint64_t number = 0x6A09E667F3BCC908;
  constexpr std::uint64_t name = 0xA54FF53A5F1D36F1;
  // The digits of the roots of 2 and 7 after the point, as the comment says: their squares are 2 and 7.
  CHECK(std::abs(std::pow(1 + static_cast<double>(number) * 0x1p-64, 2) - 2) < 1e-14);
  CHECK(std::abs(std::pow(2 + static_cast<double>(name) * 0x1p-64, 2) - 7) < 1e-14);
  const paragon::random_key r{.seed = 0x0123456789abcdef, .path = 0x1122334455667788};
  CHECK(r.fork(0x99aabbccddeeff00) == step(r, 0x99aabbccddeeff00, number));
  CHECK(r.fork("") == step(r, 0, name));
  CHECK(r.fork("a") == step(step(r, 1, name), 0x61, name));
  CHECK(r.fork("abcdefgh") == step(step(r, 8, name), 0x6867666564636261, name));
  CHECK(r.fork("abcdefgh\xff") == step(step(step(r, 9, name), 0x6867666564636261, name), 0xff, name));
}

TEST_CASE("core: forks of names that look alike are distinct") {
  using namespace std::string_view_literals;
  const paragon::random_key r{.seed = 1};
  const std::vector<paragon::random_key> keys{r,
                                              r.fork(0),
                                              r.fork(7),
                                              r.fork("7"),
                                              r.fork(0x37),  // the byte of "7"
                                              r.fork(1),     // the length of "7"
                                              r.fork(0).fork(0),
                                              r.fork(0).fork(0).fork(0),
                                              r.fork(""),
                                              r.fork("").fork(""),
                                              r.fork("\0"sv),
                                              r.fork("\0\0"sv),
                                              r.fork("\0\0\0\0\0\0\0\0"sv),
                                              r.fork("a"),
                                              r.fork("a\0"sv),
                                              r.fork("\0a"sv),
                                              r.fork("a").fork("b"),
                                              r.fork("b").fork("a"),
                                              r.fork("ab"),
                                              r.fork("ab").fork(""),
                                              r.fork("").fork("ab"),
                                              r.fork("a").fork(""),
                                              r.fork("a").fork(0),
                                              r.fork(0).fork("a"),
                                              r.fork("abcdefgh"),
                                              r.fork("abcdefgh\0"sv),
                                              r.fork("abcdefghi"),
                                              r.fork("abcdefgh").fork("i"),
                                              r.fork("abcdefghabcdefgh"),
                                              r.fork("abcdefgh").fork("abcdefgh"),
                                              r.fork("abcdefghabcdefg"),
                                              r.fork("abcdefghabcdefghi"),
                                              r.fork("abcdefgh").fork(0x6867666564636261),
                                              r.fork(0x6867666564636261),
                                              r.fork(1).fork(2),
                                              r.fork(2).fork(1),
                                              r.fork(3)};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      CAPTURE(i);
      CAPTURE(k);
      CHECK(keys[i] != keys[k]);
      CHECK(keys[i].bits(0) != keys[k].bits(0));
    }
  }
}

// Equal keys or first draws of 128 bits among so many are a fault: chance has less than 1e-27.
TEST_CASE("core: a hundred thousand forks by numbers, by names and of forks are distinct, and so is what they draw") {
  std::vector<paragon::random_key> keys;
  for (const std::uint64_t s : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    const paragon::random_key root{.seed = s};
    keys.push_back(root);
    for (std::uint64_t i = 0; i < 100000; ++i) keys.push_back(root.fork(i));
    for (std::uint64_t bit = 17; bit < 64; ++bit) keys.push_back(root.fork(std::uint64_t{1} << bit));
    for (std::uint64_t i = 0; i < 10000; ++i) keys.push_back(root.fork(std::to_string(i)));
    for (std::size_t length = 0; length < 70; ++length) {
      for (const char letter : {'\0', 'a', '\xff'}) {
        if (length == 0 && letter != 'a') continue;  // the same name
        keys.push_back(root.fork(std::string(length, letter)));
      }
    }
    for (std::uint64_t i = 0; i < 100; ++i) {
      for (std::uint64_t k = 0; k < 100; ++k) {
        keys.push_back(root.fork(i).fork(k));
        keys.push_back(root.fork("members").fork(i).fork("step").fork(k));
        keys.push_back(root.fork(std::to_string(i)).fork(std::to_string(k)));
      }
    }
  }
  const auto distinct = [](auto values) {
    std::sort(values.begin(), values.end());
    return std::adjacent_find(values.begin(), values.end()) == values.end();
  };
  std::vector<std::pair<std::uint64_t, std::uint64_t>> names;
  std::vector<block> draws;
  for (const auto& key : keys) {
    names.emplace_back(key.seed, key.path);
    for (std::uint64_t element = 0; element < 2; ++element) draws.push_back(key.bits(element));
    draws.push_back(key.bits(~std::uint64_t{0}));
  }
  CHECK(distinct(names));
  CHECK(distinct(draws));
}

TEST_CASE("core: first numbers of forks are uniform and independent of those of neighbours") {
  INFO("seed ", seed);
  const paragon::random_key root{.seed = seed};
  const auto check = [](const auto& fork_of, double independent) {
    // Chi-square over 256 bins has mean 255 and variance 510; so has each of the 16 bytes of a block.
    for (std::size_t byte = 0; byte < 16; ++byte) {
      std::array<double, 256> counts{};
      for (std::size_t i = 0; i < n; ++i) ++counts[fork_of(i).bits(0)[byte / 4] >> (byte % 4 * 8) & 255U];
      double chi = 0;
      for (const double c : counts) chi += std::pow(c - n / 256.0, 2) / (n / 256.0);
      CHECK(std::abs(chi - 255) < 6 * std::sqrt(510.0));
    }
    // Kolmogorov-Smirnov: above 2.7 / sqrt(n) once in a million.
    std::vector<double> u(n);
    for (std::size_t i = 0; i < n; ++i) u[i] = fork_of(i).uniform(0);
    std::sort(u.begin(), u.end());
    double distance = 0;
    for (std::size_t i = 0; i < n; ++i) {
      distance = std::max({distance, std::abs(u[i] - static_cast<double>(i) / static_cast<double>(n)),
                           std::abs(u[i] - static_cast<double>(i + 1) / static_cast<double>(n))});
    }
    CHECK(distance < 2.7 / std::sqrt(static_cast<double>(n)));
    // Neighbours, and a fork and its own fork: E(u v) = 1/4, Var(u v) = 1/9 - 1/16.
    CHECK(std::abs(mean([&](std::size_t i) { return fork_of(2 * i).uniform(0) * fork_of(2 * i + 1).uniform(0); }) -
                   0.25) < bound(7.0 / 144));
    CHECK(std::abs(mean([&](std::size_t i) { return fork_of(i).uniform(0) * fork_of(i).fork(i).uniform(0); }) - 0.25) <
          bound(7.0 / 144));
    CHECK(std::abs(independent - 0.25) < bound(7.0 / 144));
  };
  const auto with_parent = [&](const auto& fork_of) {
    return mean([&](std::size_t i) { return fork_of(i).uniform(0) * root.uniform(i); });
  };
  const auto by_number = [&](std::size_t i) { return root.fork(i); };
  const auto by_name = [&](std::size_t i) { return root.fork(std::to_string(i)); };
  const auto by_seed = [&](std::size_t i) { return paragon::random_key{.seed = seed + i}.fork("labels"); };
  check(by_number, with_parent(by_number));
  check(by_name, with_parent(by_name));
  check(by_seed, with_parent(by_seed));
}

TEST_CASE("core: random numbers do not depend on threads") {
  const paragon::random_key r{.seed = seed};
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
  const auto r = paragon::random_key{.seed = seed}.fork(1);
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
  const auto r = paragon::random_key{.seed = seed}.fork(2);
  INFO("seed ", seed);
  CHECK(std::abs(mean([&](std::size_t i) { return r.normal(i); })) < bound(1));
  CHECK(std::abs(mean([&](std::size_t i) { return std::pow(r.normal(i), 2); }) - 1) < bound(2));
  CHECK(std::abs(mean([&](std::size_t i) { return std::pow(r.normal(i), 3); })) < bound(15));
  CHECK(std::abs(mean([&](std::size_t i) { return std::pow(r.normal(i), 4); }) - 3) < bound(96));
}

TEST_CASE("core: exponential and Gumbel numbers have their distributions") {
  const auto r = paragon::random_key{.seed = seed}.fork(3);
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
  const auto r = paragon::random_key{.seed = seed}.fork(4);
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
  paragon::random_key{.seed = 1}.shuffle(a);
  paragon::random_key{.seed = 1}.shuffle(b);
  paragon::random_key{.seed = 2}.shuffle(c);
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
    paragon::random_key{.seed = seed}.fork(5).fork(s).shuffle(order);
    ++counts[order[0] * 2 + (order[1] > order[2] ? 1 : 0)];
  }
  INFO("seed ", seed);
  for (const std::size_t c : counts) {
    CHECK(std::abs(static_cast<double>(c) / trials - 1.0 / 6) < 5 * std::sqrt(5.0 / 36 / trials));
  }
}
