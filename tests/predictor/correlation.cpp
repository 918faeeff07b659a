// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/predictor/correlation.hpp>

namespace predictor = paragon::predictor;

namespace {

/// Ranks by counting: 1 + how many are smaller + half of how many others are equal.
std::vector<double> counted_ranks(const std::vector<double>& x) {
  std::vector<double> ranks;
  for (const double a : x) {
    double rank = 0.5;
    for (const double b : x) rank += b < a ? 1 : b == a ? 0.5 : 0;
    ranks.push_back(rank);
  }
  return ranks;
}

double plain_pearson(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<long double>(a.size());
  long double sa = 0, sb = 0, aa = 0, ab = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const long double x = a[i];
    const long double y = b[i];
    sa += x;
    sb += y;
    aa += x * x;
    ab += x * y;
    bb += y * y;
  }
  const long double va = n * aa - sa * sa;
  const long double vb = n * bb - sb * sb;
  return va > 0 && vb > 0 ? static_cast<double>((n * ab - sa * sb) / std::sqrt(va * vb)) : 0;
}

/// Tau-b over all pairs.
double counted_kendall(const std::vector<double>& a, const std::vector<double>& b) {
  double score = 0, untied_a = 0, untied_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int x = (a[i] > a[j]) - (a[i] < a[j]);
      const int y = (b[i] > b[j]) - (b[i] < b[j]);
      score += x * y;
      untied_a += x != 0;
      untied_b += y != 0;
    }
  }
  return untied_a > 0 && untied_b > 0 ? score / std::sqrt(untied_a * untied_b) : 0;
}

/// Values on a grid of `levels`, so that few levels mean many ties; b follows a with noise.
void draw(paragon::random_key key, std::size_t n, std::uint64_t levels, std::vector<double>& a,
          std::vector<double>& b) {
  a.resize(n);
  b.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    a[i] = static_cast<double>(key.below(levels, 2 * i));
    b[i] = std::floor(0.5 * a[i] + 0.5 * static_cast<double>(key.below(levels, 2 * i + 1)));
  }
}

}  // namespace

TEST_CASE("predictor: correlations of monotone rows") {
  const std::vector<double> x{3, -1, 4, 1.5, 9, 2.5};
  std::vector<double> cube(x);
  std::vector<double> line(x);
  for (double& v : cube) v = v * v * v;
  for (double& v : line) v = 7 - 2 * v;
  CHECK(predictor::kendall(x, cube) == doctest::Approx(1).epsilon(1e-14));
  CHECK(predictor::spearman(x, cube) == doctest::Approx(1).epsilon(1e-14));
  CHECK(predictor::pearson(x, cube) < 0.99);
  CHECK(predictor::kendall(x, line) == doctest::Approx(-1).epsilon(1e-14));
  CHECK(predictor::spearman(x, line) == doctest::Approx(-1).epsilon(1e-14));
  CHECK(predictor::pearson(x, line) == doctest::Approx(-1).epsilon(1e-14));
}

TEST_CASE("predictor: correlations that can be counted by hand") {
  // Six pairs: three concordant, two discordant, one tied in a.
  const std::vector<double> a{1, 2, 2, 3};
  const std::vector<double> b{1, 3, 4, 2};
  CHECK(predictor::kendall(a, b) == doctest::Approx((3 - 2) / std::sqrt(30.0)).epsilon(1e-14));
  CHECK(predictor::average_ranks(a) == std::vector<double>{1, 2.5, 2.5, 4});
  // Without ties Spearman's correlation is 1 - 6 sum d^2 / (n (n^2 - 1)).
  const std::vector<double> c{1, 2, 3, 4};
  CHECK(predictor::spearman(c, b) == doctest::Approx(1 - 6.0 * (0 + 1 + 1 + 4) / (4 * 15)).epsilon(1e-14));
  CHECK(predictor::pearson(std::vector<double>{0, 1}, std::vector<double>{5, 3}) == doctest::Approx(-1));
}

