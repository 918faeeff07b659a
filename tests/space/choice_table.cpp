// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/choice_notation.hpp>
#include <paragon/space/choice_table.hpp>
#include <paragon/space/nasbench201.hpp>

using namespace paragon;
using space::choice_table;

namespace {

/// Any number of decisions; decision d has 2 + d mod 7 choices.
struct rows {
  using architecture = std::vector<std::uint8_t>;
  std::size_t count = 3;

  std::string_view name() const { return "rows"; }
  std::size_t decisions() const { return count; }
  std::size_t choices(std::size_t d) const { return 2 + d % 7; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a[d]; }
  architecture from_choices(std::span<const std::uint8_t> row) const {
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
    std::map<std::vector<std::uint8_t>, std::uint32_t> expected;
    std::vector<std::uint8_t> row(decisions);
    for (std::uint32_t i = 0; i < 20000; ++i) {
      // Every other row differs from the last in one decision, so that collisions of hashes are not all there is.
      for (std::size_t d = 0; d < decisions; ++d) {
        if (i % 2 == 0 || d == key.below(decisions, i)) {
          row[d] = static_cast<std::uint8_t>(key.below(space.choices(d), (i + 1) * 100ULL + d));
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

TEST_CASE("space: a table of choices refuses rows that are not the space's") {
  const choice_table table{space::nasbench201{}};
  const auto look = [&](std::vector<std::uint8_t> row) {
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
