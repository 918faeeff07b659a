// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/benchmark/nasbench201/descriptor.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/predictor/gaussian_process.hpp>

using namespace paragon;
using predictor::gaussian_process;

namespace {

/// Four decisions of three, two, three and four choices, and (if asked for) two features.
using tower = std::array<space::choice_index, 4>;
constexpr std::array<std::size_t, 4> sizes{3, 2, 3, 4};

template <bool Features>
struct descriptor {
  using architecture = tower;
  std::size_t decisions() const { return 4; }
  std::size_t choices(std::size_t d) const { return sizes[d]; }
  std::size_t group(std::size_t d) const { return d == 2 ? 0 : d; }
  std::size_t features() const { return Features ? 2 : 0; }
  void describe(const tower& a, std::span<space::choice_index> choices, std::span<double> features) const {
    std::copy(a.begin(), a.end(), choices.begin());
    if constexpr (Features) {
      features[0] = a[0] * a[3];
      features[1] = a[1] + 0.5 * a[2];
    }
  }
};

struct without_groups : descriptor<false> {
  void group() const = delete;  // hides the other
};
struct uneven_group : descriptor<false> {
  std::size_t group(std::size_t) const { return 0; }
};

tower draw(const paragon::random_key& key, std::uint64_t i) {
  tower a{};
  for (std::size_t d = 0; d < 4; ++d) a[d] = static_cast<space::choice_index>(key.below(sizes[d], 4 * i + d));
  return a;
}
double height(const tower& a) { return 3 + a[0] * a[3] - std::exp(0.5 * a[2]) + (a[1] == 1 ? 0.7 * a[3] : 0.0); }

/// n different towers with their heights and some noise.
struct sample {
  std::vector<tower> towers;
  std::vector<double> targets;
};
sample draw_sample(std::size_t n, const paragon::random_key& key, double noise) {
  sample s;
  for (std::uint64_t i = 0; s.towers.size() < n; ++i) {
    const tower a = draw(key, i);
    if (std::find(s.towers.begin(), s.towers.end(), a) != s.towers.end()) continue;
    s.towers.push_back(a);
    s.targets.push_back(height(a) + noise * key.fork("noise").normal(i));
  }
  return s;
}

/// Solves A x = b by Gaussian elimination with row exchanges.
std::vector<double> solve(std::vector<std::vector<double>> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) pivot = std::abs(a[i][k]) > std::abs(a[pivot][k]) ? i : pivot;
    std::swap(a[k], a[pivot]);
    std::swap(b[k], b[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double f = a[i][k] / a[k][k];
      for (std::size_t j = k; j < n; ++j) a[i][j] -= f * a[k][j];
      b[i] -= f * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

/// The process as the textbook writes it (Rasmussen, Williams, eq. 2.25 and 2.26), entry by entry.
template <bool Features>
struct textbook {
  std::vector<double> theta;
  std::size_t embedding;
  sample data;
  std::array<double, 2> feature_mean{};
  std::array<double, 2> feature_scale{};
  double mean = 0;
  double scale = 0;

  textbook(std::span<const double> hyper, std::size_t m, sample s)
      : theta(hyper.begin(), hyper.end()), embedding(m), data(std::move(s)) {
    const auto n = static_cast<double>(data.targets.size());
    for (const double t : data.targets) mean += t / n;
    for (const double t : data.targets) scale += (t - mean) * (t - mean) / n;
    scale = std::sqrt(scale);
    for (std::size_t f = 0; Features && f < 2; ++f) {
      for (const auto& a : data.towers) feature_mean[f] += raw(a)[f] / n;
      double variance = 0;
      for (const auto& a : data.towers) variance += (raw(a)[f] - feature_mean[f]) * (raw(a)[f] - feature_mean[f]) / n;
      feature_scale[f] = 1 / (std::sqrt(variance) + 0.3);
    }
  }

  static std::array<double, 2> raw(const tower& a) {
    std::array<double, 2> features{};
    std::array<space::choice_index, 4> choices{};
    descriptor<Features>{}.describe(a, choices, features);
    return features;
  }

  double kernel(const tower& a, const tower& b) const {
    constexpr std::size_t features = Features ? 2 : 0;
    // Decisions 0 and 2 are one group and share one embedding; then come those of two and of four.
    constexpr std::array<std::size_t, 4> first{0, 3, 0, 5};
    double by_choice = 0;
    for (std::size_t d = 0; d < 4; ++d) {
      double distance = 0;
      for (std::size_t k = 0; k < embedding; ++k) {
        const auto at = [&](space::choice_index c) { return theta[8 + features + (first[d] + c) * embedding + k]; };
        distance += (at(a[d]) - at(b[d])) * (at(a[d]) - at(b[d]));
      }
      by_choice += std::exp(theta[4 + d]) * distance;
    }
    double k = std::exp(theta[0]) + std::exp(theta[1]) * std::exp(-by_choice);
    if (Features) {
      double by_feature = 0;
      for (std::size_t f = 0; f < 2; ++f) {
        const double difference = std::exp(theta[8 + f]) * (raw(a)[f] - raw(b)[f]) * feature_scale[f];
        by_feature += difference * difference;
      }
      k += std::exp(theta[2]) * std::exp(-by_feature);
    }
    return k;
  }

  predictor::estimate predict(const tower& a) const {
    const std::size_t n = data.towers.size();
    std::vector<std::vector<double>> gram(n, std::vector<double>(n));
    std::vector<double> cross(n);
    std::vector<double> y(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        gram[i][j] = kernel(data.towers[i], data.towers[j]) + (i == j ? std::exp(theta[3]) : 0.0);
      }
      cross[i] = kernel(a, data.towers[i]);
      y[i] = (data.targets[i] - mean) / scale;
    }
    const auto weights = solve(gram, cross);
    double estimate = 0;
    double variance = kernel(a, a);
    for (std::size_t i = 0; i < n; ++i) {
      estimate += weights[i] * y[i];
      variance -= weights[i] * cross[i];
    }
    return {mean + scale * estimate, scale * std::sqrt(variance)};
  }
};

}  // namespace

TEST_CASE("predictor: a Gaussian process predicts as the textbook says") {
  const paragon::random_key key{.seed = 71};
  INFO("seed " << key.seed);
  const auto check = [&]<bool Features>(descriptor<Features> d) {
    const sample s = draw_sample(25, key, 0.2);
    for (const std::size_t steps : {0U, 30U}) {
      gaussian_process gp(d, {.embedding = 2, .first_steps = steps});
      gp.train(s.towers, s.targets);
      const textbook<Features> expected(gp.hyper_parameters(), 2, s);
      std::vector<tower> asked;
      for (std::uint64_t i = 0; i < 40; ++i) asked.push_back(draw(key.fork("asked"), i));
      const auto found = gp.predict_with_deviations(asked);
      for (std::size_t i = 0; i < asked.size(); ++i) {
        const auto [mean, deviation] = expected.predict(asked[i]);
        CHECK(found[i].mean == doctest::Approx(mean).epsilon(1e-9));
        CHECK(found[i].deviation == doctest::Approx(deviation).epsilon(1e-7));
      }
      const auto means = gp.predict(asked);
      for (std::size_t i = 0; i < asked.size(); ++i) CHECK(means[i] == found[i].mean);
    }
  };
  check(descriptor<true>{});
  check(descriptor<false>{});
}

TEST_CASE("predictor: a Gaussian process shares an embedding among decisions of one meaning") {
  // Four scalars, a weight for each decision, a scale for each feature, three numbers for each choice of a group.
  const auto parameters = [](auto descriptor) { return gaussian_process(descriptor).hyper_parameters().size(); };
  using space::choice_descriptor;
  CHECK(parameters(choice_descriptor<benchmark::mobilenetv3>()) == 4 + 45 + 3 * (3 + 3 + 3));
  CHECK(parameters(choice_descriptor<benchmark::nasbench201>()) == 4 + 6 + 3 * 5);
  CHECK(parameters(benchmark::nasbench201_descriptor{}) == 4 + 6 + 26 + 3 * 5);
  CHECK(parameters(without_groups{}) == 4 + 4 + 3 * (3 + 2 + 3 + 4));  // nothing is known of what they mean
  CHECK_THROWS_WITH_AS(
      parameters(uneven_group{}),
      "predictor::gaussian_process: decisions 0 and 1 of one group with 3 and 2 choices; expected equally many",
      paragon::error);
}

TEST_CASE("predictor: a Gaussian process takes targets of any size") {
  const sample s = draw_sample(25, {.seed = 81}, 0.1);
  gaussian_process<descriptor<true>> plain;
  plain.train(s.towers, s.targets);
  const auto want = plain.predict_with_deviations(s.towers);
  for (const double unit : {0x1p-600, 0x1p600, 0x1p1000}) {
    std::vector<double> scaled;
    for (const double t : s.targets) scaled.push_back(unit * t);
    gaussian_process<descriptor<true>> gp;
    gp.train(s.towers, scaled);
    const auto found = gp.predict_with_deviations(s.towers);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].mean == doctest::Approx(unit * want[i].mean).epsilon(1e-9));
      CHECK(found[i].deviation == doctest::Approx(unit * want[i].deviation).epsilon(1e-9));
    }
  }
}

