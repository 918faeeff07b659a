// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/concepts.hpp>
#include <paragon/space/decode.hpp>
#include <paragon/space/descriptor.hpp>
#include <paragon/space/enumerate.hpp>
#include <paragon/space/hash.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/one_hot.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/space/shape.hpp>

using namespace paragon::benchmark;
using namespace paragon::space;

namespace {

/// The smallest search space that still has everything hard: decisions of different sizes and one without effect.
/// One to three layers, each narrow or wide; the widths of absent layers mean nothing.
struct layers {
  struct architecture {
    choice_index depth = 1;
    std::array<choice_index, 3> width{};
    friend bool operator==(const architecture&, const architecture&) = default;
  };

  std::string_view name() const { return "layers"; }
  std::size_t decisions() const { return 4; }
  std::size_t choices(std::size_t d) const { return d == 0 ? 3 : 2; }
  std::size_t choice(const architecture& a, std::size_t d) const { return d == 0 ? a.depth - 1U : a.width[d - 1]; }
  architecture from_choices(std::span<const choice_index> row) const {
    architecture a{static_cast<choice_index>(row[0] + 1), {}};
    for (std::size_t i = 0; i < a.depth; ++i) a.width[i] = row[i + 1];
    return a;
  }
  std::string to_string(const architecture& a) const {
    std::string text;
    for (std::size_t i = 0; i < a.depth; ++i) text += a.width[i] != 0 ? 'W' : 'n';
    return text;
  }
  architecture parse(std::string_view text) const {
    architecture a{static_cast<choice_index>(text.size()), {}};
    for (std::size_t i = 0; i < text.size(); ++i) a.width[i] = text[i] == 'W';
    return a;
  }
};

static_assert(search_space<layers>);
static_assert(!enumerable_space<layers> && !graph_space<layers> && !costed_space<layers>);

struct without_architecture {};
struct without_parse : layers {
  architecture parse(std::string_view) const = delete;
};
struct without_choice : layers {
  std::size_t choice(const architecture&, std::size_t) = delete;
};
struct decodes_to_text : layers {
  std::string from_choices(std::span<const choice_index>) const { return {}; }
};
struct incomparable {
  struct architecture {};
};
struct costed : layers {
  double parameters(const architecture& a) const { return a.depth; }
  double macs(const architecture& a) const { return a.depth; }
};
struct half_costed : layers {
  double parameters(const architecture& a) const { return a.depth; }
};

static_assert(!has_architecture<without_architecture> && !has_architecture<incomparable>);
static_assert(has_decisions<without_parse> && !has_notation<without_parse> && !search_space<without_parse>);
static_assert(has_notation<without_choice> && !has_decisions<without_choice> && !search_space<without_choice>);
static_assert(!search_space<decodes_to_text> && !search_space<int>);
static_assert(costed_space<costed> && !relaxed_costed_space<costed> && !costed_space<half_costed>);

}  // namespace

TEST_CASE("space: the shape of a relaxed architecture follows from the decisions") {
  CHECK(total_choices(layers{}) == 9);
  CHECK(choice_offsets(layers{}) == std::vector<std::size_t>{0, 3, 5, 7, 9});
  CHECK(choice_rows(layers{}) == 24);
  CHECK(total_choices(nasbench201{}) == 30);
  CHECK(choice_rows(nasbench201{}) == 15625);
}

TEST_CASE("space: one-hot rows decode to the architecture they encode") {
  const layers space;
  for (const char* text : {"n", "W", "nW", "Wn", "WWW", "nWn"}) {
    std::vector<float> row(9, 5.0F);
    one_hot<float>(space, space.parse(text), row);
    CHECK(space.to_string(decode<float>(space, row)) == text);
    float sum = 0;
    for (const float entry : row) sum += entry;
    CHECK(sum == 4);
  }
  std::vector<float> wrong(8);
  CHECK_THROWS_AS(one_hot<float>(space, {}, wrong), paragon::error);
  CHECK_THROWS_AS((void)decode<float>(space, wrong), paragon::error);
}