TEST_CASE("predictor: correlations agree with counting all pairs, with and without ties") {
  const paragon::random_key key{.seed = 2024};
  INFO("seed " << key.seed);
  std::vector<double> a;
  std::vector<double> b;
  std::uint32_t draws = 0;
  for (const std::size_t n : {2U, 3U, 5U, 16U, 17U, 100U, 331U}) {
    for (const std::uint64_t levels : {2U, 3U, 10U, 1000000U}) {
      for (int repeat = 0; repeat < 5; ++repeat) {
        draw(key.fork(draws++), n, levels, a, b);
        CAPTURE(n);
        CAPTURE(levels);
        CAPTURE(repeat);
        CHECK(predictor::kendall(a, b) == doctest::Approx(counted_kendall(a, b)).epsilon(1e-12));
        CHECK(predictor::kendall(b, a) == doctest::Approx(counted_kendall(a, b)).epsilon(1e-12));
        CHECK(predictor::average_ranks(a) == counted_ranks(a));
        CHECK(predictor::spearman(a, b) ==
              doctest::Approx(plain_pearson(counted_ranks(a), counted_ranks(b))).epsilon(1e-12));
        CHECK(predictor::pearson(a, b) == doctest::Approx(plain_pearson(a, b)).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("predictor: correlations do not see shifts and scales, and rank correlations no monotone map") {
  const paragon::random_key key{.seed = 7};
  INFO("seed " << key.seed);
  std::vector<double> a;
  std::vector<double> b;
  draw(key, 200, 50, a, b);
  std::vector<double> moved(b);
  std::vector<double> bent(b);
  for (double& v : moved) v = 1e3 + 4 * v;
  for (double& v : bent) v = std::exp(0.1 * v);
  CHECK(predictor::pearson(a, moved) == doctest::Approx(predictor::pearson(a, b)).epsilon(1e-12));
  CHECK(predictor::kendall(a, bent) == doctest::Approx(predictor::kendall(a, b)).epsilon(1e-14));
  CHECK(predictor::spearman(a, bent) == doctest::Approx(predictor::spearman(a, b)).epsilon(1e-14));
}

TEST_CASE("predictor: a constant row correlates with nothing") {
  const std::vector<double> a{2, 2, 2};
  const std::vector<double> b{1, 2, 3};
  CHECK(predictor::kendall(a, b) == 0);
  CHECK(predictor::spearman(a, b) == 0);
  CHECK(predictor::pearson(b, a) == 0);
}

TEST_CASE("predictor: correlations refuse rows that do not match") {
  const std::vector<double> one{1};
  const std::vector<double> two{1, 2};
  const std::vector<double> three{1, 2, 3};
  CHECK_THROWS_AS((void)predictor::pearson(two, three), paragon::error);
  CHECK_THROWS_AS((void)predictor::spearman(two, three), paragon::error);
  CHECK_THROWS_AS((void)predictor::kendall(three, two), paragon::error);
  CHECK_THROWS_WITH_AS((void)predictor::kendall(one, one),
                       "predictor::kendall: 1 and 1 values; expected two rows of the same length, 2 or more",
                       paragon::error);
}

TEST_CASE("predictor: a correlation with NaN is NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> with{1, 2, nan, 3, 5};
  const std::vector<double> without{1, 2, 3, 4, 5};
  const std::vector<double> constant(5, 0.1);
  for (const auto* other : {&without, &with, &constant}) {
    CHECK(std::isnan(predictor::pearson(with, *other)));
    CHECK(std::isnan(predictor::spearman(with, *other)));
    CHECK(std::isnan(predictor::kendall(with, *other)));
    CHECK(std::isnan(predictor::pearson(*other, with)));
    CHECK(std::isnan(predictor::spearman(*other, with)));
    CHECK(std::isnan(predictor::kendall(*other, with)));
  }
  const auto ranks = predictor::average_ranks(std::vector<double>{3, nan, 1, 3, nan});
  CHECK(ranks[0] == 2.5);
  CHECK(std::isnan(ranks[1]));
  CHECK(ranks[2] == 1);
  CHECK(ranks[3] == 2.5);
  CHECK(std::isnan(ranks[4]));
}

TEST_CASE("predictor: infinities have ranks but no moments") {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> a{1, inf, 2, -inf, inf};
  const std::vector<double> b{3, 9, 4, 1, 9};
  CHECK(predictor::spearman(a, b) == doctest::Approx(1));
  CHECK(predictor::kendall(a, b) == doctest::Approx(1));
  CHECK(std::isnan(predictor::pearson(a, b)));
}

TEST_CASE("predictor: the unit and the origin of values change no correlation") {
  const std::vector<double> x{1, 2, 3, 4};
  const std::vector<double> y{1, 3, 2, 4};  // covariance 4 / 4, variances 5 / 4
  for (const double unit : {1e-308, 1e-200, 1e-20, 1.0, 1e20, 1e200, 4e307}) {
    for (const double other : {1e-200, 1.0, 1e200}) {
      CAPTURE(unit);
      CAPTURE(other);
      std::vector<double> a(x);
      std::vector<double> b(y);
      for (double& v : a) v *= unit;
      for (double& v : b) v *= other;
      CHECK(predictor::pearson(a, b) == doctest::Approx(0.8).epsilon(1e-13));
    }
  }
  const double greatest = std::numeric_limits<double>::max();
  CHECK(predictor::pearson(std::vector<double>{-greatest, 0, greatest}, std::vector<double>{1, 2, 3}) ==
        doctest::Approx(1).epsilon(1e-14));
  std::vector<double> far(x);
  for (double& v : far) v += 1e15;
  CHECK(predictor::pearson(far, y) == doctest::Approx(0.8).epsilon(1e-14));
}

TEST_CASE("predictor: a constant row correlates 0 with all, though its mean is rounded") {
  for (const double value : {0.1, -1.0 / 3, 12345.678, 1e300, 1e-300}) {
    for (const std::size_t n : {3UL, 7UL, 1001UL}) {
      std::vector<double> rising(n);
      for (std::size_t i = 0; i < n; ++i) rising[i] = static_cast<double>(i);
      CHECK(predictor::pearson(std::vector<double>(n, value), rising) == 0);
      CHECK(predictor::spearman(std::vector<double>(n, value), rising) == 0);
      CHECK(predictor::kendall(std::vector<double>(n, value), rising) == 0);
    }
  }
}
