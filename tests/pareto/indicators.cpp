// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <paragon/pareto/indicators.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using front_2d = std::vector<std::array<double, 2>>;

namespace {
const front_2d reference{{10, 0}, {6, 1}, {2, 2}, {1, 6}, {0, 10}};
const front_2d found{{4, 2}, {3, 3}, {2, 4}};
}  // namespace

TEST_CASE("pareto: indicators of the published example") {
  CHECK(igd(found, reference) == doctest::Approx(3.707092031609239).epsilon(1e-14));
  CHECK(igd_plus(found, reference) == doctest::Approx(1.482842712474619).epsilon(1e-14));
  CHECK(gd(found, reference) == doctest::Approx(1.804737854124365).epsilon(1e-14));
  CHECK(gd_plus(found, reference) == doctest::Approx(1.1380711874576983).epsilon(1e-14));
}

TEST_CASE("pareto: indicators of a front with itself are zero, and mirror with directions") {
  front_2d mirrored_found = found;
  front_2d mirrored_reference = reference;
  for (auto& row : mirrored_found) row[1] = -row[1];
  for (auto& row : mirrored_reference) row[1] = -row[1];
  const auto check = [&](const auto& indicator) {
    CHECK(indicator(reference, reference) == 0);
    CHECK(indicator(mirrored_found, mirrored_reference, {minimise, maximise}) == indicator(found, reference));
    CHECK(indicator(found, reference, {minimise, ignore}) ==
          indicator(std::vector<std::array<double, 1>>{{4}, {3}, {2}},
                    std::vector<std::array<double, 1>>{{10}, {6}, {2}, {1}, {0}}));
  };
  check(igd);
  check(igd_plus);
  check(gd);
  check(gd_plus);
}

TEST_CASE("pareto: igd_plus does not contradict dominance where igd does") {
  // Every point of the better set dominates one of the worse set, yet it is farther from the reference front.
  const front_2d target{{0, 10}, {5, 5}, {10, 0}};
  const front_2d better{{0, 1}, {1, 0}};
  const front_2d worse{{4, 6}, {6, 4}};
  CHECK(igd(better, target) > igd(worse, target));
  CHECK(igd_plus(better, target) < igd_plus(worse, target));
}

TEST_CASE("pareto: igd_plus is monotone under dominance on random sets") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed ", seed);
    const auto set = paragon_test::random_points<double>(paragon_test::kind::cube, 30, 3, seed);
    const auto target = paragon_test::random_points<double>(paragon_test::kind::simplex, 40, 3, seed + 1000);
    auto improved = set;
    const auto key = paragon::random_key{.seed = seed}.fork(3);
    for (std::size_t i = 0; i < improved.size(); ++i) {
      for (std::size_t k = 0; k < 3; ++k) improved[i][k] -= 0.1 * key.uniform(3 * i + k);
    }
    CHECK(igd_plus(improved, target) <= igd_plus(set, target));
  }
}

TEST_CASE("pareto: indicators of integers, infinities, NaN and empty fronts") {
  using paragon_test::inf;
  using paragon_test::not_a_number;
  const std::vector<std::array<int, 2>> a{{4, 2}, {3, 3}, {2, 4}};
  const std::vector<std::array<int, 2>> r{{10, 0}, {6, 1}, {2, 2}, {1, 6}, {0, 10}};
  CHECK(igd_plus(a, r) == igd_plus(found, reference));
  CHECK(igd(front_2d{{inf, 0}, {0, 0}}, front_2d{{inf, 0}}) == 0);
  CHECK(igd(front_2d{{not_a_number, 0}, {3, 4}}, front_2d{{0, 0}}, nan_worst{}) == 5);
  CHECK(gd_plus(front_2d{{-inf, 0}}, front_2d{{0, 0}}) == 0);
  CHECK_THROWS_AS((void)igd(front_2d{{not_a_number, 0}}, front_2d{{0, 0}}), paragon::error);
  CHECK_THROWS_AS((void)igd(front_2d{{0, 0}}, front_2d{{0, not_a_number}}), paragon::error);
  CHECK_THROWS_WITH_AS((void)igd_plus(front_2d{}, reference), "pareto::igd_plus: no points; expected at least one",
                       paragon::error);
  CHECK_THROWS_AS((void)gd(found, front_2d{}), paragon::error);
  CHECK_THROWS_AS((void)gd(found, std::vector<std::array<double, 3>>{{0, 0, 0}}), paragon::error);
}