TEST_CASE("space: decoding takes the first of equal logits, reads infinities, refuses NaN") {
  const nasbench201 cells;
  std::vector<double> row(30, -1.0);
  CHECK(decode<double>(cells, row) == cells.at(0));
  row[4] = -0.5;
  CHECK(decode<double>(cells, row) == cells.at(4 * 3125));
  for (double& x : row) x = -std::numeric_limits<double>::infinity();
  CHECK(decode<double>(cells, row) == cells.at(0));
  for (const std::size_t at : {0U, 13U, 29U}) {
    std::vector<double> bad(30, 0.0);
    bad[at] = std::numeric_limits<double>::quiet_NaN();
    try {
      (void)decode<double>(cells, bad);
      FAIL("NaN was accepted");
    } catch (const paragon::error& e) {
      CHECK(std::string(e.what()) == "space::decode: entry " + std::to_string(at) + " is NaN; expected numbers");
    }
  }
}

TEST_CASE("space: any row of numbers decodes to a valid architecture") {
  const paragon::random_key key{.seed = 11};
  INFO("seed " << key.seed);
  const layers space;
  std::vector<double> row(9);
  for (std::uint64_t n = 0; n < 500; ++n) {
    for (std::size_t i = 0; i < 9; ++i) row[i] = key.normal(n * 9 + i);
    const layers::architecture a = decode<double>(space, row);
    REQUIRE(space.from_choices(choices_of(space, a)) == a);
    REQUIRE(space.parse(space.to_string(a)) == a);
  }
}

TEST_CASE("space: uniform draws are reproducible and uniform") {
  const auto key = paragon::random_key{.seed = 21}.fork(4);
  INFO("seed " << key.seed);
  const nasbench201 cells;
  constexpr int draws = 20000;
  std::array<std::array<int, 5>, 6> counts{};
  std::set<std::uint64_t> distinct;
  for (std::uint64_t n = 0; n < draws; ++n) {
    const nasbench201_cell cell = uniform(cells, key, n);
    REQUIRE(uniform(cells, key, n) == cell);
    for (std::size_t d = 0; d < 6; ++d) ++counts[d][cells.choice(cell, d)];
    distinct.insert(cells.index(cell));
  }
  // Chi-square with 4 degrees of freedom: above 23.5 with probability 1e-4.
  for (const auto& count : counts) {
    double chi = 0;
    for (const int c : count) chi += (c - draws / 5.0) * (c - draws / 5.0) / (draws / 5.0);
    CHECK(chi < 23.5);
  }
  // Expected 15625 (1 - (1 - 1/15625)^20000) = 11281, standard deviation below 60.
  CHECK(std::abs(static_cast<double>(distinct.size()) - 11281) < 300);
  CHECK(!(uniform(cells, key.fork("others"), 0) == uniform(cells, key, 0) &&
          uniform(cells, key.fork("others"), 1) == uniform(cells, key, 1) &&
          uniform(cells, key.fork("others"), 2) == uniform(cells, key, 2)));
}

TEST_CASE("space: neighbours differ in one decision, and the relation is symmetric") {
  const nasbench201 cells;
  for (std::uint64_t i = 0; i < cells.size(); i += 401) {
    const auto found = neighbours(cells, cells.at(i));
    REQUIRE(found.size() == 24);
    std::set<std::uint64_t> distinct;
    for (const nasbench201_cell& n : found) {
      int different = 0;
      for (std::size_t d = 0; d < 6; ++d) different += cells.choice(n, d) != cells.choice(cells.at(i), d);
      REQUIRE(different == 1);
      distinct.insert(cells.index(n));
      const auto back = neighbours(cells, n);
      REQUIRE(std::find(back.begin(), back.end(), cells.at(i)) != back.end());
    }
    REQUIRE(distinct.size() == 24);
  }
}

TEST_CASE("space: neighbours leave out changes without effect") {
  const layers space;
  std::set<std::string> texts;
  for (const auto& a : neighbours(space, space.parse("W"))) texts.insert(space.to_string(a));
  CHECK(texts == std::set<std::string>{"n", "Wn", "Wnn"});
  CHECK(neighbours(space, space.parse("W")).size() == 3);
}

