// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/preference/scalarisation.hpp>
#include <paragon/search/detail/score_rows.hpp>

using namespace paragon;
using search::detail::score_rows;

TEST_CASE("search: scores of many architectures are those of each") {
  const paragon::random_key key{.seed = 121};
  INFO("seed " << key.seed);
  for (const std::size_t m : {1U, 2U, 3U, 5U}) {
    for (const std::size_t n : {0U, 1U, 31U, 32U, 33U, 100U}) {
      std::vector<double> z(n * m);
      std::vector<double> ray(m);
      for (std::size_t i = 0; i < z.size(); ++i) z[i] = key.fork("scores").fork(n).normal(i);
      for (std::size_t k = 0; k < m; ++k) ray[k] = key.fork("ray").fork(n).uniform(k);
      const auto check = [&](const auto& scalarise, double tolerance) {
        std::vector<double> out(n, -1e9);
        score_rows(scalarise, std::span<const double>(z), std::span<const double>(ray), std::span<double>(out));
        for (std::size_t i = 0; i < n; ++i) {
          const double expected = scalarise(std::span<const double>(z).subspan(i * m, m), ray);
          CHECK(std::abs(out[i] - expected) <= tolerance * (1 + std::abs(expected)));
        }
      };
      for (const double mu : {0.001, 0.03, 2.0}) check(preference::smooth_tchebycheff{.mu = mu}, 1e-15);
      check(preference::linear{}, 0);
      check(preference::tchebycheff{}, 0);
    }
  }
  std::vector<double> out(2);
  const std::vector<double> z(4);
  const std::vector<double> ray(2);
  CHECK_THROWS_AS(score_rows(preference::smooth_tchebycheff{.mu = 0}, z, ray, out), error);
  CHECK_THROWS_AS(score_rows(preference::smooth_tchebycheff{}, std::span(z).first(3), ray, out), error);
}

TEST_CASE("search: the fast logarithm agrees with that of the library") {
  const paragon::random_key key{.seed = 122};
  INFO("seed " << key.seed);
  const auto check = [](double x) {
    const double expected = std::log(x);
    const double unit = std::abs(expected - std::nextafter(expected, std::numeric_limits<double>::infinity()));
    INFO("x = " << x);
    CHECK(std::abs(search::detail::fast_log(x) - expected) <= 2 * unit);
  };
  for (std::uint64_t i = 0; i < 5000; ++i) {
    check(1 + key.uniform(i));  // what two objectives need
    check(1 + 1e-9 * key.fork("near 1").uniform(i));
    check(std::exp(60 * (key.fork("exponents").uniform(i) - 0.5)));
  }
  for (const double x :
       {1.0, 1.5, 2.0, 3.0, 4.0, 1e300, std::numeric_limits<double>::min(), std::sqrt(0.5), std::sqrt(2.0)}) {
    check(x);
  }
  CHECK(search::detail::fast_log(1.0) == 0);
}
