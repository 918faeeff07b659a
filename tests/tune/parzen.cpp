// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/tune/parzen.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <paragon/tune/parameter_space.hpp>
#include <paragon/tune/recency_weights.hpp>
#include <string_view>
#include <vector>

#include "statistics.hpp"

namespace tune = paragon::tune;

namespace {

// The smallest rule of bandwidths.
struct archetype {
  static constexpr std::string_view name = "archetype";
  void operator()(std::span<const double>, double, double, std::size_t, std::span<double> widths) const {
    std::fill(widths.begin(), widths.end(), 1.0);
  }
};
struct nameless {
  void operator()(std::span<const double>, double, double, std::size_t, std::span<double>) const {}
};
struct returns_the_width {
  static constexpr std::string_view name = "returns the width";
  double operator()(std::span<const double>, double, double, std::size_t, std::span<double>) const { return 1; }
};

const tune::parameter_space five(tune::uniform{"a", -5, 10}, tune::log_uniform{"b", 1e-4, 1},
                                 tune::integer{"c", 2, 20, 3}, tune::log_integer{"d", 1, 64},
                                 tune::categorical{"e", {"p", "q", "r"}});

/// Points spread over the five axes, the same in every run and in the script that asked Optuna.
std::vector<double> spread(std::size_t n) {
  std::vector<double> points;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(i);
    points.push_back(-5 + 15 * std::fmod(x * 0.37, 1));
    points.push_back(std::pow(10, -4 + 4 * std::fmod(x * 0.61, 1)));
    points.push_back(static_cast<double>(2 + 3 * (i * 5 % 7)));
    points.push_back(static_cast<double>(1 + i * i * 7 % 64));
    points.push_back(static_cast<double>(i * i % 3));
  }
  return points;
}

std::vector<double> column(std::size_t j, const std::vector<double>& points) {
  std::vector<double> values;
  for (std::size_t i = j; i < points.size(); i += 5) values.push_back(points[i]);
  return values;
}

/// The mixture on axis j of the five.
tune::parzen_mixture on_axis(std::size_t j, std::size_t n) {
  return {five.axes().subspan(j, 1), column(j, spread(n)), tune::recency_weights(n), 1.0};
}

double density(const tune::parzen_mixture& mixture, double x) { return std::exp(mixture.log_density(std::array{x})); }

double normal(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }
double normal_below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

}  // namespace

static_assert(tune::bandwidth_rule<archetype>);
static_assert(tune::bandwidth_rule<tune::neighbour_gaps>);
static_assert(tune::bandwidth_rule<tune::neighbour_gaps_with_prior>);
static_assert(tune::bandwidth_rule<tune::shrinking_width>);
static_assert(!tune::bandwidth_rule<nameless>);
static_assert(!tune::bandwidth_rule<returns_the_width>);

TEST_CASE("tune: the last 25 trials count fully, older ones on a ramp") {
  CHECK(tune::recency_weights(0).empty());
  for (const std::size_t n : {1U, 24U, 25U}) CHECK(tune::recency_weights(n) == std::vector<double>(n, 1.0));
  // The ramp goes from 1 / n to 1 in equal steps.
  CHECK(tune::recency_weights(26).front() == 1.0 / 26);
  CHECK(tune::recency_weights(26)[1] == 1);
  const auto w = tune::recency_weights(28);
  CHECK(w[0] == doctest::Approx(1.0 / 28));
  CHECK(w[1] == doctest::Approx((1.0 / 28 + 1) / 2));
  CHECK(w[2] == doctest::Approx(1));
  CHECK(std::count(w.begin(), w.end(), 1.0) >= 25);
  CHECK(tune::recency_weights(3, 1)[0] == doctest::Approx(1.0 / 3));
}

TEST_CASE("tune: neighbour gaps") {
  const auto widths = [](const auto& rule, std::vector<double> centres) {
    std::vector<double> w(centres.size());
    rule(std::span<const double>(centres), 0.0, 10.0, std::size_t{1}, std::span<double>(w));
    return w;
  };
  const tune::neighbour_gaps gaps;
  CHECK(widths(gaps, {}).empty());
  CHECK(widths(gaps, {3}) == std::vector<double>{7});
  CHECK(widths(gaps, {8}) == std::vector<double>{8});
  CHECK(widths(gaps, {3, 7}) == std::vector<double>{4, 4});
  CHECK(widths(gaps, {7, 1, 3, 4}) == std::vector<double>{3, 2, 2, 3});
  CHECK(widths(gaps, {5, 5, 5}) == std::vector<double>{0, 0, 0});
  // The middle, 5, is a neighbour too.
  const tune::neighbour_gaps_with_prior with_prior;
  CHECK(widths(with_prior, {}).empty());
  CHECK(widths(with_prior, {3}) == std::vector<double>{2});
  CHECK(widths(with_prior, {7, 1, 3, 4}) == std::vector<double>{2, 2, 2, 1});
  CHECK(widths(tune::shrinking_width{}, {1, 2}) == std::vector<double>(2, 2 * std::pow(2.0, -0.2)));
}

