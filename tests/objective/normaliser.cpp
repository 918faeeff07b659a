// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/objective/normaliser.hpp>

using namespace paragon::objective;
using paragon::error;

namespace {

struct identity {
  void update(double) {}
  double operator()(double x) const { return x; }
  double slope(double) const { return 1; }
};
struct without_slope {
  void update(double) {}
  double operator()(double x) const { return x; }
};
struct learns_while_reading {
  void update(double) {}
  double operator()(double x) { return x; }
  double slope(double) const { return 1; }
};

static_assert(normaliser<identity> && !normaliser<without_slope> && !normaliser<learns_while_reading>);
static_assert(normaliser<fixed_range> && normaliser<running_range> && normaliser<moving_standard>);
static_assert(normaliser<quantile_range> && normaliser<log_standard>);

template <class N>
void check_slope(const N& n, double x) {
  const double h = 1e-5 * std::abs(x);
  CHECK((n(x + h) - n(x - h)) / (2 * h) == doctest::Approx(n.slope(x)).epsilon(1e-6));
}

std::vector<double> draws(std::size_t count) {
  const paragon::random_key key{.seed = 17};
  INFO("seed " << key.seed);
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::exp(key.normal(i));
  return values;
}

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("objective: a fixed range maps its ends to 0 and 1 and back") {
  const fixed_range r{.minimum = 2, .maximum = 6};
  CHECK(r(2) == 0);
  CHECK(r(6) == 1);
  CHECK(r(8) == 1.5);
  CHECK(r.inverse(r(3.25)) == 3.25);
  check_slope(r, 3);
  CHECK(fixed_range::of(std::vector<double>{4, 2, 6, 3}) == r);
  CHECK_THROWS_AS((void)fixed_range::of(std::vector<double>{1, 1}), error);
  CHECK_THROWS_AS((void)fixed_range::of(std::vector<double>{}), error);
  CHECK_THROWS_AS((void)fixed_range::of(std::vector<double>{1, not_a_number}), error);
}

TEST_CASE("objective: the published running range passes two values raw, then scales by what came before") {
  // loss 2.0, 3.0 pass as they are; 2.5 lies half way of [2, 3]; 5.0 is three times the range above 2; then [2, 5].
  running_range r;
  std::vector<double> seen;
  for (const double x : {2.0, 3.0, 2.5, 5.0, 3.5}) {
    seen.push_back(r(x));
    r.update(x);
  }
  CHECK(seen == std::vector<double>{2.0, 3.0, 0.5, 3.0, 0.5});
  CHECK(r.inverse(0.5) == 3.5);
  check_slope(r, 3);
  r.reset();
  CHECK(!r.ready());
  CHECK(r(7.0) == 7.0);
  CHECK_THROWS_AS(r.update(not_a_number), error);
}

TEST_CASE("objective: equal values do not divide by zero, and a full history is forgotten") {
  running_range r(3);
  r.update(4);
  r.update(4);
  CHECK(r(4) == 4);
  r.update(6);
  CHECK(r(5) == 0.5);
  r.update(100);  // one more than three
  CHECK(!r.ready());
  CHECK(r(5) == 5);
}

TEST_CASE("objective: moving moments are the weighted moments of all values") {
  const auto values = draws(200);
  moving_standard m(0.9);
  for (std::size_t n = 1; n <= values.size(); ++n) {
    m.update(values[n - 1]);
    double weights = 0;
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double w = std::pow(0.9, static_cast<double>(n - 1 - i));
      weights += w;
      mean += w * values[i];
    }
    mean /= weights;
    double variance = 0;
    for (std::size_t i = 0; i < n; ++i) {
      variance += std::pow(0.9, static_cast<double>(n - 1 - i)) * (values[i] - mean) * (values[i] - mean) / weights;
    }
    REQUIRE(m.mean() == doctest::Approx(mean).epsilon(1e-10));
    REQUIRE(m.deviation() == doctest::Approx(std::sqrt(variance)).epsilon(1e-8));
  }
  check_slope(m, 1.5);
  m.reset();
  CHECK(m(3.0) == 3.0);
  CHECK_THROWS_AS(moving_standard(1.0), error);
  m.update(5);
  CHECK(m(5.5) == 0.5);  // one value: centred, not scaled
}

