// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <paragon/core/error.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;
using paragon_test::gradients;

namespace {

struct answer {
  gradient::status status;
  std::vector<double> weights;
};

answer run(const std::vector<double>& gram, std::size_t k) {
  answer a{{}, std::vector<double>(k, -1.0)};
  a.status = gradient::min_norm{}({gram, k}, a.weights);
  return a;
}

/// On the simplex, and no gradient in sight of d beyond rounding: the conditions that single out the minimum.
void check_optimal(const std::vector<double>& gram, std::size_t k, const answer& a, double tolerance = 1e-13) {
  CHECK(a.status.converged);
  double sum = 0;
  double mass = 0;
  for (std::size_t i = 0; i < k; ++i) {
    CHECK(a.weights[i] >= 0);
    sum += a.weights[i];
    mass += a.weights[i] * std::sqrt(gram[i * k + i]);
  }
  CHECK(sum == doctest::Approx(1).epsilon(1e-14));
  long double norm = 0;
  std::vector<long double> product(k);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) product[i] += static_cast<long double>(gram[i * k + j]) * a.weights[j];
    norm += product[i] * a.weights[i];
  }
  for (std::size_t i = 0; i < k; ++i) {
    const double scale = mass * std::max(mass, std::sqrt(gram[i * k + i]));
    CHECK(static_cast<double>(norm - product[i]) <= tolerance * scale);
    if (a.weights[i] > 0) {
      CHECK(std::abs(static_cast<double>(norm - product[i])) * a.weights[i] <= tolerance * scale);
    }
  }
}

}  // namespace

TEST_CASE("gradient: min_norm of two conflicting gradients") {
  const auto a = run(paragon_test::two_conflicting().gram(), 2);
  CHECK(a.weights[0] == doctest::Approx(0.6).epsilon(1e-15));
  CHECK(a.weights[1] == doctest::Approx(0.4).epsilon(1e-15));
  CHECK(a.status.squared_norm == doctest::Approx(2).epsilon(1e-14));
  CHECK(std::abs(a.status.gap()) < 1e-14);
}

TEST_CASE("gradient: min_norm of the three-vector matrix of the published solver") {
  const std::vector<double> gram{1, .2, -.3, .2, 1, .4, -.3, .4, 1};
  const auto a = run(gram, 3);
  CHECK(std::abs(a.weights[0] - .471204) < 5e-7);
  CHECK(std::abs(a.weights[1] - .068063) < 5e-7);
  CHECK(std::abs(a.weights[2] - .460733) < 5e-7);
  const auto exact = paragon_test::enumerate_min_norm(gram, 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(a.weights[i] - exact[i]) < 1e-14);
}

TEST_CASE("gradient: min_norm of orthogonal gradients weighs by the inverse squared lengths") {
  const std::vector<double> lengths{1, 2, 0.5, 3, 1e-3, 7};
  const std::size_t k = lengths.size();
  std::vector<double> gram(k * k);
  double inverse = 0;
  for (std::size_t i = 0; i < k; ++i) {
    gram[i * k + i] = lengths[i] * lengths[i];
    inverse += 1 / gram[i * k + i];
  }
  const auto a = run(gram, k);
  for (std::size_t i = 0; i < k; ++i) {
    CHECK(a.weights[i] == doctest::Approx(1 / gram[i * k + i] / inverse).epsilon(1e-13));
  }
  CHECK(a.status.squared_norm == doctest::Approx(1 / inverse).epsilon(1e-13));
}

TEST_CASE("gradient: min_norm at vertices is exact") {
  // g_1 = 3 g_0, g_2 = 2 g_0: the shortest one gets everything.
  const gradients g{3, 2, {1, 2, 3, 6, 2, 4}};
  const auto a = run(g.gram(), 3);
  CHECK(a.weights == std::vector<double>{1, 0, 0});
  CHECK(a.status.gap() == 0);
  const auto one = run({4.0}, 1);
  CHECK(one.weights == std::vector<double>{1});
  CHECK(one.status.squared_norm == 4);
}

