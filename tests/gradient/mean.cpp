// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/gradient/mean.hpp>
#include <paragon/gradient/sum.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: mean and sum of two conflicting gradients") {
  const auto g = paragon_test::two_conflicting();
  std::vector<double> w(2);
  gradient::mean{}({g.gram(), 2}, w);
  CHECK(g.combined(w) == std::vector<double>{1, 1, 1});
  const auto s = gradient::sum{}({g.gram(), 2}, w);
  CHECK(g.combined(w) == std::vector<double>{2, 2, 2});
  CHECK(s.squared_norm == 12);
  CHECK(s.smallest_product == -4);
}
