// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/tune/random_search.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "statistics.hpp"

namespace tune = paragon::tune;

namespace {

// The smallest sampler.
struct archetype {
  std::vector<double> suggest(const tune::parameter_space& space, const tune::history&, paragon::random_key) const {
    return std::vector<double>(space.size());
  }
  paragon::json describe() const { return nullptr; }
};
struct keeps_silent {
  std::vector<double> suggest(const tune::parameter_space&, const tune::history&, paragon::random_key) const {
    return {};
  }
};
struct changes_itself : archetype {
  std::vector<double> suggest(const tune::parameter_space&, const tune::history&, paragon::random_key) { return {}; }
};
struct suggests_one_number : archetype {
  double suggest(const tune::parameter_space&, const tune::history&, paragon::random_key) const { return 0; }
};

constexpr std::uint64_t seed = 19120626;

std::vector<std::size_t> count(const tune::parameter_space& space, std::size_t bins, std::size_t draws) {
  std::vector<std::size_t> counts(bins);
  for (std::size_t i = 0; i < draws; ++i) {
    const auto point = tune::random_search{}.suggest(space, {}, paragon::random_key{.seed = seed}.fork(i));
    if (!space.contains(point)) return {};
    const tune::axis& a = space[0];
    const double share =
        (a.coordinate(point[0]) - a.coordinate_lower()) / (a.coordinate_upper() - a.coordinate_lower());
    ++counts[static_cast<std::size_t>(share * static_cast<double>(bins))];
  }
  return counts;
}

}  // namespace

static_assert(tune::sampler<archetype>);
static_assert(tune::sampler<tune::random_search>);
static_assert(!tune::sampler<keeps_silent>);
static_assert(!tune::sampler<changes_itself>);
static_assert(!tune::sampler<suggests_one_number>);
static_assert(!tune::sampler<int>);

TEST_CASE("tune: random search is uniform over every kind of axis") {
  constexpr std::size_t draws = 20000;
  const auto score = [](const tune::parameter_space& space, std::size_t bins) {
    const auto counts = count(space, bins, draws);
    REQUIRE(counts.size() == bins);
    return paragon_test::chi_square_score(counts, std::vector<double>(bins, 1.0 / static_cast<double>(bins)));
  };
  CHECK(score(tune::parameter_space(tune::uniform{"x", -3, 5}), 40) < 5);
  CHECK(score(tune::parameter_space(tune::log_uniform{"x", 1e-6, 10}), 40) < 5);
  CHECK(score(tune::parameter_space(tune::integer{"x", -3, 9}), 13) < 5);
  CHECK(score(tune::parameter_space(tune::integer{"x", 0, 300, 100}), 4) < 5);
  CHECK(score(tune::parameter_space(tune::uniform{"x", 0, 1, 0.25}), 5) < 5);
  CHECK(score(tune::parameter_space(tune::categorical{"x", {"p", "q", "r"}}), 3) < 5);
}

TEST_CASE("tune: random search gives a whole number on a logarithmic axis the width of its interval") {
  const tune::parameter_space space(tune::log_integer{"n", 1, 10});
  std::vector<std::size_t> counts(10);
  for (std::size_t i = 0; i < 20000; ++i) {
    const auto point = tune::random_search{}.suggest(space, {}, paragon::random_key{.seed = seed}.fork(i));
    ++counts[static_cast<std::size_t>(point[0]) - 1];
  }
  std::vector<double> probabilities;
  for (int n = 1; n <= 10; ++n) probabilities.push_back(std::log((n + 0.5) / (n - 0.5)) / std::log(10.5 / 0.5));
  CHECK(paragon_test::chi_square_score(counts, probabilities) < 5);
}

TEST_CASE("tune: random search draws parameters apart from each other, and fixed ones not at all") {
  const tune::parameter_space space(tune::integer{"a", 0, 3}, tune::integer{"b", 0, 3}, tune::integer{"c", 7, 7});
  std::vector<std::size_t> counts(16);
  for (std::size_t i = 0; i < 20000; ++i) {
    const auto point = tune::random_search{}.suggest(space, {}, paragon::random_key{.seed = seed}.fork(i));
    REQUIRE(point.size() == 3);
    REQUIRE(point[2] == 7);
    ++counts[static_cast<std::size_t>(4 * point[0] + point[1])];
  }
  CHECK(paragon_test::chi_square_score(counts, std::vector<double>(16, 1.0 / 16)) < 5);
}