TEST_CASE("space: enumeration visits every architecture once, by index") {
  const nasbench201 cells;
  const auto all = all_architectures(cells);
  REQUIRE(all.size() == 15625);
  for (std::uint64_t i = 0; i < all.size(); ++i) REQUIRE(cells.index(all[i]) == i);
}

namespace {

/// An architecture is its choices, as many as one likes of each decision.
struct wide {
  using architecture = std::vector<std::uint32_t>;
  std::vector<std::size_t> counts;

  std::string_view name() const { return "wide"; }
  std::size_t decisions() const { return counts.size(); }
  std::size_t choices(std::size_t d) const { return counts[d]; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a[d]; }
  architecture from_choices(std::span<const choice_index> row) const { return {row.begin(), row.end()}; }
  std::string to_string(const architecture&) const { return {}; }
  architecture parse(std::string_view) const { return {}; }
};
static_assert(search_space<wide>);

/// As many rows as 64 bits could number, and one more, so that `size` wraps to 0.
struct too_large : wide {
  std::uint64_t count = 0;
  std::uint64_t size() const { return count; }
  std::uint64_t index(const architecture&) const { return 0; }
  architecture at(std::uint64_t) const { return {}; }
};
static_assert(enumerable_space<too_large>);

/// How many of n hashes were there before.
std::size_t collisions(const wide& space, std::size_t n, auto&& row) {
  std::vector<std::uint64_t> hashes(n);
  wide::architecture a(space.decisions());
  for (std::size_t i = 0; i < n; ++i) {
    row(i, a);
    hashes[i] = hash(space, a);
  }
  std::sort(hashes.begin(), hashes.end());
  return n - static_cast<std::size_t>(std::unique(hashes.begin(), hashes.end()) - hashes.begin());
}

}  // namespace

TEST_CASE("space: a hash keeps every decision, however many there are") {
  // 16 decisions of 4 choices write a number of 32 bits; where they stand plays no part.
  for (const std::size_t decisions : {16U, 32U, 33U, 64U, 200U}) {
    const wide space{std::vector<std::size_t>(decisions, 4)};
    for (std::size_t first = 0; first + 16 <= decisions; first += 16) {
      INFO(decisions << " decisions, " << first << " before those that differ");
      CHECK(collisions(space, 20000, [&](std::size_t i, wide::architecture& a) {
              for (std::size_t d = 0; d < 16; ++d) a[first + d] = static_cast<std::uint32_t>(i >> (2 * d) & 3U);
            }) == 0);
    }
  }
  // Each of 200 decisions alone.
  const wide long_one{std::vector<std::size_t>(200, 7)};
  CHECK(collisions(long_one, 1200, [](std::size_t i, wide::architecture& a) {
          std::fill(a.begin(), a.end(), 0);
          a[i / 6] = static_cast<std::uint32_t>(1 + i % 6);
        }) == 0);
}

TEST_CASE("space: a million rows of a space beyond 64 bits have as many collisions as random numbers") {
  // Of 64 bits no pair in expectation (5e11 pairs / 2^64); of the lowest and of the highest 32 bits 116.4, deviation 10.8.
  for (const wide& space : {wide{std::vector<std::size_t>(64, 4)}, wide{std::vector<std::size_t>(30, 300)},
                            wide{std::vector<std::size_t>(200, 2)}, wide{{1000003, 1000003, 1000003, 1000003}}}) {
    const paragon::random_key key{.seed = 53};
    INFO("seed " << key.seed << ", " << space.decisions() << " decisions");
    const std::size_t n = 1000000;
    std::vector<std::uint64_t> hashes(n);
    wide::architecture a(space.decisions());
    for (std::size_t i = 0; i < n; ++i) {
      // Rows that differ little: a counter, written into the leading decisions, and one random decision.
      std::size_t rest = i;
      std::fill(a.begin(), a.end(), 0);
      for (std::size_t d = 0; rest > 0; ++d) {
        a[d] = static_cast<std::uint32_t>(rest % space.choices(d));
        rest /= space.choices(d);
      }
      a.back() = static_cast<std::uint32_t>(key.below(space.choices(a.size() - 1), i));
      hashes[i] = hash(space, a);
    }
    const auto repeated = [&](unsigned shift) {
      std::vector<std::uint32_t> half(n);
      for (std::size_t i = 0; i < n; ++i) half[i] = static_cast<std::uint32_t>(hashes[i] >> shift);
      std::sort(half.begin(), half.end());
      return static_cast<double>(n) - static_cast<double>(std::unique(half.begin(), half.end()) - half.begin());
    };
    CHECK(std::abs(repeated(0) - 116.4) < 5 * 10.8);
    CHECK(std::abs(repeated(32) - 116.4) < 5 * 10.8);
    std::sort(hashes.begin(), hashes.end());
    CHECK(std::unique(hashes.begin(), hashes.end()) == hashes.end());
  }
}

