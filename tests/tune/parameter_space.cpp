// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <paragon/tune/candidate.hpp>
#include <paragon/tune/parameter_space.hpp>
#include <string>
#include <vector>

#include "../special_values.hpp"

namespace tune = paragon::tune;

namespace {

using paragon_test::inf;
using paragon_test::not_a_number;

// The smallest parameter.
struct archetype {
  tune::axis describe() const {
    tune::axis a;
    a.name = "archetype";
    return a;
  }
};
struct describes_nothing {
  std::string name;
};
struct describes_a_number {
  double describe() const { return 1; }
};

/// What the error says, or "" where there is none.
template <class... P>
std::string problem(const P&... parameters) {
  try {
    const tune::parameter_space space(parameters...);
  } catch (const paragon::error& bad) {
    return bad.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

static_assert(tune::parameter<archetype>);
static_assert(tune::parameter<tune::uniform>);
static_assert(tune::parameter<tune::log_uniform>);
static_assert(tune::parameter<tune::integer>);
static_assert(tune::parameter<tune::log_integer>);
static_assert(tune::parameter<tune::categorical>);
static_assert(!tune::parameter<describes_nothing>);
static_assert(!tune::parameter<describes_a_number>);
static_assert(!tune::parameter<int>);

TEST_CASE("tune: a space has its parameters in order, by position and by name") {
  const tune::parameter_space space(tune::uniform{"a", -1, 2}, tune::log_uniform{"b", 1e-3, 10},
                                    tune::integer{"c", 1, 9}, tune::log_integer{"d", 1, 100},
                                    tune::categorical{"e", {"p", "q"}}, archetype{});
  REQUIRE(space.size() == 6);
  CHECK(space[0].name == "a");
  CHECK(space.index("e") == 4);
  CHECK(space[4].categorical());
  CHECK(space[4].upper == 1);
  CHECK_THROWS_AS((void)space.index("f"), paragon::error);
  CHECK(space.contains(std::array{2.0, 1e-3, 9.0, 100.0, 1.0, 0.5}));
  CHECK(!space.contains(std::array{2.1, 1e-3, 9.0, 100.0, 1.0, 0.5}));
  CHECK(!space.contains(std::array{2.0, 1e-3, 8.5, 100.0, 1.0, 0.5}));
  CHECK(!space.contains(std::array{2.0, 1e-3, 9.0, 100.0, 2.0, 0.5}));
  CHECK(!space.contains(std::array{2.0, 1e-3, 9.0, 100.0, not_a_number, 0.5}));
  CHECK(!space.contains(std::array{2.0, 1e-3}));
}

TEST_CASE("tune: steps go from the lower bound to the last that fits") {
  const tune::parameter_space space(tune::integer{"n", 1, 10, 4}, tune::uniform{"x", 0, 1, 0.1},
                                    tune::integer{"one", 3, 4, 2});
  CHECK(space[0].upper == 9);
  CHECK(space[1].upper == doctest::Approx(1.0).epsilon(1e-15));
  CHECK(space[2].upper == 3);
  CHECK(space[2].fixed());
  for (const double x : {1.0, 5.0, 9.0}) CHECK(space[0].contains(x));
  for (const double x : {2.0, 4.0, 10.0}) CHECK(!space[0].contains(x));
  CHECK(space[0].nearest(-3) == 1);
  CHECK(space[0].nearest(3.5) == 5);
  CHECK(space[0].nearest(99) == 9);
  for (int i = 0; i <= 10; ++i) CHECK(space[1].contains(0.1 * i));
}

TEST_CASE("tune: the coordinate of a logarithmic axis is the logarithm, and whole numbers own their interval") {
  const tune::parameter_space space(tune::log_uniform{"x", 1e-4, 1}, tune::log_integer{"n", 1, 64},
                                    tune::integer{"m", 2, 5});
  CHECK(space[0].coordinate_lower() == std::log(1e-4));
  CHECK(space[0].coordinate_upper() == 0);
  CHECK(space[0].value_at(std::log(1e-2)) == doctest::Approx(1e-2).epsilon(1e-14));
  CHECK(space[0].value_at(1) == 1);
  CHECK(space[1].coordinate_lower() == std::log(0.5));
  CHECK(space[1].coordinate_upper() == std::log(64.5));
  CHECK(space[1].value_at(std::log(1.49)) == 1);
  CHECK(space[1].value_at(std::log(1.51)) == 2);
  CHECK(space[2].coordinate_lower() == 1.5);
  CHECK(space[2].value_at(5.5) == 5);
}

TEST_CASE("tune: an axis with one value is fixed") {
  const tune::parameter_space space(tune::uniform{"a", 2, 2}, tune::log_uniform{"b", 3, 3}, tune::integer{"c", 4, 4},
                                    tune::categorical{"d", {"only"}}, tune::uniform{"e", 0, 1});
  for (std::size_t i = 0; i < 4; ++i) CHECK(space[i].fixed());
  CHECK(!space[4].fixed());
}

TEST_CASE("tune: bad parameters are errors that name the parameter") {
  CHECK(has(problem(tune::uniform{"a", 2, 1}), "\"a\""));
  CHECK(has(problem(tune::uniform{"a", 2, 1}), "the lower one first"));
  CHECK(has(problem(tune::uniform{"a", not_a_number, 1}), "finite bounds"));
  CHECK(has(problem(tune::uniform{"a", 0, not_a_number}), "finite bounds"));
  CHECK(has(problem(tune::uniform{"a", 0, inf}), "finite bounds"));
  CHECK(has(problem(tune::uniform{"a", -inf, 0}), "finite bounds"));
  CHECK(has(problem(tune::uniform{"a", -1.7e308, 1.7e308}), "finite bounds"));
  CHECK(has(problem(tune::uniform{"a", 0, 1, -0.1}), "step"));
  CHECK(has(problem(tune::uniform{"a", 0, 1, not_a_number}), "step"));
  CHECK(has(problem(tune::uniform{"a", 0, 1, 1e-300}), "step"));
  CHECK(has(problem(tune::uniform{"a", 1e16, 1e16 + 8, 0.5}), "tells apart"));
  CHECK(has(problem(tune::integer{"a", 0, std::int64_t{1} << 33}), "at most 2^32 times"));
  CHECK(problem(tune::integer{"a", 0, std::int64_t{1} << 32}) == "");
  CHECK(problem(tune::log_integer{"a", 1, 1000000000}) == "");
  CHECK(has(problem(tune::log_uniform{"a", 0, 1}), "logarithmic"));
  CHECK(has(problem(tune::log_uniform{"a", -1, 1}), "logarithmic"));
  CHECK(has(problem(tune::log_integer{"a", 0, 1}), "logarithmic"));
  CHECK(has(problem(tune::integer{"a", 2, 1}), "the lower one first"));
  CHECK(has(problem(tune::integer{"a", 1, 2, 0}), "step"));
  CHECK(has(problem(tune::integer{"a", 1, std::int64_t{1} << 60}), "2^53"));
  CHECK(has(problem(tune::categorical{"a", {}}), "no label"));
  CHECK(has(problem(tune::categorical{"a", {"p", "q", "p"}}), "\"p\" twice"));
  CHECK(has(problem(tune::categorical{"a", {"p", ""}}), "without a name"));
  CHECK(has(problem(tune::uniform{"", 0, 1}), "without a name"));
  CHECK(has(problem(tune::uniform{"\xff", 0, 1}), "UTF-8"));
  CHECK(has(problem(tune::uniform{"a", 0, 1}, tune::integer{"b"}, tune::categorical{"a", {"p"}}), "\"a\" twice"));
  CHECK(has(problem(std::vector<tune::axis>{}), "no parameter"));
  CHECK(problem(tune::uniform{"a", 1, 1}) == "");
}

TEST_CASE("tune: a candidate gives values by position and by name") {
  const tune::parameter_space space(tune::uniform{"a", 0, 1}, tune::integer{"b", 1, 9},
                                    tune::categorical{"c", {"p", "q"}});
  const std::vector<double> values{0.25, 7, 1};
  const tune::candidate x(space, 12, values);
  CHECK(x.number() == 12);
  CHECK(x.values().size() == 3);
  CHECK(x[0] == 0.25);
  CHECK(x["a"] == 0.25);
  CHECK(x.integer("b") == 7);
  CHECK(x.label("c") == "q");
  CHECK(x["c"] == 1);
  CHECK_THROWS_AS((void)x["d"], paragon::error);
  CHECK_THROWS_AS((void)x.label("a"), paragon::error);
}