TEST_CASE("gradient: min_norm of gradients that sum to zero is zero") {
  for (std::size_t k = 3; k <= 16; ++k) {
    CAPTURE(k);
    gradients g = paragon_test::normal_gradients(k, k + 3, 40 + k);
    for (std::size_t t = 0; t < g.n; ++t) {
      double sum = 0;
      for (std::size_t i = 0; i + 1 < k; ++i) sum += g.row(i)[t];
      g.row(k - 1)[t] = -sum;
    }
    const auto a = run(g.gram(), k);
    CHECK(a.status.squared_norm < 1e-14);
    for (const double w : a.weights) CHECK(w == doctest::Approx(1.0 / static_cast<double>(k)).epsilon(1e-10));
  }
}

TEST_CASE("gradient: min_norm of equal gradients is that gradient") {
  for (const std::size_t k : {2U, 3U, 13U, 64U}) {
    CAPTURE(k);
    const auto a = run(std::vector<double>(k * k, 0.7), k);
    CHECK(a.status.converged);
    CHECK(a.status.squared_norm == doctest::Approx(0.7).epsilon(1e-14));
    check_optimal(std::vector<double>(k * k, 0.7), k, a);
  }
}

TEST_CASE("gradient: min_norm with a zero gradient chooses it") {
  gradients g = paragon_test::normal_gradients(5, 7, 3);
  std::fill_n(g.row(2), g.n, 0.0);
  const auto a = run(g.gram(), 5);
  CHECK(a.weights == std::vector<double>{0, 0, 1, 0, 0});
  CHECK(a.status.squared_norm == 0);
  CHECK(a.status.converged);
  CHECK(run(std::vector<double>(9, 0.0), 3).status.converged);
}

TEST_CASE("gradient: min_norm equals the enumeration of all supports") {
  for (std::size_t k = 2; k <= 10; ++k) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      for (const std::size_t n : {k / 2 + 1, k + 2, 4 * k}) {
        CAPTURE(n);
        const gradients g = paragon_test::normal_gradients(k, n, seed, 0.1 * static_cast<double>(seed));
        const auto gram = g.gram();
        const auto a = run(gram, k);
        check_optimal(gram, k, a);
        const auto exact = paragon_test::enumerate_min_norm(gram, k);
        CHECK(std::abs(a.status.squared_norm - paragon_test::quadratic(gram, exact)) < 1e-12 * gram[0]);
        const auto found = g.combined(a.weights);
        const auto expected = g.combined(exact);
        for (std::size_t t = 0; t < n; ++t) CHECK(std::abs(found[t] - expected[t]) < 1e-6);
        if (n >= k + 2) {
          for (std::size_t i = 0; i < k; ++i) CHECK(std::abs(a.weights[i] - exact[i]) < 1e-9);
        }
      }
    }
  }
}

TEST_CASE("gradient: min_norm is optimal on stationary and free gradients") {
  for (std::size_t k = 3; k <= 16; ++k) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      for (const std::size_t n : {k - 1, 2 * k, 8 * k}) {
        const auto strong = paragon_test::stationary_gradients(k, n, seed).gram();
        auto a = run(strong, k);
        check_optimal(strong, k, a);
        CHECK(a.status.squared_norm < 1e-13 * static_cast<double>(n));
        const auto weak = paragon_test::stationary_gradients(k, n, seed, k / 2).gram();
        a = run(weak, k);
        check_optimal(weak, k, a);
        CHECK(a.status.squared_norm < 1e-13 * static_cast<double>(n));
        const auto free = paragon_test::free_gradients(k, n, seed).gram();
        a = run(free, k);
        check_optimal(free, k, a);
        CHECK(a.status.squared_norm > 0.09);  // every gradient reaches at least 0.3 along the first axis
        CHECK(a.status.smallest_product > 0);
      }
    }
  }
}

TEST_CASE("gradient: min_norm is the same at every scale") {
  const auto gram = paragon_test::normal_gradients(7, 12, 5, 0.2).gram();
  const auto a = run(gram, 7);
  for (const double scale : {1e-140, 1e-70, 1e-20, 1e-10, 1e15, 1e30, 1e140}) {
    CAPTURE(scale);
    auto scaled = gram;
    for (double& entry : scaled) entry *= scale;
    const auto b = run(scaled, 7);
    CHECK(b.status.converged);
    for (std::size_t i = 0; i < 7; ++i) CHECK(std::abs(a.weights[i] - b.weights[i]) < 1e-12);
  }
}

