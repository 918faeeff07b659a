// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/search/decode.hpp>
#include <paragon/search/scorer.hpp>

#include "small_spaces.hpp"

using namespace paragon;
using paragon_test::box_table;
using paragon_test::boxes;
using paragon_test::pipes;
using search::scorer;

namespace {

std::vector<float> random_logits(std::size_t n, const paragon::random_key& key) {
  std::vector<float> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(key.normal(i));
  return x;
}

auto pipe_judge() {
  scorer judge(pipes{}, 2, paragon_test::pipe_flow{}, paragon_test::pipe_cost{});
  judge.fit_scales(paragon_test::all_of<pipes>(judge), 1.0);
  return judge;
}

}  // namespace

TEST_CASE("search: arg_max takes the largest logit of every decision") {
  scorer judge(boxes{}, 1, box_table::random(1, {}));
  const std::vector<float> logits{0, 1, 2, 5, 4, -1, -3, 0, 0,  //
                                  9, 1, 2, 5, 6, -1, -3, 0, 1};
  const auto picks = search::arg_max{}(judge, 0, logits, {});
  REQUIRE(picks.size() == 2);
  CHECK(boxes{}.to_string(judge.at(picks[0])) == "2-0-2");
  CHECK(boxes{}.to_string(judge.at(picks[1])) == "0-1-3");
  CHECK_THROWS_AS((void)search::arg_max{}(judge, 0, std::vector<float>(10), {}), error);
}

TEST_CASE("search: pooled finds the optimum of every ray in a small space, whatever the logits") {
  const paragon::random_key key{.seed = 71};
  INFO("seed " << key.seed);
  auto judge = pipe_judge();
  const auto all = paragon_test::all_of<pipes>(judge);
  const auto rays = preference::circle(24);
  const search::pooled<> decode{};
  for (std::size_t device = 0; device < 2; ++device) {
    const auto best = paragon_test::best_scores(judge, all, device, rays.values(), decode.scalarisation);
    for (std::uint32_t trial = 0; trial < 3; ++trial) {
      const auto logits = random_logits(24 * 24, key.fork("logits").fork(trial));
      const auto picks = decode(judge, device, logits, rays.values(), key.fork("choice").fork(trial));
      for (std::size_t r = 0; r < 24; ++r) {
        std::vector<double> z(2);
        judge.score(std::span(picks).subspan(r, 1), device, z);
        CHECK(decode.scalarisation(z, rays[r]) == best[r]);
      }
    }
  }
}

TEST_CASE("search: pooled finds the optimum for three objectives, and with another scalarisation") {
  scorer judge(pipes{}, 1, paragon_test::pipe_flow{}, paragon_test::pipe_cost{}, paragon_test::pipe_noise{});
  const auto all = paragon_test::all_of<pipes>(judge);
  judge.fit_scales(all, 1.0);
  const auto rays = preference::simplex_grid(3, 5);
  const auto logits = random_logits(24 * rays.size(), {.seed = 72});
  const auto check = [&](const auto& decode) {
    const auto best = paragon_test::best_scores(judge, all, 0, rays.values(), decode.scalarisation);
    const auto picks = decode(judge, 0, logits, rays.values(), {.seed = 73});
    for (std::size_t r = 0; r < rays.size(); ++r) {
      std::vector<double> z(3);
      judge.score(std::span(picks).subspan(r, 1), 0, z);
      CHECK(decode.scalarisation(z, rays[r]) == best[r]);
    }
  };
  check(search::pooled<>{});
  check(search::pooled<preference::linear>{});
}

TEST_CASE("search: along the rays of two objectives none gets worse when its weight rises") {
  // Random tables are as uneven as a space can be; few samples and no rounds leave the pool a random part of it.
  const auto rays = preference::circle(40);
  for (std::uint64_t seed = 81; seed < 101; ++seed) {
    INFO("seed " << seed);
    const paragon::random_key key{.seed = seed};
    scorer judge(boxes{}, 1, box_table::random(1, key.fork("first table")),
                 box_table::random(1, key.fork("second table")));
    judge.fit_scales(paragon_test::all_of<boxes>(judge), 1.0);
    for (const std::size_t rounds : {0U, 2U}) {
      const search::pooled<> decode{.samples = 0, .beam = 1, .rounds = rounds};
      const auto picks = decode(judge, 0, random_logits(40 * 9, key.fork("logits")), rays.values(), key);
      for (std::size_t r = 1; r < rays.size(); ++r) {
        CHECK(judge.value(0, picks[r], 0) >= judge.value(0, picks[r - 1], 0));  // the first objective's weight falls
        CHECK(judge.value(1, picks[r], 0) <= judge.value(1, picks[r - 1], 0));
      }
    }
  }
}

TEST_CASE("search: pooled is deterministic, and its sharpness draws the pool together") {
  auto judge = pipe_judge();
  const auto rays = preference::circle(5);
  const auto logits = random_logits(24 * 5, {.seed = 74});
  const search::pooled<> decode{.samples = 8, .rounds = 1};
  CHECK(decode(judge, 0, logits, rays.values(), {.seed = 1}) == decode(judge, 0, logits, rays.values(), {.seed = 1}));
  const auto pool_size = [&](double sharpness) {
    auto fresh = scorer(pipes{}, 2, paragon_test::pipe_flow{}, paragon_test::pipe_cost{});
    (void)search::pooled<>{.samples = 50, .rounds = 0, .sharpness = sharpness}(fresh, 0, logits, rays.values(), {});
    return fresh.known();
  };
  CHECK(pool_size(100) <= 10);  // nearly the five largest logits alone
  CHECK(pool_size(0.1) > 200);
}

TEST_CASE("search: pooled says what is wrong with its input") {
  auto judge = pipe_judge();
  const auto rays = preference::circle(5);
  const auto logits = random_logits(24 * 5, {});
  const auto decode = [&](const search::pooled<>& p, std::size_t n, std::span<const double> weights) {
    try {
      (void)p(judge, 0, std::span<const float>(logits).first(n), weights, {});
    } catch (const error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(decode({}, 120, rays.values()) == "no error");
  CHECK(decode({}, 96, rays.values()) ==
        "search::pooled: 96 logits, 10 weights; expected 24 logits and 2 weights for each ray");
  CHECK(decode({}, 120, rays.values().first(9)) ==
        "search::pooled: 120 logits, 9 weights; expected 24 logits and 2 weights for each ray");
  CHECK(decode({}, 0, {}) == "search::pooled: 0 logits, 0 weights; expected 24 logits and 2 weights for each ray");
  CHECK(decode({.beam = 0}, 120, rays.values()) != "no error");
  CHECK(decode({.sharpness = 0}, 120, rays.values()) != "no error");
}
