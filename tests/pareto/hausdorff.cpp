// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/hausdorff.hpp>
#include <paragon/pareto/indicators.hpp>

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
using paragon_test::not_a_number;

std::vector<double> brute_distances(const table<double>& from, const table<double>& to) {
  std::vector<double> result;
  for (const auto& a : from) {
    double nearest = inf;
    for (const auto& b : to) {
      double sum = 0;
      for (std::size_t k = 0; k < a.size(); ++k) sum += std::pow(a[k] - b[k], 2);
      nearest = std::min(nearest, std::sqrt(sum));
    }
    result.push_back(nearest);
  }
  return result;
}

double brute_mean(const std::vector<double>& distances, double p) {
  double sum = 0;
  for (const double d : distances) sum += std::pow(d, p);
  return std::pow(sum / static_cast<double>(distances.size()), 1 / p);
}

}  // namespace

TEST_CASE("pareto: Hausdorff distances of small fronts") {
  const front_2d a{{4, 2}, {3, 3}, {2, 4}};
  const front_2d r{{10, 0}, {6, 1}, {2, 2}, {1, 6}, {0, 10}};
  // With p = 1 the larger of two published numbers, gd 1.8047 and igd 3.7071.
  CHECK(averaged_hausdorff(a, r, 1) == doctest::Approx(3.707092031609239).epsilon(1e-14));
  CHECK(averaged_hausdorff(a, r, 1) == std::max(gd(a, r), igd(a, r)));
  CHECK(hausdorff(a, r) == std::sqrt(40.0));  // from (10, 0) to (4, 2)
  CHECK(hausdorff(r, a) == std::sqrt(40.0));
  CHECK(hausdorff(front_2d{{0, 0}}, front_2d{{3, 4}}) == 5);
  CHECK(averaged_hausdorff(front_2d{{0, 0}}, front_2d{{3, 4}}, 3) == doctest::Approx(5).epsilon(1e-15));
  CHECK(averaged_hausdorff(front_2d{{0, 0}, {0, 7}}, front_2d{{0, 0}, {0, 8}}, 2) ==
        doctest::Approx(std::sqrt(0.5)).epsilon(1e-15));
}

TEST_CASE("pareto: Hausdorff distances of integers, infinities, ignored columns, NaN") {
  CHECK(hausdorff(std::vector<std::array<int, 2>>{{0, 0}}, std::vector<std::array<int, 2>>{{3, 4}},
                  {maximise, minimise}) == 5);
  CHECK(hausdorff(front_2d{{0, 0}}, front_2d{{3, 4}}, {minimise, ignore}) == 3);
  CHECK(hausdorff(front_2d{{inf, 0}}, front_2d{{inf, 4}}) == 4);
  CHECK(hausdorff(front_2d{{inf, 0}}, front_2d{{0, 4}}) == inf);
  CHECK(averaged_hausdorff(front_2d{{inf, 0}}, front_2d{{0, 4}}, 2) == inf);
  CHECK(averaged_hausdorff(front_2d{{1e150, 0}}, front_2d{{0, 0}}, 50) == doctest::Approx(1e150).epsilon(1e-14));
  CHECK_THROWS_AS((void)hausdorff(front_2d{{not_a_number, 0}}, front_2d{{0, 4}}), paragon::error);
  CHECK_THROWS_AS((void)hausdorff(front_2d{}, front_2d{{0, 4}}), paragon::error);
  CHECK_THROWS_WITH_AS((void)averaged_hausdorff(front_2d{{0, 0}}, front_2d{{0, 4}}, 0.5),
                       "pareto::averaged_hausdorff: p = 0.5; expected a finite number of at least 1", paragon::error);
  CHECK_THROWS_AS((void)averaged_hausdorff(front_2d{{0, 0}}, front_2d{{0, 4}}, not_a_number), paragon::error);
}

TEST_CASE("pareto: Hausdorff distances against the definition, whatever runs them") {
  paragon::thread_pool pool(2);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::size_t m = 1 + seed % 10;
    const auto a = random_points<double>(kind::cube, 1 + seed * 37 % 300, m, seed);
    const auto b = random_points<double>(kind::simplex, 1 + seed * 61 % 400, m, seed + 1000);
    INFO("seed ", seed, ", m ", m);
    const auto forth = brute_distances(a, b);
    const auto back = brute_distances(b, a);
    for (const double p : {1.0, 2.0, 3.5}) {
      const double found = averaged_hausdorff(a, b, p);
      CHECK(found == doctest::Approx(std::max(brute_mean(forth, p), brute_mean(back, p))).epsilon(1e-13));
      CHECK(averaged_hausdorff(b, a, p) == found);
      CHECK(averaged_hausdorff(a, b, p, threaded(pool)) == found);
      CHECK(found <= hausdorff(a, b) * (1 + 1e-15));
    }
    const double most =
        std::max(*std::max_element(forth.begin(), forth.end()), *std::max_element(back.begin(), back.end()));
    CHECK(hausdorff(a, b) == doctest::Approx(most).epsilon(1e-15));
    CHECK(hausdorff(a, b, threaded(pool)) == hausdorff(a, b));
    CHECK(hausdorff(a, a) == 0);
  }
}
