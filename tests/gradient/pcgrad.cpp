// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/gradient/pcgrad.hpp>
#include <utility>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: pcgrad of two conflicting gradients, for any key") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    std::vector<double> w(2);
    gradient::pcgrad{.key = {.seed = seed}}({paragon_test::two_conflicting().gram(), 2}, w);
    CHECK(w[0] == doctest::Approx(20.0 / 9).epsilon(1e-14));
    CHECK(w[1] == doctest::Approx(30.0 / 19).epsilon(1e-14));
  }
}

TEST_CASE("gradient: pcgrad is the sum where nothing conflicts") {
  std::vector<double> w(3);
  gradient::pcgrad{}({std::vector<double>{2, 1, 0, 1, 2, 1, 0, 1, 2}, 3}, w);
  CHECK(w == std::vector<double>{1, 1, 1});
}

TEST_CASE("gradient: pcgrad on the Gram matrix is the surgery on the vectors") {
  const std::size_t k = 6;
  const std::size_t n = 9;
  std::size_t different = 0;
  std::vector<double> before;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const auto g = paragon_test::normal_gradients(k, n, 77);
    const gradient::pcgrad policy{.key = {.seed = seed}};
    std::vector<double> w(k);
    policy({g.gram(), k}, w);
    std::vector<double> expected(n);
    for (std::size_t i = 0; i < k; ++i) {
      std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
      for (std::size_t j = k; j > 1; --j) std::swap(order[j - 1], order[policy.key.below(j, i * k + j - 1)]);
      std::vector<double> p(g.row(i), g.row(i) + n);
      for (const std::size_t j : order) {
        if (j == i) continue;
        double product = 0;
        double norm = 0;
        for (std::size_t t = 0; t < n; ++t) {
          product += p[t] * g.row(j)[t];
          norm += g.row(j)[t] * g.row(j)[t];
        }
        if (product >= 0) continue;
        for (std::size_t t = 0; t < n; ++t) p[t] -= product / norm * g.row(j)[t];
      }
      for (std::size_t t = 0; t < n; ++t) expected[t] += p[t];
    }
    const auto d = g.combined(w);
    for (std::size_t t = 0; t < n; ++t) CHECK(d[t] == doctest::Approx(expected[t]).epsilon(1e-11));
    different += before != w ? 1U : 0U;
    before = w;
  }
  CHECK(different > 5);  // the order does matter for more than two
}
