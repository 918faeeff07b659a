// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One suite for all weightings: what each must do whatever it decides.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <paragon/core/error.hpp>
#include <paragon/gradient/aggregate.hpp>
#include <paragon/gradient/aligned_mtl.hpp>
#include <paragon/gradient/cagrad.hpp>
#include <paragon/gradient/combine.hpp>
#include <paragon/gradient/concepts.hpp>
#include <paragon/gradient/frank_wolfe.hpp>
#include <paragon/gradient/gram.hpp>
#include <paragon/gradient/gram_view.hpp>
#include <paragon/gradient/imtl_g.hpp>
#include <paragon/gradient/mean.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/min_norm_pair.hpp>
#include <paragon/gradient/nash_mtl.hpp>
#include <paragon/gradient/normalised.hpp>
#include <paragon/gradient/pcgrad.hpp>
#include <paragon/gradient/published_frank_wolfe.hpp>
#include <paragon/gradient/status.hpp>
#include <paragon/gradient/sum.hpp>
#include <paragon/gradient/upgrad.hpp>
#include <paragon/gradient/views.hpp>
#include <paragon/gradient/weigh.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

using on_unit_lengths = gradient::normalised<gradient::min_norm, gradient::unit_length>;

#define PARAGON_TEST_WEIGHTINGS                                                                                     \
  gradient::min_norm, gradient::frank_wolfe, gradient::published_frank_wolfe, gradient::pcgrad, gradient::cagrad,   \
      gradient::imtl_g, gradient::nash_mtl, gradient::upgrad, gradient::aligned_mtl, gradient::mean, gradient::sum, \
      on_unit_lengths

TEST_CASE_TEMPLATE("gradient: a weighting fills the weights and reports what they give", W, PARAGON_TEST_WEIGHTINGS) {
  static_assert(gradient::weighting<W>);
  for (const std::size_t k : {1U, 2U, 3U, 7U, 40U}) {
    CAPTURE(k);
    const auto gram = paragon_test::free_gradients(k, 2 * k + 1, k).gram();
    std::vector<double> w(k, NAN);
    W policy{};
    const gradient::status s = policy({gram, k}, w);
    double norm = 0;
    double least = INFINITY;
    for (std::size_t i = 0; i < k; ++i) {
      REQUIRE(std::isfinite(w[i]));
      double product = 0;
      for (std::size_t j = 0; j < k; ++j) product += gram[i * k + j] * w[j];
      norm += w[i] * product;
      least = std::min(least, product);
    }
    CHECK(s.squared_norm == doctest::Approx(norm).epsilon(1e-12));
    CHECK(std::abs(s.smallest_product - least) <= 1e-12 * (std::abs(least) + norm));
    if (!std::is_same_v<W, gradient::frank_wolfe>) CHECK(s.converged);
  }
}

TEST_CASE_TEMPLATE("gradient: a weighting gives the same weights again", W, PARAGON_TEST_WEIGHTINGS) {
  const auto gram = paragon_test::normal_gradients(9, 14, 5).gram();
  std::vector<double> first(9);
  std::vector<double> second(9, 7.0);
  W policy{};
  const auto a = policy({gram, 9}, first);
  const auto b = policy({gram, 9}, second);
  CHECK(first == second);
  CHECK(a == b);
}

TEST_CASE_TEMPLATE("gradient: a weighting survives stationary, zero and equal gradients", W, PARAGON_TEST_WEIGHTINGS) {
  for (const std::size_t k : {2U, 5U, 13U}) {
    CAPTURE(k);
    auto with_zero = paragon_test::normal_gradients(k, 6, 2);
    std::fill_n(with_zero.row(k - 1), with_zero.n, 0.0);
    for (const auto& gram :
         {std::vector<double>(k * k, 0.0), std::vector<double>(k * k, 2.0), with_zero.gram(),
          paragon_test::stationary_gradients(k, 6, 3).gram(), paragon_test::normal_gradients(k, 1, 4).gram()}) {
      std::vector<double> w(k, NAN);
      W policy{};
      policy({gram, k}, w);
      for (const double x : w) CHECK(std::isfinite(x));
    }
  }
}

TEST_CASE_TEMPLATE("gradient: the direction follows the scale of the gradients", W, PARAGON_TEST_WEIGHTINGS) {
  const auto g = paragon_test::free_gradients(6, 10, 8);
  const auto gram = g.gram();
  std::vector<double> w(6);
  W plain{};
  plain({gram, 6}, w);
  for (const double scale : {1e-10, 1e-3, 1e5, 1e15}) {
    CAPTURE(scale);
    auto scaled = gram;
    for (double& entry : scaled) entry *= scale * scale;
    std::vector<double> v(6);
    W policy{};
    policy({scaled, 6}, v);
    // Nash-MTL and unit lengths do not see the scale: their direction stays, the weights shrink by it.
    const bool blind = std::is_same_v<W, gradient::nash_mtl> || std::is_same_v<W, on_unit_lengths>;
    for (std::size_t i = 0; i < 6; ++i) CHECK(v[i] * (blind ? scale : 1) == doctest::Approx(w[i]).epsilon(1e-8));
  }
}

TEST_CASE_TEMPLATE("gradient: the order of the gradients does not matter", W, gradient::min_norm, gradient::cagrad,
                   gradient::imtl_g, gradient::nash_mtl, gradient::upgrad, gradient::aligned_mtl, gradient::mean) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    const std::size_t k = 7;
    const auto gram = paragon_test::free_gradients(k, 12, seed).gram();
    std::vector<std::size_t> order(k);
    std::iota(order.begin(), order.end(), 0U);
    paragon::random_key{.seed = seed}.shuffle(order);
    std::vector<double> permuted(k * k);
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < k; ++j) permuted[i * k + j] = gram[order[i] * k + order[j]];
    }
    std::vector<double> w(k);
    std::vector<double> v(k);
    W first{};
    W second{};
    first({gram, k}, w);
    second({permuted, k}, v);
    for (std::size_t i = 0; i < k; ++i) CHECK(std::abs(v[i] - w[order[i]]) < 1e-8 * (1 + std::abs(v[i])));
  }
}

TEST_CASE_TEMPLATE("gradient: the direction conflicts with no gradient", W, gradient::min_norm, gradient::upgrad,
                   gradient::nash_mtl) {
  for (std::size_t k = 2; k <= 16; ++k) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      for (const std::size_t n : {k, 2 * k, std::size_t{500}}) {
        std::vector<double> w(k);
        W policy{};
        const auto s = policy({paragon_test::free_gradients(k, n, seed).gram(), k}, w);
        CHECK(s.converged);
        CHECK(s.smallest_product > -1e-12);
      }
    }
  }
}

TEST_CASE_TEMPLATE("gradient: a weighting refuses NaN and wrong sizes", W, PARAGON_TEST_WEIGHTINGS) {
  W policy{};
  std::vector<double> w(2);
  std::vector<double> three(3);
  const std::vector<double> sound{1, 0, 0, 1};
  const std::vector<double> poisoned{1, NAN, NAN, 1};
  CHECK_THROWS_AS(policy({sound, 2}, three), paragon::error);
  CHECK_THROWS_AS(policy({poisoned, 2}, w), paragon::error);
}
