// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <paragon/gradient/imtl_g.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: imtl_g of two conflicting gradients") {
  std::vector<double> w(2);
  gradient::imtl_g{}({paragon_test::two_conflicting().gram(), 2}, w);
  // With two gradients the weights are to each other as the lengths crosswise: |g_2| : |g_1|.
  CHECK(w[0] == doctest::Approx(std::sqrt(38.0) / (std::sqrt(38.0) + std::sqrt(18.0))).epsilon(1e-13));
  CHECK(std::abs(w[0] - 0.59233) < 1e-5);
  CHECK(std::abs(w[1] - 0.40767) < 1e-5);
}

TEST_CASE("gradient: imtl_g gives equal projections") {
  for (std::size_t k = 2; k <= 16; ++k) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      const auto gram = paragon_test::normal_gradients(k, 2 * k, seed, 0.2).gram();
      std::vector<double> w(k);
      const auto s = gradient::imtl_g{}({gram, k}, w);
      CHECK(s.converged);
      double sum = 0;
      std::vector<double> projection(k);
      for (std::size_t i = 0; i < k; ++i) {
        sum += w[i];
        for (std::size_t j = 0; j < k; ++j) projection[i] += gram[i * k + j] * w[j] / std::sqrt(gram[i * k + i]);
      }
      CHECK(sum == doctest::Approx(1).epsilon(1e-12));
      for (std::size_t i = 0; i < k; ++i) CHECK(projection[i] == doctest::Approx(projection[0]).epsilon(1e-9));
    }
  }
}

TEST_CASE("gradient: imtl_g on duplicates takes the shortest solution") {
  // g_1 = g_2: their share is split evenly, and together they weigh what one of them would.
  const paragon_test::gradients g{3, 2, {1, 0, 1, 0, 0, 2}};
  std::vector<double> w(3);
  const auto s = gradient::imtl_g{}({g.gram(), 3}, w);
  CHECK(s.converged);
  CHECK(w[0] == doctest::Approx(1.0 / 3).epsilon(1e-12));
  CHECK(w[1] == doctest::Approx(1.0 / 3).epsilon(1e-12));
  CHECK(w[2] == doctest::Approx(1.0 / 3).epsilon(1e-12));
}

TEST_CASE("gradient: imtl_g says so where no direction has equal projections") {
  const paragon_test::gradients g{3, 1, {1, -1, 1}};
  std::vector<double> w(3);
  CHECK_FALSE(gradient::imtl_g{}({g.gram(), 3}, w).converged);
}