TEST_CASE("tune: the density of one observation in closed form") {
  const tune::parameter_space line(tune::uniform{"x", 0, 10});
  const double weight = 3;
  const tune::parzen_mixture mixture(line.axes(), std::array{2.0}, {weight}, 1.0);
  REQUIRE(mixture.weights().size() == 2);
  CHECK(mixture.weights()[0] == doctest::Approx(0.75));
  CHECK(mixture.weights()[1] == doctest::Approx(0.25));
  for (const double x : {0.0, 0.5, 2.0, 5.0, 9.9, 10.0}) {
    const double kernel = normal((x - 2) / 8) / 8 / (normal_below(1) - normal_below(-0.25));
    const double prior = normal((x - 5) / 10) / 10 / (normal_below(0.5) - normal_below(-0.5));
    CHECK(density(mixture, x) == doctest::Approx(0.75 * kernel + 0.25 * prior).epsilon(1e-12));
  }
}

TEST_CASE("tune: the density of labels in closed form") {
  // Each kernel adds a share of 1 / kernels to every label and 1 to its own.
  const tune::parameter_space labels(tune::categorical{"x", {"p", "q", "r", "s"}});
  const tune::parzen_mixture mixture(labels.axes(), std::array{2.0, 2.0, 0.0}, {1, 1, 1}, 1.0);
  CHECK(density(mixture, 0) == doctest::Approx((1.25 / 2 + 2 * 0.25 / 2 + 0.25) / 4).epsilon(1e-13));
  CHECK(density(mixture, 1) == doctest::Approx((3 * 0.25 / 2 + 0.25) / 4).epsilon(1e-13));
  CHECK(density(mixture, 2) == doctest::Approx((2 * 1.25 / 2 + 0.25 / 2 + 0.25) / 4).epsilon(1e-13));
}

TEST_CASE("tune: widths are clipped to the axis and to a fraction of it") {
  const tune::parameter_space line(tune::uniform{"x", 0, 10});
  const auto at_centre = [&](std::size_t n) {  // the density without prior where all n observations lie
    const tune::parzen_mixture m(line.axes(), std::vector<double>(n, 5.0), std::vector<double>(n, 1.0), 1e-12);
    return density(m, 5);
  };
  const auto kernel = [](double width) { return normal(0) / width / (1 - 2 * normal_below(-5 / width)); };
  CHECK(at_centre(3) == doctest::Approx(kernel(10.0 / 5)).epsilon(1e-9));      // n + 2
  CHECK(at_centre(200) == doctest::Approx(kernel(10.0 / 100)).epsilon(1e-9));  // but never below a hundredth
}