TEST_CASE("predictor: the gradient of a Gaussian process's likelihood agrees with differences") {
  const paragon::random_key key{.seed = 72};
  INFO("seed " << key.seed);
  const auto check = [&]<bool Features>(descriptor<Features> d) {
    const sample s = draw_sample(20, key, 0.2);
    gaussian_process gp(d, {.embedding = 3, .first_steps = 0});
    gp.train(s.towers, s.targets);
    const auto theta = gp.hyper_parameters();
    for (std::uint64_t trial = 0; trial < 3; ++trial) {
      for (std::size_t i = 0; i < theta.size(); ++i) theta[i] += 0.3 * key.fork("parameters").fork(trial).normal(i);
      Eigen::VectorXd gradient;
      gp.negative_log_likelihood(&gradient);
      REQUIRE(static_cast<std::size_t>(gradient.size()) == theta.size());
      const double norm = gradient.norm();
      for (std::size_t i = 0; i < theta.size(); ++i) {
        const double h = 1e-5;
        const double kept = theta[i];
        theta[i] = kept + h;
        const double up = gp.negative_log_likelihood(nullptr);
        theta[i] = kept - h;
        const double down = gp.negative_log_likelihood(nullptr);
        theta[i] = kept;
        INFO("trial " << trial << ", parameter " << i);
        CHECK(std::abs(gradient(static_cast<Eigen::Index>(i)) - (up - down) / (2 * h)) < 1e-7 * norm);
      }
    }
  };
  check(descriptor<true>{});
  check(descriptor<false>{});
}