TEST_CASE("space: spaces of fewer than 2^64 rows have no collisions, and the space without decisions has a hash") {
  CHECK(collisions(wide{{300, 257}}, 77100, [](std::size_t i, wide::architecture& a) {
          a[0] = static_cast<std::uint32_t>(i / 257);
          a[1] = static_cast<std::uint32_t>(i % 257);
        }) == 0);
  CHECK(hash(wide{}, {}) == hash(wide{}, {}));
}

TEST_CASE("space: a choice that a row cannot hold is an error, not another choice") {
  const wide space{{2, 70000}};
  CHECK(choices_of(space, {1, 65535}) == std::vector<choice_index>{1, 65535});
  CHECK_THROWS_WITH_AS((void)choices_of(space, {1, 65536}),
                       "space: a row of choices: choice 65536; expected 0 to 65535", paragon::error);
  CHECK_THROWS_AS((void)neighbours(space, {1, 3}), paragon::error);
  std::vector<float> logits(70002);
  logits[2 + 65535] = 1;
  CHECK(decode<float>(space, logits) == wide::architecture{0, 65535});
  logits[2 + 65536] = 2;
  CHECK_THROWS_AS((void)decode<float>(space, logits), paragon::error);
  std::size_t refused = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    try {
      (void)uniform(space, {.seed = 54}, i);
    } catch (const paragon::error&) {
      ++refused;
    }
  }
  CHECK(refused > 30);  // 4,464 of 70,000
  std::vector<choice_index> choices(2);
  CHECK_THROWS_AS(choice_descriptor<wide>(space).describe({0, 69999}, choices, {}), paragon::error);
}

TEST_CASE("space: draws beyond 2^64 random numbers are refused, and so is enumerating what has no number") {
  const wide space{std::vector<std::size_t>(64, 4)};
  const std::uint64_t last = (std::uint64_t{1} << 58U) - 2;
  CHECK(uniform(space, {.seed = 55}, last) != uniform(space, {.seed = 55}, last - 1));
  CHECK_THROWS_AS((void)uniform(space, {.seed = 55}, std::uint64_t{1} << 58U), paragon::error);
  const auto none = [](std::uint64_t, const auto&) {};
  CHECK_THROWS_WITH_AS(for_each(too_large{}, none),
                       "space::for_each: a space of size 0; expected the number of architectures, below 2^64",
                       paragon::error);
  CHECK_THROWS_AS((void)all_architectures(too_large{}), paragon::error);
  CHECK_THROWS_AS((void)all_architectures(too_large{{}, std::numeric_limits<std::uint64_t>::max()}), paragon::error);
}

TEST_CASE("space: hashes differ for all cells") {
  const nasbench201 cells;
  std::unordered_set<std::uint64_t> hashes;
  for_each(cells, [&](std::uint64_t, const nasbench201_cell& cell) { hashes.insert(hash(cells, cell)); });
  CHECK(hashes.size() == 15625);
  CHECK(hasher<nasbench201>{}(cells.at(9)) == hasher<nasbench201>{}(cells.at(9)));
}