TEST_CASE("tune: densities are those of Optuna") {
  // Optuna 5.0.0, _ParzenEstimator(...).log_pdf of the same points with default settings, at (0.3, 0.02, 8, 3, q) and
  // (9.9, 0.00011, 20, 64, r). Up to 7 points no two are equal on an axis of numbers; where some are, its widths depend
  // on the order in which numpy sorts equal numbers.
  struct expected {
    std::size_t n;
    std::array<std::array<double, 2>, 6> logs;  // of each axis alone, then of all jointly
  };
  const std::vector<expected> table{{0,
                                     {{{-2.677827956166816, -2.7887612895001492},
                                       {-2.182180851448442, -2.2992284625566377},
                                       {-1.9159691391308697, -1.9974630603782721},
                                       {-2.6384638679135346, -5.823082587934066},
                                       {-1.0986122886681098, -1.0986122886681098},
                                       {-10.513054103327773, -14.007147689037234}}}},
                                    {1,
                                     {{{-2.645687842260832, -2.9089059619032835},
                                       {-2.2057380508584763, -2.174968542624592},
                                       {-1.882500311244387, -2.1061326463429344},
                                       {-2.6044097407071107, -5.954181997977172},
                                       {-1.3217558399823193, -1.3217558399823193},
                                       {-10.677921810699445, -14.399040731850796}}}},
                                    {2,
                                     {{{-2.4826693417162433, -3.5375078942945084},
                                       {-2.1883791768749346, -2.1957723605764015},
                                       {-1.8943059206155346, -2.0522855375567155},
                                       {-2.5229927287160026, -6.206850932486488},
                                       {-0.9444616088408515, -1.5040773967762742},
                                       {-10.057368848808968, -14.976722646674885}}}},
                                    {7,
                                     {{{-2.695196125379917, -3.3997350581319967},
                                       {-2.1534281566653144, -1.7018350931829254},
                                       {-1.9065423192599558, -2.063868172675021},
                                       {-3.3871342994765046, -4.5510095736084795},
                                       {-0.7239188392266989, -2.11021320034659},
                                       {-11.796342570704635, -14.323674326709508}}}}};
  const std::array<std::array<double, 5>, 2> points{{{0.3, 0.02, 8, 3, 1}, {9.9, 0.00011, 20, 64, 2}}};
  for (const auto& [n, logs] : table) {
    CAPTURE(n);
    for (std::size_t p = 0; p < 2; ++p) {
      for (std::size_t j = 0; j < 5; ++j) {
        CAPTURE(j);
        CHECK(on_axis(j, n).log_density(std::span(points[p]).subspan(j, 1)) ==
              doctest::Approx(logs[j][p]).epsilon(1e-12));
      }
      const tune::parzen_mixture joint(five.axes(), spread(n), tune::recency_weights(n), 1.0);
      CHECK(joint.log_density(points[p]) == doctest::Approx(logs[5][p]).epsilon(1e-12));
    }
  }
  // With weights on a ramp, on the axes without ties.
  CHECK(on_axis(0, 40).log_density(std::array{0.3}) == doctest::Approx(-2.627127408832617).epsilon(1e-12));
  CHECK(on_axis(0, 40).log_density(std::array{9.9}) == doctest::Approx(-2.714258382617397).epsilon(1e-12));
  CHECK(on_axis(1, 40).log_density(std::array{0.02}) == doctest::Approx(-2.0642974600457853).epsilon(1e-12));
  CHECK(on_axis(1, 40).log_density(std::array{0.00011}) == doctest::Approx(-2.875416494577035).epsilon(1e-12));
  CHECK(on_axis(4, 40).log_density(std::array{1.0}) == doctest::Approx(-0.46854776673530996).epsilon(1e-12));
}

TEST_CASE("tune: densities integrate to 1") {
  for (const std::size_t n : {0U, 1U, 2U, 7U, 40U, 200U}) {
    CAPTURE(n);
    for (const std::size_t j : {0U, 1U}) {
      const auto mixture = on_axis(j, n);
      const tune::axis& a = five[j];
      const double total = paragon_test::integral(a.coordinate_lower(), a.coordinate_upper(), 20000,
                                                  [&](double c) { return density(mixture, a.value_at(c)); });
      CHECK(total == doctest::Approx(1).epsilon(1e-9));
    }
    for (const std::size_t j : {2U, 3U, 4U}) {
      const auto mixture = on_axis(j, n);
      double total = 0;
      for (double x = five[j].lower; x <= five[j].upper; x += five[j].step) total += density(mixture, x);
      CHECK(total == doctest::Approx(1).epsilon(1e-12));
    }
  }
}

TEST_CASE("tune: a joint density integrates to 1 over all axes") {
  const tune::parameter_space space(tune::uniform{"x", 0, 1}, tune::integer{"n", 1, 4},
                                    tune::categorical{"c", {"p", "q"}}, tune::uniform{"fixed", 2, 2});
  const std::vector<double> points{0.1, 1, 0, 2, 0.15, 2, 0, 2, 0.9, 4, 1, 2};
  const tune::parzen_mixture mixture(space.axes(), points, {1, 1, 1}, 1.0);
  double total = 0;
  for (int n = 1; n <= 4; ++n) {
    for (int c = 0; c <= 1; ++c) {
      total += paragon_test::integral(0, 1, 2000, [&](double x) {
        return std::exp(mixture.log_density(std::array{x, static_cast<double>(n), static_cast<double>(c), 2.0}));
      });
    }
  }
  CHECK(total == doctest::Approx(1).epsilon(1e-9));
}

TEST_CASE("tune: a density is positive far from all observations") {
  const tune::parameter_space space(tune::uniform{"x", 0, 1}, tune::integer{"n", 0, 1000000});
  const std::vector<double> points(400, 0.0);  // 200 times the same corner
  const tune::parzen_mixture mixture(space.axes(), points, tune::recency_weights(200), 1.0);
  CHECK(std::isfinite(mixture.log_density(std::array{1.0, 1000000.0})));
  CHECK(mixture.log_density(std::array{0.0, 0.0}) > mixture.log_density(std::array{1.0, 1000000.0}));
}

