// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of predictors, as docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <vector>

#include <paragon/autodiff/linear.hpp>
#include <paragon/predictor/train_noise_aware_predictor.hpp>

namespace {

//! [noise_process]
/// Noise that grows in a straight line.
struct linear_noise {
  double scale(double) const { return 1; }
  double deviation(double t) const { return t; }
};
static_assert(paragon::predictor::noise_process<linear_noise>);
//! [noise_process]

struct without_deviation {
  [[nodiscard]] static double scale(double) { return 1; }
};
struct only_whole_times {
  [[nodiscard]] static double scale(const int*) { return 1; }
  [[nodiscard]] static double deviation(const int*) { return 1; }
};
static_assert(!paragon::predictor::noise_process<without_deviation>);
static_assert(!paragon::predictor::noise_process<only_whole_times>);

}  // namespace

TEST_CASE("concepts: a process of noise trains a noise-aware predictor") {
  // y = x_0 and x_t = x_0 + t z with x_0 = -1 or 1: the best factor of x_t is 1 / (1 + E[t^2]) = 3 / 4.
  std::vector<double> data;
  for (std::size_t i = 0; i < 2000; ++i) data.push_back(i % 2 == 0 ? -1 : 1);
  paragon::nn::parameters<double> store;
  const auto factor = store.add("factor", {1, 1}, paragon::nn::fill{0}, {});
  static_cast<void>(paragon::predictor::train_noise_aware(
      store, std::span<const double>(data), 1, std::span<const double>(data), 1, linear_noise{},
      [&](const auto& theta, const auto& batch) { return paragon::autodiff::linear(batch.x, theta[factor]); },
      {.epochs = 60, .batch = 500, .rate = 0.02, .held_out = 0}, {.seed = 1}));
  CHECK(store.data()[0] == doctest::Approx(0.75).epsilon(0.02));
}
