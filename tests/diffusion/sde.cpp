// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <paragon/diffusion/schedule.hpp>
#include <paragon/diffusion/sde.hpp>
#include <paragon/tensor/safetensors.hpp>

#include "support.hpp"

namespace diffusion = paragon::diffusion;

namespace {

struct constant_noise {
  double drift(double) const { return 0; }
  double diffusion(double) const { return 1; }
  double scale(double) const { return 1; }
  double deviation(double t) const { return std::sqrt(t); }
  double prior_deviation() const { return 1; }
  double noise_level(double t) const { return t; }
};
struct no_prior {
  double drift(double) const { return 0; }
  double diffusion(double) const { return 1; }
  double scale(double) const { return 1; }
  double deviation(double t) const { return t; }
  double noise_level(double t) const { return t; }
};

static_assert(diffusion::sde<constant_noise>);
static_assert(!diffusion::sde<no_prior>);
static_assert(!diffusion::sde<double>);
static_assert(diffusion::sde<diffusion::variance_exploding>);
static_assert(diffusion::sde<diffusion::variance_preserving>);
static_assert(diffusion::sde<diffusion::sub_variance_preserving>);

/// Integrates the equations of the mean and the variance, m' = f m and v' = 2 f v + g^2, and compares.
template <class Process>
void moments_follow_the_equation(const Process& process, double variance) {
  double mean = process.scale(0);
  const int steps = 20000;
  const double h = 1.0 / steps;
  const auto variance_slope = [&](double t, double v) {
    const double g = process.diffusion(t);
    return 2 * process.drift(t) * v + g * g;
  };
  for (int i = 0; i < steps; ++i) {  // the midpoint rule: its error is about h^2
    const double t = i * h;
    const double middle = t + h / 2;
    mean += h * process.drift(middle) * (mean + h / 2 * process.drift(t) * mean);
    variance += h * variance_slope(middle, variance + h / 2 * variance_slope(t, variance));
    if ((i + 1) % 5000 == 0) {
      CHECK(process.scale(t + h) == doctest::Approx(mean).epsilon(1e-6));
      CHECK(process.deviation(t + h) == doctest::Approx(std::sqrt(variance)).epsilon(1e-6));
    }
  }
}

template <class Process>
void agrees(const paragon::safetensors_file& file, const std::string& name, const Process& process) {
  INFO(name);
  const auto t = file.get<double>("input.t");
  const auto x = file.get<double>("input.x");
  const auto mean = file.get<double>(name + ".mean");
  const auto deviation = file.get<double>(name + ".std");
  const auto drift = file.get<double>(name + ".drift");
  const auto diffusion = file.get<double>(name + ".diffusion");
  const std::size_t each = x.size() / t.size();
  for (std::size_t i = 0; i < t.size(); ++i) {
    CHECK(std::abs(process.deviation(t[i]) - deviation[i]) <= 1e-9 * std::max(1.0, deviation[i]));
    CHECK(std::abs(process.diffusion(t[i]) - diffusion[i]) <= 1e-9 * std::max(1.0, diffusion[i]));
    double worst = 0;
    for (std::size_t e = i * each; e < (i + 1) * each; ++e) {
      worst = std::max(worst, std::abs(process.scale(t[i]) * x[e] - mean[e]) / std::max(1.0, std::abs(mean[e])));
      worst = std::max(worst, std::abs(process.drift(t[i]) * x[e] - drift[e]) / std::max(1.0, std::abs(drift[e])));
    }
    CHECK(worst <= 1e-9);
  }
}

}  // namespace

TEST_CASE("diffusion: golden sde: marginals and coefficients are the published ones") {
  const auto folder = paragon_test::golden_folder();
  if (!folder) return paragon_test::skip("no golden files");
  const paragon::safetensors_file file((*folder / "sde.safetensors").string());
  agrees(file, "ve_5", diffusion::variance_exploding(0.1, 5));
  agrees(file, "ve_20", diffusion::variance_exploding(0.1, 20));
  agrees(file, "vp", diffusion::variance_preserving{});
  agrees(file, "subvp", diffusion::sub_variance_preserving{});
}

TEST_CASE("diffusion: marginals solve the equations of mean and variance") {
  moments_follow_the_equation(diffusion::variance_exploding(0.1, 5), 0.01);
  moments_follow_the_equation(diffusion::variance_exploding(0.02, 20), 0.0004);
  moments_follow_the_equation(diffusion::variance_preserving{}, 0);
  moments_follow_the_equation(diffusion::sub_variance_preserving{}, 0);
  moments_follow_the_equation(diffusion::variance_preserving{diffusion::linear_rate(0.1, 5)}, 0);
}

TEST_CASE("diffusion: impossible processes are refused") {
  CHECK_THROWS_WITH_AS(diffusion::variance_exploding(5, 0.1), doctest::Contains("deviations from 5 to 0.1"),
                       paragon::error);
  CHECK_THROWS_AS(diffusion::variance_exploding(0, 1), paragon::error);
  CHECK_THROWS_AS(diffusion::variance_exploding(std::nan(""), 1), paragon::error);
  CHECK_THROWS_AS(diffusion::linear_rate(0, 1), paragon::error);
  CHECK_THROWS_AS(diffusion::linear_rate(2, 1), paragon::error);
}

TEST_CASE("diffusion: schedules fall from 1 to the last time, evenly in what they say") {
  const diffusion::variance_preserving process;
  const auto time = diffusion::uniform_in_time(process, 11, 0.1);
  const auto noise = diffusion::uniform_in_noise(process, 11, 0.001);
  CHECK(time.front().time == 1);
  CHECK(time.back().time == doctest::Approx(0.1).epsilon(1e-14));
  CHECK(noise.front().time == 1);
  CHECK(noise.back().time == doctest::Approx(0.001).epsilon(1e-14));
  const auto level = [](const diffusion::moment& m) { return std::log(m.deviation / m.scale); };
  for (std::size_t i = 1; i < 11; ++i) {
    CHECK(time[i - 1].time - time[i].time == doctest::Approx(0.09).epsilon(1e-12));
    CHECK(level(noise[i - 1]) - level(noise[i]) ==
          doctest::Approx((level(noise.front()) - level(noise.back())) / 10).epsilon(1e-9));
    CHECK(noise[i].noise_level == 999 * noise[i].time);
  }
  CHECK_THROWS_AS((void)diffusion::uniform_in_time(process, 1, 0.1), paragon::error);
  CHECK_THROWS_AS((void)diffusion::uniform_in_noise(process, 5, 0), paragon::error);
  CHECK_THROWS_AS((void)diffusion::uniform_in_noise(process, 5, 1), paragon::error);
}