TEST_CASE("tune: a density on very many steps is that of a continuous axis") {
  const std::int64_t most = std::int64_t{1} << 32;
  const tune::parameter_space space(tune::integer{"n", 0, most});
  const tune::parzen_mixture mixture(space.axes(), std::array{0.0, 1e9}, {1, 1}, 1.0);
  // Compared with the density of a continuous axis of that length, times the step.
  const tune::parameter_space line(tune::uniform{"x", -0.5, static_cast<double>(most) + 0.5});
  const tune::parzen_mixture continuous(line.axes(), std::array{0.0, 1e9}, {1, 1}, 1.0);
  // A kernel's ends are numbers of order 100, known to 1e-14; a step is 1e-8 of its width.
  for (const double n : {0.0, 1.0, 1e9, 1e9 + 1, static_cast<double>(most)}) {
    CHECK(mixture.log_density(std::array{n}) == doctest::Approx(continuous.log_density(std::array{n})).epsilon(1e-6));
  }
}

TEST_CASE("tune: draws follow the density") {
  constexpr std::size_t draws = 40000;
  constexpr std::uint64_t seed = 20110101;
  for (const std::size_t n : {0U, 1U, 5U, 40U}) {
    CAPTURE(n);
    for (std::size_t j = 0; j < 5; ++j) {
      CAPTURE(j);
      const auto mixture = on_axis(j, n);
      const tune::axis& a = five[j];
      std::vector<double> probabilities;
      if (a.step > 0) {
        for (double x = a.lower; x <= a.upper; x += a.step) probabilities.push_back(density(mixture, x));
      } else {
        constexpr std::size_t bins = 50;
        const double width = (a.coordinate_upper() - a.coordinate_lower()) / bins;
        for (std::size_t b = 0; b < bins; ++b) {
          const double left = a.coordinate_lower() + width * static_cast<double>(b);
          probabilities.push_back(paragon_test::integral(left, left + width, 200,
                                                         [&](double c) { return density(mixture, a.value_at(c)); }));
        }
      }
      std::vector<std::size_t> counts(probabilities.size());
      std::size_t outside = 0;
      std::array<double, 1> x{};
      for (std::size_t i = 0; i < draws; ++i) {
        mixture.draw(x, paragon::random_key{.seed = seed}, i);
        outside += a.contains(x[0]) ? 0U : 1U;
        const double share = a.step > 0 ? (x[0] - a.lower) / a.step
                                        : (a.coordinate(x[0]) - a.coordinate_lower()) /
                                              (a.coordinate_upper() - a.coordinate_lower()) *
                                              static_cast<double>(counts.size());
        const auto bin = static_cast<std::size_t>(a.step > 0 ? std::round(share) : std::floor(share));
        ++counts[std::min(bin, counts.size() - 1)];
      }
      CHECK(outside == 0);
      CHECK(paragon_test::chi_square_score(counts, probabilities) < 5);
    }
  }
}

TEST_CASE("tune: draws keep together what one kernel joins") {
  // Two tight groups in opposite corners, and hardly a prior: the labels of a draw belong together.
  const tune::parameter_space space(tune::categorical{"x", {"p", "q"}}, tune::categorical{"y", {"p", "q"}});
  const std::vector<double> points{0, 0, 1, 1};
  const tune::parzen_mixture mixture(space.axes(), points, {1, 1}, 0.3);
  std::vector<std::size_t> counts(4);
  std::vector<double> probabilities;
  std::array<double, 2> x{};
  for (const double a : {0.0, 1.0}) {
    for (const double b : {0.0, 1.0}) probabilities.push_back(std::exp(mixture.log_density(std::array{a, b})));
  }
  for (std::size_t i = 0; i < 40000; ++i) {
    mixture.draw(x, paragon::random_key{.seed = 5}, i);
    ++counts[static_cast<std::size_t>(2 * x[0] + x[1])];
  }
  CHECK(paragon_test::chi_square_score(counts, probabilities) < 5);
  // Each kernel of two labels: its own with (1 + 0.1) / 1.2, the other with 0.1 / 1.2.
  const double together = (1.1 * 1.1 + 0.1 * 0.1) / (1.2 * 1.2);
  CHECK(probabilities[0] + probabilities[3] == doctest::Approx((2 * together + 0.3 * 0.5) / 2.3).epsilon(1e-13));
}

TEST_CASE("tune: a mixture of the wrong length is an error") {
  const tune::parameter_space line(tune::uniform{"x", 0, 10});
  CHECK_THROWS_AS(tune::parzen_mixture(line.axes(), std::array{1.0}, {1, 1}, 1.0), paragon::error);
  CHECK_THROWS_AS(tune::parzen_mixture({}, {}, {}, 1.0), paragon::error);
}
