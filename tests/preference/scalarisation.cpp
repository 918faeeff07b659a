// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <paragon/core/random_key.hpp>
#include <paragon/preference/scalarisation.hpp>
#include <vector>

using namespace paragon::preference;

namespace {

/// The smallest scalarisation.
struct first_only {
  double operator()(std::span<const double> f, std::span<const double>, std::span<const double>) const { return f[0]; }
};
struct no_scalarisation {
  double operator()(double f) const { return f; }
};

}  // namespace

static_assert(scalarisation<first_only> && !differentiable_scalarisation<first_only>);
static_assert(!scalarisation<no_scalarisation>);
static_assert(objective_values<std::vector<float>> && !objective_values<std::vector<int>> && !objective_values<double>);

TEST_CASE("preference: scalarisations of a small example") {
  const std::vector<double> f{3, 5};
  const std::vector<double> w{0.5, 0.25};
  const std::vector<double> z{1, 1};
  CHECK(linear{}(f, w) == 2.75);
  CHECK(linear{}(f, w, z) == 2.0);
  CHECK(tchebycheff{}(f, w) == 1.5);
  CHECK(tchebycheff{}(f, w, z) == 1.0);
  CHECK(tchebycheff{}(z, w, f) == 1.0);  // a distance
  CHECK(augmented_tchebycheff{.rho = 0.1}(f, w, z) == doctest::Approx(1.6));
  CHECK(smooth_tchebycheff{.mu = 0.5}(f, w, z) == doctest::Approx(1 + 0.5 * std::log(2.0)));
  // Across the ray (1, 0): along 2, across 4.
  CHECK(boundary_intersection{.theta = 5}(f, {2.0, 0.0}, z) == doctest::Approx(2 + 5 * 4));
  CHECK(boundary_intersection{}(f, {3.0, 5.0}) == doctest::Approx(std::sqrt(34.0)));
  CHECK(linear{}(std::array{1.0F, 2.0F}, {0.5F, 0.5F}) == 1.5F);
}

TEST_CASE("preference: smooth tchebycheff is between the maximum and mu log m above, and does not overflow") {
  const paragon::random_key key{.seed = 8};
  for (std::uint64_t i = 0; i < 200; ++i) {
    std::vector<double> f(5);
    std::vector<double> w(5);
    for (std::size_t k = 0; k < 5; ++k) {
      f[k] = 10 * key.uniform(10 * i + k);
      w[k] = key.uniform(10 * i + 5 + k);
    }
    const double top = tchebycheff{}(f, w);
    for (const double mu : {1.0, 0.1, 1e-6}) {
      const double value = smooth_tchebycheff{.mu = mu}(f, w);
      CHECK(value >= top);
      CHECK(value <= top + mu * std::log(5.0) + 1e-12);
    }
  }
  CHECK(smooth_tchebycheff{.mu = 1e-3}(std::vector{1e6, 0.0}, {1.0, 1.0}) == 1e6);
  CHECK_THROWS_AS((void)smooth_tchebycheff{.mu = 0}(std::vector{1.0}, {1.0}), paragon::error);
}

TEST_CASE_TEMPLATE("preference: gradients agree with central differences", S, linear, tchebycheff,
                   augmented_tchebycheff, smooth_tchebycheff, boundary_intersection) {
  const S s;
  const paragon::random_key key{.seed = 9};
  for (std::uint64_t i = 0; i < 50; ++i) {
    INFO("case ", i);
    const std::size_t m = 2 + i % 5;
    std::vector<double> f(m);
    std::vector<double> w(m);
    std::vector<double> z(m);
    for (std::size_t k = 0; k < m; ++k) {
      f[k] = key.normal(30 * i + k);
      w[k] = 0.1 + key.uniform(30 * i + 10 + k);
      z[k] = key.normal(30 * i + 20 + k);
    }
    std::vector<double> d(m);
    CHECK(s.gradient(f, w, z, std::span(d)) == doctest::Approx(s(f, w, z)).epsilon(1e-14));
    const double h = 1e-6;
    for (std::size_t k = 0; k < m; ++k) {
      auto up = f;
      auto down = f;
      up[k] += h;
      down[k] -= h;
      CHECK(d[k] == doctest::Approx((s(up, w, z) - s(down, w, z)) / (2 * h)).epsilon(1e-7));
    }
  }
}

TEST_CASE_TEMPLATE("preference: scalarisations refuse lengths that do not fit", S, linear, tchebycheff,
                   augmented_tchebycheff, smooth_tchebycheff, boundary_intersection) {
  const S s;
  const std::vector<double> f{1, 2};
  CHECK_THROWS_AS((void)s(f, {1.0}), paragon::error);
  CHECK_THROWS_AS((void)s(f, {1.0, 1.0}, {0.0}), paragon::error);
  CHECK_THROWS_AS((void)s(std::vector<double>{}, {}), paragon::error);
  std::vector<double> d(3);
  CHECK_THROWS_AS((void)s.gradient(f, {1.0, 1.0}, {}, std::span(d)), paragon::error);
}

TEST_CASE("preference: boundary intersection needs a direction") {
  CHECK_THROWS_AS((void)boundary_intersection{}(std::vector{1.0, 2.0}, {0.0, 0.0}), paragon::error);
}
