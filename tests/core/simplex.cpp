// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <paragon/core/random_key.hpp>
#include <paragon/core/simplex.hpp>
#include <vector>

namespace {

std::vector<double> projected(std::vector<double> point) {
  paragon::project_on_simplex(std::span(point));
  return point;
}

double squared_distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

}  // namespace

TEST_CASE("core: points on the simplex are recognised") {
  const auto on = [](std::vector<double> p) { return paragon::is_on_simplex(std::span<const double>(p)); };
  CHECK(on({1}));
  CHECK(on({0.25, 0.75}));
  CHECK(on({0, 1, 0}));
  CHECK_FALSE(on({0.5, 0.6}));
  CHECK_FALSE(on({-0.1, 1.1}));
  CHECK_FALSE(on({}));
  CHECK_FALSE(on({std::numeric_limits<double>::quiet_NaN(), 1}));
}

TEST_CASE("core: projections on the simplex that are known in closed form") {
  CHECK(projected({3}) == std::vector<double>{1});
  CHECK(projected({0.25, 0.75}) == std::vector<double>{0.25, 0.75});
  CHECK(projected({1, 1}) == std::vector<double>{0.5, 0.5});
  CHECK(projected({5, 0, 0}) == std::vector<double>{1, 0, 0});
  CHECK(projected({0.75, 0.75, -4}) == std::vector<double>{0.5, 0.5, 0});
  CHECK(projected({}).empty());
}

// The projection p of y is the only point with <y - p, q - p> <= 0 for all q of the simplex; its corners suffice.
TEST_CASE("core: projections on the simplex satisfy the variational inequality") {
  constexpr std::uint64_t seed = 7;
  INFO("seed ", seed);
  const paragon::random_key r{.seed = seed};
  for (std::uint32_t trial = 0; trial < 300; ++trial) {
    const std::size_t n = 1 + trial % 9;
    std::vector<double> y(n);
    for (std::size_t i = 0; i < n; ++i) y[i] = 3 * r.fork(trial).normal(i);
    const auto p = projected(y);
    CHECK(paragon::is_on_simplex(std::span<const double>(p), 1e-12));
    double along = 0;
    for (std::size_t i = 0; i < n; ++i) along += (y[i] - p[i]) * p[i];
    for (std::size_t corner = 0; corner < n; ++corner) CHECK(y[corner] - p[corner] - along <= 1e-12);
  }
}

TEST_CASE("core: no point of a fine grid is nearer than the projection") {
  constexpr std::uint64_t seed = 8;
  INFO("seed ", seed);
  const paragon::random_key r{.seed = seed};
  constexpr int steps = 40;
  for (std::uint32_t trial = 0; trial < 20; ++trial) {
    const std::vector<double> y{r.fork(trial).normal(0), r.fork(trial).normal(1), r.fork(trial).normal(2)};
    const auto p = projected(y);
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= steps; ++i) {
      for (int j = 0; i + j <= steps; ++j) {
        const double a = static_cast<double>(i) / steps;
        const double b = static_cast<double>(j) / steps;
        best = std::min(best, squared_distance(y, {a, b, 1 - a - b}));
      }
    }
    CHECK(squared_distance(y, p) <= best + 1e-12);
  }
}
