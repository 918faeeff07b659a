// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/objective/outcome.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <string>
#include <vector>

namespace {

using paragon::objective::failed;
using paragon::objective::outcome;

std::string outcome_problem(auto&& action) {
  try {
    action();
  } catch (const paragon::error& bad) {
    return bad.what();
  }
  return "";
}

template <class O>
concept gives_values_of_a_temporary = requires(O o) { std::move(o).values(); };

}  // namespace

static_assert(std::regular<outcome>);
static_assert(std::convertible_to<double, outcome>);
static_assert(std::convertible_to<int, outcome>);
static_assert(std::convertible_to<std::array<float, 2>, outcome>);
static_assert(std::convertible_to<std::vector<double>, outcome>);
static_assert(std::convertible_to<failed, outcome>);
static_assert(!std::convertible_to<std::string, outcome>);
static_assert(!std::convertible_to<const char*, outcome>);
static_assert(!gives_values_of_a_temporary<outcome>);

TEST_CASE("outcome: values, or a failure with its reason") {
  const outcome two = {7.5, 3};
  CHECK(two.complete());
  CHECK(two.size() == 2);
  CHECK(two.value(1) == 3);
  CHECK(std::vector<double>(two.values().begin(), two.values().end()) == std::vector<double>{7.5, 3});
  CHECK(two == outcome(std::array<float, 2>{7.5F, 3}));
  CHECK(two == outcome(std::vector<double>{7.5, 3}));
  CHECK(two == outcome(two.values()));
  CHECK(two != outcome(7.5));

  const outcome none = failed{"out of memory"};
  CHECK(!none.complete());
  CHECK(none.size() == 0);
  CHECK(none.reason() == "out of memory");
  CHECK(none == outcome(failed{"out of memory"}));
  CHECK(none != outcome(failed{"lost"}));

  CHECK(outcome() == outcome(failed{"not evaluated"}));
  CHECK(outcome(failed{}).complete() == false);
  CHECK(outcome(failed{}) == outcome(failed{"no reason given"}));
}

TEST_CASE("outcome: wrong access is an error that says what there is") {
  const outcome none = failed{"out of memory"};
  CHECK(outcome_problem([&] { (void)none.values(); }) ==
        "objective::outcome: the evaluation failed: out of memory; expected values");
  CHECK(outcome_problem([&] { (void)none.value(0); }) ==
        "objective::outcome: the evaluation failed: out of memory; expected values");
  const outcome one = 1.0;
  CHECK(outcome_problem([&] { (void)one.reason(); }) ==
        "objective::outcome: the evaluation has values; expected a failure");
  CHECK(outcome_problem([&] { (void)one.value(1); }) == "objective::outcome: objective 1; expected below 1");
}

TEST_CASE("outcome: no finite number, no value") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const outcome nan = {1, std::numeric_limits<double>::quiet_NaN()};
  CHECK(nan == outcome(failed{"the value of objective 1 is nan"}));
  const outcome infinite = {-inf, 1};
  CHECK(infinite == outcome(failed{"the value of objective 0 is -inf"}));
  CHECK(outcome(std::vector<double>{}) == outcome(failed{"the evaluation gave no value"}));
}

TEST_CASE("outcome: every reason can be written, and is no longer than it should be") {
  CHECK(outcome(failed{"caf\xe9 caf\xc3\xa9"}) == outcome(failed{"caf? caf\xc3\xa9"}));
  const paragon::random_key key{.seed = 5};
  for (std::uint64_t round = 0; round < 200; ++round) {
    std::string reason(key.fork("length").below(9000, round), ' ');
    for (std::size_t i = 0; i < reason.size(); ++i) {
      reason[i] = static_cast<char>(key.fork(round).below(round % 2 == 0 ? 256 : 128, i));
    }
    CAPTURE(round);
    const outcome made = failed{reason};
    CHECK(made.reason().size() <= 2010);
    CHECK(paragon::json::parse(paragon::json(made.reason()).dump()).text() == made.reason());
    if (round % 2 == 1 && !reason.empty() && reason.size() <= 2000) CHECK(made.reason() == reason);
  }
}

TEST_CASE("outcome: one value for each objective") {
  const std::vector<paragon::metric> objectives{{"error", "%", paragon::direction::minimise},
                                                {"latency_ms", "ms", paragon::direction::minimise}};
  CHECK(complete_or_failed(outcome{1, 2}, objectives) == outcome{1, 2});
  CHECK(complete_or_failed(failed{"lost"}, objectives) == outcome(failed{"lost"}));
  CHECK(complete_or_failed(outcome{1, 2, 3}, objectives) ==
        outcome(failed{"the evaluation gave 3 values; expected 2: error, latency_ms"}));
}
