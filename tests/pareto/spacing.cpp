// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/spacing.hpp>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using enum paragon::direction;
using paragon_test::kind;
using paragon_test::random_points;
using paragon_test::table;
using front_2d = std::vector<std::array<double, 2>>;

namespace {

using paragon_test::inf;

double brute_spacing(const table<double>& set) {
  std::vector<double> nearest(set.size(), inf);
  for (std::size_t i = 0; i < set.size(); ++i) {
    for (std::size_t j = 0; j < set.size(); ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < set[i].size(); ++k) sum += std::abs(set[i][k] - set[j][k]);
      if (i != j) nearest[i] = std::min(nearest[i], sum);
    }
  }
  double mean = 0;
  for (const double d : nearest) mean += d;
  mean /= static_cast<double>(set.size());
  double sum = 0;
  for (const double d : nearest) sum += (d - mean) * (d - mean);
  return std::sqrt(sum / static_cast<double>(set.size() - 1));
}

}  // namespace

TEST_CASE("pareto: spacing of small fronts") {
  CHECK(spacing(front_2d{{0, 4}, {1, 3}, {3, 1}, {4, 0}}) == 0);
  CHECK(spacing(front_2d{{1, 2}}) == 0);
  CHECK(spacing(front_2d{{1, 2}, {1, 2}}) == 0);
  // Nearest distances 2, 2, 4 (mean 8/3): the variance is (4/9 + 4/9 + 16/9) / 2.
  CHECK(spacing(front_2d{{0, 6}, {1, 5}, {3, 3}}) == doctest::Approx(std::sqrt(4.0 / 3)).epsilon(1e-15));
  CHECK(spacing(std::vector<std::array<int, 2>>{{0, 6}, {1, 5}, {3, 3}}, {maximise, maximise}) ==
        doctest::Approx(std::sqrt(4.0 / 3)).epsilon(1e-15));
  CHECK(spacing(front_2d{{0, 0}, {1, 9}, {3, 4}}, {minimise, ignore}) ==
        doctest::Approx(std::sqrt(1.0 / 3)).epsilon(1e-15));
  CHECK(spacing(front_2d{{0, inf}, {1, 1}}) == inf);
  CHECK(spacing(front_2d{{0, inf}, {1, inf}}) == 0);
  CHECK_THROWS_WITH_AS((void)spacing(front_2d{}), "pareto::spacing: no points; expected at least one", paragon::error);
  CHECK_THROWS_AS((void)spacing(front_2d{{0, std::nan("")}}), paragon::error);
}

TEST_CASE("pareto: spacing against the definition, whatever runs it") {
  paragon::thread_pool pool(2);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::size_t m = 1 + seed % 10;
    INFO("seed ", seed, ", m ", m);
    for (const kind what : {kind::cube, kind::simplex, kind::grid}) {
      const auto set = random_points<double>(what, 2 + seed * 37 % 400, m, seed);
      const double found = spacing(set);
      CHECK(found == doctest::Approx(brute_spacing(set)).epsilon(1e-12));
      CHECK(spacing(set, threaded(pool)) == found);
    }
  }
}