TEST_CASE("gradient: min_norm is optimal for lengths that differ by twenty orders of magnitude") {
  for (const std::size_t k : {3U, 8U, 13U, 60U}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      gradients g = paragon_test::normal_gradients(k, 2 * k, seed, 0.2);
      const auto key = paragon::random_key{.seed = seed}.fork(2);
      for (std::size_t i = 0; i < k; ++i) {
        const double length = std::pow(10.0, 20 * key.uniform(i) - 10);
        for (std::size_t t = 0; t < g.n; ++t) g.row(i)[t] *= length;
      }
      check_optimal(g.gram(), k, run(g.gram(), k));
    }
  }
}

TEST_CASE("gradient: min_norm is optimal on duplicates, near duplicates and low rank") {
  for (const std::size_t k : {4U, 13U, 50U, 200U}) {
    CAPTURE(k);
    for (const double distance : {0.0, 1e-15, 1e-12, 1e-9, 1e-7, 1e-5, 1e-2}) {
      CAPTURE(distance);
      gradients g = paragon_test::normal_gradients(k, 30, 11, 0.2);
      for (std::size_t i = 1; i < k; i += 2) {
        for (std::size_t t = 0; t < g.n; ++t) g.row(i)[t] = g.row(i - 1)[t] + distance * g.row(i)[t];
      }
      check_optimal(g.gram(), k, run(g.gram(), k), 1e-12);
      for (std::size_t i = 1; i < k; ++i) {
        for (std::size_t t = 0; t < g.n; ++t) g.row(i)[t] = g.row(0)[t] + distance * g.row(i)[t];
      }
      check_optimal(g.gram(), k, run(g.gram(), k), 1e-12);
    }
    for (const std::size_t n : {1U, 2U, 3U, 10U}) {
      CAPTURE(n);
      for (const double shift : {0.0, 0.5, 3.0}) {
        const auto gram = paragon_test::normal_gradients(k, n, 12, shift).gram();
        check_optimal(gram, k, run(gram, k), 1e-12);
      }
    }
  }
}

TEST_CASE("gradient: min_norm does not depend on the order of the gradients") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const std::size_t k = 9;
    const auto gram = paragon_test::normal_gradients(k, 15, seed, 0.3).gram();
    std::vector<std::size_t> order(k);
    std::iota(order.begin(), order.end(), 0U);
    paragon::random_key{.seed = seed}.fork(3).shuffle(order);
    std::vector<double> permuted(k * k);
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < k; ++j) permuted[i * k + j] = gram[order[i] * k + order[j]];
    }
    const auto a = run(gram, k);
    const auto b = run(permuted, k);
    for (std::size_t i = 0; i < k; ++i) CHECK(std::abs(b.weights[i] - a.weights[order[i]]) < 1e-12);
  }
}

TEST_CASE("gradient: min_norm says so when it is cut short") {
  // Start and one change do not suffice here.
  const auto gram = paragon_test::normal_gradients(128, 65, 65 + 128000).gram();
  std::vector<double> weights(128);
  const auto whole = gradient::min_norm{}({gram, 128}, weights);
  CHECK(whole.converged);
  REQUIRE(whole.iterations > 2);
  const auto cut = gradient::min_norm{.maximum_iterations = 1}({gram, 128}, weights);
  CHECK_FALSE(cut.converged);
  CHECK(cut.gap() > whole.gap());
}

TEST_CASE("gradient: min_norm refuses what is no Gram matrix") {
  std::vector<double> weights(2);
  const auto call = [&](std::vector<double> gram) { return gradient::min_norm{}({gram, 2}, weights); };
  CHECK_THROWS_AS(call({1, 0, 0, NAN}), paragon::error);
  CHECK_THROWS_AS(call({1, INFINITY, INFINITY, 1}), paragon::error);
  CHECK_THROWS_AS(call({1, 0, 0, -1}), paragon::error);
  CHECK_THROWS_AS(call({1, 0.5, -0.5, 1}), paragon::error);
  CHECK_THROWS_AS(call({1, 2, 2, 1}), paragon::error);
  CHECK_THROWS_AS(call({1, 0, 0}), paragon::error);
  std::vector<double> three(3);
  CHECK_THROWS_AS(gradient::min_norm{}({std::vector<double>{1, 0, 0, 1}, 2}, three), paragon::error);
  CHECK_THROWS_AS(gradient::gram_view({}, 0), paragon::error);
}
