// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/core/error.hpp>
#include <paragon/gradient/min_norm_pair.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: min_norm_pair in the inside and at both ends") {
  std::vector<double> w(2);
  const gradient::min_norm_pair policy;
  const auto inside = policy({paragon_test::two_conflicting().gram(), 2}, w);
  CHECK(w[0] == doctest::Approx(0.6).epsilon(1e-15));
  CHECK(inside.squared_norm == doctest::Approx(2).epsilon(1e-14));
  policy({paragon_test::gradients{2, 2, {1, 1, 2, 3}}.gram(), 2}, w);
  CHECK(w == std::vector<double>{1, 0});
  policy({paragon_test::gradients{2, 2, {2, 3, 1, 1}}.gram(), 2}, w);
  CHECK(w == std::vector<double>{0, 1});
  policy({paragon_test::gradients{2, 2, {1, 1, 1, 1}}.gram(), 2}, w);
  CHECK(w == std::vector<double>{1, 0});
  const auto zero = policy({paragon_test::gradients{2, 2, {1, 1, -3, -3}}.gram(), 2}, w);
  CHECK(w[0] == doctest::Approx(0.75).epsilon(1e-15));
  CHECK(zero.squared_norm < 1e-15);
  policy({std::vector<double>(4, 0.0), 2}, w);
  CHECK(w == std::vector<double>{1, 0});
}

TEST_CASE("gradient: min_norm_pair takes two gradients only") {
  std::vector<double> w(3);
  CHECK_THROWS_AS(gradient::min_norm_pair{}({std::vector<double>(9, 1.0), 3}, w), paragon::error);
}
