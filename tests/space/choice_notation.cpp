// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/choice_notation.hpp>

using namespace paragon;

namespace {

/// Nine decisions; decision d has 2 + d mod 7 choices.
struct rows {
  using architecture = std::vector<space::choice_index>;

  std::string_view name() const { return "rows"; }
  std::size_t decisions() const { return 9; }
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

TEST_CASE("space: numbers of choices are a notation") {
  const rows space;
  const paragon::random_key key{.seed = 52};
  INFO("seed " << key.seed);
  for (std::uint64_t i = 0; i < 200; ++i) {
    std::vector<space::choice_index> row(9);
    for (std::size_t d = 0; d < 9; ++d)
      row[d] = static_cast<space::choice_index>(key.below(space.choices(d), i * 9 + d));
    CHECK(space.parse(space.to_string(row)) == row);
  }
  CHECK(space.to_string({1, 2, 3, 4, 5, 6, 7, 0, 1}) == "1-2-3-4-5-6-7-0-1");
  for (const char* bad : {"", "1", "1-2-3-4-5-6-7-0", "1-2-3-4-5-6-7-0-1-0", "1-2-3-4-5-6-7-0-3", "1-2-3-4-5-6-7-0-",
                          "01-2-3-4-5-6-7-0-1", "1 2 3 4 5 6 7 0 1", "-1-2-3-4-5-6-7-0-1", "1-2-3-4-5-6-7-0-1 ",
                          "257-2-3-4-5-6-7-0-1", "99999999999999999999-2-3-4-5-6-7-0-1"}) {
    INFO("text \"" << bad << "\"");
    CHECK_THROWS_AS((void)space.parse(bad), error);
  }
  CHECK_THROWS_AS((void)space.from_choices(std::vector<space::choice_index>{2, 0, 0, 0, 0, 0, 0, 0, 0}), error);
  CHECK_THROWS_AS((void)space.from_choices(std::vector<space::choice_index>{1}), error);
}
