// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <paragon/core/error.hpp>
#include <paragon/gradient/aggregate.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/weigh.hpp>
#include <span>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: aggregate returns direction, weights and status") {
  const std::vector<double> jacobian{-4, 1, 1, 6, 1, 1};
  const auto [direction, weights, status] =
      gradient::aggregate(gradient::min_norm{}, gradient::matrix_view(std::span(jacobian), 2, 3));
  CHECK(std::abs(direction[0]) < 1e-15);
  CHECK(direction[1] == doctest::Approx(1).epsilon(1e-15));
  CHECK(weights[0] == doctest::Approx(0.6).epsilon(1e-15));
  CHECK(status.converged);
}

TEST_CASE("gradient: aggregate writes floats into a given place, with threads or without") {
  const std::size_t k = 13;
  const std::size_t n = 30'000;
  const auto g = paragon_test::normal_gradients(k, n, 6, 0.1);
  const std::vector<float> single(g.values.begin(), g.values.end());
  const gradient::matrix_view rows(std::span<const float>(single), k, n);
  std::vector<float> alone(n);
  std::vector<float> together(n);
  paragon::thread_pool pool(2);
  const auto a = gradient::aggregate(gradient::min_norm{}, rows, alone);
  const auto b = gradient::aggregate(gradient::min_norm{}, rows, std::span(together), &pool);
  CHECK(a == b);
  CHECK(alone == together);
  double norm = 0;
  for (const float x : alone) norm += static_cast<double>(x) * static_cast<double>(x);
  CHECK(norm == doctest::Approx(a.squared_norm).epsilon(1e-6));
}

TEST_CASE("gradient: combine sums in double and does not read rows of weight zero") {
  const std::size_t n = 1300;
  auto g = paragon_test::normal_gradients(3, n, 7);
  for (std::size_t t = 0; t < n; ++t) g.row(1)[t] = NAN;
  std::vector<double> d(n);
  gradient::combine(std::array{0.25, 0.0, -2.0}, gradient::matrix_view(std::span(g.values), 3, n), d);
  for (std::size_t t = 0; t < n; ++t)
    CHECK(d[t] == doctest::Approx(0.25 * g.row(0)[t] - 2 * g.row(2)[t]).epsilon(1e-15));
  std::vector<double> spread(2 * n, 5.0);
  gradient::combine(std::array{0.25, 0.0, -2.0}, gradient::matrix_view(std::span(g.values), 3, n),
                    gradient::vector_view<double>(spread.data(), n, 2));
  for (std::size_t t = 0; t < n; ++t) {
    CHECK(spread[2 * t] == d[t]);
    CHECK(spread[2 * t + 1] == 5);
  }
}

TEST_CASE("gradient: combine and weigh refuse wrong sizes") {
  const std::vector<double> values(6, 1.0);
  const gradient::matrix_view rows(std::span<const double>(values), 2, 3);
  std::vector<double> d(3);
  std::vector<double> w(2);
  CHECK_THROWS_AS(gradient::combine(std::vector<double>(3), rows, d), paragon::error);
  CHECK_THROWS_AS(gradient::combine(w, rows, w), paragon::error);
  CHECK_THROWS_AS(gradient::weigh(gradient::min_norm{}, rows, w), paragon::error);
  const std::vector<double> gram{1, 0, 0, 1};
  CHECK_THROWS_AS(gradient::weigh(gradient::min_norm{}, gradient::matrix_view(std::span(gram), 2, 2), d),
                  paragon::error);
}

TEST_CASE("gradient: weigh takes float matrices and strides") {
  const std::vector<double> gram{18, -22, -22, 38};
  const std::vector<float> single(gram.begin(), gram.end());
  std::vector<double> spread(8);
  for (std::size_t i = 0; i < 4; ++i) spread[2 * i] = gram[i];
  std::vector<float> w(2);
  gradient::weigh(gradient::min_norm{}, gradient::matrix_view(std::span(single), 2, 2), w);
  CHECK(w == std::vector<float>{0.6F, 0.4F});
  gradient::weigh(gradient::min_norm{}, gradient::matrix_view<const double>(spread.data(), 2, 2, 4, 2), w);
  CHECK(w == std::vector<float>{0.6F, 0.4F});
}
