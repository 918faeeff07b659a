// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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

TEST_CASE("gradient: unit lengths leave zero gradients out") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const auto some = paragon_test::normal_gradients(4, 6, seed, 0.3);
    paragon_test::gradients all{7, 6, std::vector<double>(42)};
    const std::vector<std::size_t> places{0, 2, 3, 5};
    for (std::size_t i = 0; i < 4; ++i) std::copy_n(some.row(i), 6, all.row(places[i]));
    const std::vector<double> losses{0.5, 2, 1, 4};
    const std::vector<double> all_losses{0.5, 9, 2, 1, 9, 4, 9};
    const auto compare = [&](auto scaling, auto all_scaling) {
      std::vector<double> w(4);
      std::vector<double> all_w(7, NAN);
      const auto s = gradient::normalised{gradient::min_norm{}, scaling}({some.gram(), 4}, w);
      const auto all_s = gradient::normalised{gradient::min_norm{}, all_scaling}({all.gram(), 7}, all_w);
      for (std::size_t i = 0; i < 4; ++i) CHECK(all_w[places[i]] == w[i]);
      for (const std::size_t i : {1U, 4U, 6U}) CHECK(all_w[i] == 0);
      CHECK(all_s.converged);
      CHECK(all_s.squared_norm == doctest::Approx(s.squared_norm).epsilon(1e-12));
    };
    compare(gradient::unit_length{}, gradient::unit_length{});
    compare(gradient::unit_length_and_loss{losses}, gradient::unit_length_and_loss{all_losses});
  }
}

TEST_CASE(
    "gradient: where all gradients are zero, unit lengths give zero weights; the others find the stationary point") {
  const std::vector<double> nothing(9);
  std::vector<double> w(3, NAN);
  const auto s = gradient::normalised{gradient::min_norm{}, gradient::unit_length{}}({nothing, 3}, w);
  CHECK(s == gradient::status{.converged = true});
  CHECK(w == std::vector<double>(3));

  const paragon_test::gradients g{2, 2, {0, 0, 3, 4}};
  std::vector<double> v(2);
  const auto stays = gradient::normalised{gradient::min_norm{}, gradient::unnormalised{}}({g.gram(), 2}, v);
  CHECK(v == std::vector<double>{1, 0});
  CHECK(stays.squared_norm == 0);
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
