// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/choice_notation.hpp>
#include <paragon/space/choice_table.hpp>

using namespace paragon;
using space::choice_table;

namespace {

/// Any number of decisions; decision d has 2 + d mod 7 choices.
struct rows {
  using architecture = std::vector<space::choice_index>;
  std::size_t count = 3;

  std::string_view name() const { return "rows"; }
  std::size_t decisions() const { return count; }
  std::size_t choices(std::size_t d) const { return 2 + d % 7; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a[d]; }
  architecture from_choices(std::span<const space::choice_index> row) const {
    space::require_choices(*this, row);
    return {row.begin(), row.end()};
  }
  std::string to_string(const architecture& a) const { return space::write_choices(*this, a); }
  architecture parse(std::string_view text) const { return space::read_choices(*this, text); }
};
static_assert(space::search_space<rows>);

}  // namespace

TEST_CASE("space: a table of choices agrees with a map, for small spaces and for large ones") {
  // 120 rows, 4.2e6 rows (hashed from here on), 1e19 rows, more rows than 64 bits number
  for (const std::size_t decisions : {4U, 10U, 26U, 70U}) {
    const rows space{decisions};
    const auto key = paragon::random_key{.seed = 51}.fork(decisions);
    INFO("seed " << key.seed << ", " << decisions << " decisions");
    choice_table table(space);
    std::map<std::vector<space::choice_index>, std::uint32_t> expected;
    std::vector<space::choice_index> row(decisions);
    for (std::uint32_t i = 0; i < 20000; ++i) {
      // Every other row differs from the last in one decision, so that collisions of hashes are not all there is.
      for (std::size_t d = 0; d < decisions; ++d) {
        if (i % 2 == 0 || d == key.below(decisions, i)) {
          row[d] = static_cast<space::choice_index>(key.below(space.choices(d), (i + 1) * 100ULL + d));
        }
      }
      const auto known = expected.find(row);
      REQUIRE(table.find(row) == (known == expected.end() ? choice_table::none : known->second));
      if (i % 3 != 0) {
        table.insert(row, i);
        expected[row] = i;
      }
    }
    for (const auto& [r, number] : expected) REQUIRE(table.find(r) == number);
  }
}

namespace {

/// Decisions with as many choices as one likes; an architecture is its choices.
struct wide {
  using architecture = std::vector<std::uint32_t>;
  std::vector<std::size_t> counts;

  std::size_t decisions() const { return counts.size(); }
  std::size_t choices(std::size_t d) const { return counts[d]; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a[d]; }
  architecture from_choices(std::span<const space::choice_index> row) const { return {row.begin(), row.end()}; }
};
static_assert(space::has_decisions<wide>);

}  // namespace

TEST_CASE("space: a table of wide rows keeps every choice of decisions with hundreds") {
  // 300 * 70,000 * 256 * 257 rows are hashed; 300 * 257 are counted.
  for (const wide& space : {wide{{300, 70000, 256, 257}}, wide{{300, 257}}}) {
    space::basic_choice_table<std::uint32_t> table(space);
    std::map<wide::architecture, std::uint32_t> expected;
    const paragon::random_key key{.seed = 52};
    INFO("seed " << key.seed << ", " << space.decisions() << " decisions");
    wide::architecture row(space.decisions());
    for (std::uint32_t i = 0; i < 20000; ++i) {
      for (std::size_t d = 0; d < row.size(); ++d) {
        row[d] = static_cast<std::uint32_t>(key.below(space.choices(d), i * 10ULL + d));
      }
      const auto [at, is_new] = expected.try_emplace(row, i);
      REQUIRE(table.find(row) == (is_new ? choice_table::none : at->second));
      if (is_new) table.insert(row, i);
    }
    for (const auto& [r, number] : expected) REQUIRE(table.find(r) == number);
  }
}

TEST_CASE("space: a table of choices agrees with a map where rows differ in their leading decisions alone") {
  for (const std::size_t decisions : {64U, 200U}) {
    const wide space{std::vector<std::size_t>(decisions, 4)};
    choice_table table(space);
    std::map<std::vector<space::choice_index>, std::uint32_t> expected;
    for (std::uint32_t i = 0; i < 20000; ++i) {
      std::vector<space::choice_index> row(decisions);
      for (std::size_t d = 0; d < 16; ++d) row[d] = static_cast<space::choice_index>(i >> (2 * d) & 3U);
      REQUIRE(table.find(row) == choice_table::none);
      table.insert(row, i);
      expected[row] = i;
    }
    for (const auto& [r, number] : expected) REQUIRE(table.find(r) == number);
  }
}

TEST_CASE("space: a table of the space without decisions has one row") {
  choice_table table(wide{});
  CHECK(table.find({}) == choice_table::none);
  table.insert({}, 7);
  CHECK(table.find({}) == 7);
}

TEST_CASE("space: a table of choices refuses spaces that its rows cannot hold, and the number that stands for none") {
  const auto make = [](const wide& space) {
    try {
      const choice_table table(space);
    } catch (const error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(make(wide{{65536, 256, 65536, 256}}) == "no error");
  CHECK(make(wide{{3, 65537}}) ==
        "space::choice_table: 65537 choices of decision 1; expected 1 to 65536, as many as a row can tell apart");
  CHECK(make(wide{{0}}) ==
        "space::choice_table: 0 choices of decision 0; expected 1 to 65536, as many as a row can tell apart");
  choice_table table(wide{{2}});
  CHECK_THROWS_AS(table.insert(std::vector<space::choice_index>{1}, choice_table::none), error);
}

TEST_CASE("space: a table of choices refuses rows that are not the space's") {
  const choice_table table{benchmark::nasbench201{}};
  const auto look = [&](std::vector<space::choice_index> row) {
    try {
      (void)table.find(row);
    } catch (const error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(look({0, 0, 0, 0, 0, 4}) == "no error");
  CHECK(look({0, 0, 5, 0, 0, 0}) == "space::choice_table: choice 5 of decision 2; expected 0 to 4");
  CHECK(look({0, 0, 0}) == "space::choice_table: 3 choices; expected 6");
}