TEST_CASE("objective: a quantile range has the quantiles of the last values") {
  const auto values = draws(300);
  quantile_range q({.low = 0.1, .high = 0.8, .window = 41});
  for (std::size_t n = 1; n <= values.size(); ++n) {
    q.update(values[n - 1]);
    const std::size_t first = n > 41 ? n - 41 : 0;
    std::vector<double> recent(values.begin() + static_cast<std::ptrdiff_t>(first),
                               values.begin() + static_cast<std::ptrdiff_t>(n));
    std::sort(recent.begin(), recent.end());
    const auto quantile = [&](double p) {
      const double rank = p * static_cast<double>(recent.size() - 1);
      const double below = std::floor(rank);
      const auto k = static_cast<std::size_t>(below);
      return k + 1 == recent.size() ? recent[k] : recent[k] * (1 - rank + below) + recent[k + 1] * (rank - below);
    };
    REQUIRE(q.low() == doctest::Approx(quantile(0.1)).epsilon(1e-12));
    REQUIRE(q.high() == doctest::Approx(quantile(0.8)).epsilon(1e-12));
  }
  CHECK(q(q.low()) == 0);
  CHECK(q(q.high()) == doctest::Approx(1).epsilon(1e-12));
  check_slope(q, 1.0);
  const double scale = q.slope(0);
  q.update(1e9);  // an outlier moves it by one rank, not by its size
  CHECK(q.slope(0) > 0.5 * scale);
  q.reset();
  CHECK(q(3.0) == 3.0);
  CHECK_THROWS_AS(quantile_range({.low = 0.5, .high = 0.5}), error);
  CHECK_THROWS_AS(quantile_range({.low = 0.1, .high = 0.9, .window = 0}), error);
  CHECK_THROWS_AS(q.update(std::numeric_limits<double>::infinity()), error);
}

TEST_CASE("objective: logarithms of the values it was made of have mean 0 and deviation 1") {
  const auto values = draws(500);
  const log_standard s = log_standard::of(values);
  double mean = 0;
  double square = 0;
  for (const double v : values) {
    mean += s(v) / 500;
    square += s(v) * s(v) / 500;
  }
  CHECK(std::abs(mean) < 1e-12);
  CHECK(square == doctest::Approx(1).epsilon(1e-12));
  check_slope(s, 2.5);
  CHECK(s.inverse(s(2.5)) == doctest::Approx(2.5).epsilon(1e-14));
  const log_standard floored{.mean = 0, .deviation = 1, .floor = 0.01};
  CHECK(floored(0) == floored(0.01));
  CHECK(floored.slope(0.001) == 0);
  CHECK_THROWS_AS((void)log_standard::of(values, 0), error);
  CHECK_THROWS_AS((void)log_standard::of(std::vector<double>{2, 2}), error);
}

TEST_CASE("objective: normalisers hold over the whole range of double") {
  const double greatest = std::numeric_limits<double>::max();
  const fixed_range whole{-greatest, greatest};
  CHECK(whole(-greatest) == 0);
  CHECK(whole(0) == 0.5);
  CHECK(whole(greatest) == 1);
  CHECK(whole.inverse(0.5) == 0);
  CHECK(whole.slope(0) > 0);
  running_range running;
  quantile_range quantiles({.low = 0, .high = 1});
  for (const double x : {-greatest, 0.0, greatest}) {
    running.update(x);
    quantiles.update(x);
  }
  CHECK(running(0) == 0.5);
  CHECK(running.inverse(1) == greatest);
  CHECK(quantiles(0) == 0.5);
  const fixed_range tiny{0, 4e-320};
  CHECK(tiny(2e-320) == doctest::Approx(0.5).epsilon(1e-3));
  for (const double unit : {1e-300, 1e-200, 1.0, 1e200, 1e300}) {
    CAPTURE(unit);
    // 2 and 4 in turns, equally heavy but for the decay: the mean nears 3, the deviation 1.
    moving_standard moving(0.999);
    for (int i = 0; i < 20'000; ++i) moving.update((i % 2 == 0 ? 2 : 4) * unit);
    CHECK(moving.mean() == doctest::Approx(3 * unit).epsilon(1e-3));
    CHECK(moving.deviation() == doctest::Approx(unit).epsilon(1e-3));
    CHECK(moving(4 * unit) == doctest::Approx(1).epsilon(1e-3));
  }
  // Equal values have no deviation, though a mean of their logarithms would be rounded.
  CHECK_THROWS_AS((void)log_standard::of(std::vector<double>(7, 0.1)), error);
}
