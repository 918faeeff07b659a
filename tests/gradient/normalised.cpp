// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <paragon/core/error.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/nash_mtl.hpp>
#include <paragon/gradient/normalised.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

namespace {

/// The direction for gradients that are scaled before everything else.
std::vector<double> on_scaled(paragon_test::gradients g, const std::vector<double>& scales) {
  for (std::size_t i = 0; i < g.k; ++i) {
    for (std::size_t t = 0; t < g.n; ++t) g.row(i)[t] *= scales[i];
  }
  std::vector<double> w(g.k);
  gradient::min_norm{}({g.gram(), g.k}, w);
  return g.combined(w);
}

template <class Normalisation>
void check(const paragon_test::gradients& g, const std::vector<double>& scales, Normalisation scaling) {
  const auto expected = on_scaled(g, scales);
  std::vector<double> w(g.k);
  const gradient::normalised policy{gradient::min_norm{}, scaling};
  CHECK(policy({g.gram(), g.k}, w).converged);
  const auto d = g.combined(w);
  for (std::size_t t = 0; t < g.n; ++t) CHECK(std::abs(d[t] - expected[t]) < 1e-12);
}

}  // namespace

TEST_CASE("gradient: normalised weights on the original gradients give the direction of the scaled ones") {
  const auto g = paragon_test::normal_gradients(5, 8, 4, 0.4);
  const auto gram = g.gram();
  const std::vector<double> losses{0.5, 2, 1, 4, 0.1};
  std::vector<double> length(5);
  std::vector<double> loss(5);
  std::vector<double> both(5);
  for (std::size_t i = 0; i < 5; ++i) {
    length[i] = 1 / std::sqrt(gram[i * 6]);
    loss[i] = 1 / losses[i];
    both[i] = length[i] * loss[i];
  }
  check(g, std::vector<double>(5, 1.0), gradient::unnormalised{});
  check(g, length, gradient::unit_length{});
  check(g, loss, gradient::unit_loss{losses});
  check(g, both, gradient::unit_length_and_loss{losses});
}

TEST_CASE("gradient: unit_length leaves a zero gradient zero") {
  const paragon_test::gradients g{2, 2, {0, 0, 3, 4}};
  std::vector<double> w(2);
  const auto s = gradient::normalised{gradient::min_norm{}, gradient::unit_length{}}({g.gram(), 2}, w);
  CHECK(w == std::vector<double>{1, 0});
  CHECK(s.squared_norm == 0);
}

TEST_CASE("gradient: unit_loss refuses losses that are missing or not positive") {
  const auto gram = paragon_test::two_conflicting().gram();
  std::vector<double> w(2);
  for (const std::vector<double>& losses : {std::vector<double>{1}, {1, 0}, {1, -2}, {NAN, 1}}) {
    const gradient::normalised policy{gradient::min_norm{}, gradient::unit_loss{losses}};
    CHECK_THROWS_AS(policy({gram, 2}, w), paragon::error);
  }
}

TEST_CASE("gradient: normalised passes reset on") {
  using stateful = gradient::normalised<gradient::nash_mtl, gradient::unit_length>;
  static_assert(gradient::stateful_weighting<stateful>);
  static_assert(!gradient::weighting<const stateful>);
  static_assert(!gradient::stateful_weighting<gradient::normalised<gradient::min_norm, gradient::unit_length>>);
}
