// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <paragon/core/error.hpp>
#include <paragon/core/parallel.hpp>
#include <paragon/gradient/gram.hpp>
#include <span>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

TEST_CASE("gradient: gram equals the plain loop for all shapes") {
  for (std::size_t k = 1; k <= 19; ++k) {
    for (const std::size_t n : {1U, 7U, 8U, 255U, 256U, 257U, 1000U, 9001U}) {
      CAPTURE(k);
      CAPTURE(n);
      const auto g = paragon_test::normal_gradients(k, n, k + n);
      const auto expected = g.gram();
      const auto found = gradient::gram(gradient::matrix_view(std::span(g.values), k, n));
      for (std::size_t i = 0; i < k; ++i) {
        for (std::size_t j = 0; j < k; ++j) {
          const double scale = std::sqrt(expected[i * k + i] * expected[j * k + j]);
          CHECK(std::abs(found[i * k + j] - expected[i * k + j]) < 1e-13 * scale);
          CHECK(found[i * k + j] == found[j * k + i]);
        }
      }
    }
  }
}

TEST_CASE("gradient: gram of floats is that of the same numbers in double") {
  const std::size_t k = 13;
  const std::size_t n = 20011;
  auto g = paragon_test::normal_gradients(k, n, 1);
  std::vector<float> single(g.values.begin(), g.values.end());
  for (std::size_t i = 0; i < k * n; ++i) g.values[i] = static_cast<double>(single[i]);
  const auto expected = g.gram();
  const gradient::matrix_view rows(std::span<const float>(single), k, n);
  const auto exact = gradient::gram(rows);
  const auto mixed = gradient::gram<gradient::mixed_accumulation>(rows);
  for (std::size_t i = 0; i < k * k; ++i) {
    CHECK(std::abs(exact[i] - expected[i]) < 1e-13 * static_cast<double>(n));
    CHECK(std::abs(mixed[i] - expected[i]) < 1e-6 * static_cast<double>(n));
  }
}

TEST_CASE("gradient: gram reads any strides, pieces and separate rows") {
  const std::size_t k = 5;
  const std::size_t n = 600;
  const auto g = paragon_test::normal_gradients(k, n, 2);
  const auto expected = gradient::gram(gradient::matrix_view(std::span(g.values), k, n));
  std::vector<double> transposed(2 * k * n);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t t = 0; t < n; ++t) transposed[2 * (t * k + i)] = g.row(i)[t];
  }
  CHECK(gradient::gram(gradient::matrix_view<const double>(transposed.data(), k, n, 2,
                                                           2 * static_cast<std::ptrdiff_t>(k))) == expected);

  std::vector<std::span<const double>> rows;
  for (std::size_t i = 0; i < k; ++i) rows.emplace_back(g.row(i), n);
  CHECK(gradient::gram(gradient::row_list<double>(rows)) == expected);

  std::vector<double> sum(k * k);
  const auto stride = static_cast<std::ptrdiff_t>(n);
  gradient::add_gram(gradient::matrix_view<const double>(g.row(0), k, 100, stride), sum);
  gradient::add_gram(gradient::matrix_view<const double>(g.row(0) + 100, k, 500, stride), sum);
  for (std::size_t i = 0; i < k * k; ++i) CHECK(sum[i] == doctest::Approx(expected[i]).epsilon(1e-12));
}

TEST_CASE("gradient: gram is the same for any number of threads") {
  const auto g = paragon_test::normal_gradients(7, 50'000, 3);
  const gradient::matrix_view rows(std::span<const double>(g.values), 7, 50'000);
  const auto alone = gradient::gram(rows);
  for (const std::size_t threads : {1U, 2U, 3U}) {
    paragon::thread_pool pool(threads);
    CHECK(gradient::gram(rows, &pool) == alone);
  }
}

TEST_CASE("gradient: gram refuses no gradients, wrong room and ragged rows") {
  const std::vector<double> values(6, 1.0);
  std::vector<double> three(3);
  CHECK_THROWS_AS(gradient::gram(gradient::matrix_view(std::span(values), 2, 3), three), paragon::error);
  CHECK_THROWS_AS(gradient::matrix_view(std::span(values), 2, 2), paragon::error);
  CHECK_THROWS_AS((void)gradient::gram(gradient::matrix_view(std::span(values).first(0), 0, 2)), paragon::error);
  const std::vector<std::span<const double>> ragged{std::span(values).first(2), std::span(values).first(3)};
  CHECK_THROWS_AS(gradient::row_list<double>{ragged}, paragon::error);
}