TEST_CASE("predictor: training a Gaussian process raises its likelihood") {
  const sample s = draw_sample(30, {.seed = 73}, 0.1);
  double last = std::numeric_limits<double>::infinity();
  for (const std::size_t steps : {0U, 20U, 150U}) {
    gaussian_process<descriptor<true>> gp({}, {.first_steps = steps});
    gp.train(s.towers, s.targets);
    const double value = gp.negative_log_likelihood(nullptr);
    CHECK(value < last);
    last = value;
  }
}

TEST_CASE("predictor: without noise a Gaussian process goes through its labels, and is sure of them") {
  const sample s = draw_sample(25, {.seed = 74}, 0.0);
  gaussian_process<descriptor<true>> gp({}, {.first_steps = 0});
  gp.hyper_parameters()[3] = std::log(1e-9);
  for (std::size_t d = 0; d < 4; ++d)
    gp.hyper_parameters()[4 + d] = 1;  // far apart, for a kernel that is well conditioned
  gp.train(s.towers, s.targets);
  const auto found = gp.predict_with_deviations(s.towers);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(std::abs(found[i].mean - s.targets[i]) < 1e-4);
    CHECK(found[i].deviation < 1e-3);
  }
}

TEST_CASE("predictor: a Gaussian process does not mind the order of its labels") {
  const paragon::random_key key{.seed = 75};
  INFO("seed " << key.seed);
  const sample s = draw_sample(30, key, 0.1);
  std::vector<std::size_t> order(30);
  std::iota(order.begin(), order.end(), std::size_t{0});
  key.fork("order").shuffle(order);
  sample shuffled;
  for (const std::size_t i : order) {
    shuffled.towers.push_back(s.towers[i]);
    shuffled.targets.push_back(s.targets[i]);
  }
  // Few steps: many would amplify the rounding of sums that are taken in another order.
  gaussian_process<descriptor<true>> one({}, {.first_steps = 10});
  gaussian_process<descriptor<true>> two({}, {.first_steps = 10});
  one.train(s.towers, s.targets);
  two.train(shuffled.towers, shuffled.targets);
  std::vector<tower> asked;
  for (std::uint64_t i = 0; i < 30; ++i) asked.push_back(draw(key.fork("asked"), i));
  const auto a = one.predict_with_deviations(asked);
  const auto b = two.predict_with_deviations(asked);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    CHECK(a[i].mean == doctest::Approx(b[i].mean).epsilon(1e-6));
    CHECK(a[i].deviation == doctest::Approx(b[i].deviation).epsilon(1e-6));
  }
}

