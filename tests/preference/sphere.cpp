// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include <paragon/core/random_key.hpp>
#include <paragon/core/simplex.hpp>
#include <paragon/preference/sphere.hpp>

using namespace paragon;
using preference::sphere;

namespace {

/// Chi-square statistic of counts that should be equal.
double chi_square(const std::vector<int>& counts, int draws) {
  const double expected = static_cast<double>(draws) / static_cast<double>(counts.size());
  double chi = 0;
  for (const int c : counts) chi += (c - expected) * (c - expected) / expected;
  return chi;
}

constexpr double bound = 50.8;  // of 20 bins: 19 degrees of freedom, above with probability 1e-4

}  // namespace

TEST_CASE("preference: rays of the sphere are non-negative and sum to one") {
  const paragon::random_key key{.seed = 31};
  INFO("seed " << key.seed);
  for (const std::size_t m : {1U, 2U, 3U, 7U}) {
    std::vector<double> ray(m);
    std::vector<float> narrow(m);
    for (std::uint64_t i = 0; i < 500; ++i) {
      sphere{}(std::span<double>(ray), key, i);
      REQUIRE(is_on_simplex<double>(ray, 1e-12));
      for (const double w : ray) REQUIRE(w >= 0);
      sphere{}(std::span<float>(narrow), key, i);
      REQUIRE(is_on_simplex<float>(narrow, 1e-5F));
      for (std::size_t k = 0; k < m; ++k) REQUIRE(narrow[k] == doctest::Approx(ray[k]).epsilon(1e-5));
    }
  }
}

TEST_CASE("preference: of two objectives the angle is uniform") {
  const paragon::random_key key{.seed = 32};
  INFO("seed " << key.seed);
  constexpr int draws = 20000;
  std::vector<int> counts(20);
  std::array<double, 2> ray{};
  for (int i = 0; i < draws; ++i) {
    sphere{}(std::span<double>(ray), key, static_cast<std::uint64_t>(i));
    const double angle = std::atan2(ray[1], ray[0]) / (std::numbers::pi / 2);
    ++counts[static_cast<std::size_t>(std::min(19.0, 20 * angle))];
  }
  CHECK(chi_square(counts, draws) < bound);
}

TEST_CASE("preference: of three objectives the direction is uniform") {
  // On the unit sphere every coordinate is uniform (Archimedes), and so is the angle around every axis.
  const paragon::random_key key{.seed = 33};
  INFO("seed " << key.seed);
  constexpr int draws = 20000;
  std::vector<std::vector<int>> heights(3, std::vector<int>(20));
  std::vector<std::vector<int>> angles(3, std::vector<int>(20));
  std::array<double, 3> ray{};
  for (int i = 0; i < draws; ++i) {
    sphere{}(std::span<double>(ray), key, static_cast<std::uint64_t>(i));
    const double length = std::hypot(ray[0], ray[1], ray[2]);
    for (std::size_t k = 0; k < 3; ++k) {
      ++heights[k][static_cast<std::size_t>(std::min(19.0, 20 * ray[k] / length))];
      const double angle = std::atan2(ray[(k + 1) % 3], ray[(k + 2) % 3]) / (std::numbers::pi / 2);
      ++angles[k][static_cast<std::size_t>(std::min(19.0, 20 * angle))];
    }
  }
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(chi_square(heights[k], draws) < bound);
    CHECK(chi_square(angles[k], draws) < bound);
  }
}

TEST_CASE("preference: the ray of an index depends on key and index alone") {
  const paragon::random_key key{.seed = 34};
  std::array<double, 3> first{};
  std::array<double, 3> again{};
  std::array<double, 3> other{};
  sphere{}(std::span<double>(first), key, 5);
  sphere{}(std::span<double>(other), key, 6);
  sphere{}(std::span<double>(again), key, 5);
  CHECK(first == again);
  CHECK(first != other);
  sphere{}(std::span<double>(other), key.fork(1), 5);
  CHECK(first != other);
}
