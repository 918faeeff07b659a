// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <paragon/core/simplex.hpp>
#include <paragon/preference/dirichlet.hpp>
#include <vector>

using namespace paragon::preference;

namespace {
constexpr std::size_t draws = 40000;
}

TEST_CASE("preference: gamma variates have the moments of the distribution") {
  for (const double shape : {0.2, 0.7, 1.0, 2.5, 30.0}) {
    INFO("shape ", shape, ", seed 3");
    const paragon::random_key key{.seed = 3};
    double mean = 0;
    double square = 0;
    double log_mean = 0;
    for (std::uint64_t i = 0; i < draws; ++i) {
      const double l = log_gamma_variate(shape, key, i);
      mean += std::exp(l);
      square += std::exp(2 * l);
      log_mean += l;
    }
    mean /= draws;
    square /= draws;
    log_mean /= draws;
    // Five standard errors. Var x = a, Var x^2 = a (a+1) (4a+6), E log x = digamma(a), Var log x = trigamma(a).
    const double root = std::sqrt(static_cast<double>(draws));
    CHECK(std::abs(mean - shape) < 5 * std::sqrt(shape) / root);
    CHECK(std::abs(square - shape * (shape + 1)) < 5 * std::sqrt(shape * (shape + 1) * (4 * shape + 6)) / root);
    double digamma = 0;  // by the recurrence up to 40, then the asymptotic series
    double trigamma = 0;
    double a = shape;
    for (; a < 40; a += 1) {
      digamma -= 1 / a;
      trigamma += 1 / (a * a);
    }
    digamma += std::log(a) - 1 / (2 * a) - 1 / (12 * a * a);
    trigamma += 1 / a + 1 / (2 * a * a);
    CHECK(std::abs(log_mean - digamma) < 5 * std::sqrt(trigamma) / root);
  }
}

TEST_CASE("preference: dirichlet rays have the moments of the distribution") {
  const std::vector<double> concentration{0.3, 1.0, 4.0};
  const double total = 5.3;
  const auto key = paragon::random_key{.seed = 4}.fork(2);
  std::array<double, 3> mean{};
  std::array<double, 3> square{};
  std::array<double, 3> ray{};
  for (std::uint64_t i = 0; i < draws; ++i) {
    dirichlet(std::span(ray), concentration, key, i);
    CHECK(paragon::is_on_simplex(std::span<const double>(ray), 1e-14));
    for (std::size_t k = 0; k < 3; ++k) {
      mean[k] += ray[k] / draws;
      square[k] += ray[k] * ray[k] / draws;
    }
  }
  for (std::size_t k = 0; k < 3; ++k) {
    const double a = concentration[k];
    const double variance = a * (total - a) / (total * total * (total + 1));
    CHECK(std::abs(mean[k] - a / total) < 5 * std::sqrt(variance / draws));
    CHECK(square[k] - mean[k] * mean[k] == doctest::Approx(variance).epsilon(0.05));
  }
}

TEST_CASE("preference: uniform rays are Dirichlet with ones") {
  const paragon::random_key key{.seed = 5};
  std::array<double, 4> ray{};
  double mean = 0;
  double above = 0;
  for (std::uint64_t i = 0; i < draws; ++i) {
    uniform_on_simplex(std::span(ray), key, i);
    CHECK(paragon::is_on_simplex(std::span<const double>(ray), 1e-14));
    mean += ray[2] / draws;
    above += (ray[1] >= 0.5) / static_cast<double>(draws);
  }
  CHECK(std::abs(mean - 0.25) < 5 * std::sqrt(0.0375 / draws));
  CHECK(std::abs(above - 0.125) < 5 * std::sqrt(0.125 * 0.875 / draws));
}

TEST_CASE("preference: a dirichlet ray depends on its key and index alone") {
  const auto key = paragon::random_key{.seed = 6}.fork(1).fork(9);
  std::array<double, 3> first{};
  std::array<double, 3> again{};
  std::array<double, 3> other{};
  dirichlet(std::span(first), {1.0, 2.0, 3.0}, key, 5);
  dirichlet(std::span(other), {1.0, 2.0, 3.0}, key, 6);
  dirichlet(std::span(again), {1.0, 2.0, 3.0}, key, 5);
  CHECK(first == again);
  CHECK(first != other);
  dirichlet(std::span(other), {1.0, 2.0, 3.0}, key.fork(10), 5);
  CHECK(first != other);
  std::array<float, 3> narrow{};
  dirichlet(std::span(narrow), {1.0, 2.0, 3.0}, key, 5);
  for (std::size_t k = 0; k < 3; ++k) CHECK(narrow[k] == static_cast<float>(first[k]));
}

TEST_CASE("preference: dirichlet with tiny and huge concentrations stays on the simplex") {
  std::array<double, 3> ray{};
  for (const double a : {1e-300, 1e-10, 1e-3, 1e6, 1e300}) {
    INFO("concentration ", a);
    for (std::uint64_t i = 0; i < 50; ++i) {
      dirichlet(std::span(ray), {a, a, a}, paragon::random_key{.seed = 7}, i);
      CHECK(paragon::is_on_simplex(std::span<const double>(ray), 1e-14));
    }
  }
  std::array<float, 2> narrow{};
  dirichlet(std::span(narrow), {1e-20, 1e-20}, paragon::random_key{.seed = 7});
  CHECK(narrow[0] + narrow[1] == 1.0F);
}

TEST_CASE("preference: dirichlet refuses bad concentrations") {
  std::array<double, 2> ray{};
  const paragon::random_key key;
  CHECK_THROWS_AS(dirichlet(std::span(ray), {1.0}, key), paragon::error);
  CHECK_THROWS_AS(dirichlet(std::span(ray), {1.0, 0.0}, key), paragon::error);
  CHECK_THROWS_AS(dirichlet(std::span(ray), {1.0, -1.0}, key), paragon::error);
  CHECK_THROWS_AS(dirichlet(std::span(ray), {std::nan(""), 1.0}, key), paragon::error);
  CHECK_THROWS_AS(dirichlet(std::span(ray), {1.0, HUGE_VAL}, key), paragon::error);
  CHECK_THROWS_AS(dirichlet(std::span<double>{}, {}, key), paragon::error);
}