TEST_CASE("predictor: a Gaussian process follows the unit of its targets") {
  const sample s = draw_sample(25, {.seed = 76}, 0.1);
  std::vector<double> scaled;
  for (const double t : s.targets) scaled.push_back(-40 + 8 * t);
  gaussian_process<descriptor<true>> one;
  gaussian_process<descriptor<true>> two;
  one.train(s.towers, s.targets);
  two.train(s.towers, scaled);
  std::vector<tower> asked;
  for (std::uint64_t i = 0; i < 20; ++i) asked.push_back(draw({.seed = 77}, i));
  const auto a = one.predict_with_deviations(asked);
  const auto b = two.predict_with_deviations(asked);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    CHECK(b[i].mean == doctest::Approx(-40 + 8 * a[i].mean).epsilon(1e-6));
    CHECK(b[i].deviation == doctest::Approx(8 * a[i].deviation).epsilon(1e-6));
  }
}

TEST_CASE("predictor: a Gaussian process ranks what it has not seen, and knows about how far it is off") {
  const sample s = draw_sample(72, {.seed = 78}, 0.0);  // all there are
  const std::span<const tower> towers(s.towers);
  const std::span<const double> targets(s.targets);
  gaussian_process<descriptor<false>> gp;
  gp.train(towers.first(36), targets.first(36));
  const auto found = gp.predict_with_deviations(towers.last(36));
  std::vector<double> means;
  double squares = 0;
  double baseline = 0;
  const double mean = std::accumulate(targets.begin(), targets.begin() + 36, 0.0) / 36;
  int within = 0;
  for (std::size_t i = 0; i < 36; ++i) {
    const double off = found[i].mean - targets[36 + i];
    means.push_back(found[i].mean);
    squares += off * off;
    baseline += (mean - targets[36 + i]) * (mean - targets[36 + i]);
    within += std::abs(off) < 3 * found[i].deviation ? 1 : 0;
  }
  CHECK(predictor::spearman(means, targets.last(36)) > 0.9);
  CHECK(squares < 0.1 * baseline);
  CHECK(within >= 30);
  // Later trainings start where the last ended.
  const double before = gp.negative_log_likelihood(nullptr);
  gp.train(towers.first(36), targets.first(36));
  CHECK(gp.negative_log_likelihood(nullptr) <= before + 1e-3);
  // A prediction does not depend on what else is asked for. With noisy labels: without noise the equations are so close
  // to singular that rounding shows.
  const sample noisy = draw_sample(36, {.seed = 79}, 0.3);
  gaussian_process<descriptor<false>> rough;
  rough.train(noisy.towers, noisy.targets);
  const auto alone = rough.predict(towers.last(1));
  CHECK(alone[0] == doctest::Approx(rough.predict(towers)[71]).epsilon(1e-12));
}

TEST_CASE("predictor: equal targets are no problem for a Gaussian process") {
  const sample s = draw_sample(10, {.seed = 79}, 0.0);
  const std::vector<double> same(10, 4.0);
  gaussian_process<descriptor<true>> gp;
  gp.train(s.towers, same);
  for (const double mean : gp.predict(s.towers)) CHECK(mean == doctest::Approx(4));
}

TEST_CASE("predictor: a Gaussian process says what is wrong with its input") {
  gaussian_process<descriptor<true>> gp;
  const sample s = draw_sample(5, {.seed = 80}, 0.0);
  const auto message = [&](auto&& action) {
    try {
      action();
    } catch (const error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(message([&] { (void)gp.predict(s.towers); }) ==
        "predictor::gaussian_process::predict: an untrained process; expected train() before");
  CHECK(message([&] { gp.train(std::span(s.towers).first(1), std::span(s.targets).first(1)); }) ==
        "predictor::gaussian_process::train: 1 architectures and 1 targets; expected at least two, and one target for "
        "each");
  CHECK(message([&] { gp.train(s.towers, std::span(s.targets).first(4)); }) != "no error");
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    auto targets = s.targets;
    targets[2] = bad;
    CHECK(message([&] { gp.train(s.towers, targets); }) ==
          "predictor::gaussian_process::train: a target that is not finite; expected numbers");
  }
}
